//! Tickets that belong together: merged into one, or under a parent.

use super::{load, moving, reading, still_open, subject};
use crate::{
    app::Ctx,
    db::Tx,
    error::{Error, Result},
    event::{Event, emit},
    permission::Permission,
    tickets::{
        Merge, SetParent, Ticket,
        store::{self, TicketRow},
    },
    types::*,
};

/// Parents above which a chain is not made longer.
const DEEPEST: usize = 20;
/// Parents above which a chain is not followed: a chain can be hung below another one.
const FARTHEST: usize = 1000;

/// Merges a ticket into another one of the same customer: it is cancelled with a link, and its comments and files are
/// seen on the one that goes on.
pub async fn merge(ctx: &Ctx, id: TicketId, body: Merge) -> Result<Ticket> {
    ctx.require(Permission::TicketMerge)?;
    if id == body.into_id {
        return Err(Error::field("into_id", "contradiction", "a ticket cannot be merged into itself"));
    }
    let mut tx = ctx.app.db.write().await?;
    // Always in the same order, so that two merges crossing each other do not wait for each other.
    let low = load(&mut tx, ctx, id.min(body.into_id)).await;
    let high = load(&mut tx, ctx, id.max(body.into_id)).await;
    let (own, other) = if id < body.into_id { (low, high) } else { (high, low) };
    let mut row = own?;
    let mut into = other.map_err(|error| match error {
        Error::NotFound(_) => {
            Error::field("into_id", "unknown", format!("there is no ticket {}", body.into_id))
        }
        error => error,
    })?;
    still_open(&row)?;
    still_open(&into)?;
    if row.customer_id != into.customer_id {
        return Err(Error::field(
            "into_id",
            "other_customer",
            format!("ticket {} is another customer's; link them by a parent instead", into.number),
        ));
    }
    let place = row.parent_id;
    let below = is_below(&mut tx, &into, row.id).await?;
    row.merged_into_id = Some(into.id);
    row.parent_id = None;
    moving::cancel_row(&mut tx, ctx, &mut row, &format!("merged into {}", into.number)).await?;
    store::redirect(&mut tx, row.id, into.id, ctx.now).await?;
    if below {
        // What goes on takes the merged ticket's place, or it would stand above and below the same tickets.
        into.parent_id = place;
        store::save(&mut tx, &into, ctx.now).await?;
    }
    let event = Event::TicketMerged { into_id: Some(into.id), into_number: into.number.clone() };
    emit(&mut tx, ctx, &subject(&row), event).await?;
    tx.commit().await?;
    reading::get(ctx, into.id).await
}

/// Whether a ticket stands anywhere below another one.
async fn is_below(tx: &mut Tx, row: &TicketRow, other: TicketId) -> Result<bool> {
    let mut above = row.parent_id;
    for _ in 0..FARTHEST {
        match above {
            None => return Ok(false),
            Some(id) if id == other => return Ok(true),
            Some(id) => above = store::parent_of(tx, id).await?,
        }
    }
    Err(Error::conflict(
        "too_deep",
        format!("ticket {} stands below more than {FARTHEST} others", row.number),
    ))
}

/// Puts a ticket under a parent, or takes it out. Chains of parents never form a circle.
pub async fn set_parent(ctx: &Ctx, id: TicketId, body: SetParent) -> Result<Ticket> {
    ctx.require(Permission::TicketMerge)?;
    let mut tx = ctx.app.db.write().await?;
    let mut row = load(&mut tx, ctx, id).await?;
    if row.parent_id == body.parent_id {
        drop(tx);
        return reading::get(ctx, id).await;
    }
    if let Some(parent_id) = body.parent_id {
        if parent_id == id {
            return Err(Error::field("parent_id", "circle", "a ticket cannot be its own parent"));
        }
        let parent = load(&mut tx, ctx, parent_id).await.map_err(|error| match error {
            Error::NotFound(_) => {
                Error::field("parent_id", "unknown", format!("there is no ticket {parent_id}"))
            }
            error => error,
        })?;
        if parent.merged_into_id.is_some() {
            return Err(Error::field(
                "parent_id",
                "merged",
                format!("ticket {} was merged into another", parent.number),
            ));
        }
        let mut above = parent.parent_id;
        for depth in 0.. {
            let Some(next) = above else { break };
            if next == id {
                return Err(Error::field(
                    "parent_id",
                    "circle",
                    format!("ticket {} is below ticket {} already", parent.number, row.number),
                ));
            }
            if depth >= DEEPEST {
                return Err(Error::field(
                    "parent_id",
                    "too_deep",
                    format!("at most {DEEPEST} parents follow each other"),
                ));
            }
            above = store::parent_of(&mut tx, next).await?;
        }
    }
    row.parent_id = body.parent_id;
    store::save(&mut tx, &row, ctx.now).await?;
    emit(&mut tx, ctx, &subject(&row), Event::TicketParentSet { parent_id: body.parent_id }).await?;
    tx.commit().await?;
    reading::get(ctx, id).await
}
