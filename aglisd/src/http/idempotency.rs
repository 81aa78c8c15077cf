//! `Idempotency-Key`: a POST that is sent again with the same key is answered again, not done again.
//!
//! The key is reserved before the handler runs. The first event of the handler's transaction marks it as done in that
//! same transaction (`event::emit`), so a crash between the change and the stored answer cannot make a repetition do
//! the change twice.

use super::problem::Problem;
use aglis_core::{
    app::Ctx,
    idempotency::{self, Reservation},
};
use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{HeaderName, HeaderValue, StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};

/// The request header.
pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
/// Answers larger than this are not kept; no JSON answer of the API is.
const LARGEST_ANSWER: usize = 1 << 20;

/// Put by a handler into its answer's extensions when the answer holds a secret that is shown once: such an answer is
/// not kept, and a repetition is told that the request was carried out before.
#[derive(Debug, Clone, Copy)]
pub struct NotKept;

/// Runs the rest of the request at most once per actor and key.
pub async fn once(mut ctx: Ctx, request: Request, next: Next) -> Response {
    match attempt(&mut ctx, request, next).await {
        Ok(response) => response,
        Err(problem) => problem.into_response(),
    }
}

async fn attempt(ctx: &mut Ctx, request: Request, next: Next) -> Result<Response, Problem> {
    let key =
        request.headers().get(HEADER).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned();
    if !(8..=128).contains(&key.len()) || !key.bytes().all(|b| b.is_ascii_graphic()) {
        return Err(Problem::new(
            StatusCode::BAD_REQUEST,
            "idempotency_key_invalid",
            "an Idempotency-Key has 8 to 128 visible ASCII characters, such as a UUID",
        ));
    }
    let (parts, body) = request.into_parts();
    let most = usize::try_from(ctx.app.config.uploads.video_max.0).unwrap_or(usize::MAX);
    let body = to_bytes(body, most).await.map_err(|_| {
        Problem::new(StatusCode::PAYLOAD_TOO_LARGE, "too_large", "the body is larger than this route accepts")
    })?;
    let mut digest = Sha256::new();
    digest.update(parts.method.as_str());
    digest.update([0]);
    digest.update(parts.uri.path());
    digest.update([0]);
    digest.update(&body);
    let request_hash = hex::encode(digest.finalize());
    let actor = ctx.actor.key();

    match idempotency::reserve(&ctx.app, &actor, &key, &request_hash).await? {
        Reservation::New => {}
        Reservation::OtherRequest => {
            return Err(Problem::new(
                StatusCode::UNPROCESSABLE_ENTITY,
                "idempotency_key_reused",
                "this Idempotency-Key was used for another request; take a new one",
            ));
        }
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
                "this request was carried out before, but its answer was lost; look the result up",
            ));
        }
        Reservation::Answered(answer) => {
            let status = StatusCode::from_u16(answer.status).unwrap_or(StatusCode::OK);
            let mut response = (status, answer.body).into_response();
            if let Ok(value) = HeaderValue::from_str(&answer.content_type) {
                response.headers_mut().insert(header::CONTENT_TYPE, value);
            }
            response.headers_mut().insert("idempotency-replayed", HeaderValue::from_static("true"));
            return Ok(response);
        }
    }

    ctx.request.idempotency_key = Some(key.clone());
    let mut request = Request::from_parts(parts, Body::from(body));
    request.extensions_mut().insert(ctx.clone());
    let response = next.run(request).await;
    // A key whose change is committed stays taken; only one that stands for nothing is given back.
    if !response.status().is_success() || response.extensions().get::<NotKept>().is_some() {
        idempotency::release(&ctx.app, &actor, &key).await?;
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
    idempotency::answered(
        &ctx.app,
        &actor,
        &key,
        parts.status.as_u16(),
        content_type,
        &String::from_utf8_lossy(&bytes),
    )
    .await?;
    Ok(Response::from_parts(parts, Body::from(bytes)))
}
