//! Notifications that follow from events, inside the transaction of what caused them.

use crate::{
    app::Ctx,
    customers,
    db::Tx,
    error::{Error, Result},
    event::{self, Audience, Event, Subject, SubjectKind},
    i18n::{Arg, t},
    messages::{self, MessageChannel, service::NewMessage},
    notifications::{
        NotificationPriority, NotificationType,
        store::{self, Fresh, Reader, Readers},
    },
    permission::{Permission, Role, granted_by_default},
    tickets,
    types::*,
};
use std::collections::{BTreeSet, HashMap};

const DAY_S: i64 = 86_400;

/// When a notification stops being of interest: the more it matters, the later.
pub(super) fn expiry(priority: NotificationPriority, now: Time) -> Time {
    let days = match priority {
        NotificationPriority::Low => 7,
        NotificationPriority::Normal => 30,
        NotificationPriority::High | NotificationPriority::Urgent => 90,
    };
    now.plus_seconds(days * DAY_S)
}

/// What has been told of one event so far: everybody hears of it once, and its facts are looked up once.
#[derive(Debug, Default)]
pub struct Told {
    readers: BTreeSet<UserId>,
    ticket: Option<tickets::service::Brief>,
    customer: Option<customers::service::Brief>,
}

/// One entry for each of an audience, in each reader's language.
#[derive(Debug, Clone, Copy)]
pub struct Notice<'a> {
    /// Who.
    pub audience: &'a Audience,
    /// About what.
    pub notification_type: NotificationType,
    /// How much it matters.
    pub priority: NotificationPriority,
    /// The catalogue entries `notify-<text>-title` and `notify-<text>-message`.
    pub text: &'a str,
}

/// Puts an entry into the notification centres of an audience. Whoever caused the event is not told, nor who has heard of
/// it already, nor who does not want to.
pub async fn notify(
    tx: &mut Tx,
    ctx: &Ctx,
    subject: &Subject,
    (event_id, event): (EventId, &Event),
    notice: Notice<'_>,
    told: &mut Told,
) -> Result<()> {
    let readers: Vec<Reader> = audience(tx, ctx, subject, &notice)
        .await?
        .into_iter()
        .filter(|reader| told.readers.insert(reader.id))
        .collect();
    if readers.is_empty() {
        return Ok(());
    }
    let ticket_id = subject.id.filter(|_| subject.kind == SubjectKind::Ticket).map(TicketId);
    if let (Some(id), None) = (ticket_id, &told.ticket) {
        told.ticket = tickets::service::brief(tx, id).await?;
    }
    if let (SubjectKind::Message, Some(id), None) = (subject.kind, subject.customer_id, &told.customer) {
        told.customer = customers::service::brief(tx, id).await?;
    }
    let mut texts = HashMap::new();
    for reader in &readers {
        if !texts.contains_key(&reader.locale) {
            let locale = reader.locale;
            let args = arguments(ctx, locale, subject, event, told);
            let say = |part: &str| t(locale, &format!("notify-{}-{part}", notice.text), &args);
            texts.insert(locale, (say("title"), say("message")));
        }
    }
    let fresh = Fresh {
        event_id: Some(event_id),
        notification_type: notice.notification_type,
        priority: notice.priority,
        // Who has lost a ticket cannot open it.
        link: link(subject, told.customer.as_ref()).filter(|_| notice.text != "ticket-unassigned"),
        data: serde_json::json!({
            "event": event.kind(),
            "subject_kind": subject.kind,
            "subject_id": subject.id,
            "subject": subject.label,
        }),
        expires_at: Some(expiry(notice.priority, ctx.now)),
        created_at: ctx.now,
    };
    store::insert(tx, &readers, &fresh, &texts).await?;
    // Who is given or loses work has a message about it anyway.
    if !matches!(notice.text, "ticket-assigned" | "ticket-unassigned") {
        copy(tx, ctx, &readers, &fresh, &texts, ticket_id).await?;
    }
    Ok(())
}

/// Sends copies by message to those who want them. A copy that cannot be made is logged and fails nothing.
pub(super) async fn copy(
    tx: &mut Tx,
    ctx: &Ctx,
    readers: &[Reader],
    fresh: &Fresh,
    texts: &HashMap<Locale, (String, String)>,
    ticket_id: Option<TicketId>,
) -> Result<()> {
    let base = &ctx.app.config.server.public_url;
    let link = format!("{base}{}", fresh.link.as_deref().unwrap_or("/notifications"));
    for reader in readers {
        let Some((title, message)) = texts.get(&reader.locale) else { continue };
        let ways = [
            (MessageChannel::Whatsapp, reader.whatsapp.as_ref().map(Phone::as_str)),
            (MessageChannel::Email, reader.email.as_deref()),
        ];
        for (channel, address) in ways {
            let Some(address) = address else { continue };
            let copy = NewMessage {
                template: "staff-notice",
                channel: Some(channel),
                locale: reader.locale,
                address,
                variables: &[("title", title), ("message", message), ("link", &link)],
                customer_id: None,
                user_id: Some(reader.id),
                ticket_id,
                expires_at: None,
            };
            match messages::service::send(tx, ctx, copy).await {
                Ok(_) => {}
                Err(error @ (Error::Invalid(_) | Error::Internal(_))) => {
                    tracing::error!(user = %reader.id, %error, "a copy of a notification could not be made");
                }
                Err(error) => return Err(error),
            }
        }
    }
    Ok(())
}

