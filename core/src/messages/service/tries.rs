//! What is told of tries, and which messages go to somebody.

use super::masked_numbers;
use crate::{
    app::Ctx,
    db::Tx,
    error::Result,
    messages::{MessageAttempt, store},
    permission::Permission,
    types::*,
};
use std::collections::HashSet;

/// Messages asked for in one statement.
const AT_ONCE: usize = 500;

/// A message's tries, the oldest first. Phone numbers in the provider's words are masked for who may not see personal
/// data.
pub async fn attempts(ctx: &Ctx, id: MessageId) -> Result<Vec<MessageAttempt>> {
    let mut tx = ctx.app.db.read().await?;
    let mut attempts = store::attempts(&mut tx, id).await?;
    if !ctx.may(Permission::CustomerReveal) {
        for attempt in &mut attempts {
            attempt.error = attempt.error.take().map(|error| masked_numbers(&error));
        }
    }
    Ok(attempts)
}

/// Those of some messages that go to a phone (in E.164), group or mail address, in the caller's transaction.
pub async fn addressed(tx: &mut Tx, ids: &[MessageId], address: &str) -> Result<HashSet<MessageId>> {
    let mut found = HashSet::new();
    for some in ids.chunks(AT_ONCE) {
        found.extend(store::addressed(tx, some, address).await?);
    }
    Ok(found)
}

/// How many tries through a provider began within the last seconds, counted up to `most`.
pub async fn tries_within(ctx: &Ctx, provider: &str, seconds: i64, most: i64) -> Result<i64> {
    let mut tx = ctx.app.db.read().await?;
    Ok(store::tries_since(&mut tx, provider, ctx.now.plus_seconds(-seconds), most).await?.0)
}
