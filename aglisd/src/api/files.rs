//! Files over HTTP: reading what hangs on a ticket, and receiving uploads for it.

use crate::http::{Context, Need, Parts, Path, Problem, Routes};
use aglis_core::{
    app::Ctx,
    error::Error,
    files::{self, FileError, Kept, Limits},
    permission::Permission as P,
    types::FileId,
};
use axum::{
    body::Body,
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use tokio_util::io::ReaderStream;
use utoipa_axum::routes;

/// The routes of files.
pub fn routes() -> Routes {
    Routes::new().with(Need::Permission(P::TicketRead), routes!(read))
}

/// A file's bytes. Photos, which were drawn anew when they came, may be shown; everything else is saved.
#[utoipa::path(get, path = "/api/files/{id}", tag = "tickets", params(("id" = i64, Path)), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
async fn read(
    Context(ctx): Context,
    Path(id): Path<FileId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    Ok(download(&headers, files::service::open(&ctx, id).await?))
}

/// Gives a file out piece by piece from the disk, in a way that no browser runs. A browser may keep it, but asks each
/// time whether it may still show it.
pub fn download(request: &HeaderMap, file: files::service::Opened) -> Response {
    let tag = format!("\"{}\"", file.sha256);
    let known = request.get(header::IF_NONE_MATCH).and_then(|value| value.to_str().ok());
    let mut response = if known.is_some_and(|list| list.split(',').any(|one| one.trim() == tag)) {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let mut response = Body::from_stream(ReaderStream::new(file.content)).into_response();
        let disposition = if file.media_type.starts_with("image/") {
            "inline".to_owned()
        } else {
            files::content_disposition(&file.name)
        };
        let headers = response.headers_mut();
        put(headers, header::CONTENT_TYPE, &file.media_type);
        put(headers, header::CONTENT_LENGTH, &file.bytes.to_string());
        put(headers, header::CONTENT_DISPOSITION, &disposition);
        response
    };
    let headers = response.headers_mut();
    put(headers, header::ETAG, &tag);
    put(headers, header::CACHE_CONTROL, "private, no-cache");
    put(headers, header::CONTENT_SECURITY_POLICY, "default-src 'none'; sandbox");
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    response
}

fn put(headers: &mut HeaderMap, name: HeaderName, value: &str) {
    if let Ok(value) = HeaderValue::from_str(value) {
        headers.insert(name, value);
    }
}

/// What a multipart request brought.
#[derive(Debug, Default)]
pub struct Received {
    fields: Vec<(String, String)>,
    /// The files, kept in the uploads folder and attached to nothing yet.
    pub files: Vec<Kept>,
}

impl Received {
    /// A field's value, if it came and is not empty.
    pub fn field(&self, name: &str) -> Option<&str> {
        self.fields
            .iter()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.trim())
            .filter(|value| !value.is_empty())
    }
}

/// Reads a multipart request part by part; each file is checked and put away before the next one is read.
pub async fn receive(ctx: &Ctx, mut parts: Parts, known: &[&str]) -> Result<Received, Problem> {
    let most = Limits::default().files;
    let mut out = Received::default();
    while let Some(part) = parts.next().await? {
        if part.file_name.is_some() {
            if out.files.len() >= most {
                return Err(Error::from(FileError::TooMany { count: most + 1, limit: most }).into());
            }
            out.files.push(part.keep(ctx).await?.map_err(Error::from)?);
        } else if known.contains(&part.name.as_str()) {
            out.fields.push((part.name.clone(), part.text().await?));
        } else {
            return Err(Error::field(
                &part.name,
                "unknown",
                format!("use one of {}, file", known.join(", ")),
            )
            .into());
        }
    }
    if out.files.is_empty() {
        return Err(Error::field(
            "file",
            "required",
            "send at least one file in a part that has a file name",
        )
        .into());
    }
    Ok(out)
}
