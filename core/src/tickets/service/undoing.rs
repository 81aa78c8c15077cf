//! Taking a change back.

use super::{assigning, load, moving, reading, still_open, subject};
use crate::{
    app::{Actor, Ctx},
    db::Tx,
    error::{Error, Result},
    event::{self, Event, SubjectKind, emit},
    permission::{Permission, Role},
    tickets::{
        Ticket, TicketStatus, Undo,
        store::{self, TicketRow, parts},
        undo::{Inverse, UNDO_MINUTES, family, in_time},
    },
    types::*,
};

/// Events that are looked back at for something to undo.
const LOOK_BACK: i64 = 100;

/// What taking back an event would restore; none for what cannot be taken back, such as an event that itself took
/// something back.
pub(super) fn inverse(event: &Event) -> Option<Inverse> {
    match event {
        Event::TicketPriorityChanged { from: Some(from), to: Some(to), undo_of: None, .. } => {
            Some(Inverse::Priority { was_set: *to, back: *from })
        }
        Event::TicketStatusChanged { from: Some(from), to: Some(to), undo_of: None, .. } => {
            Some(Inverse::Status { was_set: *to, back: *from })
        }
        Event::TicketAssigned {
            previous_lead_id,
            previous_member_ids,
            previous_status,
            undo_of: None,
            ..
        } => Some(Inverse::Team {
            lead_id: *previous_lead_id,
            member_ids: previous_member_ids.clone(),
            status: previous_status.unwrap_or(TicketStatus::Open),
        }),
        Event::TicketUnassigned { previous_lead_id: Some(lead), previous_member_ids, undo_of: None } => {
            Some(Inverse::Team {
                lead_id: Some(*lead),
                member_ids: previous_member_ids.clone(),
                status: TicketStatus::Assigned,
            })
        }
        _ => None,
    }
}

const fn needed(inverse: &Inverse) -> Permission {
    match inverse {
        Inverse::Priority { .. } => Permission::TicketPriority,
        Inverse::Status { .. } => Permission::TicketStatus,
        Inverse::Team { .. } => Permission::TicketAssign,
    }
}

/// Whether the actor did it.
fn is_own(ctx: &Ctx, row: &event::store::Stored) -> bool {
    row.actor_kind == ctx.actor.kind() && row.actor_id == ctx.actor.id() && row.actor_name == ctx.actor.name()
}

/// Whether the actor did it, or administers.
fn may(ctx: &Ctx, row: &event::store::Stored) -> bool {
    let admin = match &ctx.actor {
        Actor::User(staff) => staff.role == Role::Admin,
        Actor::Unix { .. } => true,
        _ => false,
    };
    admin || is_own(ctx, row)
}

/// The identifiers of those events, the newest first, that the actor could take back now.
pub(super) fn undoable(ctx: &Ctx, newest_first: &[event::store::Stored]) -> Vec<EventId> {
    let mut seen: Vec<&[&str]> = Vec::new();
    let mut out = Vec::new();
    for row in newest_first {
        let Some(family) = family(&row.kind) else { continue };
        if seen.contains(&family) {
            continue;
        }
        seen.push(family);
        let possible =
            row.event().as_ref().and_then(inverse).is_some_and(|inverse| ctx.may(needed(&inverse)));
        if possible && in_time(row.at, ctx.now) && may(ctx, row) {
            out.push(row.id);
        }
    }
    out
}

