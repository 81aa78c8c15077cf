//! Beginning a session, of staff or of a customer.

use super::token_hash;
use crate::{accounts::store::sessions, app::Ctx, db::Tx, error::Result, types::*};
use std::time::Duration;

/// Whose session it is.
#[derive(Debug, Clone, Copy)]
pub enum Holder {
    /// A staff account's.
    User(UserId),
    /// A customer's.
    Customer(CustomerId),
}

/// A session just begun.
pub struct Begun {
    /// Identifier.
    pub id: SessionId,
    /// The secret for the browser; only its hash is kept.
    pub token: String,
    /// When it ends by itself.
    pub expires_at: Time,
}

/// Begins a session that lasts so long. Whoever calls this has made sure who it is, and records it.
pub async fn begin(tx: &mut Tx, ctx: &Ctx, holder: Holder, life: Duration) -> Result<Begun> {
    let token = ctx.app.random_token();
    let expires_at = ctx.now.plus_ms(i64::try_from(life.as_millis()).unwrap_or(i64::MAX));
    let (user, customer) = match holder {
        Holder::User(id) => (Some(id), None),
        Holder::Customer(id) => (None, Some(id)),
    };
    let hash = token_hash(&token);
    let id = sessions::insert(tx, user, customer, &hash, &ctx.request, ctx.now, expires_at).await?;
    Ok(Begun { id, token, expires_at })
}
