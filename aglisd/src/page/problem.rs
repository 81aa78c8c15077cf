//! The page a person sees when something cannot be done.

use super::Frame;
use aglis_core::{error::Error, i18n::format};
use askama::Template;
use axum::{http::StatusCode, response::Response};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: &'a Frame,
    title: String,
    text: String,
    request_id: String,
    home: &'a str,
}

/// A page for a use case's error. The words are ours, never the database's.
pub fn page(frame: &Frame, error: &Error) -> Response {
    let (status, name) = match error {
        Error::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "bad"),
        Error::Unauthenticated { .. } => (StatusCode::UNAUTHORIZED, "sign-in"),
        Error::Forbidden(_) => (StatusCode::FORBIDDEN, "forbidden"),
        Error::NotFound(_) => (StatusCode::NOT_FOUND, "not-found"),
        Error::Conflict { .. } => (StatusCode::CONFLICT, "conflict"),
        Error::RateLimited { .. } => (StatusCode::TOO_MANY_REQUESTS, "wait"),
        Error::TooLarge(_) => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
        Error::UnsupportedMedia(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "bad"),
        Error::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "busy"),
        Error::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "broken"),
    };
    match error {
        Error::Internal(detail) | Error::Unavailable(detail) => {
            tracing::error!(%detail, path = frame.path, "a page failed");
        }
        _ => {}
    }
    let wait = match error {
        Error::RateLimited { retry_after_s } => *retry_after_s,
        _ => 0,
    };
    let ms = i64::try_from(wait).unwrap_or(0).saturating_mul(1000);
    let text = frame.t1(&format!("frame-{name}-text"), "span", format::span(frame.lang, ms));
    named(frame, status, name, text)
}

/// A page for a form whose token does not belong to the session that sent it.
pub fn stale_form(frame: &Frame) -> Response {
    named(frame, StatusCode::FORBIDDEN, "again", frame.t("frame-again-text"))
}

/// A page for an address that leads nowhere.
pub fn not_found(frame: &Frame) -> Response {
    page(frame, &Error::NotFound("page"))
}

fn named(frame: &Frame, status: StatusCode, name: &str, text: String) -> Response {
    let shown = status.is_server_error();
    let page = ErrorPage {
        frame,
        title: frame.t(&format!("frame-{name}-title")),
        text,
        request_id: if shown { frame.ctx().request.id.clone() } else { String::new() },
        home: if frame.path.starts_with("/customer") { "/customer/dashboard" } else { "/" },
    };
    frame.html(status, &page)
}
