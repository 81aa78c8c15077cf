//! Forms that people send: ordinary fields and files, with the token of the session or browser they were given to.

use super::{Frame, csrf, frame::form_pairs};
use crate::http::{Parts, Problem};
use aglis_core::{
    app::Ctx,
    files::{FileError, Kept, Limits},
};
use axum::{
    body::Bytes,
    extract::{DefaultBodyLimit, FromRequest, FromRequestParts, Request},
    http::{StatusCode, header, request},
};

/// What a page answers: itself, or a problem that becomes a page for people.
pub type Shown = Result<axum::response::Response, Problem>;

/// A request for a page.
pub struct Visit(pub Frame);

impl<S: Send + Sync> FromRequestParts<S> for Visit {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut request::Parts, _: &S) -> Result<Self, Problem> {
        let ctx = parts.extensions.get::<Ctx>().ok_or_else(|| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the route has no guard")
        })?;
        Ok(Visit(Frame::new(ctx, &parts.headers, &parts.uri)))
    }
}

/// A file that came with a form.
#[derive(Debug)]
pub struct Upload {
    /// The field it came in.
    pub field: String,
    /// The name its sender gave it; not to be trusted.
    pub name: String,
    /// The file, kept in the uploads folder and attached to nothing yet; or why it was not taken.
    pub file: Result<Kept, FileError>,
}

/// A sent form whose token was right.
pub struct Posted {
    /// The page's frame.
    pub frame: Frame,
    /// What was filled in.
    pub form: Form,
}

/// What was filled in.
#[derive(Debug, Default)]
pub struct Form {
    fields: Vec<(String, String)>,
    files: Vec<Upload>,
}

impl Form {
    /// The first value of a field, trimmed; empty when it was not sent.
    pub fn get(&self, name: &str) -> &str {
        self.fields.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.trim())
    }

    /// The first value of a field, if it is not empty.
    pub fn given(&self, name: &str) -> Option<&str> {
        Some(self.get(name)).filter(|value| !value.is_empty())
    }

    /// Every value of a field that may come several times.
    pub fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a str> {
        self.fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    /// The words that stand in a field that may come several times; what is none of them is left aside.
    pub fn words<T: std::str::FromStr>(&self, name: &str) -> Vec<T> {
        self.all(name).filter_map(|word| word.parse().ok()).collect()
    }

    /// Every field but the token of the session or browser, in the order it came.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        let own = self.fields.iter().filter(|(name, _)| name != csrf::FIELD);
        own.map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// Whether a box is ticked or a button was the one pressed.
    pub fn has(&self, name: &str) -> bool {
        self.fields.iter().any(|(key, _)| key == name)
    }

    /// The files that are not empty; browsers send an empty one for a field without a file.
    pub fn files(&self) -> &[Upload] {
        &self.files
    }

    /// [`Form::files`], taken out of the form.
    pub fn take_files(&mut self) -> Vec<Upload> {
        std::mem::take(&mut self.files)
    }
}

impl<S: Send + Sync> FromRequest<S> for Posted {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        let (mut parts, body) = request.into_parts();
        let Visit(frame) = Visit::from_request_parts(&mut parts, state).await?;
        let token = parts.headers.get(csrf::HEADER).and_then(|value| value.to_str().ok()).map(str::to_owned);
        let kind = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
        let multipart = kind.is_some_and(|kind| kind.starts_with("multipart/form-data"));
        let request = Request::from_parts(parts, body);
        let form = if multipart {
            with_files(request, state, &frame, token.as_deref()).await?
        } else {
            plain(request, state, &frame).await?
        };
        if !allowed(&frame, token.as_deref(), &form) {
            return Err(stale());
        }
        Ok(Posted { frame, form })
    }
}

/// Whether the form was given to this session or browser: by the header, or by its field.
fn allowed(frame: &Frame, header: Option<&str>, form: &Form) -> bool {
    frame.accepts(header.unwrap_or_else(|| form.get(csrf::FIELD)))
}

fn stale() -> Problem {
    Problem::new(
        StatusCode::FORBIDDEN,
        "stale_form",
        "the form's token does not belong to this session; load the page again",
    )
}

async fn plain<S: Send + Sync>(mut request: Request, state: &S, frame: &Frame) -> Result<Form, Problem> {
    // Only a form with files may be as large as its route allows.
    let most = usize::try_from(frame.ctx().app.config.http.body_max.0).unwrap_or(usize::MAX);
    DefaultBodyLimit::max(most).apply(&mut request);
    let bytes = Bytes::from_request(request, state)
        .await
        .map_err(|rejection| Problem::new(rejection.status(), "unreadable_form", rejection.body_text()))?;
    Ok(Form { fields: form_pairs(&bytes), files: Vec::new() })
}

/// Reads a form part by part. Each file is checked and put away before the next one is read; nothing is put away before
/// the token, which stands in front of the files, was found right.
async fn with_files<S: Send + Sync>(
    request: Request,
    state: &S,
    frame: &Frame,
    header: Option<&str>,
) -> Result<Form, Problem> {
    let most = Limits::default().files;
    let mut parts = Parts::from_request(request, state).await?;
    let mut form = Form::default();
    while let Some(part) = parts.next().await? {
        let field = part.name.clone();
        let Some(name) = part.file_name.clone() else {
            form.fields.push((field, part.text().await?));
            continue;
        };
        if !allowed(frame, header, &form) {
            return Err(stale());
        }
        let count = form.files.len() + 1;
        let file = if count > most {
            Err(FileError::TooMany { count, limit: most })
        } else {
            part.keep(frame.ctx()).await?
        };
        // Browsers send an empty file for a field without one.
        if !matches!(file, Err(FileError::Empty)) {
            form.files.push(Upload { field, name, file });
        }
    }
    Ok(form)
}
