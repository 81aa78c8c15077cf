//! Use cases of tickets, one transaction each.

mod assigning;
mod attaching;
mod clock;
mod commenting;
mod completing;
mod creating;
mod linking;
mod moving;
mod reading;
mod searching;
mod story;
mod undoing;

pub use assigning::{assign, candidates};
pub use attaching::{attach, attach_in, attachments};
pub use clock::{Story, explain, rules, set_rules, story};
pub use commenting::{comment, comment_with_files, comments};
pub use completing::{check, complete, rate, reopen};
pub use creating::{Draft, create, create_in, create_with_files, draft, update};
pub use linking::{merge, set_parent};
pub use moving::{cancel, set_priority, set_status};
pub use reading::{Brief, brief, get, get_in, resolve, sees, stats};
pub use searching::list;
pub use story::{latest, tell, timeline};
pub use undoing::undo;

use super::{TicketStatus, store, store::TicketRow};
use crate::{
    app::{Actor, Ctx},
    db::Tx,
    error::{Error, Result},
    event::Subject,
    types::*,
};

/// Loads a ticket the actor may see, locked for a change.
async fn load(tx: &mut Tx, ctx: &Ctx, id: TicketId) -> Result<TicketRow> {
    store::load(tx, id, ctx.actor.scope()).await?.ok_or(Error::NotFound("ticket"))
}

fn subject(row: &TicketRow) -> Subject {
    Subject::ticket(row.id, &row.number, row.customer_id)
}

/// Refuses what a finished ticket does not allow.
fn still_open(row: &TicketRow) -> Result<()> {
    if row.status.is_open() {
        return Ok(());
    }
    let allowed = if row.status == TicketStatus::Completed { vec!["reopen".to_owned()] } else { Vec::new() };
    Err(Error::Conflict {
        code: "ticket_finished",
        message: format!("ticket {} is {}", row.number, row.status),
        allowed,
    })
}

fn illegal(row: &TicketRow, to: TicketStatus) -> Error {
    let allowed: Vec<String> = row.status.next().iter().map(ToString::to_string).collect();
    let instead = if allowed.is_empty() { "nothing may follow".to_owned() } else { allowed.join(", ") };
    Error::Conflict {
        code: "illegal_transition",
        message: format!(
            "ticket {} is {} and cannot become {to}; allowed: {instead}",
            row.number, row.status
        ),
        allowed,
    }
}

/// The name that stands on what the actor leaves behind: people's full names, the program's parts as they are.
fn full_name(actor: &Actor) -> &str {
    match actor {
        Actor::User(staff) => &staff.full_name,
        other => other.name(),
    }
}

/// `user`, `customer` or `system`: on whose side somebody writes.
fn side(actor: &Actor) -> &'static str {
    match actor {
        Actor::User(_) | Actor::Unix { .. } => "user",
        Actor::Customer { .. } => "customer",
        Actor::Anonymous | Actor::System(_) => "system",
    }
}
