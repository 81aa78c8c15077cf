//! Use cases of presence. Who may see a ticket may know who is at it.

use super::{Activity, Beat, Presence, SetPresence};
use crate::{
    app::{Actor, Ctx, Scope},
    error::{Error, Result},
    event,
    permission::Permission,
    tickets,
    types::*,
};

/// Says what one does with an open ticket.
pub async fn set(ctx: &Ctx, ticket: TicketId, body: SetPresence) -> Result<()> {
    say(ctx, ticket, Some(body.activity)).await
}

/// Says that one has closed a ticket.
pub async fn leave(ctx: &Ctx, ticket: TicketId) -> Result<()> {
    say(ctx, ticket, None).await
}

async fn say(ctx: &Ctx, ticket_id: TicketId, activity: Option<Activity>) -> Result<()> {
    if !tickets::service::sees(ctx, ticket_id).await? {
        return Err(Error::NotFound("ticket"));
    }
    // A program is nowhere.
    if let Actor::User(staff) = &ctx.actor
        && let Some(user_id) = staff.user_id
    {
        let beat = Beat { ticket_id, user_id, name: staff.full_name.clone(), activity };
        ctx.app.db.hub().presence().say(beat, ctx.now);
    }
    Ok(())
}

/// Who came, went or does something else since a version, as far as the actor may see the tickets; and the version now.
pub async fn since(ctx: &Ctx, version: u64) -> Result<(u64, Vec<Presence>)> {
    let board = ctx.app.db.hub().presence();
    board.expire(ctx.app.now());
    let (now, changed) = board.since(version);
    let mut told = Vec::new();
    if changed.is_empty() || !ctx.may(Permission::TicketRead) {
        return Ok((now, told));
    }
    let own = ctx.actor.user_id();
    for (ticket_id, people) in changed {
        let visible = match ctx.actor.scope() {
            Scope::All => true,
            Scope::Technician(technician) => {
                let mut tx = ctx.app.db.read().await?;
                event::store::on_team(&mut tx, ticket_id.0, technician).await?
            }
            Scope::Customer(_) | Scope::Nothing => false,
        };
        if visible {
            let others = people.into_iter().filter(|(user, _)| Some(*user) != own);
            let mut people: Vec<_> = others.map(|(_, person)| person).collect();
            people.sort_by(|a, b| a.name.cmp(&b.name));
            told.push(Presence { ticket_id, people });
        }
    }
    Ok((now, told))
}
