//! Reporting a ticket and changing its fields.

use super::{attaching, clock, load, reading, subject};
use crate::{
    app::{Actor, Ctx},
    counter::{self, Series},
    customers::{CustomerStatus, terms::fold},
    db::Tx,
    error::{Checker, Error, Result},
    event::{Change, Event, emit},
    files::Kept,
    permission::Permission,
    tickets::{
        Channel, ContactPreference, NewTicket, Priority, ServiceType, Ticket, TicketChange, TicketStatus,
        checklist, sla::Clock, store, store::TicketRow,
    },
    types::*,
};

const TITLE_CHARS: usize = 120;
const DESCRIPTION_CHARS: usize = 4000;

/// A ticket that was found to be in order and has no number yet.
#[derive(Debug)]
pub struct Draft {
    row: TicketRow,
    auto_assign: bool,
}

/// Reports a ticket. A customer reports for themselves, by the portal, with normal priority; everything else a request
/// of theirs asks for is left aside.
pub async fn create(ctx: &Ctx, new: NewTicket) -> Result<Ticket> {
    create_with_files(ctx, new, &[]).await
}

/// [`create`] with photos and videos that the customer may see: ticket and files, or nothing.
pub async fn create_with_files(ctx: &Ctx, new: NewTicket, files: &[Kept]) -> Result<Ticket> {
    attaching::allowed(ctx, files)?;
    let draft = draft(ctx, new).await?;
    let mut tx = ctx.app.db.write().await?;
    let id = create_in(&mut tx, ctx, draft).await?;
    attaching::attach_in(&mut tx, ctx, id, files, "report", true).await?;
    let ticket = reading::get_in(&mut tx, ctx, id).await?;
    tx.commit().await?;
    Ok(ticket)
}

/// Checks a ticket before any writing transaction is begun; see [`create`].
pub async fn draft(ctx: &Ctx, mut new: NewTicket) -> Result<Draft> {
    if let Actor::Customer { id, .. } = &ctx.actor {
        new = NewTicket {
            customer_id: Some(*id),
            channel: Some(Channel::Portal),
            priority: None,
            auto_assign: false,
            ..new
        };
    } else {
        ctx.require(Permission::TicketCreate)?;
        if new.auto_assign {
            ctx.require(Permission::TicketAssign)?;
        }
    }
    let mut checker = Checker::new();
    let title = checker.text("title", &new.title, TITLE_CHARS);
    let description = checker.optional_text("description", &new.description, DESCRIPTION_CHARS);
    let service_type = new.service_type.unwrap_or(ServiceType::Repair);
    let category = category(&mut checker, service_type, new.category.as_deref());
    schedule(&mut checker, "preferred_at", new.preferred_at, ctx.now);
    checker.ensure(
        new.customer_id.is_some() || service_type == ServiceType::Maintenance,
        "customer_id",
        "required",
        "name the customer; only maintenance can be without one",
    );

    let mut read = ctx.app.db.read().await?;
    let customer = match new.customer_id {
        Some(id) => store::facts::customer(&mut read, id).await?,
        None => None,
    };
    if new.customer_id.is_some() {
        match &customer {
            None => {
                checker.refuse("customer_id", "unknown", "there is no such customer");
            }
            Some(facts)
                if facts.status == CustomerStatus::Terminated && service_type != ServiceType::Dismantle =>
            {
                checker.refuse(
                    "customer_id",
                    "terminated",
                    "the customer has left; only a dismantle ticket is possible",
                );
            }
            Some(_) => {}
        }
    }
    checker.finish()?;
    let calendar = clock::calendar(&mut read, ctx, ctx.now).await?;
    let rules = clock::promises(&mut read).await?;
    drop(read);

    let priority = new.priority.unwrap_or(Priority::Normal);
    let (sla_level, customer_type) = clock::customer_class(customer.as_ref());
    let clock = Clock::start(&calendar, rules.target(priority, sla_level, customer_type), ctx.now);
    let mut row = TicketRow {
        id: TicketId(0),
        number: String::new(),
        customer_id: new.customer_id,
        service_type,
        category,
        priority,
        status: TicketStatus::Open,
        title,
        description,
        channel: new.channel.unwrap_or(Channel::Staff),
        contact_preference: new.contact_preference.unwrap_or(ContactPreference::Whatsapp),
        preferred_at: new.preferred_at,
        area_id: customer.as_ref().and_then(|facts| facts.area_id),
        lead_id: None,
        eta_at: None,
        sla_level,
        response_minutes: 0,
        resolution_minutes: 0,
        sla_started_at: ctx.now,
        response_due_at: ctx.now,
        resolution_due_at: ctx.now,
        at_risk_at: ctx.now,
        responded_at: None,
        started_at: None,
        held_at: None,
        hold_reason: None,
        paused_ms: 0,
        completed_at: None,
        cancelled_at: None,
        cancel_reason: None,
        resolution: None,
        parent_id: None,
        merged_into_id: None,
        rating: None,
        rating_comment: None,
        rated_at: None,
        reopened_count: 0,
        version: 1,
        created_by: super::full_name(&ctx.actor).to_owned(),
        created_at: ctx.now,
        updated_at: ctx.now,
    };
    row.set_clock(&clock);
    Ok(Draft { row, auto_assign: new.auto_assign })
}

