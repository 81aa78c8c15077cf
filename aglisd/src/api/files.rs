//! Files over HTTP: reading what hangs on a ticket, and receiving uploads for it.

use crate::http::{Context, Need, Path, Problem, Routes};
use aglis_core::{
    app::Ctx,
    error::Error,
    files::{self, FileError, Kept, Limits},
    permission::Permission as P,
    types::FileId,
};
use axum::{
    extract::{Multipart, multipart::MultipartError},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use utoipa_axum::routes;

/// The routes of files.
pub fn routes() -> Routes {
    Routes::new().with(Need::Permission(P::TicketRead), routes!(read))
}

/// A file's bytes, as an attachment.
#[utoipa::path(get, path = "/api/files/{id}", tag = "tickets", params(("id" = i64, Path)), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
async fn read(Context(ctx): Context, Path(id): Path<FileId>) -> Result<Response, Problem> {
    Ok(download(files::service::read(&ctx, id).await?))
}

/// Gives a file out in a way that no browser runs: as a download, of the type that was found, kept by nobody between.
pub fn download(file: files::service::Download) -> Response {
    let value = |text: &str| HeaderValue::from_str(text);
    let mut response = file.bytes.into_response();
    let headers = response.headers_mut();
    if let Ok(media_type) = value(&file.media_type) {
        headers.insert(header::CONTENT_TYPE, media_type);
    }
    let disposition = value(&files::content_disposition(&file.name));
    headers
        .insert(header::CONTENT_DISPOSITION, disposition.unwrap_or(HeaderValue::from_static("attachment")));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
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

/// Reads a multipart request part by part; each file is checked and put away before the next one is read, so that memory
/// holds one at a time.
pub async fn receive(ctx: &Ctx, mut parts: Multipart, known: &[&str]) -> Result<Received, Problem> {
    let most = Limits::default().files;
    let mut out = Received::default();
    while let Some(part) = parts.next_field().await.map_err(unreadable)? {
        let name = part.name().unwrap_or_default().to_owned();
        if let Some(file_name) = part.file_name().map(str::to_owned) {
            if out.files.len() >= most {
                return Err(Error::from(FileError::TooMany { count: most + 1, limit: most }).into());
            }
            let bytes = part.bytes().await.map_err(unreadable)?.to_vec();
            out.files.push(files::service::keep(ctx, &file_name, bytes).await.map_err(Error::from)?);
        } else if known.contains(&name.as_str()) {
            out.fields.push((name, part.text().await.map_err(unreadable)?));
        } else {
            return Err(
                Error::field(&name, "unknown", format!("use one of {}, file", known.join(", "))).into()
            );
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

fn unreadable(error: MultipartError) -> Problem {
    Problem::new(error.status(), "unreadable_form", error.body_text())
}
