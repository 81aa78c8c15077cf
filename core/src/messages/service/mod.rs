//! Writing messages, sending them, hearing what became of them, receiving.

mod callbacks;
mod gateway;
mod inbound;
mod prune;
mod react;
mod reply;
mod report;
mod sandbox;
mod send;
mod thread;
mod trial;
mod tries;
mod write;

pub use callbacks::{callbacks, tally};
pub use gateway::{from_gateway, from_meta, meta_subscribes};
pub use inbound::received;
pub use prune::prune;
pub use react::react;
pub use reply::reply;
pub use report::{reported, reported_because};
pub use sandbox::{sandbox_find, sandbox_list, sandbox_mark, sandbox_record, sandbox_reply};
pub use send::{abandon, begin, finish, pinned, postpone, requeue};
pub use thread::{shown_text, thread};
pub use trial::send_trial;
pub use tries::{addressed, attempts, tries_within};
pub use write::{sendable, write};

use super::{
    ApprovedTemplate, Button, Direction, HIDDEN, Message, MessageChannel, MessageFilter, MessageKind,
    MessageStatus, interactive,
    store::{self, NewRow},
    template::{self, Template},
};
use crate::{
    app::Ctx,
    config::WhatsappProvider,
    customers,
    db::Tx,
    error::{Checker, Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    permission::Permission,
    queue::{self, Extra, JobPriority, SendBulk, SendGroup, SendMail, SendNotification, SendOtp},
    templates::service as templates,
    types::*,
};

/// A message to be made from a template.
#[derive(Debug, Clone)]
pub struct NewMessage<'a> {
    /// Name of the template.
    pub template: &'a str,
    /// By which way, when not by the template's own.
    pub channel: Option<MessageChannel>,
    /// Language of the text.
    pub locale: Locale,
    /// Phone in E.164, group id or mail address, as the template's channel wants.
    pub address: &'a str,
    /// Values of the template's variables.
    pub variables: &'a [(&'static str, &'a str)],
    /// The customer it concerns.
    pub customer_id: Option<CustomerId>,
    /// The staff member it goes to.
    pub user_id: Option<UserId>,
    /// The ticket it is about.
    pub ticket_id: Option<TicketId>,
    /// After this it is of no use; the template's own time when absent.
    pub expires_at: Option<Time>,
}

/// Writes a message and its job down in the caller's transaction, with the text that is in force.
///
/// # Errors
/// [`Error::Invalid`] when there is no such template or a variable is empty; nothing is written then.
pub async fn send(tx: &mut Tx, ctx: &Ctx, new: NewMessage<'_>) -> Result<MessageId> {
    send_with_buttons(tx, ctx, new, &[]).await
}

/// [`send`] with buttons under a WhatsApp message, by which the recipient may answer; a mail has none.
///
/// # Errors
/// [`Error::Invalid`] also when there are more than three, or one that no gateway shows.
pub async fn send_with_buttons(
    tx: &mut Tx,
    ctx: &Ctx,
    new: NewMessage<'_>,
    buttons: &[Button],
) -> Result<MessageId> {
    interactive::check(buttons)?;
    let template = template::named(new.template)?;
    let channel = new.channel.unwrap_or(template.channel);
    let text = templates::render(tx, template, channel, new.locale, new.variables).await?;
    let run_at = quiet_until(ctx).filter(|_| template.can_wait()).unwrap_or(ctx.now);
    let row = NewRow {
        direction: Direction::Out,
        channel,
        kind: template.kind,
        address: new.address,
        customer_id: new.customer_id,
        user_id: new.user_id,
        ticket_id: new.ticket_id,
        template: template.name,
        locale: new.locale.as_str(),
        subject: text.subject,
        body: &text.body,
        buttons: kept((channel == MessageChannel::Whatsapp && !buttons.is_empty()).then_some(buttons))?,
        approved: kept(approved(ctx, template, channel, new.locale, new.variables).as_ref())?,
        status: MessageStatus::Queued,
        provider: None,
        provider_id: None,
        created_at: ctx.now,
        expires_at: new.expires_at.or(Some(template.expires_at(run_at))),
    };
    let id = store::insert(tx, row).await?;
    enqueue(tx, ctx.now, run_at, id, channel, template.kind).await?;
    Ok(id)
}

