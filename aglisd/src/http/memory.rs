//! What the daemon remembers from one request to the next, until something is committed.

use super::{etag, recent::Recent};
use aglis_core::app::{Actor, Ctx};
use axum::{
    body::{Body, Bytes, HttpBody, to_bytes},
    extract::Request,
    http::{HeaderMap, Method, StatusCode},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::sync::Arc;

/// Larger answers are not kept.
const LARGEST: u64 = 64 * 1024;

/// Who is behind a secret, and the answers to reads that many screens poll.
pub struct Memory {
    /// By the secret's kind and its hash.
    pub(super) actors: Recent<(&'static str, String), Actor>,
    /// By who asked and what: nobody is given what was found for somebody else.
    answers: Recent<(String, String), Answered>,
}

impl Memory {
    /// Nothing is known yet.
    pub fn new() -> Arc<Self> {
        Arc::new(Memory { actors: Recent::new(1024), answers: Recent::new(64) })
    }
}

#[derive(Clone)]
struct Answered {
    headers: HeaderMap,
    body: Bytes,
}

impl IntoResponse for Answered {
    fn into_response(self) -> Response {
        let mut response = Response::new(Body::from(self.body));
        *response.headers_mut() = self.headers;
        response
    }
}

/// Gives the answer that the same person had to the same question, while it holds. For reads that change nothing.
pub async fn remembered(request: Request, next: Next) -> Response {
    let found = (request.extensions().get::<Arc<Memory>>().cloned(), request.extensions().get::<Ctx>());
    let (Some(memory), Some(ctx)) = found else { return next.run(request).await };
    if request.method() != Method::GET {
        return next.run(request).await;
    }
    let (app, key) = (ctx.app.clone(), (ctx.actor.key(), request.uri().to_string()));
    let answer = memory.answers.get(&app, key, async || {
        let response = etag::tagged(next.run(request).await).await;
        let small = response.body().size_hint().exact().is_some_and(|size| size <= LARGEST);
        if response.status() != StatusCode::OK || !small {
            return Err(response);
        }
        let (parts, body) = response.into_parts();
        match to_bytes(body, usize::MAX).await {
            Ok(body) => Ok(Answered { headers: parts.headers, body }),
            Err(_) => Err(StatusCode::INTERNAL_SERVER_ERROR.into_response()),
        }
    });
    answer.await.map_or_else(|response| response, IntoResponse::into_response)
}
