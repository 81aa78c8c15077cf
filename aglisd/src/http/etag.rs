//! ETags for JSON reads, so that polling costs a few bytes when nothing changed.

use axum::{
    body::{Body, HttpBody, to_bytes},
    extract::Request,
    http::{HeaderValue, Method, StatusCode, header},
    response::Response,
};
use std::hash::{DefaultHasher, Hasher};

/// Larger answers are not worth hashing.
const LARGEST: u64 = 512 * 1024;

/// What a caller of GET says they have already.
pub struct Has(Option<HeaderValue>);

impl Has {
    /// None where the request is no GET.
    pub fn of(request: &Request) -> Option<Has> {
        (request.method() == Method::GET).then(|| Has(request.headers().get(header::IF_NONE_MATCH).cloned()))
    }

    /// Tags a successful JSON answer, and answers 304 where the caller has that answer already.
    pub async fn answer(self, response: Response) -> Response {
        let response = tagged(response).await;
        let Some(tag) = response.headers().get(header::ETAG) else { return response };
        let same = self
            .0
            .as_ref()
            .and_then(|value| value.to_str().ok())
            .is_some_and(|list| list.split(',').any(|one| one.trim().as_bytes() == tag.as_bytes()));
        if !same {
            return response;
        }
        let (mut parts, _) = response.into_parts();
        parts.status = StatusCode::NOT_MODIFIED;
        parts.headers.remove(header::CONTENT_TYPE);
        parts.headers.remove(header::CONTENT_LENGTH);
        Response::from_parts(parts, Body::empty())
    }
}

/// The answer with its tag, unless it has one or is none to be tagged.
pub(super) async fn tagged(response: Response) -> Response {
    let json = response
        .headers()
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"application/json"));
    if response.status() != StatusCode::OK
        || !json
        || response.headers().contains_key(header::ETAG)
        || response.body().size_hint().exact().is_none_or(|size| size > LARGEST)
    {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, usize::MAX).await else {
        return Response::from_parts(parts, Body::empty());
    };
    let mut hasher = DefaultHasher::new();
    hasher.write(&bytes);
    if let Ok(value) = HeaderValue::from_str(&format!("W/\"{:016x}\"", hasher.finish())) {
        parts.headers.insert(header::ETAG, value);
    }
    Response::from_parts(parts, Body::from(bytes))
}