fn kept<T: serde::Serialize + ?Sized>(value: Option<&T>) -> Result<Option<serde_json::Value>> {
    value
        .map(serde_json::to_value)
        .transpose()
        .map_err(|error| Error::Internal(format!("a message: {error}")))
}

/// The approved form of a message, where the configuration names one.
fn approved(
    ctx: &Ctx,
    template: &Template,
    channel: MessageChannel,
    locale: Locale,
    variables: &[(&'static str, &str)],
) -> Option<ApprovedTemplate> {
    let whatsapp = &ctx.app.config.whatsapp;
    if channel != MessageChannel::Whatsapp || !whatsapp.provider.has(WhatsappProvider::Meta) {
        return None;
    }
    let form = whatsapp.meta_templates.iter().find(|form| form.message == template.name)?;
    let value = |name: &String| {
        variables.iter().find(|(given, _)| given == name).map(|(_, value)| (*value).to_owned())
    };
    Some(ApprovedTemplate {
        name: form.approved.clone(),
        language: locale.as_str().to_owned(),
        parameters: form.variables.iter().map(value).collect::<Option<_>>()?,
        copies_code: template.kind == MessageKind::Otp,
    })
}

/// A one-time code.
#[derive(Clone, Copy)]
pub struct Otp<'a> {
    /// The digits.
    pub code: &'a str,
    /// The page on which a button uses the code, so that it need not be typed.
    pub link: &'a str,
    /// Until when it works.
    pub expires_at: Time,
}

/// When the quiet hours end that it is now, if it is.
fn quiet_until(ctx: &Ctx) -> Option<Time> {
    let quiet = ctx.app.config.whatsapp.quiet_hours.filter(|hours| !hours.is_whole_day())?;
    let local = ctx.app.zone.at(ctx.now).datetime();
    if !quiet.contains(local.time()) {
        return None;
    }
    let day = if quiet.to > local.time() { local.date() } else { local.date().tomorrow().ok()? };
    let end = ctx.app.zone.inner().to_ambiguous_zoned(day.to_datetime(quiet.to)).compatible().ok()?;
    Some(Time::from(end.timestamp()))
}

/// Writes a one-time code down. The code stands in the message's row until it is sent, out of everybody's sight, and
/// nowhere else.
pub async fn send_otp(
    tx: &mut Tx,
    ctx: &Ctx,
    phone: &Phone,
    customer_id: Option<CustomerId>,
    locale: Locale,
    otp: Otp<'_>,
) -> Result<MessageId> {
    let Otp { code, link, expires_at } = otp;
    let minutes = (expires_at.since_ms(ctx.now) / 60_000).max(1).to_string();
    let variables =
        [("code", code), ("link", link), ("minutes", minutes.as_str()), ("business", business(ctx))];
    send(
        tx,
        ctx,
        NewMessage {
            template: "otp-login",
            channel: None,
            locale,
            address: phone.as_str(),
            variables: &variables,
            customer_id,
            user_id: None,
            ticket_id: None,
            expires_at: Some(expires_at),
        },
    )
    .await
}

/// Writes down a code with which a customer changes their number; it is kept as a code to sign in is.
pub async fn send_phone_code(
    tx: &mut Tx,
    ctx: &Ctx,
    phone: &Phone,
    customer_id: CustomerId,
    locale: Locale,
    (code, expires_at): (&str, Time),
) -> Result<MessageId> {
    let minutes = (expires_at.since_ms(ctx.now) / 60_000).max(1).to_string();
    let variables = [("code", code), ("minutes", minutes.as_str()), ("business", business(ctx))];
    let message = NewMessage {
        template: "otp-phone",
        channel: None,
        locale,
        address: phone.as_str(),
        variables: &variables,
        customer_id: Some(customer_id),
        user_id: None,
        ticket_id: None,
        expires_at: Some(expires_at),
    };
    send(tx, ctx, message).await
}

async fn enqueue(
    tx: &mut Tx,
    now: Time,
    run_at: Time,
    message_id: MessageId,
    channel: MessageChannel,
    kind: MessageKind,
) -> Result<()> {
    let at = Extra { run_at: Some(run_at), ..Extra::default() };
    if channel == MessageChannel::Email {
        queue::enqueue_with(tx, now, &SendMail { message_id }, at).await?;
        return Ok(());
    }
    match kind {
        MessageKind::Otp => queue::enqueue_with(tx, now, &SendOtp { message_id }, at).await?,
        MessageKind::Group => queue::enqueue_with(tx, now, &SendGroup { message_id }, at).await?,
        MessageKind::Bulk => queue::enqueue_with(tx, now, &SendBulk { message_id }, at).await?,
        MessageKind::Notification | MessageKind::Inbound => {
            let high = Extra { priority: Some(JobPriority::High), ..at };
            queue::enqueue_with(tx, now, &SendNotification { message_id }, high).await?
        }
    };
    Ok(())
}

/// A page of messages, the newest first.
pub async fn list(ctx: &Ctx, filter: &MessageFilter) -> Result<Page<Message>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let before = page.after::<MessageId>()?;
    let mut check = Checker::new();
    let mut text = |field: &str, value: &Option<String>| {
        let text = value.as_deref().map(|value| check.optional_text(field, value, 200));
        text.filter(|text| !text.is_empty())
    };
    let template = text("template", &filter.template);
    let recipient = text("recipient", &filter.recipient);
    check.finish()?;
    let recipient =
        recipient.map(|text| text.parse::<Phone>().map_or(text, |phone| phone.as_str().to_owned()));
    let filter = MessageFilter { template, recipient, ..filter.clone() };
    let mut tx = ctx.app.db.read().await?;
    let rows = store::list(&mut tx, &filter, before, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |message| message.id).map(|message| shown(ctx, message)))
}

