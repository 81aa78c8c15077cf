//! SQL of links that work once.

use crate::{
    accounts::Purpose,
    args,
    db::{DbError, Tx},
    types::*,
};

/// Adds a link; the older unused ones of the same purpose and account stop working.
pub async fn insert(
    tx: &mut Tx,
    purpose: Purpose,
    user: Option<UserId>,
    hash: &str,
    now: Time,
    expires_at: Time,
) -> Result<(), DbError> {
    tx.run(
        "UPDATE one_time_tokens SET used_at = $3 WHERE purpose = $1 AND COALESCE(user_id, 0) = $2 AND used_at IS NULL",
        args![purpose, user.map_or(0, |id| id.0), now],
    )
    .await?;
    tx.run(
        "INSERT INTO one_time_tokens (purpose, user_id, token_hash, created_at, expires_at) VALUES ($1, $2, $3, $4, $5)",
        args![purpose, user, hash, now, expires_at],
    )
    .await
    .map(drop)
}

/// Whether a link would work now, without using it up.
pub async fn works(tx: &mut Tx, purpose: Purpose, hash: &str, now: Time) -> Result<bool, DbError> {
    let found: Option<(i64,)> = tx
        .opt(
            "SELECT id FROM one_time_tokens WHERE purpose = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3",
            args![purpose, hash, now],
        )
        .await?;
    Ok(found.is_some())
}

/// Uses a link up; none when it does not work any more, else the account it is for.
pub async fn redeem(
    tx: &mut Tx,
    purpose: Purpose,
    hash: &str,
    now: Time,
) -> Result<Option<Option<UserId>>, DbError> {
    let row: Option<(Option<UserId>,)> = tx
        .opt(
            "UPDATE one_time_tokens SET used_at = $3 WHERE purpose = $1 AND token_hash = $2 AND used_at IS NULL AND expires_at > $3 RETURNING user_id",
            args![purpose, hash, now],
        )
        .await?;
    Ok(row.map(|(user,)| user))
}

/// Makes every unused link of an account stop working.
pub async fn revoke_all(tx: &mut Tx, user: UserId, now: Time) -> Result<u64, DbError> {
    tx.run("UPDATE one_time_tokens SET used_at = $2 WHERE user_id = $1 AND used_at IS NULL", args![user, now])
        .await
}

/// Removes links that expired before an instant.
pub async fn delete_expired(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    tx.run("DELETE FROM one_time_tokens WHERE expires_at < $1", args![before]).await
}
