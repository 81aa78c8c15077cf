//! What was written to and fro with one address.

use super::{masked_numbers, shown};
use crate::{
    app::Ctx,
    error::Result,
    messages::{Message, store},
    permission::Permission,
    types::*,
};

/// A page of the WhatsApp messages to and from an address, the newest first, as the actor may see them.
pub async fn thread(ctx: &Ctx, address: &str, page: &PageQuery) -> Result<Page<Message>> {
    let before = page.after::<MessageId>()?;
    let mut tx = ctx.app.db.read().await?;
    let rows = store::thread(&mut tx, address, before, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |message| message.id).map(|message| shown(ctx, message)))
}

/// A text as the actor may see it: with the middle of phone numbers hidden for who may not see personal data.
pub fn shown_text(ctx: &Ctx, text: &str) -> String {
    if ctx.may(Permission::CustomerReveal) { text.to_owned() } else { masked_numbers(text) }
}
