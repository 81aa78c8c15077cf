//! Messages that people write to us.

use crate::{
    app::Ctx,
    conversations::service as conversations,
    error::{Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    messages::{
        Direction, InboundMessage, MessageChannel, MessageKind, MessageStatus,
        store::{self, NewRow},
    },
    types::*,
};

/// Longest text that is kept, in characters.
const TEXT_CHARACTERS: usize = 4096;

/// Keeps an inbound message and ties it to the customer whose number it came from. `None` when it came before.
pub async fn received(ctx: &Ctx, provider: &str, message: &InboundMessage) -> Result<Option<MessageId>> {
    let phone = format!("+{}", message.from.trim_start_matches('+')).parse::<Phone>().ok();
    let address = match (&message.group, &phone) {
        (Some(group), _) => group.clone(),
        (None, Some(phone)) => phone.as_str().to_owned(),
        (None, None) => return Err(Error::field("sender", "invalid", "the sender is not a phone number")),
    };
    let text: String =
        message.text.chars().filter(|c| !c.is_control() || *c == '\n').take(TEXT_CHARACTERS).collect();
    let mut tx = ctx.app.db.write().await?;
    let dedupe = match (&message.provider_id, message.sent_at) {
        (Some(id), _) => Some(format!("in|{id}")),
        (None, Some(at)) => {
            let print = ctx.app.secret.keyed_hash("inbound", &format!("{address}|{at}|{text}"));
            Some(format!("in|{print}"))
        }
        (None, None) => None,
    };
    let callback = match &dedupe {
        Some(key) => {
            let ids = (message.provider_id.as_deref(), None);
            let kept =
                store::insert_callback(&mut tx, provider, key, ids, ("received", None), ctx.now).await?;
            let Some(callback) = kept else { return Ok(None) };
            Some(callback)
        }
        None => None,
    };
    let customer_id = match (&message.group, &phone) {
        (None, Some(phone)) => store::customer_of(&mut tx, phone).await?,
        _ => None,
    };
    let row = NewRow {
        direction: Direction::In,
        channel: MessageChannel::Whatsapp,
        kind: MessageKind::Inbound,
        address: &address,
        customer_id,
        user_id: None,
        ticket_id: None,
        template: "",
        locale: "id",
        subject: None,
        body: &text,
        buttons: None,
        approved: None,
        status: MessageStatus::Received,
        provider: Some(provider),
        provider_id: message.provider_id.clone(),
        created_at: ctx.now,
        expires_at: None,
    };
    let id = store::insert(&mut tx, row).await?;
    if let Some(callback) = callback {
        store::match_callback(&mut tx, callback, id).await?;
    }
    let came = conversations::Came {
        message_id: id,
        address: &address,
        phone: phone.as_ref().filter(|_| message.group.is_none()),
        customer_id,
        text: &text,
        sent_at: message.sent_at.map_or(ctx.now, |at| Time::from_ms(at.saturating_mul(1000))),
        echo: match &message.provider_id {
            Some(provider_id) => store::is_ours(&mut tx, provider, provider_id).await?,
            None => false,
        },
    };
    let answered = conversations::received(&mut tx, ctx, &came).await?;
    let mut subject = Subject::new(SubjectKind::Message, id.0, "inbound");
    subject.customer_id = customer_id;
    let event = Event::MessageReceived {
        message_id: Some(id),
        channel: MessageChannel::Whatsapp.to_string(),
        answered,
    };
    emit(&mut tx, ctx, &subject, event).await?;
    tx.commit().await?;
    Ok(Some(id))
}
