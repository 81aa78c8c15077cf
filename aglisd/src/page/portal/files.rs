//! Photos and videos of one's own tickets.

use super::super::{Shown, Visit};
use aglis_core::{
    files::{content_disposition, service as files},
    types::FileId,
};
use axum::{
    extract::Path,
    http::{HeaderValue, header},
    response::IntoResponse,
};

/// `GET /customer/files/{id}`. Photos were drawn anew when they came, so a browser may show them; everything else is
/// saved.
pub async fn show(Path(id): Path<FileId>, Visit(frame): Visit) -> Shown {
    let file = files::read(frame.ctx(), id).await?;
    let shown = file.media_type.starts_with("image/");
    let mut response = ([(header::CONTENT_TYPE, file.media_type)], file.bytes).into_response();
    let disposition = if shown { "inline".to_owned() } else { content_disposition(&file.name) };
    let headers = response.headers_mut();
    if let Ok(value) = HeaderValue::from_str(&disposition) {
        headers.insert(header::CONTENT_DISPOSITION, value);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox"));
    Ok(response)
}
