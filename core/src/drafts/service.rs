//! Use cases of drafts. Everybody has their own.

use super::{Draft, SaveDraft, store};
use crate::{
    app::Ctx,
    error::{Checker, Error, Result},
    types::*,
};

const TEXT_CHARS: usize = 4000;
const KEY_CHARS: usize = 80;
/// Drafts that one account has at most; the longest untouched make room.
const MOST: i64 = 100;
/// Days after which a draft that nobody went on with is forgotten.
pub const KEPT_DAYS: i64 = 30;

fn own(ctx: &Ctx, key: &str) -> Result<UserId> {
    let good = !key.is_empty()
        && key.len() <= KEY_CHARS
        && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.'));
    if !good {
        let how = format!("name a form with 1 to {KEY_CHARS} of A-Z, a-z, 0-9, hyphen, underscore and dot");
        return Err(Error::field("key", "invalid", how));
    }
    let user = ctx.actor.user_id();
    user.ok_or_else(|| Error::conflict("no_account", "only staff accounts have drafts: sign in with one"))
}

/// What one has written so far in a form.
pub async fn get(ctx: &Ctx, key: &str) -> Result<Draft> {
    let user = own(ctx, key)?;
    let mut tx = ctx.app.db.read().await?;
    Ok(store::get(&mut tx, user, key).await?.unwrap_or_default())
}

/// Keeps what one has written so far in a form; nothing written is no draft.
pub async fn save(ctx: &Ctx, key: &str, body: SaveDraft) -> Result<Draft> {
    let user = own(ctx, key)?;
    let mut check = Checker::new();
    // Blanks at the end are kept: somebody is writing.
    check.optional_text("text", &body.text, TEXT_CHARS);
    check.finish()?;
    let text = body.text.replace("\r\n", "\n");
    let mut tx = ctx.app.db.write().await?;
    if text.trim().is_empty() {
        store::delete(&mut tx, user, key).await?;
        tx.commit().await?;
        return Ok(Draft::default());
    }
    store::save(&mut tx, user, key, &text, ctx.now).await?;
    store::keep(&mut tx, user, MOST).await?;
    tx.commit().await?;
    Ok(Draft { text, updated_at: Some(ctx.now) })
}

/// Forgets a draft; one that is not there is no error.
pub async fn delete(ctx: &Ctx, key: &str) -> Result<()> {
    let user = own(ctx, key)?;
    let mut tx = ctx.app.db.write().await?;
    if store::delete(&mut tx, user, key).await? > 0 {
        tx.commit().await?;
    }
    Ok(())
}

/// Forgets drafts that nobody went on with for [`KEPT_DAYS`] days, of everybody; gives how many. Runs daily.
pub async fn expire(ctx: &Ctx) -> Result<u64> {
    let mut tx = ctx.app.db.write().await?;
    let gone = store::expire(&mut tx, ctx.now.plus_seconds(-KEPT_DAYS * 86_400)).await?;
    tx.commit().await?;
    Ok(gone)
}
