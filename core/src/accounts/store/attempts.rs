//! SQL of the sign-in attempts that are counted against guessing.

use crate::{
    args,
    db::{DbError, Tx},
    types::*,
};

/// Records an attempt before it is judged, as failed, so that guesses made at the same time count each other.
pub async fn insert(tx: &mut Tx, login: &str, ip: &str, now: Time) -> Result<i64, DbError> {
    let (id,): (i64,) = tx
        .one(
            "INSERT INTO sign_in_attempts (login, ip, succeeded, at) VALUES ($1, $2, $3, $4) RETURNING id",
            args![login, ip, false, now],
        )
        .await?;
    Ok(id)
}

/// Failures with a login since an instant and since its last success.
pub async fn failures_of(tx: &mut Tx, login: &str, since: Time) -> Result<i64, DbError> {
    let (count,): (i64,) = tx
        .one(
            "SELECT COUNT(*) FROM sign_in_attempts WHERE login = $1 AND at > $2 AND succeeded = $3
             AND id > COALESCE((SELECT MAX(s.id) FROM sign_in_attempts s WHERE s.login = $1 AND s.at > $2 AND s.succeeded = $4), 0)",
            args![login, since, false, true],
        )
        .await?;
    Ok(count)
}

/// Failures from an address, as [`budget_key`] counts it, since an instant, and when the first of them was. Those on the portal are counted apart.
pub async fn failures_from(tx: &mut Tx, ip: &str, since: Time) -> Result<(i64, Option<Time>), DbError> {
    tx.one(
        "SELECT COUNT(*), MIN(at) FROM sign_in_attempts WHERE ip = $1 AND at > $2 AND succeeded = $3 AND login NOT LIKE 'portal:%'",
        args![ip, since, false],
    )
    .await
}

/// Says that an attempt succeeded.
pub async fn succeeded(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run("UPDATE sign_in_attempts SET succeeded = $2 WHERE id = $1", args![id, true]).await.map(drop)
}

/// Takes an attempt back that was neither a success nor a failure.
pub async fn forget(tx: &mut Tx, id: i64) -> Result<(), DbError> {
    tx.run("DELETE FROM sign_in_attempts WHERE id = $1", args![id]).await.map(drop)
}

/// Takes every attempt with a login back.
pub async fn forget_all(tx: &mut Tx, login: &str) -> Result<(), DbError> {
    tx.run("DELETE FROM sign_in_attempts WHERE login = $1", args![login]).await.map(drop)
}

/// Removes attempts from before an instant.
pub async fn delete_before(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    tx.run("DELETE FROM sign_in_attempts WHERE at < $1", args![before]).await
}
