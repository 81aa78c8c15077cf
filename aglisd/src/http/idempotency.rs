//! `Idempotency-Key`: a POST that is sent again with the same key is answered again, not done again.
//!
//! The key is reserved before the handler runs. The first event of the handler's transaction marks it as done in that
//! same transaction (`event::emit`), so a crash between the change and the stored answer cannot make a repetition do
//! the change twice.
//!
//! What tells two requests apart is a fingerprint of method, path and body. A form with files is not held for that: its
//! key is reserved under method and path, its parts are hashed while the handler reads them, and the whole fingerprint
//! is kept with the answer. A repetition is read, hashed and compared in the same way before it is answered.

use super::{
    parts::{Fingerprint, Parts},
    problem::Problem,
};
use aglis_core::{
    app::{App, Ctx},
    idempotency::{self, Reservation, Stored},
};
use axum::{
    body::{Body, Bytes, to_bytes},
    extract::{DefaultBodyLimit, FromRequest, Request},
    http::{HeaderName, HeaderValue, Method, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// The request header.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Answers larger than this are not kept; no JSON answer of the API is, not even ten thousand refusals of a bulk action.
const LARGEST_ANSWER: usize = 4 << 20;
/// Seconds after which a request that neither changed anything nor was answered belongs to a process that died.
const ABANDONED_AFTER_S: i64 = 120;
/// The same for forms with files, which may take long to come in.
const UPLOAD_ABANDONED_AFTER_S: i64 = 1200;

/// Put by a handler into its answer's extensions when the answer holds what must not lie in the database, such as a
/// secret that is shown once: such an answer is not kept, and a repetition is told that the request was carried out
/// before.
#[derive(Debug, Clone, Copy)]
pub struct NotKept;

/// The header in the API document.
pub fn parameter() -> utoipa::openapi::path::Parameter {
    use utoipa::openapi::{
        Required,
        path::{ParameterBuilder, ParameterIn},
        schema::{ObjectBuilder, Type},
    };
    let text = ObjectBuilder::new().schema_type(Type::String).min_length(Some(8)).max_length(Some(128));
    ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "Sent again with the same key within two days, the request is answered again, not done again",
        ))
        .schema(Some(text.build()))
        .build()
}

/// Whether a request asks to be done at most once. Pages ask by a field of their forms, see `page::once`.
pub fn applies(request: &Request) -> bool {
    request.method() == Method::POST
        && request.uri().path().starts_with("/api/")
        && request.headers().contains_key(HEADER)
}

