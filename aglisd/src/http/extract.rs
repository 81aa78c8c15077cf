//! What handlers take apart of a request; every refusal is a problem document.

use super::problem::Problem;
use aglis_core::app::Ctx;
use axum::{
    extract::{FromRequest, FromRequestParts, Request, rejection::JsonRejection},
    http::{StatusCode, request::Parts},
};
use serde::de::DeserializeOwned;

/// Who asks, as the guard found out.
pub struct Context(pub Ctx);

impl<S: Send + Sync> FromRequestParts<S> for Context {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        parts.extensions.get::<Ctx>().cloned().map(Context).ok_or_else(|| {
            Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the route has no guard")
        })
    }
}

/// A JSON body.
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, state: &S) -> Result<Self, Problem> {
        match axum::Json::<T>::from_request(request, state).await {
            Ok(axum::Json(body)) => Ok(Body(body)),
            Err(rejection) => Err(refused(&rejection)),
        }
    }
}

fn refused(rejection: &JsonRejection) -> Problem {
    use std::error::Error;
    let mut deepest: &dyn Error = rejection;
    while let Some(source) = deepest.source() {
        deepest = source;
    }
    let reason = deepest.to_string();
    match rejection {
        JsonRejection::JsonDataError(_) => {
            let field = reason.split('`').nth(1).unwrap_or("body").to_owned();
            let code = if reason.contains("unknown field") {
                "unknown"
            } else if reason.contains("missing field") {
                "required"
            } else {
                "invalid"
            };
            let path = rejection.body_text();
            let named =
                path.split(": ").nth(1).filter(|name| !name.contains(' ')).map_or(field, str::to_owned);
            Problem {
                errors: vec![aglis_core::error::FieldError::new(named, code, reason)],
                ..Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "invalid",
                    "some fields were refused; nothing was changed",
                )
            }
        }
        JsonRejection::MissingJsonContentType(_) => Problem::new(
            StatusCode::UNSUPPORTED_MEDIA_TYPE,
            "not_json",
            "send the body as JSON, with `Content-Type: application/json`",
        ),
        JsonRejection::BytesRejection(_) if rejection.status() == StatusCode::PAYLOAD_TOO_LARGE => {
            Problem::new(
                StatusCode::PAYLOAD_TOO_LARGE,
                "too_large",
                "the body is larger than this route accepts",
            )
        }
        _ => Problem::new(StatusCode::BAD_REQUEST, "malformed", format!("the body is not JSON: {reason}")),
    }
}

/// The query string.
pub struct Params<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Params<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Query::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Query(query)) => Ok(Params(query)),
            Err(rejection) => {
                let text = rejection.body_text();
                let reason =
                    text.strip_prefix("Failed to deserialize query string: ").unwrap_or(&text).to_owned();
                let field = match reason.split_once(": ") {
                    Some((name, _)) if !name.contains(' ') => name.to_owned(),
                    _ => reason.split('`').nth(1).unwrap_or("query").to_owned(),
                };
                Err(Problem {
                    errors: vec![aglis_core::error::FieldError::new(field, "invalid", reason)],
                    ..Problem::new(
                        StatusCode::UNPROCESSABLE_ENTITY,
                        "invalid",
                        "some parameters were refused",
                    )
                })
            }
        }
    }
}

/// The parts of the path; a part that does not fit its type names nothing that exists.
pub struct Path<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        match axum::extract::Path::<T>::from_request_parts(parts, state).await {
            Ok(axum::extract::Path(path)) => Ok(Path(path)),
            Err(_) => {
                Err(Problem::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address"))
            }
        }
    }
}
