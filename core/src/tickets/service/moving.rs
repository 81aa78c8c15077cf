//! Changes of status and priority.

use super::{assigning, clock, illegal, load, reading, still_open, subject};
use crate::{
    app::{Actor, Ctx},
    db::Tx,
    error::{Checker, Error, Result},
    event::{Event, emit},
    permission::Permission,
    tickets::{Reason, SetPriority, SetStatus, Ticket, TicketStatus, store, store::TicketRow},
    types::*,
};

const REASON_CHARS: usize = 500;

/// A reason in words, trimmed; none when empty.
pub(super) fn reason(checker: &mut Checker, given: Option<&str>, required: bool) -> Option<String> {
    let text = given.unwrap_or_default();
    let text = if required {
        checker.text("reason", text, REASON_CHARS)
    } else {
        checker.optional_text("reason", text, REASON_CHARS)
    };
    Some(text).filter(|text| !text.is_empty())
}

/// Changes a ticket's status. `completed` goes through [`super::complete`]; `open` takes the ticket from its team.
pub async fn set_status(ctx: &Ctx, id: TicketId, body: SetStatus) -> Result<Ticket> {
    ctx.require(Permission::TicketStatus)?;
    if body.status == TicketStatus::Cancelled {
        return cancel(ctx, id, Reason { reason: body.reason.unwrap_or_default() }).await;
    }
    let mut checker = Checker::new();
    let why = reason(&mut checker, body.reason.as_deref(), body.status == TicketStatus::OnHold);
    checker.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    let to = body.status;
    if row.status == to {
        // Said twice is done once; the second time changes nothing.
        drop(tx);
        return reading::get(ctx, id).await;
    }
    if !row.status.allows(to) {
        return Err(illegal(&row, to));
    }
    match to {
        TicketStatus::Completed => {
            return Err(Error::Conflict {
                code: "completion_needed",
                message: format!("complete ticket {} with its completion data", row.number),
                allowed: vec!["complete".to_owned()],
            });
        }
        TicketStatus::Assigned if row.lead_id.is_none() => {
            return Err(Error::Conflict {
                code: "nobody_assigned",
                message: format!("ticket {} has no team: assign a technician", row.number),
                allowed: vec!["assign".to_owned()],
            });
        }
        TicketStatus::Open => {
            ctx.require(Permission::TicketAssign)?;
            unassign(&mut tx, ctx, &mut row, None).await?;
        }
        _ => {
            let from = row.status;
            move_to(&mut tx, ctx, &mut row, to, why.clone()).await?;
            store::save(&mut tx, &row, ctx.now).await?;
            let event =
                Event::TicketStatusChanged { from: Some(from), to: Some(to), reason: why, undo_of: None };
            emit(&mut tx, ctx, &subject(&row), event).await?;
        }
    }
    tx.commit().await?;
    reading::get(ctx, id).await
}

/// Sets the status and everything that goes with it: the pause of the clock, the begin of work, the first response.
pub(super) async fn move_to(
    tx: &mut Tx,
    ctx: &Ctx,
    row: &mut TicketRow,
    to: TicketStatus,
    why: Option<String>,
) -> Result<()> {
    end_pause(tx, ctx, row).await?;
    row.status = to;
    match to {
        TicketStatus::OnHold => {
            row.held_at = Some(ctx.now);
            row.hold_reason = why;
        }
        TicketStatus::InProgress => {
            row.started_at.get_or_insert(ctx.now);
            respond(ctx, row);
        }
        _ => {}
    }
    Ok(())
}

/// Ends a pause of the clock, if there is one, and adds its working time to the due times.
pub(super) async fn end_pause(tx: &mut Tx, ctx: &Ctx, row: &mut TicketRow) -> Result<()> {
    if let Some(held_at) = row.held_at.take() {
        let calendar = clock::calendar(tx, ctx, row.sla_started_at).await?;
        let clock = row.clock().pause(&calendar, held_at, ctx.now, row.responded_at.is_some());
        row.set_clock(&clock);
        row.hold_reason = None;
    }
    Ok(())
}

/// Notes the first response, when it is one and staff give it.
pub(super) fn respond(ctx: &Ctx, row: &mut TicketRow) {
    if matches!(ctx.actor, Actor::User(_) | Actor::Unix { .. }) {
        row.responded_at.get_or_insert(ctx.now);
    }
}