/// Creates a ticket as a part of a larger change.
pub async fn create_in(tx: &mut Tx, ctx: &Ctx, draft: Draft) -> Result<TicketId> {
    let Draft { mut row, auto_assign } = draft;
    row.number = counter::next(tx, ctx, Series::Ticket).await?;
    row.id = store::insert(tx, &row).await?;
    store::set_terms(tx, row.id, &terms(&row), true).await?;
    store::parts::insert_checklist(tx, row.id, checklist::template(row.service_type)).await?;
    emit(
        tx,
        ctx,
        &subject(&row),
        Event::TicketCreated {
            title: row.title.clone(),
            service_type: Some(row.service_type),
            priority: Some(row.priority),
            channel: Some(row.channel),
        },
    )
    .await?;
    if auto_assign {
        super::assigning::assign_best(tx, ctx, &mut row, None).await?;
    }
    Ok(row.id)
}

/// Changes a ticket's fields; absent ones stay. Refused when somebody else changed the ticket since the version the
/// change was made from.
pub async fn update(ctx: &Ctx, id: TicketId, change: TicketChange) -> Result<Ticket> {
    ctx.require(Permission::TicketUpdate)?;
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    if let Some(version) = change.version.filter(|version| *version != row.version) {
        return Err(Error::conflict(
            "version_mismatch",
            format!("ticket {} is at version {}, not {version}: load it again", row.number, row.version),
        ));
    }
    super::still_open(&row)?;
    let mut checker = Checker::new();
    let mut changes = Vec::new();
    if change.category.is_some() {
        let new = category(&mut checker, row.service_type, change.category.as_deref());
        note(&mut changes, "category", &mut row.category, new, true);
    }
    if let Some(title) = &change.title {
        let new = checker.text("title", title, TITLE_CHARS);
        note(&mut changes, "title", &mut row.title, new, true);
    }
    if let Some(description) = &change.description {
        let new = checker.optional_text("description", description, DESCRIPTION_CHARS);
        note(&mut changes, "description", &mut row.description, new, false);
    }
    if let Some(at) = change.preferred_at.filter(|at| *at != row.preferred_at) {
        schedule(&mut checker, "preferred_at", at, ctx.now);
        changes.push(changed("preferred_at", row.preferred_at, at));
        row.preferred_at = at;
    }
    if let Some(preference) = change.contact_preference.filter(|new| *new != row.contact_preference) {
        changes.push(changed("contact_preference", Some(row.contact_preference), Some(preference)));
        row.contact_preference = preference;
    }
    let eta = change.eta_at.filter(|at| Some(*at) != row.eta_at);
    if let Some(at) = eta {
        schedule(&mut checker, "eta_at", Some(at), ctx.now);
        row.eta_at = Some(at);
    }
    checker.finish()?;
    if changes.is_empty() && eta.is_none() {
        drop(tx);
        return reading::get(ctx, id).await;
    }
    store::save(&mut tx, &row, ctx.now).await?;
    if changes.iter().any(|change| change.field == "title") {
        store::set_terms(&mut tx, row.id, &terms(&row), false).await?;
    }
    if !changes.is_empty() {
        emit(&mut tx, ctx, &subject(&row), Event::TicketUpdated { changes }).await?;
    }
    if eta.is_some() {
        emit(&mut tx, ctx, &subject(&row), Event::TicketEtaSet { eta_at: eta }).await?;
    }
    tx.commit().await?;
    reading::get(ctx, id).await
}

fn category(checker: &mut Checker, service_type: ServiceType, given: Option<&str>) -> String {
    let known = service_type.categories();
    match given {
        None => known.first().copied().unwrap_or_default().to_owned(),
        Some(given) => {
            checker.ensure(
                known.contains(&given),
                "category",
                "unknown",
                format!("use one of {} for {service_type}", known.join(", ")),
            );
            given.to_owned()
        }
    }
}

/// A visit lies ahead (give or take an hour of a slow form) and within a year.
fn schedule(checker: &mut Checker, field: &str, at: Option<Time>, now: Time) {
    let Some(at) = at else { return };
    checker.ensure(at >= now.plus_seconds(-3600), field, "past", "choose a time to come");
    checker.ensure(at <= now.plus_seconds(366 * 86_400), field, "too_far", "choose a time within a year");
}

fn changed<T: ToString>(field: &str, from: Option<T>, to: Option<T>) -> Change {
    let text = |value: Option<T>| value.map(|value| value.to_string());
    Change { field: field.to_owned(), from: text(from), to: text(to) }
}

/// Notes a changed text; its values are kept only where they are no personal data.
fn note(changes: &mut Vec<Change>, field: &str, value: &mut String, new: String, keep: bool) {
    if *value == new {
        return;
    }
    let old = std::mem::replace(value, new);
    changes.push(Change {
        field: field.to_owned(),
        from: keep.then_some(old),
        to: keep.then(|| value.clone()),
    });
}

/// The words by which a ticket is found: those of its title, and its number.
pub(super) fn terms(row: &TicketRow) -> Vec<String> {
    let mut terms: Vec<String> = fold(&row.title)
        .split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .map(|word| word.chars().take(40).collect())
        .chain([row.number.to_lowercase()])
        .collect();
    terms.sort();
    terms.dedup();
    terms
}
