//! SQL of files that hang on something.

use super::Kept;
use crate::{
    args,
    db::{DbError, Query, Tx},
    types::*,
};

/// What a file hangs on and who may see it.
#[derive(sqlx::FromRow)]
pub struct FileRow {
    /// Hash of the kept bytes.
    pub sha256: String,
    /// File name.
    pub name: String,
    /// Media type.
    pub media_type: String,
    /// `ticket` or another kind of thing.
    pub subject_kind: String,
    /// Which.
    pub subject_id: i64,
    /// Whether the customer may see it.
    pub customer_visible: bool,
}

/// Hangs a kept file on a ticket.
pub async fn attach_to_ticket(
    tx: &mut Tx,
    ticket: TicketId,
    file: &Kept,
    customer_visible: bool,
    purpose: &str,
    by: &str,
    now: Time,
) -> Result<FileId, DbError> {
    let (id,): (FileId,) = tx
        .one(
            "INSERT INTO files (sha256, name, media_type, bytes, width, height, subject_kind, subject_id, customer_visible, purpose, uploaded_by, created_at) VALUES ($1, $2, $3, $4, $5, $6, 'ticket', $7, $8, $9, $10, $11) RETURNING id",
            args![&file.sha256, &file.name, &file.media_type, file.bytes, file.width, file.height, ticket, customer_visible, purpose, by, now],
        )
        .await?;
    Ok(id)
}

/// A file by its identifier.
pub async fn get(tx: &mut Tx, id: FileId) -> Result<Option<FileRow>, DbError> {
    tx.opt(
        "SELECT sha256, name, media_type, subject_kind, subject_id, customer_visible FROM files WHERE id = $1",
        args![id],
    )
    .await
}

/// The hashes among these that a file has, or a report that is still being filled in.
pub async fn referred(tx: &mut Tx, sha256: &[String]) -> Result<Vec<String>, DbError> {
    let mut query = Query::new("SELECT sha256 FROM files WHERE sha256 IN ");
    query.bind_list(sha256);
    query.push(" UNION SELECT sha256 FROM portal_draft_files WHERE sha256 IN ").bind_list(sha256);
    let rows: Vec<(String,)> = tx.all_of(query).await?;
    Ok(rows.into_iter().map(|(sha256,)| sha256).collect())
}