/// Takes a ticket from its team; it is open again.
pub(super) async fn unassign(
    tx: &mut Tx,
    ctx: &Ctx,
    row: &mut TicketRow,
    undo_of: Option<EventId>,
) -> Result<()> {
    let (previous_lead_id, previous_member_ids) = assigning::team_of(tx, row.id).await?;
    store::parts::set_team(tx, row.id, None, &[]).await?;
    row.lead_id = None;
    row.eta_at = None;
    row.status = TicketStatus::Open;
    store::save(tx, row, ctx.now).await?;
    let event = Event::TicketUnassigned { previous_lead_id, previous_member_ids, undo_of };
    emit(tx, ctx, &subject(row), event).await?;
    Ok(())
}

/// Changes a ticket's priority. Its due times are those of the new priority, from when the clock began.
pub async fn set_priority(ctx: &Ctx, id: TicketId, body: SetPriority) -> Result<Ticket> {
    ctx.require(Permission::TicketPriority)?;
    let mut checker = Checker::new();
    let why = reason(&mut checker, body.reason.as_deref(), false);
    checker.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    still_open(&row)?;
    let from = row.priority;
    if from != body.priority {
        reprioritize(&mut tx, ctx, &mut row, body.priority).await?;
        store::save(&mut tx, &row, ctx.now).await?;
        let event = Event::TicketPriorityChanged {
            from: Some(from),
            to: Some(body.priority),
            reason: why,
            undo_of: None,
        };
        emit(&mut tx, ctx, &subject(&row), event).await?;
        tx.commit().await?;
    } else {
        drop(tx);
    }
    reading::get(ctx, id).await
}

/// Sets the priority and the due times it promises.
pub(super) async fn reprioritize(
    tx: &mut Tx,
    ctx: &Ctx,
    row: &mut TicketRow,
    priority: crate::tickets::Priority,
) -> Result<()> {
    let target = target(tx, row, priority).await?;
    let calendar = clock::calendar(tx, ctx, row.sla_started_at).await?;
    let clock = row.clock().retarget(&calendar, target, row.responded_at.is_some());
    row.set_clock(&clock);
    row.priority = priority;
    Ok(())
}

/// What is promised now for a ticket of this priority.
pub(super) async fn target(
    tx: &mut Tx,
    row: &TicketRow,
    priority: crate::tickets::Priority,
) -> Result<crate::tickets::sla::Target> {
    let customer = match row.customer_id {
        Some(id) => store::facts::customer(tx, id).await?,
        None => None,
    };
    let (_, customer_type) = clock::customer_class(customer.as_ref());
    Ok(clock::promises(tx).await?.target(priority, row.sla_level, customer_type))
}

/// Cancels a ticket that is not finished. A customer may take back a report that nobody has begun to work on.
pub async fn cancel(ctx: &Ctx, id: TicketId, body: Reason) -> Result<Ticket> {
    let by_customer = matches!(ctx.actor, Actor::Customer { .. });
    if !by_customer {
        ctx.require(Permission::TicketCancel)?;
    }
    let mut checker = Checker::new();
    let why = reason(&mut checker, Some(&body.reason), true).unwrap_or_default();
    checker.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    if !row.status.allows(TicketStatus::Cancelled) {
        return Err(illegal(&row, TicketStatus::Cancelled));
    }
    if by_customer && !matches!(row.status, TicketStatus::Open | TicketStatus::Assigned) {
        return Err(Error::conflict(
            "work_begun",
            format!("work on ticket {} has begun: write to us instead", row.number),
        ));
    }
    let from = row.status;
    cancel_row(&mut tx, ctx, &mut row, &why).await?;
    let event = Event::TicketCancelled { from: Some(from), reason: why };
    emit(&mut tx, ctx, &subject(&row), event).await?;
    tx.commit().await?;
    reading::get(ctx, id).await
}

/// Ends a ticket without work.
pub(super) async fn cancel_row(tx: &mut Tx, ctx: &Ctx, row: &mut TicketRow, why: &str) -> Result<()> {
    end_pause(tx, ctx, row).await?;
    row.status = TicketStatus::Cancelled;
    row.cancelled_at = Some(ctx.now);
    row.cancel_reason = Some(why.to_owned());
    store::save(tx, row, ctx.now).await?;
    Ok(())
}
