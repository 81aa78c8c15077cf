//! What the demo writes past the services: that the month's messages were sent long ago, and that it is a demo.

use super::Demo;
use crate::{
    args,
    db::{DbError, Json, Tx},
    permission::Role,
    types::*,
};
use serde::{Deserialize, Serialize};

const SETTING: &str = "demo";

/// What a later start must know of the demo.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Mark {
    pub administrator: UserId,
    pub customer_phone: String,
}

/// What an earlier start made.
pub(super) async fn known(tx: &mut Tx) -> Result<Option<Demo>, DbError> {
    let Some((mark,)) =
        tx.opt::<(Json<Mark>,)>("SELECT value FROM settings WHERE key = $1", args![SETTING]).await?
    else {
        return Ok(None);
    };
    let staff: Vec<(Role, String)> = tx
        .all(
            "SELECT role, username FROM users WHERE id <> $1 ORDER BY id LIMIT 50",
            args![mark.0.administrator],
        )
        .await?;
    Ok(Some(Demo {
        administrator: mark.0.administrator,
        staff,
        password: None,
        customer_phone: mark.0.customer_phone,
    }))
}

/// Whether there is anything that somebody entered.
pub(super) async fn in_use(tx: &mut Tx) -> Result<bool, DbError> {
    let (count,): (i64,) = tx
        .one(
            "SELECT (SELECT COUNT(*) FROM (SELECT id FROM users LIMIT 1) u) + (SELECT COUNT(*) FROM (SELECT id FROM customers LIMIT 1) c) \
             + (SELECT COUNT(*) FROM (SELECT id FROM tickets LIMIT 1) t)",
            args![],
        )
        .await?;
    Ok(count > 0)
}

/// Remembers that this is the demo.
pub(super) async fn mark(tx: &mut Tx, mark: &Mark, now: Time) -> Result<(), DbError> {
    let value = serde_json::to_value(mark).unwrap_or_default();
    tx.run("INSERT INTO settings (key, value, updated_at) VALUES ($1, $2, $3)", args![SETTING, value, now])
        .await
        .map(drop)
}

/// The month's messages have arrived, most were read; its notifications were read, but for today's.
pub(super) async fn settle(tx: &mut Tx, now: Time) -> Result<(), DbError> {
    tx.run(
        "UPDATE messages SET provider = 'sandbox', provider_id = 'demo-' || id, sent_at = created_at, delivered_at = created_at,
         read_at = CASE WHEN id % 7 = 0 THEN NULL ELSE created_at END, status = CASE WHEN id % 7 = 0 THEN 'delivered' ELSE 'read' END
         WHERE direction = 'out' AND status = 'queued'",
        args![],
    )
    .await?;
    tx.run(
        "INSERT INTO sandbox_messages (direction, channel, address, subject, body, provider_id, state, created_at)
         SELECT 'out', channel, REPLACE(address, '+', ''), subject, body, provider_id, status, created_at FROM messages
         WHERE provider = 'sandbox' ORDER BY id",
        args![],
    )
    .await?;
    tx.run(
        "UPDATE jobs SET outcome = 'done', attempts = 1, finished_at = created_at WHERE outcome IS NULL",
        args![],
    )
    .await?;
    tx.run(
        "UPDATE notifications SET read_at = created_at WHERE created_at < $1",
        args![now.plus_seconds(-86_400)],
    )
    .await?;
    Ok(())
}
