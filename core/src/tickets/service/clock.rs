//! The SLA clock: the calendar and the promises it runs on, and the story of a due time.

use crate::{
    app::Ctx,
    catalog::SlaLevel,
    customers::CustomerType,
    db::Tx,
    error::{Checker, Error, Result},
    event::{Event, Subject, emit},
    permission::Permission,
    tickets::{
        SlaExplanation,
        sla::{self, Calendar, SlaRules},
        store,
    },
    types::*,
};

/// The clock of this installation, with the holidays from an instant on.
pub(super) async fn calendar(tx: &mut Tx, ctx: &Ctx, from: Time) -> Result<Calendar> {
    let business = &ctx.app.config.business;
    let zone = ctx.app.zone.clone();
    let bare = Calendar::working(
        zone.clone(),
        business.hours.from,
        business.hours.to,
        &business.days,
        Default::default(),
    );
    if !bare.has_holidays() {
        return Ok(bare);
    }
    let first = zone.day(from).yesterday().unwrap_or_else(|_| zone.day(from));
    let holidays = store::facts::holidays(tx, &first.to_string())
        .await?
        .into_iter()
        .filter_map(|(day, name)| Some((day.parse().ok()?, name)))
        .collect();
    Ok(Calendar::working(zone, business.hours.from, business.hours.to, &business.days, holidays))
}

/// The promises in force.
pub(super) async fn promises(tx: &mut Tx) -> Result<SlaRules> {
    Ok(store::facts::rules(tx).await?.unwrap_or_default())
}

/// The promises of time by priority, SLA level and kind of customer.
pub async fn rules(ctx: &Ctx) -> Result<SlaRules> {
    promises(&mut ctx.app.db.read().await?).await
}

/// Changes the promises. Tickets that are open keep theirs until their priority changes or they are opened again.
pub async fn set_rules(ctx: &Ctx, rules: SlaRules) -> Result<SlaRules> {
    ctx.require(Permission::SettingsManage)?;
    let mut checker = Checker::new();
    for (field, problem) in rules.problems() {
        checker.refuse(&field, "out_of_range", problem);
    }
    checker.finish()?;
    let value = serde_json::to_value(&rules).map_err(|error| Error::Internal(error.to_string()))?;
    let mut tx = ctx.app.db.write().await?;
    store::facts::set_rules(&mut tx, value, ctx.now).await?;
    emit(&mut tx, ctx, &Subject::system("sla"), Event::SettingChanged { key: "sla".into() }).await?;
    tx.commit().await?;
    Ok(rules)
}

/// What a due time is explained from.
pub struct Story {
    /// The steps, in order.
    pub steps: Vec<sla::Step>,
    /// The clock they speak of.
    pub clock: sla::Clock,
    /// The calendar it runs on.
    pub calendar: Calendar,
}

/// How a ticket's due times came about, for pages that tell it in the reader's language.
pub async fn story(ctx: &Ctx, id: TicketId) -> Result<Story> {
    let mut tx = ctx.app.db.read().await?;
    let row = store::detail(&mut tx, id, ctx.actor.scope()).await?.ok_or(Error::NotFound("ticket"))?;
    tell(&mut tx, ctx, &row).await
}

async fn tell(tx: &mut Tx, ctx: &Ctx, row: &store::DetailRow) -> Result<Story> {
    let calendar = calendar(tx, ctx, row.sla_started_at).await?;
    let clock = row.clock();
    let facts = sla::Facts {
        priority: row.summary.priority,
        level: row.sla_level,
        customer: row.customer_type.unwrap_or(CustomerType::Residential),
        responded_at: row.summary.responded_at,
        held_at: row.summary.held_at,
        reopened_count: row.reopened_count,
    };
    Ok(Story { steps: sla::explain(&promises(tx).await?, &calendar, &clock, &facts), clock, calendar })
}

/// How a ticket's due times came about, step by step.
pub async fn explain(ctx: &Ctx, id: TicketId) -> Result<SlaExplanation> {
    let mut tx = ctx.app.db.read().await?;
    let row = store::detail(&mut tx, id, ctx.actor.scope()).await?.ok_or(Error::NotFound("ticket"))?;
    let Story { steps, clock, calendar } = tell(&mut tx, ctx, &row).await?;
    let ticket = &row.summary;
    Ok(SlaExplanation {
        priority: ticket.priority,
        sla_level: row.sla_level,
        response_minutes: row.response_minutes,
        resolution_minutes: row.resolution_minutes,
        calendar: calendar.describe(row.sla_started_at),
        started_at: row.sla_started_at,
        paused_ms: row.paused_ms,
        response_due_at: ticket.response_due_at,
        resolution_due_at: ticket.resolution_due_at,
        steps: steps.iter().map(|step| step.english(&calendar, &clock)).collect(),
        standing: clock.standing(&calendar, ticket.status, ticket.held_at, ticket.completed_at, ctx.now),
    })
}

/// The level and kind a promise is made to; the ordinary ones where there is no customer or package.
pub(super) fn customer_class(facts: Option<&store::facts::CustomerFacts>) -> (SlaLevel, CustomerType) {
    (
        facts.and_then(|facts| facts.sla_level).unwrap_or(SlaLevel::Bronze),
        facts.map_or(CustomerType::Residential, |facts| facts.customer_type),
    )
}