/// Runs the rest of the request at most once per actor and key.
pub async fn once(ctx: Ctx, request: Request, next: Next) -> Response {
    match attempt(ctx, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

/// A reserved key. When the request is given up on the way, as when the client goes away, it is given back.
struct Reserved {
    app: App,
    actor: String,
    key: String,
    settled: bool,
}

impl Reserved {
    /// Gives the key back, unless a change was made under it.
    async fn release(mut self) -> Result<(), Problem> {
        self.settled = true;
        Ok(idempotency::release(&self.app, &self.actor, &self.key).await?)
    }

    /// Keeps the answer.
    async fn answered(mut self, answer: &Stored) -> Result<(), Problem> {
        self.settled = true;
        Ok(idempotency::answered(&self.app, &self.actor, &self.key, answer).await?)
    }
}

impl Drop for Reserved {
    fn drop(&mut self) {
        if self.settled {
            return;
        }
        let (app, actor, key) =
            (self.app.clone(), std::mem::take(&mut self.actor), std::mem::take(&mut self.key));
        tokio::spawn(async move {
            if let Err(error) = idempotency::release(&app, &actor, &key).await {
                tracing::warn!("a key could not be given back: {error}");
            }
        });
    }
}

/// The key, if it is one.
fn key(request: &Request) -> Option<String> {
    let key = request.headers().get(HEADER)?.to_str().ok()?;
    let good = (8..=128).contains(&key.len()) && key.bytes().all(|b| b.is_ascii_graphic());
    good.then(|| key.to_owned())
}

fn is_form_with_files(request: &Request) -> bool {
    let kind = request.headers().get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    kind.is_some_and(|kind| kind.trim_start().to_ascii_lowercase().starts_with("multipart/form-data"))
}

/// Holds the body. Only a form with files may be as large as its route allows; anything else has the usual limit.
async fn hold(ctx: &Ctx, mut request: Request) -> Result<(Request, Bytes), Problem> {
    let most = usize::try_from(ctx.app.config.http.body_max.0).unwrap_or(usize::MAX);
    DefaultBodyLimit::max(most).apply(&mut request);
    let (parts, body) = request.into_parts();
    let bytes = Bytes::from_request(Request::from_parts(parts.clone(), body), &()).await;
    let bytes = bytes.map_err(|rejection| match rejection.status() {
        StatusCode::PAYLOAD_TOO_LARGE => Problem::new(
            StatusCode::PAYLOAD_TOO_LARGE,
            "too_large",
            "the body is larger than this route accepts",
        ),
        status => Problem::new(status, "unreadable_body", rejection.body_text()),
    })?;
    Ok((Request::from_parts(parts, Body::from(bytes.clone())), bytes))
}

fn other_request() -> Problem {
    Problem::new(
        StatusCode::UNPROCESSABLE_ENTITY,
        "idempotency_key_reused",
        "this Idempotency-Key was used for another request; take a new one",
    )
}

fn again(answer: Stored) -> Response {
    let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
    let mut response = (status, answer.body).into_response();
    if let Ok(value) = HeaderValue::from_str(&answer.content_type) {
        response.headers_mut().insert(header::CONTENT_TYPE, value);
    }
    response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
    response
}

async fn attempt(mut ctx: Ctx, mut request: Request, next: Next) -> Result<Response, Problem> {
    let key = key(&request).ok_or_else(|| {
        Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_invalid",
            "an Idempotency-Key has 8 to 128 visible ASCII characters, such as a UUID",
        )
    })?;
    let mut digest = Sha256::new();
    digest.update(request.method().as_str());
    digest.update([0]);
    digest.update(request.uri().path());
    digest.update([0]);
    let files = is_form_with_files(&request).then(Fingerprint::default);
    if files.is_none() {
        let (held, body) = hold(&ctx, request).await?;
        digest.update(&body);
        request = held;
    }
    let known = hex::encode(digest.finalize());
    let actor = ctx.actor.key();
    let patience = if files.is_some() { UPLOAD_ABANDONED_AFTER_S } else { ABANDONED_AFTER_S };

    match idempotency::reserve(&ctx.app, &actor, &key, &known, patience).await? {
        Reservation::New => {}
        Reservation::OtherRequest => return Err(other_request()),
        Reservation::InProgress => {
            return Err(Problem {
                retry_after: Some(1),
                ..Problem::new(
                    StatusCode::CONFLICT,
                    "idempotency_in_progress",
                    "the same request is being worked on; try again in a moment",
                )
            });
        }
        Reservation::DoneWithoutAnswer => {
            return Err(Problem::new(
                StatusCode::CONFLICT,
                "idempotency_already_done",
                "this request was carried out before, but its answer was not kept; look the result up",
            ));
        }
        Reservation::Answered(answer) => {
            if files.is_some() {
                let sent = Parts::from_request(request, &()).await?.fingerprint().await?;
                if answer.request_hash != format!("{known}{sent}") {
                    return Err(other_request());
                }
            }
            return Ok(again(answer));
        }
    }

    let reserved = Reserved { app: ctx.app.clone(), actor, key: key.clone(), settled: false };
    ctx.request.idempotency_key = Some(key);
    if let Some(files) = &files {
        request.extensions_mut().insert(files.clone());
    }
    request.extensions_mut().insert(ctx);
    let response = next.run(request).await;
    // A key whose change is committed stays taken; only one that stands for nothing is given back.
    if !response.status().is_success() || response.extensions().get::<NotKept>().is_some() {
        reserved.release().await?;
        return Ok(response);
    }
    let (parts, body) = response.into_parts();
    let bytes = to_bytes(body, LARGEST_ANSWER).await.map_err(|_| {
        Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the answer could not be kept")
    })?;
    let content_type = parts
        .headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or("application/json");
    let answer = Stored {
        request_hash: known + &files.map(|files| files.hex()).unwrap_or_default(),
        status: parts.status.as_u16(),
        content_type: content_type.to_owned(),
        body: String::from_utf8_lossy(&bytes).into_owned(),
    };
    reserved.answered(&answer).await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
