//! What changes single fields of tickets: their words, the checklist, the time of arrival, the ticket above.

use super::{
    Check, Eta, Parent, Update, When,
    verbs::{named, said},
};
use crate::{
    cmd::text_of,
    context::Context,
    failure::{Failure, Result},
    local,
    many::Many,
};
use aglis_core::{
    client::{Client, ClientError},
    tickets::{SetParent, Ticket, TicketChange},
    types::{ChecklistItemId, TicketId},
};

/// `ticket update`
pub(super) fn update(context: &Context, update: Update) -> Result {
    let description = match (&update.description, &update.file) {
        (None, None) => None,
        _ => Some(text_of(update.description, update.file.as_deref(), "description")?),
    };
    let change = TicketChange {
        title: update.title,
        description,
        category: update.category,
        preferred_at: (update.no_preferred_at || update.preferred_at.is_some())
            .then_some(update.preferred_at),
        contact_preference: update.contact,
        ..TicketChange::default()
    };
    let asked = serde_json::to_value(&change)?;
    if asked.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err(Failure::usage("nothing to change was given").hint("see aglisctl ticket update --help"));
    }
    let would = format!("change {asked}");
    Many::new(context, update.chosen)?.run(
        "ticket",
        "change {}",
        true,
        move |client, id| named(client, id, would.clone()),
        move |client, id, _| {
            let change = change.clone();
            async move { apply(client, id, change).await }
        },
        said,
    )
}

/// Changes fields; what somebody else changed since the ticket was read is not overwritten.
async fn apply(client: Client, id: String, change: TicketChange) -> std::result::Result<Ticket, ClientError> {
    let version = Some(client.ticket(&id).await?.summary.version);
    client.change_ticket(id, &TicketChange { version, ..change }).await
}

/// `ticket eta`
pub(super) fn eta(context: &Context, eta: Eta) -> Result {
    let at = match eta.at {
        When::At(at) => at,
        When::In(ms) => local::now().plus_ms(ms),
    };
    let shown = context.out.clock.text(at);
    let would = format!("arrive {shown}");
    Many::new(context, eta.chosen)?.run(
        "ticket",
        &format!("promise {shown} for {{}}"),
        true,
        move |client, id| named(client, id, would.clone()),
        move |client, id, _| async move {
            client.change_ticket(id, &TicketChange { eta_at: Some(at), ..TicketChange::default() }).await
        },
        |ticket: &Ticket| format!("{}: arrives {shown}", ticket.summary.number),
    )
}

/// `ticket check`
pub(super) fn check(context: &Context, check: Check) -> Result {
    let signs = |codes: &[String], word: &str| {
        if codes.is_empty() { String::new() } else { format!("{word} {}", codes.join(", ")) }
    };
    let parts = [signs(&check.done, "tick off"), signs(&check.open, "open again")];
    let would = parts.iter().filter(|part| !part.is_empty()).cloned().collect::<Vec<_>>().join("; ");
    let (done, open) = (check.done, check.open);
    let (done_too, open_too) = (done.clone(), open.clone());
    Many::new(context, check.chosen)?.run(
        "ticket",
        &format!("{would} on {{}}"),
        true,
        move |client, id| {
            let (would, done, open) = (would.clone(), done_too.clone(), open_too.clone());
            async move {
                let ticket = client.ticket(&id).await?;
                ticked(&ticket, &done)?;
                ticked(&ticket, &open)?;
                Ok(format!("{} ({}): {would}", ticket.summary.number, ticket.summary.title))
            }
        },
        move |client, id, _| {
            let (done, open) = (done.clone(), open.clone());
            async move {
                let mut ticket = client.ticket(&id).await?;
                let done = ticked(&ticket, &done)?.into_iter().map(|line| (line, true));
                let open = ticked(&ticket, &open)?.into_iter().map(|line| (line, false));
                for (line, done) in done.chain(open) {
                    ticket = client.check(&id, line, done).await?;
                }
                Ok(ticket)
            }
        },
        |ticket: &Ticket| {
            let done = ticket.checklist.iter().filter(|line| line.done_at.is_some()).count();
            format!("{}: {done} of {} done", ticket.summary.number, ticket.checklist.len())
        },
    )
}

/// `ticket parent`
pub(super) fn parent(context: &Context, parent: Parent) -> Result {
    let many = Many::new(context, parent.chosen)?;
    let client = context.client()?;
    let above: Option<(TicketId, String)> = match &parent.under {
        None => None,
        Some(above) => {
            let above = context.block_on(async { Ok(client.ticket(above).await?) })?;
            Some((above.summary.id, above.summary.number))
        }
    };
    let what = match &above {
        Some((_, number)) => format!("put {{}} under {number}"),
        None => "take {} out from under its parent".to_owned(),
    };
    let would = above.as_ref().map_or("take out".to_owned(), |(_, number)| format!("put under {number}"));
    let body = SetParent { parent_id: above.as_ref().map(|(id, _)| *id) };
    many.run(
        "ticket",
        &what,
        true,
        move |client, id| named(client, id, would.clone()),
        move |client, id, _| {
            let body = body.clone();
            async move { client.set_parent(id, &body).await }
        },
        |ticket: &Ticket| match &above {
            Some((_, number)) => format!("{} is under {number}", ticket.summary.number),
            None => format!("{} is under no other", ticket.summary.number),
        },
    )
}

/// The lines of some codes on a ticket's checklist.
pub(super) fn ticked(
    ticket: &Ticket,
    codes: &[String],
) -> std::result::Result<Vec<ChecklistItemId>, ClientError> {
    if codes.iter().any(|code| code == "all") {
        return Ok(ticket.checklist.iter().map(|item| item.id).collect());
    }
    let find = |code: &String| ticket.checklist.iter().find(|item| item.code == *code).map(|item| item.id);
    codes
        .iter()
        .map(|code| {
            find(code).ok_or_else(|| {
                let known: Vec<&str> = ticket.checklist.iter().map(|item| item.code.as_str()).collect();
                ClientError::Usage(format!("the checklist has no {code:?}; it has {}", known.join(", ")))
            })
        })
        .collect()
}
