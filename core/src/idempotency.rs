//! Requests that carry a key are done at most once per actor and key.

use crate::{
    app::{App, Ctx},
    args,
    db::{DbError, Tx},
    error::Result,
    types::Time,
};

/// How long answers are kept.
pub const KEPT_DAYS: i64 = 2;

/// What is known about a key.
#[derive(Debug)]
pub enum Reservation {
    /// Nothing: it is the caller's now.
    New,
    /// It was used with another request.
    OtherRequest,
    /// The same request is being worked on.
    InProgress,
    /// The change was made, but the process died before it answered.
    DoneWithoutAnswer,
    /// It was answered.
    Answered(Stored),
}

/// A kept answer.
#[derive(Debug)]
pub struct Stored {
    /// Fingerprint of the request it answers.
    pub request_hash: String,
    /// HTTP status.
    pub status: u16,
    /// Media type.
    pub content_type: String,
    /// Body.
    pub body: String,
}

#[derive(sqlx::FromRow)]
struct Row {
    request_hash: String,
    status: Option<i64>,
    response: Option<String>,
    content_type: Option<String>,
    created_at: Time,
}

/// Marks a key whose change is committed but whose answer is not kept yet.
const DONE: i64 = 0;

/// Reserves a key for a request, or tells what is known about it. The fingerprint may be the beginning of the one that
/// the answer is kept with, when the whole of it is not known before the request was carried out. A reservation whose
/// holder has neither done its change nor answered for `abandoned_after_s` belongs to a process that died.
pub async fn reserve(
    app: &App,
    actor: &str,
    key: &str,
    request_hash: &str,
    abandoned_after_s: i64,
) -> Result<Reservation> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let inserted = tx
        .run(
            "INSERT INTO idempotency_keys (actor, key, request_hash, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT (actor, key) DO NOTHING",
            args![actor, key, request_hash, now],
        )
        .await?;
    let reservation = if inserted == 1 {
        Reservation::New
    } else {
        known(&mut tx, actor, key, request_hash, now, abandoned_after_s).await?
    };
    tx.commit().await?;
    Ok(reservation)
}

async fn known(
    tx: &mut Tx,
    actor: &str,
    key: &str,
    request_hash: &str,
    now: Time,
    abandoned_after_s: i64,
) -> Result<Reservation, DbError> {
    let row: Row = tx
        .one("SELECT request_hash, status, response, content_type, created_at FROM idempotency_keys WHERE actor = $1 AND key = $2 {lock}", args![actor, key])
        .await?;
    Ok(match row {
        Row { request_hash: other, .. } if !other.starts_with(request_hash) => Reservation::OtherRequest,
        Row { status: None, created_at, .. } if now.since_ms(created_at) > abandoned_after_s * 1000 => {
            tx.run(
                "UPDATE idempotency_keys SET created_at = $3 WHERE actor = $1 AND key = $2",
                args![actor, key, now],
            )
            .await?;
            Reservation::New
        }
        Row { status: None, .. } => Reservation::InProgress,
        Row { status: Some(DONE), .. } => Reservation::DoneWithoutAnswer,
        Row { status: Some(status), response, content_type, request_hash, .. } => {
            Reservation::Answered(Stored {
                request_hash,
                status: u16::try_from(status).unwrap_or(200),
                content_type: content_type.unwrap_or_default(),
                body: response.unwrap_or_default(),
            })
        }
    })
}

/// Says, in the transaction of the change itself, that the change was made.
pub async fn done(tx: &mut Tx, ctx: &Ctx) -> Result<(), DbError> {
    if let Some(key) = &ctx.request.idempotency_key {
        tx.run(
            "UPDATE idempotency_keys SET status = $3 WHERE actor = $1 AND key = $2 AND status IS NULL",
            args![ctx.actor.key(), key, DONE],
        )
        .await?;
    }
    Ok(())
}

/// Gives a key back after a request that changed nothing.
pub async fn release(app: &App, actor: &str, key: &str) -> Result<()> {
    let mut tx = app.db.write().await?;
    tx.run(
        "DELETE FROM idempotency_keys WHERE actor = $1 AND key = $2 AND status IS NULL",
        args![actor, key],
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Keeps an answer.
pub async fn answered(app: &App, actor: &str, key: &str, answer: &Stored) -> Result<()> {
    let mut tx = app.db.write().await?;
    tx.run(
        "UPDATE idempotency_keys SET request_hash = $3, status = $4, content_type = $5, response = $6 WHERE actor = $1 AND key = $2",
        args![
            actor,
            key,
            &answer.request_hash,
            i64::from(answer.status),
            &answer.content_type,
            &answer.body
        ],
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Ends a reservation by what became of it: keeps the answer when the change was made under the key, else gives the key
/// back.
pub async fn settle(app: &App, actor: &str, key: &str, answer: &Stored) -> Result<()> {
    let mut tx = app.db.write().await?;
    tx.run(
        "UPDATE idempotency_keys SET status = $3, content_type = $4, response = $5 WHERE actor = $1 AND key = $2 AND status = $6",
        args![actor, key, i64::from(answer.status), &answer.content_type, &answer.body, DONE],
    )
    .await?;
    tx.run(
        "DELETE FROM idempotency_keys WHERE actor = $1 AND key = $2 AND status IS NULL",
        args![actor, key],
    )
    .await?;
    Ok(tx.commit().await?)
}

/// Forgets answers that are older than [`KEPT_DAYS`].
pub async fn forget_old(app: &App) -> Result<u64> {
    let mut tx = app.db.write().await?;
    let count = tx
        .run(
            "DELETE FROM idempotency_keys WHERE created_at < $1",
            args![app.now().plus_seconds(-KEPT_DAYS * 86_400)],
        )
        .await?;
    tx.commit().await?;
    Ok(count)
}
