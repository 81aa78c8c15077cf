//! What follows from a message that came in: its place in the thread, and the answer to a keyword.

use crate::{
    app::Ctx,
    conversations::{
        answers::{Answer, Asked, FRESH_MS, Writer, verdict},
        excerpt,
        keywords::keyword,
        store::{self, Fresh, OpenTicket, Person},
    },
    customers,
    db::Tx,
    error::{Error, Result},
    event::{Event, Outcome, Subject, SubjectKind, emit_outcome},
    i18n::{format, t},
    messages::{
        MessageChannel,
        service::{self as messages, NewMessage},
    },
    tickets::TicketStatus,
    types::*,
};

const HOUR_S: i64 = 3600;
const DAY_S: i64 = 24 * HOUR_S;
/// Tickets that an answer names.
const MOST_TICKETS: i64 = 5;

/// A message that came in and is kept already.
pub struct Came<'a> {
    /// The message.
    pub message_id: MessageId,
    /// Phone in E.164 or group id.
    pub address: &'a str,
    /// The phone; none for a group.
    pub phone: Option<&'a Phone>,
    /// The customer whose phone it is.
    pub customer_id: Option<CustomerId>,
    /// The text.
    pub text: &'a str,
    /// When it was written.
    pub sent_at: Time,
    /// Whether it is known as one of ours that came back.
    pub echo: bool,
}

/// Puts a message into its thread and answers a keyword, in the caller's transaction. Tells whether it was answered.
pub async fn received(tx: &mut Tx, ctx: &Ctx, came: &Came<'_>) -> Result<bool> {
    // Two messages of one address that come at once are counted one after the other.
    tx.serialize_on(&format!("conversation:{}", came.address)).await?;
    let asked = keyword(came.text);
    let person = match came.customer_id {
        Some(id) if asked.is_some() => store::person(tx, id).await?,
        _ => None,
    };
    let mut answered = false;
    if asked.is_some() {
        let earlier = store::answers_since(tx, came.address, ctx.now.plus_seconds(-DAY_S)).await?;
        let hour_ago = ctx.now.plus_seconds(-HOUR_S);
        let last_hour = earlier.iter().filter(|at| **at > hour_ago).count();
        let verdict = verdict(&Asked {
            keyword: asked,
            writer: writer(tx, ctx, came, person.as_ref()).await?,
            age_ms: ctx.now.since_ms(came.sent_at),
            last_hour: i64::try_from(last_hour).unwrap_or(i64::MAX),
            last_day: i64::try_from(earlier.len()).unwrap_or(i64::MAX),
        });
        if let (Some(on), Some(customer)) = (verdict.switch, came.customer_id) {
            customers::service::set_auto_answers(tx, ctx, customer, on).await?;
        }
        if let Some(answer) = verdict.answer {
            answered = send(tx, ctx, came, person.as_ref(), answer).await?;
        }
    }
    let text = excerpt(came.text);
    let fresh = Fresh {
        message_id: came.message_id,
        address: came.address,
        customer_id: came.customer_id,
        text: &text,
    };
    store::received(tx, &fresh, !answered && !came.echo, ctx.now).await?;
    Ok(answered)
}

async fn writer(tx: &mut Tx, ctx: &Ctx, came: &Came<'_>, person: Option<&Person>) -> Result<Writer> {
    let Some(phone) = came.phone else { return Ok(Writer::Group) };
    let own = ctx.app.config.business.phone.as_ref() == Some(phone);
    if own || came.echo {
        return Ok(Writer::Ourselves);
    }
    if store::said(tx, came.address, came.text, ctx.now.plus_ms(-FRESH_MS)).await? {
        return Ok(Writer::Ourselves);
    }
    if store::is_staff(tx, phone).await? {
        return Ok(Writer::Staff);
    }
    Ok(person.map_or(Writer::Stranger, |person| Writer::Customer { auto_answers: person.auto_answers }))
}

/// Writes an answer down; tells whether it was. One that cannot be made is told in the audit trail and fails nothing.
async fn send(
    tx: &mut Tx,
    ctx: &Ctx,
    came: &Came<'_>,
    person: Option<&Person>,
    answer: Answer,
) -> Result<bool> {
    let locale = person.map(|person| person.locale).unwrap_or_default();
    let price = person.and_then(|person| person.price).map(|price| format::money(locale, Rupiah(price)));
    let package = person.and_then(|person| person.package.as_deref());
    // Who has no package has no price: they are told whom to ask.
    let answer =
        if answer == Answer::Bill && package.zip(price.as_ref()).is_none() { Answer::Help } else { answer };
    let tickets = match (answer, came.customer_id) {
        (Answer::Tickets, Some(id)) => told(ctx, locale, &store::open_tickets(tx, id, MOST_TICKETS).await?),
        _ => String::new(),
    };
    let link = format!("{}/customer", ctx.app.config.server.public_url);
    let variables = [
        ("name", person.map_or("", |person| person.name.as_str())),
        ("package", package.unwrap_or_default()),
        ("price", price.as_deref().unwrap_or_default()),
        ("tickets", tickets.as_str()),
        ("link", link.as_str()),
        ("business", ctx.app.config.business.name.as_str()),
    ];
    let template = answer.template();
    let message = NewMessage {
        template,
        channel: None,
        locale,
        address: came.address,
        variables: &variables,
        customer_id: came.customer_id,
        user_id: None,
        ticket_id: None,
        expires_at: None,
    };
    match messages::send(tx, ctx, message).await {
        Ok(_) => Ok(true),
        Err(error @ (Error::Invalid(_) | Error::Internal(_))) => {
            tracing::error!(template, %error, "an automatic answer could not be made");
            let mut subject = Subject::new(SubjectKind::Message, came.message_id.0, template);
            subject.customer_id = came.customer_id;
            let refused = Event::MessageRefused {
                ticket_id: None,
                template: template.to_owned(),
                channel: MessageChannel::Whatsapp.to_string(),
                fields: Vec::new(),
                error: error.to_string(),
            };
            emit_outcome(tx, ctx, &subject, refused, Outcome::Failed).await?;
            Ok(false)
        }
        Err(error) => Err(error),
    }
}

/// A line for each ticket: its number, where it stands, and when something is to be expected.
fn told(ctx: &Ctx, locale: Locale, tickets: &[OpenTicket]) -> String {
    if tickets.is_empty() {
        return t(locale, "msg-tickets-none", &[]);
    }
    let line = |ticket: &OpenTicket| {
        let at = |at| format::date_time(locale, &ctx.app.zone, at);
        let status = t(locale, &format!("msg-status-{}", ticket.status.as_str().replace('_', "-")), &[]);
        let when = match (ticket.eta_at.filter(|at| *at > ctx.now), ticket.status) {
            (Some(eta), _) => t(locale, "msg-tickets-eta", &[("when", at(eta).into())]),
            (None, TicketStatus::OnHold) => t(locale, "msg-tickets-hold", &[]),
            (None, _) if ticket.resolution_due_at < ctx.now => t(locale, "msg-tickets-late", &[]),
            (None, _) => t(locale, "msg-tickets-due", &[("when", at(ticket.resolution_due_at).into())]),
        };
        let args =
            [("number", ticket.number.clone().into()), ("status", status.into()), ("when", when.into())];
        t(locale, "msg-tickets-line", &args)
    };
    tickets.iter().map(line).collect::<Vec<_>>().join("\n")
}
