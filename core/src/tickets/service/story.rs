//! A ticket's timeline, told from its events and comments in the reader's language.

use super::undoing;
use crate::{
    app::{Ctx, Scope},
    db::Tx,
    error::{Error, Result},
    event::{self, Event, SubjectKind, store::Stored},
    i18n::{Arg, Locale, format, t},
    tickets::{Comment, Priority, TicketStatus, TimelineEntry, Visibility, store},
    types::*,
};
use std::collections::HashMap;

/// Events looked at for what can be undone.
const NEWEST: i64 = 50;

/// A page of a ticket's timeline, the oldest entry first. Comments and files of tickets merged into it are told too.
/// Customers are not told what is internal, nor which colleague did what.
pub async fn timeline(ctx: &Ctx, id: TicketId, page: &PageQuery) -> Result<Page<TimelineEntry>> {
    told(ctx, id, page, false).await
}

/// The same timeline from its other end: the newest entry first.
pub async fn latest(ctx: &Ctx, id: TicketId, page: &PageQuery) -> Result<Page<TimelineEntry>> {
    told(ctx, id, page, true).await
}

async fn told(ctx: &Ctx, id: TicketId, page: &PageQuery, latest: bool) -> Result<Page<TimelineEntry>> {
    let scope = ctx.actor.scope();
    let for_customer = matches!(scope, Scope::Customer(_));
    let from = page.after::<EventId>()?.unwrap_or(EventId(if latest { i64::MAX } else { 0 }));
    let mut tx = ctx.app.db.read().await?;
    store::detail(&mut tx, id, scope).await?.ok_or(Error::NotFound("ticket"))?;
    let undoable = if for_customer {
        Vec::new()
    } else {
        let newest = event::store::newest_about(&mut tx, SubjectKind::Ticket, id.0, NEWEST).await?;
        undoing::undoable(ctx, &newest)
    };
    let limit = page.rows() as i64 + 1;
    let mut events = about(&mut tx, id, from, limit, latest).await?;
    for merged in store::merged_into(&mut tx, id).await? {
        let more = about(&mut tx, merged, from, limit, latest).await?;
        events.extend(
            more.into_iter()
                .filter(|row| matches!(row.kind.as_str(), "ticket.commented" | "ticket.file_attached")),
        );
    }
    events.sort_by_key(|row| row.id);
    if latest {
        events.reverse();
    }
    let page = Page::from_rows(events, page.rows(), |row| row.id);
    let items = tell(ctx, &mut tx, page.items, &undoable).await?;
    Ok(Page { items, next_cursor: page.next_cursor })
}

async fn about(tx: &mut Tx, id: TicketId, from: EventId, limit: i64, latest: bool) -> Result<Vec<Stored>> {
    Ok(if latest {
        event::store::about_before(tx, SubjectKind::Ticket, id.0, from, limit).await?
    } else {
        event::store::about(tx, SubjectKind::Ticket, id.0, from, limit).await?
    })
}

/// Tells events of tickets in the order they come, with the texts of comments. Customers are not told what is internal.
pub async fn tell(
    ctx: &Ctx,
    tx: &mut Tx,
    rows: Vec<Stored>,
    undoable: &[EventId],
) -> Result<Vec<TimelineEntry>> {
    let for_customer = matches!(ctx.actor.scope(), Scope::Customer(_));
    let told: Vec<(Stored, Option<Event>)> =
        rows.into_iter().map(|row| (row.event(), row)).map(|(event, row)| (row, event)).collect();
    let ids: Vec<CommentId> = told
        .iter()
        .filter_map(|(_, event)| match event {
            Some(Event::TicketCommented { comment_id, .. }) => *comment_id,
            _ => None,
        })
        .collect();
    let comments: HashMap<CommentId, Comment> =
        store::parts::comments_of(tx, &ids).await?.into_iter().map(|comment| (comment.id, comment)).collect();
    let teller = Teller { ctx, locale: ctx.locale(), for_customer };
    let entries = told
        .into_iter()
        .filter_map(|(row, event)| {
            let event = event?;
            let internal = internal(&event);
            if internal && for_customer {
                return None;
            }
            let comment = match &event {
                Event::TicketCommented { comment_id: Some(id), .. } => comments.get(id),
                _ => None,
            };
            Some(TimelineEntry {
                event_id: row.id,
                at: row.at,
                actor: teller.actor(&row, comment),
                text: teller.text(&event),
                body: comment.map(|comment| comment.body.clone()),
                internal,
                undoable: undoable.contains(&row.id),
                kind: row.kind,
            })
        })
        .collect();
    Ok(entries)
}

/// What only staff are told.
fn internal(event: &Event) -> bool {
    match event {
        Event::TicketCreated { .. }
        | Event::TicketAssigned { .. }
        | Event::TicketStatusChanged { .. }
        | Event::TicketEtaSet { .. }
        | Event::TicketCompleted { .. }
        | Event::TicketCancelled { .. }
        | Event::TicketReopened { .. }
        | Event::TicketRated { .. }
        | Event::TicketMerged { .. } => false,
        Event::TicketCommented { visibility, .. } => *visibility != Some(Visibility::Public),
        Event::TicketFileAttached { customer_visible, .. } => !customer_visible,
        _ => true,
    }
}

struct Teller<'a> {
    ctx: &'a Ctx,
    locale: Locale,
    for_customer: bool,
}