/// One message.
pub async fn get(ctx: &Ctx, id: MessageId) -> Result<Message> {
    let mut tx = ctx.app.db.read().await?;
    let message = store::get(&mut tx, id).await?.ok_or(Error::NotFound("message"))?;
    Ok(shown(ctx, message))
}

/// A message as the actor may see it: nobody sees what lets its reader in, only some see personal data.
fn shown(ctx: &Ctx, message: Message) -> Message {
    let body = if template::is_secret(&message.template) { HIDDEN.to_owned() } else { message.body.clone() };
    if ctx.may(Permission::CustomerReveal) {
        return Message { body, ..message };
    }
    Message { address: masked_address(&message), body: masked_numbers(&body), ..message }
}

fn masked_address(message: &Message) -> String {
    match (message.channel, message.address.parse::<Phone>()) {
        (MessageChannel::Email, _) => customers::rules::masked_email(&message.address),
        (MessageChannel::Whatsapp, Ok(phone)) => phone.masked(),
        (MessageChannel::Whatsapp, Err(_)) => message.address.clone(),
    }
}

/// A text with the middle of its phone numbers hidden.
fn masked_numbers(text: &str) -> String {
    let mask = |word: &str| {
        let bare = word.trim_matches(|c: char| !c.is_ascii_digit() && c != '+');
        match bare.parse::<Phone>() {
            Ok(phone) if bare.len() >= 9 => word.replacen(bare, &phone.masked(), 1),
            _ => word.to_owned(),
        }
    };
    text.split_inclusive(char::is_whitespace).map(mask).collect()
}

/// A text that lets its reader in has no business in our database once it is sent, or will not be.
async fn scrub(tx: &mut Tx, message: &store::Outgoing) -> Result<()> {
    if template::is_secret(&message.template) && message.body != HIDDEN {
        store::set_body(tx, message.id, HIDDEN).await?;
    }
    Ok(())
}

/// Moves a message on, if that is forward, and says so.
async fn advance(
    tx: &mut Tx,
    ctx: &Ctx,
    message: &store::Outgoing,
    next: MessageStatus,
    failure: Option<(&str, &str)>,
) -> Result<bool> {
    if !message.status.may_become(next) {
        return Ok(false);
    }
    store::set_status(tx, message.id, next, failure, ctx.now).await?;
    if next.is_settled() {
        scrub(tx, message).await?;
    }
    if !matches!(next, MessageStatus::Queued | MessageStatus::Sending) {
        let mut subject = Subject::new(SubjectKind::Message, message.id.0, message.template.clone());
        subject.customer_id = message.customer_id;
        let event = Event::MessageStatusChanged {
            message_id: Some(message.id),
            ticket_id: message.ticket_id,
            template: message.template.clone(),
            channel: message.channel.to_string(),
            status: next.to_string(),
        };
        emit(tx, ctx, &subject, event).await?;
    }
    Ok(true)
}

/// The name that messages are signed with.
fn business(ctx: &Ctx) -> &str {
    &ctx.app.config.business.name
}
