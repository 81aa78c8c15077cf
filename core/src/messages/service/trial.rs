//! Tests of templates: messages with made-up data, which go the way of every other.

use super::enqueue;
use crate::{
    app::Ctx,
    db::Tx,
    error::Result,
    messages::{
        Direction, MessageChannel, MessageKind, MessageStatus,
        store::{self, NewRow},
        template::{Rendered, Template},
    },
    types::*,
};

/// Seconds for which a test is worth sending.
const USEFUL_SECONDS: i64 = 3600;

/// Writes a test of a template and its job down in the caller's transaction, marked as a test for whoever reads it. It
/// goes to one person, also where the template's own messages go to groups or to many, and waits for no quiet hours.
pub async fn send_trial(
    tx: &mut Tx,
    ctx: &Ctx,
    template: &Template,
    (channel, address): (MessageChannel, &str),
    locale: Locale,
    text: Rendered,
) -> Result<MessageId> {
    let mark = locale.t("msg-test-mark");
    let kind = if template.kind == MessageKind::Otp { MessageKind::Otp } else { MessageKind::Notification };
    let row = NewRow {
        direction: Direction::Out,
        channel,
        kind,
        address,
        customer_id: None,
        user_id: ctx.actor.user_id(),
        ticket_id: None,
        template: template.name,
        locale: locale.as_str(),
        subject: text.subject.map(|subject| format!("{mark} {subject}")),
        body: &format!("{mark}\n{}", text.body),
        buttons: None,
        approved: None,
        status: MessageStatus::Queued,
        provider: None,
        provider_id: None,
        created_at: ctx.now,
        expires_at: Some(ctx.now.plus_seconds(USEFUL_SECONDS)),
    };
    let id = store::insert(tx, row).await?;
    enqueue(tx, ctx.now, ctx.now, id, channel, kind).await?;
    Ok(id)
}
