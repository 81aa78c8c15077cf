//! A customer's timeline: what happened to the account and to its tickets, in the reader's language.

use super::load;
use crate::{
    app::{Ctx, Scope},
    error::{Error, Result},
    event::{self, Event, store::Stored},
    i18n::{Arg, Locale, t},
    tickets::{self, TimelineEntry},
    types::*,
};
use std::collections::HashMap;

/// A page of what happened to a customer, the newest first. Customers are not told what is internal.
pub async fn timeline(ctx: &Ctx, id: CustomerId, page: &PageQuery) -> Result<Page<TimelineEntry>> {
    let for_customer = match ctx.actor.scope() {
        Scope::All => false,
        Scope::Customer(_) => true,
        // A technician sees a customer's address, but not the story of tickets of others.
        Scope::Technician(_) | Scope::Nothing => return Err(Error::NotFound("customer")),
    };
    let before = page.after::<EventId>()?.unwrap_or(EventId(i64::MAX));
    let mut tx = ctx.app.db.read().await?;
    load(&mut tx, ctx, id).await?;
    let rows = event::store::of_customer(&mut tx, id, before, page.rows() as i64 + 1).await?;
    let page = Page::from_rows(rows, page.rows(), |row| row.id);

    let (of_tickets, own): (Vec<Stored>, Vec<Stored>) =
        page.items.into_iter().partition(|row| row.kind.starts_with("ticket."));
    let numbers: HashMap<EventId, String> =
        of_tickets.iter().map(|row| (row.id, row.subject_label.clone())).collect();
    let locale = ctx.locale();
    let mut items = tickets::service::tell(ctx, &mut tx, of_tickets, &[]).await?;
    for entry in &mut items {
        let number = numbers.get(&entry.event_id).cloned().unwrap_or_default();
        let text = std::mem::take(&mut entry.text);
        entry.text = t(locale, "event-of-ticket", &[("number", number.into()), ("text", text.into())]);
    }
    items.extend(own.into_iter().filter_map(|row| tell(locale, for_customer, row)));
    items.sort_by_key(|entry| std::cmp::Reverse(entry.event_id));
    Ok(Page { items, next_cursor: page.next_cursor })
}

fn tell(locale: Locale, for_customer: bool, row: Stored) -> Option<TimelineEntry> {
    let event = row.event()?;
    let internal = !matches!(
        event,
        Event::CustomerCreated { .. }
            | Event::CustomerStatusChanged { .. }
            | Event::CustomerSignedIn { .. }
            | Event::CustomerSignedOut { .. }
            | Event::CustomerPhoneChanged { .. }
    );
    if internal && for_customer {
        return None;
    }
    let actor = match row.actor_kind.as_str() {
        "system" => t(locale, "event-actor-system", &[]),
        "customer" if for_customer => t(locale, "event-actor-you", &[]),
        _ if for_customer => t(locale, "event-actor-team", &[]),
        _ => row.actor_name,
    };
    Some(TimelineEntry {
        event_id: row.id,
        at: row.at,
        text: text(locale, for_customer, &event)?,
        kind: row.kind,
        actor,
        body: None,
        internal,
        undoable: false,
    })
}

/// What happened in words; none for what is not told here.
fn text(locale: Locale, for_customer: bool, event: &Event) -> Option<String> {
    let say = |key: &str, args: &[(&'static str, Arg<'_>)]| Some(t(locale, key, args));
    let status = |word: &str| t(locale, &format!("event-account-{}", word.replace('_', "-")), &[]);
    match event {
        Event::CustomerCreated { number } => {
            say("event-customer-created", &[("number", number.clone().into())])
        }
        Event::CustomerUpdated { changes } => {
            let fields = event::field_names(locale, changes);
            say("event-customer-updated", &[("fields", fields.into())])
        }
        Event::CustomerStatusChanged { from, to, reason } => {
            let mut args = vec![("from", Arg::from(status(from))), ("to", Arg::from(status(to)))];
            match reason.as_ref().filter(|_| !for_customer) {
                Some(reason) => {
                    args.push(("reason", reason.clone().into()));
                    say("event-customer-status-changed-why", &args)
                }
                None => say("event-customer-status-changed", &args),
            }
        }
        Event::CustomerTagged { tag } => say("event-customer-tagged", &[("tag", tag.clone().into())]),
        Event::CustomerUntagged { tag } => say("event-customer-untagged", &[("tag", tag.clone().into())]),
        Event::PersonalDataRevealed { .. } => say("event-customer-revealed", &[]),
        Event::CustomerCodeRequested { .. } => say("event-customer-code-requested", &[]),
        Event::CustomerSignedIn { .. } => say("event-customer-signed-in", &[]),
        Event::CustomerSignInFailed { .. } => say("event-customer-sign-in-failed", &[]),
        Event::CustomerSignedOut { .. } => say("event-customer-signed-out", &[]),
        Event::CustomerPhoneChangeRequested { .. } => say("event-customer-phone-change-requested", &[]),
        Event::CustomerPhoneChangeFailed { .. } => say("event-customer-phone-change-failed", &[]),
        Event::CustomerPhoneChanged { .. } => say("event-customer-phone-changed", &[]),
        Event::MessageReceived { .. } => say("event-message-received", &[]),
        Event::SessionRevoked { .. } => say("event-session-revoked", &[]),
        _ => None,
    }
}
