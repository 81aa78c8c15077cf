//! What staff answer in a conversation.

use super::{enqueue, shown};
use crate::{
    app::Ctx,
    db::Tx,
    error::{Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    messages::{
        Direction, Message, MessageChannel, MessageKind, MessageStatus,
        store::{self, NewRow},
        template::{self, FREE_TEXT},
    },
    types::*,
};

/// Writes a text to a phone or group down in the caller's transaction, to be sent at once.
pub async fn reply(
    tx: &mut Tx,
    ctx: &Ctx,
    address: &str,
    customer_id: Option<CustomerId>,
    text: &str,
) -> Result<Message> {
    let phone = address.parse::<Phone>().is_ok();
    let kind = if phone { MessageKind::Notification } else { MessageKind::Group };
    let row = NewRow {
        direction: Direction::Out,
        channel: MessageChannel::Whatsapp,
        kind,
        address,
        customer_id,
        user_id: None,
        ticket_id: None,
        template: FREE_TEXT,
        locale: Locale::default().as_str(),
        subject: None,
        body: text,
        buttons: None,
        approved: None,
        status: MessageStatus::Queued,
        provider: None,
        provider_id: None,
        created_at: ctx.now,
        expires_at: Some(template::useful_until(FREE_TEXT, ctx.now)),
    };
    let id = store::insert(tx, row).await?;
    enqueue(tx, ctx.now, ctx.now, id, MessageChannel::Whatsapp, kind).await?;
    let mut subject = Subject::new(SubjectKind::Message, id.0, FREE_TEXT);
    subject.customer_id = customer_id;
    let event = Event::MessageWritten {
        message_id: Some(id),
        template: FREE_TEXT.to_owned(),
        channel: MessageChannel::Whatsapp.to_string(),
    };
    emit(tx, ctx, &subject, event).await?;
    let message = store::get(tx, id).await?.ok_or(Error::NotFound("message"))?;
    Ok(shown(ctx, message))
}
