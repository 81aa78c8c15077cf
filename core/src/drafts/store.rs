//! SQL of drafts.

use super::Draft;
use crate::{
    args,
    db::{DbError, Tx},
    types::*,
};

/// Somebody's draft.
pub async fn get(tx: &mut Tx, user: UserId, key: &str) -> Result<Option<Draft>, DbError> {
    tx.opt("SELECT text, updated_at FROM drafts WHERE user_id = $1 AND key = $2", args![user, key]).await
}

/// Keeps what was written so far.
pub async fn save(tx: &mut Tx, user: UserId, key: &str, text: &str, now: Time) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO drafts (user_id, key, text, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, key) DO UPDATE SET text = excluded.text, updated_at = excluded.updated_at",
        args![user, key, text, now],
    )
    .await
    .map(drop)
}

/// Forgets a draft.
pub async fn delete(tx: &mut Tx, user: UserId, key: &str) -> Result<u64, DbError> {
    tx.run("DELETE FROM drafts WHERE user_id = $1 AND key = $2", args![user, key]).await
}

/// Keeps only so many of somebody's drafts, the last changed.
pub async fn keep(tx: &mut Tx, user: UserId, most: i64) -> Result<(), DbError> {
    tx.run(
        "DELETE FROM drafts WHERE user_id = $1 AND key NOT IN (SELECT key FROM drafts WHERE user_id = $1 ORDER BY updated_at DESC, key LIMIT $2)",
        args![user, most],
    )
    .await
    .map(drop)
}

/// Forgets drafts that were last changed before an instant.
pub async fn expire(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    tx.run("DELETE FROM drafts WHERE updated_at < $1", args![before]).await
}
