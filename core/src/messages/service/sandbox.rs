//! The sandbox: phones and mailboxes on a page.

use super::{received, reported};
use crate::{
    app::Ctx,
    error::{Checker, Error, Result},
    messages::{
        DeliveryReport, Direction, InboundMessage, MessageChannel, MessageStatus, SandboxFilter,
        SandboxMessage, SandboxNew, SandboxReply, store,
    },
    types::*,
};

const PROVIDER: &str = "sandbox";

/// Refuses where messages really go out: then there are no phones to look at.
fn in_use(ctx: &Ctx) -> Result<()> {
    if ctx.app.config.whatsapp.provider.is_sandbox() { Ok(()) } else { Err(Error::NotFound("sandbox")) }
}

/// Puts a message into the inbox. Like a gateway with idempotency keys, it takes each of our messages once; the second
/// time it answers with the entry of the first.
pub async fn sandbox_record(ctx: &Ctx, new: &SandboxNew) -> Result<i64> {
    let mut tx = ctx.app.db.write().await?;
    if let Some(id) = store::sandbox_insert(&mut tx, new, ctx.now).await? {
        tx.commit().await?;
        return Ok(id);
    }
    let known = store::sandbox_find(&mut tx, &new.provider_id).await?;
    known.map(|entry| entry.id).ok_or(Error::NotFound("sandbox message"))
}

/// Whether a message came into the inbox.
pub async fn sandbox_find(ctx: &Ctx, provider_id: &str) -> Result<Option<SandboxMessage>> {
    let mut tx = ctx.app.db.read().await?;
    Ok(store::sandbox_find(&mut tx, provider_id).await?)
}

/// A page of the inbox, the newest first; mails are in it where they go there.
///
/// # Errors
/// [`Error::NotFound`] where the sandbox is not the provider; so do the other uses of its phones.
pub async fn sandbox_list(ctx: &Ctx, filter: &SandboxFilter) -> Result<Page<SandboxMessage>> {
    in_use(ctx)?;
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let before = page.after::<i64>()?;
    let address = filter.to.as_deref().map(str::trim).filter(|to| !to.is_empty()).map(address_of);
    let mut tx = ctx.app.db.read().await?;
    let mails = ctx.app.config.mail.host.is_none();
    let rows =
        store::sandbox_list(&mut tx, address.as_deref(), mails, before, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |message| message.id))
}

/// A phone as the inbox keeps it; what is no phone stays as it is.
fn address_of(text: &str) -> String {
    text.parse::<Phone>().map_or_else(|_| text.to_owned(), |phone| phone.digits().to_owned())
}

/// Sets a message to delivered, read or failed, and reports it to us as a gateway would.
pub async fn sandbox_mark(ctx: &Ctx, id: i64, status: MessageStatus) -> Result<SandboxMessage> {
    in_use(ctx)?;
    if !matches!(status, MessageStatus::Delivered | MessageStatus::Read | MessageStatus::Failed) {
        return Err(Error::field("status", "unknown", "use one of delivered, read, failed"));
    }
    let mut tx = ctx.app.db.write().await?;
    let mut entry = store::sandbox_get(&mut tx, id).await?.ok_or(Error::NotFound("sandbox message"))?;
    if entry.direction == Direction::In {
        return Err(Error::conflict("illegal_transition", "this message came from the phone"));
    }
    store::sandbox_set_state(&mut tx, id, status.as_str()).await?;
    tx.commit().await?;
    let report =
        DeliveryReport { provider_id: Some(entry.provider_id.clone()), state_id: None, status: Some(status) };
    reported(ctx, PROVIDER, &report).await?;
    entry.state = status.to_string();
    Ok(entry)
}

/// Writes to us as a phone.
pub async fn sandbox_reply(ctx: &Ctx, reply: &SandboxReply) -> Result<SandboxMessage> {
    in_use(ctx)?;
    let mut check = Checker::new();
    let text = check.text("text", &reply.text, 4096);
    let phone = reply.from.parse::<Phone>();
    if let Err(error) = &phone {
        check.refuse("from", "invalid", error.to_string());
    }
    check.finish()?;
    let Ok(phone) = phone else { return Err(Error::field("from", "invalid", "enter a phone number")) };
    let new = SandboxNew {
        direction: Direction::In,
        channel: MessageChannel::Whatsapp,
        address: phone.digits().to_owned(),
        subject: None,
        body: text.clone(),
        provider_id: format!("sbx-in-{}", ctx.app.random_token()),
    };
    sandbox_record(ctx, &new).await?;
    let inbound = InboundMessage {
        provider_id: Some(new.provider_id.clone()),
        from: phone.digits().to_owned(),
        group: None,
        text,
        sent_at: Some(ctx.now.ms() / 1000),
    };
    received(ctx, PROVIDER, &inbound).await?;
    sandbox_find(ctx, &new.provider_id).await?.ok_or(Error::NotFound("sandbox message"))
}
