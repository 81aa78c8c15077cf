//! Photos and videos of one's own tickets.

use super::super::{Shown, Visit};
use crate::api::files::download;
use aglis_core::{files::service as files, types::FileId};
use axum::{extract::Path, http::HeaderMap};

/// `GET /customer/files/{id}`.
pub async fn show(Path(id): Path<FileId>, headers: HeaderMap, Visit(frame): Visit) -> Shown {
    Ok(download(&headers, files::open(frame.ctx(), id).await?))
}
