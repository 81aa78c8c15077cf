//! Refusals as RFC 9457 problem documents with a stable code.

use aglis_core::error::{Error, FieldError};
use axum::{
    Json,
    http::{HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::{Deserialize, Serialize};

/// What a JSON handler gives back.
pub type Answer<T> = Result<Json<T>, Problem>;

/// A problem document (RFC 9457).
#[derive(Debug, Clone, Serialize, Deserialize, utoipa::ToSchema)]
pub struct Problem {
    /// `/problems/<code>`
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The status in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// A stable word for programs.
    pub code: String,
    /// What is wrong and how to mend it.
    pub detail: String,
    /// Refused fields.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub errors: Vec<FieldError>,
    /// What can be done instead, such as the statuses that may follow.
    #[serde(skip_serializing_if = "Vec::is_empty", default)]
    pub allowed: Vec<String>,
    /// Seconds until another try may succeed.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub retry_after: Option<u64>,
    /// The request's id, to name when asking for help.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
}

impl Problem {
    /// A problem with a status, a stable code and an explanation.
    pub fn new(status: StatusCode, code: &str, detail: impl Into<String>) -> Self {
        Problem {
            type_uri: format!("/problems/{code}"),
            title: status.canonical_reason().unwrap_or("Error").to_owned(),
            status: status.as_u16(),
            code: code.to_owned(),
            detail: detail.into(),
            errors: Vec::new(),
            allowed: Vec::new(),
            retry_after: None,
            request_id: None,
        }
    }

    /// The HTTP status.
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl From<Error> for Problem {
    fn from(error: Error) -> Self {
        let detail = error.to_string();
        match error {
            Error::Invalid(errors) => Problem {
                errors,
                ..Problem::new(
                    StatusCode::UNPROCESSABLE_ENTITY,
                    "invalid",
                    "some fields were refused; nothing was changed",
                )
            },
            Error::Unauthenticated { code, detail } => Problem::new(StatusCode::UNAUTHORIZED, code, detail),
            Error::Forbidden(_) => Problem::new(StatusCode::FORBIDDEN, "forbidden", detail),
            Error::NotFound(_) => Problem::new(StatusCode::NOT_FOUND, "not_found", detail),
            Error::Conflict { code, message, allowed } => {
                Problem { allowed, ..Problem::new(StatusCode::CONFLICT, code, message) }
            }
            Error::RateLimited { retry_after_s } => Problem {
                retry_after: Some(retry_after_s),
                ..Problem::new(StatusCode::TOO_MANY_REQUESTS, "rate_limited", detail)
            },
            Error::TooLarge(detail) => Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", detail),
            Error::UnsupportedMedia(detail) => {
                Problem::new(StatusCode::UNSUPPORTED_MEDIA_TYPE, "unsupported_media", detail)
            }
            Error::Unavailable(reason) => {
                tracing::error!(%reason, "unavailable");
                Problem {
                    retry_after: Some(5),
                    ..Problem::new(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "unavailable",
                        "the database cannot be used at the moment; nothing was changed, try again",
                    )
                }
            }
            Error::Storage(reason) => {
                tracing::error!(%reason, "uploads");
                Problem {
                    retry_after: Some(60),
                    ..Problem::new(
                        StatusCode::SERVICE_UNAVAILABLE,
                        "uploads_unavailable",
                        format!("{reason}; the file was not kept, everything else works"),
                    )
                }
            }
            Error::Internal(reason) => {
                tracing::error!(%reason, "internal error");
                Problem::new(
                    StatusCode::INTERNAL_SERVER_ERROR,
                    "internal",
                    "this is a defect of AGLIS; nothing was changed. The log has the details under the request id",
                )
            }
        }
    }
}

impl From<aglis_core::db::DbError> for Problem {
    fn from(error: aglis_core::db::DbError) -> Self {
        Error::from(error).into()
    }
}

impl IntoResponse for Problem {
    fn into_response(mut self) -> Response {
        self.request_id = super::identify::current_request_id();
        let mut response = (self.status(), Json(&self)).into_response();
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        if let Some(seconds) = self.retry_after {
            headers.insert(header::RETRY_AFTER, HeaderValue::from(seconds));
        }
        if self.status == 401 {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer realm=\"aglis\""));
        }
        // Pages turn it into a page for people.
        response.extensions_mut().insert(self);
        response
    }
}

/// Adds the refusals that every operation of a kind can give to its documentation.
pub fn document(operation: &mut utoipa::openapi::path::Operation, need: super::Need) {
    use utoipa::openapi::{ContentBuilder, Ref, ResponseBuilder};
    let mut refusals = vec![
        ("400", "The request is malformed"),
        ("404", "There is no such thing"),
        ("422", "Fields were refused"),
        ("429", "Too many requests"),
        ("503", "The database cannot be used"),
    ];
    if !matches!(need, super::Need::Public(_)) {
        refusals.extend([("401", "Sign in first"), ("403", "Not allowed")]);
    }
    if operation.request_body.is_some() || !operation.responses.responses.contains_key("200") {
        refusals.extend([
            ("409", "The thing is in another state"),
            ("413", "The body is too large"),
            ("415", "The body is of a kind that is not accepted"),
        ]);
    }
    refusals.push(("500", "A defect of AGLIS"));
    for (status, description) in refusals {
        operation.responses.responses.entry(status.to_owned()).or_insert_with(|| {
            ResponseBuilder::new()
                .description(description)
                .content(
                    "application/problem+json",
                    ContentBuilder::new().schema(Some(Ref::from_schema_name("Problem"))).build(),
                )
                .build()
                .into()
        });
    }
}
