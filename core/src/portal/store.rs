//! SQL of the portal.

use super::Draft;
use crate::{
    args,
    db::{DbError, Json, Tx},
    types::*,
};

/// A draft with the token under which it can be sent once.
pub struct DraftRow {
    /// Tells this draft from one begun later.
    pub token: String,
    /// What was filled in.
    pub draft: Draft,
}

/// A customer's draft.
pub async fn draft(tx: &mut Tx, customer: CustomerId) -> Result<Option<DraftRow>, DbError> {
    let row: Option<(String, Json<Draft>)> =
        tx.opt("SELECT token, draft FROM portal_drafts WHERE customer_id = $1", args![customer]).await?;
    Ok(row.map(|(token, Json(draft))| DraftRow { token, draft }))
}

/// A customer's draft, locked for a change; made with the token when there is none.
pub async fn draft_for_change(
    tx: &mut Tx,
    customer: CustomerId,
    token: &str,
    now: Time,
) -> Result<DraftRow, DbError> {
    let empty = serde_json::to_value(Draft::default()).unwrap_or_default();
    tx.run(
        "INSERT INTO portal_drafts (customer_id, token, draft, updated_at) VALUES ($1, $2, $3, $4) ON CONFLICT (customer_id) DO NOTHING",
        args![customer, token, empty, now],
    )
    .await?;
    let (token, Json(draft)): (String, Json<Draft>) = tx
        .one("SELECT token, draft FROM portal_drafts WHERE customer_id = $1 {lock}", args![customer])
        .await?;
    Ok(DraftRow { token, draft })
}

/// Keeps a changed draft, and which content it refers to.
pub async fn save_draft(tx: &mut Tx, customer: CustomerId, draft: &Draft, now: Time) -> Result<(), DbError> {
    let files: Vec<&str> = draft.files.iter().map(|file| file.file.sha256.as_str()).collect();
    let draft = serde_json::to_value(draft).unwrap_or_default();
    tx.run(
        "UPDATE portal_drafts SET draft = $2, updated_at = $3 WHERE customer_id = $1",
        args![customer, draft, now],
    )
    .await?;
    tx.run("DELETE FROM portal_draft_files WHERE customer_id = $1", args![customer]).await?;
    for file in files {
        tx.run(
            "INSERT INTO portal_draft_files (customer_id, sha256) VALUES ($1, $2) ON CONFLICT (customer_id, sha256) DO NOTHING",
            args![customer, file],
        )
        .await?;
    }
    Ok(())
}

/// Forgets up to `limit` drafts that were last changed before an instant.
pub async fn expire_drafts(tx: &mut Tx, before: Time, limit: i64) -> Result<u64, DbError> {
    tx.run(
        "DELETE FROM portal_drafts WHERE customer_id IN (SELECT customer_id FROM portal_drafts WHERE updated_at < $1 ORDER BY updated_at LIMIT $2)",
        args![before, limit],
    )
    .await
}

/// Forgets a draft.
pub async fn delete_draft(tx: &mut Tx, customer: CustomerId) -> Result<(), DbError> {
    tx.run("DELETE FROM portal_drafts WHERE customer_id = $1", args![customer]).await?;
    Ok(())
}

/// Takes a draft out to send it; false when it is not the one with this token any more.
pub async fn take_draft(tx: &mut Tx, customer: CustomerId, token: &str) -> Result<bool, DbError> {
    let taken = tx
        .run("DELETE FROM portal_drafts WHERE customer_id = $1 AND token = $2", args![customer, token])
        .await?;
    Ok(taken == 1)
}

/// How many of a customer's tickets stand where.
pub async fn tickets_by_status(tx: &mut Tx, customer: CustomerId) -> Result<Vec<(String, i64)>, DbError> {
    tx.all("SELECT status, COUNT(*) FROM tickets WHERE customer_id = $1 GROUP BY status", args![customer])
        .await
}

/// The newest ticket completed since an instant that has no rating.
pub async fn to_rate(tx: &mut Tx, customer: CustomerId, since: Time) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = tx
        .opt(
            "SELECT number FROM tickets WHERE customer_id = $1 AND status = 'completed' AND completed_at >= $2 AND rating IS NULL AND merged_into_id IS NULL ORDER BY completed_at DESC, id DESC LIMIT 1",
            args![customer, since],
        )
        .await?;
    Ok(row.map(|(number,)| number))
}
