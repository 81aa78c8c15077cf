//! Reading one ticket, and the figures about all of them.

use super::clock;
use crate::{
    app::{Ctx, Scope},
    db::Tx,
    error::{Error, Result},
    permission::Permission,
    tickets::{Ticket, TicketStats, TicketStatus, state::REOPEN_DAYS, store},
    types::*,
};

const HOUR_S: i64 = 3600;
const DAY_MS: i64 = 86_400_000;

/// The ticket behind what people write: an identifier, or a number such as `TKT20261121001`.
pub async fn resolve(ctx: &Ctx, text: &str) -> Result<TicketId> {
    let text = text.trim();
    if let Ok(id) = text.parse::<TicketId>() {
        return Ok(id);
    }
    let number = text.to_uppercase();
    if !number.starts_with("TKT") {
        return Err(Error::NotFound("ticket"));
    }
    let mut tx = ctx.app.db.read().await?;
    store::find(&mut tx, &number).await?.ok_or(Error::NotFound("ticket"))
}

/// A ticket with everything about it that the actor may see. A customer sees neither the checklist, nor other tickets
/// it is linked with, nor files meant for staff.
pub async fn get(ctx: &Ctx, id: TicketId) -> Result<Ticket> {
    get_in(&mut ctx.app.db.read().await?, ctx, id).await
}

/// [`get`] within a transaction, as it has left the ticket.
pub async fn get_in(tx: &mut Tx, ctx: &Ctx, id: TicketId) -> Result<Ticket> {
    let scope = ctx.actor.scope();
    let inside = !matches!(scope, Scope::Customer(_));
    let row = store::detail(tx, id, scope).await?.ok_or(Error::NotFound("ticket"))?;
    let calendar = clock::calendar(tx, ctx, row.sla_started_at).await?;
    let team = store::parts::team(tx, id).await?;
    let checklist = if inside { store::parts::checklist(tx, id).await? } else { Vec::new() };
    let child_ids = if inside { store::children(tx, id).await? } else { Vec::new() };
    let completion = store::parts::completion(tx, id).await?;
    let attachments = store::parts::attachments(tx, id, inside).await?;
    let ticket = &row.summary;
    Ok(Ticket {
        sla: row.clock().standing(&calendar, ticket.status, ticket.held_at, ticket.completed_at, ctx.now),
        next_statuses: ticket.status.next().to_vec(),
        can_reopen: can_reopen(ticket.status, ticket.completed_at, ctx.now),
        description: row.description,
        contact_preference: row.contact_preference,
        preferred_at: row.preferred_at,
        eta_at: row.eta_at,
        started_at: row.started_at,
        hold_reason: row.hold_reason,
        paused_ms: row.paused_ms,
        cancelled_at: row.cancelled_at,
        cancel_reason: row.cancel_reason,
        resolution: row.resolution,
        parent_id: row.parent_id.filter(|_| inside),
        merged_into_id: row.merged_into_id,
        child_ids,
        rating: row.rating,
        rating_comment: row.rating_comment,
        rated_at: row.rated_at,
        reopened_count: row.reopened_count,
        team,
        checklist,
        completion,
        attachments,
        created_by: row.created_by,
        summary: row.summary,
    })
}

/// Whether the actor may see a ticket.
pub async fn sees(ctx: &Ctx, id: TicketId) -> Result<bool> {
    let mut tx = ctx.app.db.read().await?;
    Ok(store::detail(&mut tx, id, ctx.actor.scope()).await?.is_some())
}

/// Whether a ticket of this status, completed then, can be opened again.
pub(super) fn can_reopen(status: TicketStatus, completed_at: Option<Time>, now: Time) -> bool {
    status == TicketStatus::Completed
        && completed_at.is_some_and(|at| now.since_ms(at) <= REOPEN_DAYS * DAY_MS)
}

/// How many of the tickets that the actor may see stand where.
pub async fn stats(ctx: &Ctx) -> Result<TicketStats> {
    ctx.require(Permission::TicketRead)?;
    let scope = ctx.actor.scope();
    let mut tx = ctx.app.db.read().await?;
    let mut stats = TicketStats::default();
    for (status, priority, count) in store::stats::open(&mut tx, scope).await? {
        *stats.by_status.entry(status.to_string()).or_default() += count;
        *stats.by_priority.entry(priority.to_string()).or_default() += count;
    }
    let (overdue, soon) = store::stats::due(&mut tx, scope, ctx.now, ctx.now.plus_seconds(HOUR_S)).await?;
    stats.overdue = overdue + store::stats::late_on_hold(&mut tx, scope).await?;
    stats.due_within_hour = soon;
    stats.unassigned = store::stats::unassigned(&mut tx, scope).await?;
    let yesterday = ctx.now.plus_ms(-DAY_MS);
    stats.created_by_hour = vec![0; 24];
    for (at,) in store::stats::created_since(&mut tx, scope, yesterday).await? {
        let hour = usize::try_from(at.since_ms(yesterday) / (HOUR_S * 1000)).unwrap_or(0).min(23);
        stats.created_by_hour[hour] += 1;
    }
    (stats.completed_24h, _, _, _) = store::stats::completed_since(&mut tx, scope, yesterday).await?;
    let (completed, in_time, ratings, stars) =
        store::stats::completed_since(&mut tx, scope, ctx.now.plus_ms(-30 * DAY_MS)).await?;
    stats.on_time_percent_30d = (completed > 0).then(|| in_time * 100 / completed);
    stats.rating_30d_hundredths = (ratings > 0).then(|| stars * 100 / ratings);
    Ok(stats)
}

/// What a notification says of a ticket.
pub type Brief = store::BriefRow;

/// A ticket in few words, within somebody else's transaction.
pub async fn brief(tx: &mut Tx, id: TicketId) -> Result<Option<Brief>> {
    Ok(store::brief(tx, id).await?)
}