impl Teller<'_> {
    fn actor(&self, row: &Stored, comment: Option<&Comment>) -> String {
        match (row.actor_kind.as_str(), comment) {
            ("customer", _) if self.for_customer => t(self.locale, "event-actor-you", &[]),
            ("system", None) => t(self.locale, "event-actor-system", &[]),
            (_, Some(comment)) => comment.author_name.clone(),
            _ if self.for_customer => t(self.locale, "event-actor-team", &[]),
            _ => row.actor_name.clone(),
        }
    }

    fn say(&self, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        t(self.locale, key, args)
    }

    fn status(&self, status: Option<TicketStatus>) -> String {
        status.map(|status| self.word("event-status-", status.as_str())).unwrap_or_default()
    }

    fn priority(&self, priority: Option<Priority>) -> String {
        priority.map(|priority| self.word("event-priority-", priority.as_str())).unwrap_or_default()
    }

    fn word(&self, area: &str, word: &str) -> String {
        self.say(&format!("{area}{}", word.replace('_', "-")), &[])
    }

    fn change(&self, key: &str, from: String, to: String, reason: Option<&String>) -> String {
        let mut args = vec![("from", Arg::from(from)), ("to", Arg::from(to))];
        match reason {
            Some(reason) => {
                args.push(("reason", reason.clone().into()));
                self.say(&format!("{key}-why"), &args)
            }
            None => self.say(key, &args),
        }
    }

    fn text(&self, event: &Event) -> String {
        let text = self.plain(event);
        match event {
            Event::TicketAssigned { undo_of: Some(_), .. }
            | Event::TicketUnassigned { undo_of: Some(_), .. }
            | Event::TicketStatusChanged { undo_of: Some(_), .. }
            | Event::TicketPriorityChanged { undo_of: Some(_), .. } => {
                self.say("event-undone", &[("text", text.into())])
            }
            _ => text,
        }
    }

    fn plain(&self, event: &Event) -> String {
        match event {
            Event::TicketCreated { title, channel, .. } => {
                let channel = channel.map_or("staff", |channel| channel.as_str());
                self.say(
                    "event-ticket-created",
                    &[("channel", channel.into()), ("title", title.clone().into())],
                )
            }
            Event::TicketUpdated { changes } => {
                let fields = event::field_names(self.locale, changes);
                self.say("event-ticket-updated", &[("fields", fields.into())])
            }
            Event::TicketAssigned { lead_name, member_names, .. } if member_names.is_empty() => {
                self.say("event-ticket-assigned", &[("lead", lead_name.clone().into())])
            }
            Event::TicketAssigned { lead_name, member_names, .. } => self.say(
                "event-ticket-assigned-with",
                &[("lead", lead_name.clone().into()), ("members", member_names.join(", ").into())],
            ),
            Event::TicketUnassigned { .. } => self.say("event-ticket-unassigned", &[]),
            Event::TicketStatusChanged { from, to, reason, .. } => self.change(
                "event-ticket-status-changed",
                self.status(*from),
                self.status(*to),
                reason.as_ref(),
            ),
            Event::TicketPriorityChanged { from, to, reason, .. } => self.change(
                "event-ticket-priority-changed",
                self.priority(*from),
                self.priority(*to),
                reason.as_ref(),
            ),
            Event::TicketEtaSet { eta_at: Some(at) } => {
                let eta = format::date_time(self.locale, &self.ctx.app.zone, *at);
                self.say("event-ticket-eta-set", &[("eta", eta.into())])
            }
            Event::TicketEtaSet { eta_at: None } => self.say("event-ticket-eta-removed", &[]),
            Event::TicketCommented { visibility: Some(Visibility::Public), .. } => {
                self.say("event-ticket-commented", &[])
            }
            Event::TicketCommented { .. } => self.say("event-ticket-noted", &[]),
            Event::TicketFileAttached { name, .. } => {
                self.say("event-ticket-file-attached", &[("name", name.clone().into())])
            }
            Event::TicketChecklistChanged { code, done } => {
                let line = self.word("checklist-", code);
                let key =
                    if *done { "event-ticket-checklist-done" } else { "event-ticket-checklist-reopened" };
                self.say(key, &[("line", line.into())])
            }
            Event::TicketCompleted { in_time, .. } => {
                let in_time = if *in_time { "yes" } else { "no" };
                self.say("event-ticket-completed", &[("intime", in_time.into())])
            }
            Event::TicketCancelled { reason, .. } => {
                self.say("event-ticket-cancelled", &[("reason", reason.clone().into())])
            }
            Event::TicketReopened { reason } => {
                self.say("event-ticket-reopened", &[("reason", reason.clone().into())])
            }
            Event::TicketRated { rating, comment: None } => {
                self.say("event-ticket-rated", &[("rating", (*rating).into())])
            }
            Event::TicketRated { rating, comment: Some(comment) } => self.say(
                "event-ticket-rated-why",
                &[("rating", (*rating).into()), ("comment", comment.clone().into())],
            ),
            Event::TicketMerged { into_number, .. } => {
                self.say("event-ticket-merged", &[("number", into_number.clone().into())])
            }
            Event::TicketParentSet { parent_id: Some(_) } => self.say("event-ticket-parent-set", &[]),
            Event::TicketParentSet { parent_id: None } => self.say("event-ticket-parent-removed", &[]),
            other => other.kind().to_owned(),
        }
    }
}