async fn audience(tx: &mut Tx, ctx: &Ctx, subject: &Subject, notice: &Notice<'_>) -> Result<Vec<Reader>> {
    let about = notice.notification_type;
    let mut without = ctx.actor.user_id();
    let roles: Vec<Role>;
    let users: [UserId; 1];
    let readers = match notice.audience {
        Audience::Permitted(permission) => {
            roles = permitted(tx, *permission, subject).await?;
            Readers::Roles(&roles)
        }
        Audience::Role(role) => {
            roles = vec![*role];
            Readers::Roles(&roles)
        }
        Audience::Team => match subject.id.filter(|_| subject.kind == SubjectKind::Ticket) {
            Some(id) => Readers::Team(TicketId(id)),
            None => return Ok(Vec::new()),
        },
        Audience::TeamOf(ticket) => Readers::Team(*ticket),
        Audience::Technicians(ids) => Readers::Technicians(ids),
        Audience::User(id) => {
            users = [*id];
            Readers::Users(&users)
        }
        Audience::Subject => match subject.id.filter(|_| subject.kind == SubjectKind::User) {
            // What concerns an account's safety its owner hears also when it looks as though they did it themselves.
            Some(id) => {
                without = None;
                users = [UserId(id)];
                Readers::Users(&users)
            }
            None => return Ok(Vec::new()),
        },
    };
    Ok(store::readers(tx, &readers, about, without).await?)
}

/// The roles that have a permission now. Technicians see only their own tickets, so they do not hear of others.
async fn permitted(tx: &mut Tx, permission: Permission, subject: &Subject) -> Result<Vec<Role>> {
    let changed = store::overrides(tx, permission).await?;
    Ok(Role::ALL
        .iter()
        .copied()
        .filter(|role| {
            changed
                .iter()
                .find(|(other, _)| other == role)
                .map_or(granted_by_default(*role, permission), |(_, granted)| {
                    *granted || *role == Role::Admin
                })
        })
        .filter(|role| subject.kind != SubjectKind::Ticket || *role != Role::Technician)
        .collect())
}

/// What somebody wrote leads to who wrote it.
fn link(subject: &Subject, writer: Option<&customers::service::Brief>) -> Option<String> {
    match subject.kind {
        SubjectKind::Ticket => Some(format!("/tickets/{}", subject.label)),
        SubjectKind::Customer => Some(format!("/customers/{}", subject.label)),
        SubjectKind::Conversation => subject.id.map(|id| format!("/conversations/{id}")),
        SubjectKind::Message => writer.map(|writer| format!("/customers/{}", writer.number)),
        _ => None,
    }
}

/// Everything a text may mention.
fn arguments(
    ctx: &Ctx,
    locale: Locale,
    subject: &Subject,
    event: &Event,
    told: &Told,
) -> Vec<(&'static str, Arg<'static>)> {
    let ticket = told.ticket.as_ref();
    let writer = told.customer.as_ref().map(|writer| writer.name.clone());
    let customer = ticket.and_then(|ticket| ticket.customer_name.clone()).or(writer);
    let word = |area: &str, word: &str| t(locale, &format!("event-{area}-{}", word.replace('_', "-")), &[]);
    let mut out: Vec<(&'static str, Arg<'static>)> = vec![
        ("number", subject.label.clone().into()),
        ("actor", ctx.actor.name().to_owned().into()),
        ("title", ticket.map(|ticket| ticket.title.clone()).unwrap_or_default().into()),
        ("customer", customer.clone().unwrap_or_else(|| "-".into()).into()),
        ("known", if customer.is_some() { "yes" } else { "no" }.into()),
    ];
    match event {
        Event::TicketPriorityChanged { to: Some(to), .. } => {
            out.push(("priority", word("priority", to.as_str()).into()));
        }
        Event::TicketCancelled { reason, .. } | Event::TicketReopened { reason } => {
            out.push(("reason", reason.clone().into()));
        }
        Event::TicketMerged { into_number, .. } => out.push(("into", into_number.clone().into())),
        Event::TicketRated { rating, .. } => out.push(("rating", (*rating).into())),
        Event::JobDied { job_kind, error } => {
            out.push(("kind", job_kind.clone().into()));
            out.push(("reason", error.clone().into()));
        }
        Event::QueuePaused { queue, reason } => {
            out.push(("queue", queue.clone().into()));
            out.push(("reason", reason.clone().unwrap_or_else(|| "-".to_owned()).into()));
        }
        Event::ProviderDisconnected { reason } => {
            let reason = if reason.is_empty() { "-".to_owned() } else { reason.clone() };
            out.push(("reason", reason.into()));
        }
        Event::ProviderChanged { changes } => {
            out.push(("fields", event::field_names(locale, changes).into()));
        }
        Event::UserLocked { failures } => out.push(("failures", (*failures).into())),
        _ => {}
    }
    out
}