/// Takes back a change of priority, status or team: within ten minutes, by whoever made it or an administrator, and only
/// while nothing of the kind has happened since. Without an event it is the actor's own last change; what somebody else
/// did is taken back only by name.
pub async fn undo(ctx: &Ctx, id: TicketId, body: Undo) -> Result<Ticket> {
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    let events = event::store::newest_about(&mut tx, SubjectKind::Ticket, id.0, LOOK_BACK).await?;
    let possible = undoable(ctx, &events);
    let target = match body.event_id {
        Some(event) => event,
        None => events
            .iter()
            .find(|event| possible.contains(&event.id) && is_own(ctx, event))
            .map(|event| event.id)
            .ok_or_else(|| {
                Error::conflict(
                    "nothing_to_undo",
                    format!(
                        "there is no change of yours on ticket {} in the last {UNDO_MINUTES} minutes that nobody changed since",
                        row.number
                    ),
                )
            })?,
    };
    let done = events.iter().find(|event| event.id == target).ok_or(Error::NotFound("event"))?;
    let inverse = done.event().as_ref().and_then(inverse).ok_or_else(|| {
        Error::conflict("not_undoable", format!("a change of kind {} cannot be taken back", done.kind))
    })?;
    ctx.require(needed(&inverse))?;
    if !may(ctx, done) {
        return Err(Error::Forbidden(format!("taking back what {} did", done.actor_name)));
    }
    if !in_time(done.at, ctx.now) {
        return Err(Error::conflict("too_late", format!("it happened more than {UNDO_MINUTES} minutes ago")));
    }
    let holds = match &inverse {
        Inverse::Priority { was_set, .. } => row.priority == *was_set,
        Inverse::Status { was_set, .. } => row.status == *was_set,
        Inverse::Team { .. } => true,
    };
    if !possible.contains(&target) || !holds {
        return Err(Error::conflict(
            "changed_since",
            format!("ticket {} was changed again since", row.number),
        ));
    }
    still_open(&row)?;
    let held_because = hold_reason(&events, target);
    restore(&mut tx, ctx, &mut row, (done, inverse), held_because).await?;
    tx.commit().await?;
    reading::get(ctx, id).await
}

/// Why a ticket was on hold before an event, as the change of status that put it there says.
fn hold_reason(newest_first: &[event::store::Stored], before: EventId) -> Option<String> {
    newest_first.iter().filter(|row| row.id < before).find_map(|row| match row.event() {
        Some(Event::TicketStatusChanged { to: Some(TicketStatus::OnHold), reason: Some(reason), .. }) => {
            Some(reason)
        }
        _ => None,
    })
}

async fn restore(
    tx: &mut Tx,
    ctx: &Ctx,
    row: &mut TicketRow,
    (done, inverse): (&event::store::Stored, Inverse),
    held_because: Option<String>,
) -> Result<()> {
    let undo_of = Some(done.id);
    let event = match inverse {
        Inverse::Priority { was_set, back } => {
            moving::reprioritize(tx, ctx, row, back).await?;
            store::save(tx, row, ctx.now).await?;
            Event::TicketPriorityChanged { from: Some(was_set), to: Some(back), reason: None, undo_of }
        }
        Inverse::Status { was_set, back } => {
            put_back(row, done.at, was_set, back);
            if back == TicketStatus::OnHold {
                row.hold_reason = held_because;
            }
            store::save(tx, row, ctx.now).await?;
            Event::TicketStatusChanged { from: Some(was_set), to: Some(back), reason: None, undo_of }
        }
        Inverse::Team { lead_id: None, .. } => {
            return moving::unassign(tx, ctx, row, undo_of).await;
        }
        Inverse::Team { lead_id: Some(lead), member_ids, status } => {
            let (previous_lead_id, previous_member_ids) = assigning::team_of(tx, row.id).await?;
            let previous_status = Some(row.status);
            parts::set_team(tx, row.id, Some(lead), &member_ids).await?;
            row.lead_id = Some(lead);
            row.status = status;
            store::save(tx, row, ctx.now).await?;
            let named = store::facts::technicians(tx, &[&[lead][..], &member_ids[..]].concat()).await?;
            let name = |id: &TechnicianId| named.iter().find(|one| one.id == *id).map(|one| one.name.clone());
            Event::TicketAssigned {
                lead_id: Some(lead),
                lead_name: name(&lead).unwrap_or_default(),
                member_names: member_ids.iter().filter_map(name).collect(),
                member_ids,
                automatic: false,
                reasons: Vec::new(),
                previous_lead_id,
                previous_member_ids,
                previous_status,
                undo_of,
            }
        }
    };
    emit(tx, ctx, &subject(row), event).await?;
    Ok(())
}

/// Puts the status back as though the change had not been made: a pause that should not have begun is not counted, one
/// that should not have ended goes on, and what the change stamped is taken off again.
fn put_back(row: &mut TicketRow, changed_at: Time, was_set: TicketStatus, back: TicketStatus) {
    if was_set == TicketStatus::OnHold {
        row.held_at = None;
        row.hold_reason = None;
    }
    if back == TicketStatus::OnHold {
        row.held_at = Some(changed_at);
    }
    if was_set == TicketStatus::InProgress {
        row.started_at = row.started_at.filter(|at| *at != changed_at);
        row.responded_at = row.responded_at.filter(|at| *at != changed_at);
    }
    row.status = back;
}
