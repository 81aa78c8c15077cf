//! What every request passes through, from the outside in.

use super::{etag, identify, memory::Memory, problem::Problem, routes::Routes};
use crate::page::problem::Person;
use aglis_core::app::App;
use axum::{
    Router,
    extract::{DefaultBodyLimit, Request},
    http::{HeaderMap, HeaderName, HeaderValue, StatusCode, header},
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use std::sync::Arc;
use tower::ServiceBuilder;
use tower_http::{catch_panic::CatchPanicLayer, compression::CompressionLayer, csrf::CsrfLayer};

const CSP: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data: blob:; media-src 'self'; font-src 'self'; connect-src 'self'; form-action 'self'; manifest-src 'self'; base-uri 'none'; frame-ancestors 'none'";

fn put(headers: &mut HeaderMap, name: HeaderName, value: &'static str) {
    headers.entry(name).or_insert(HeaderValue::from_static(value));
}

fn secure(app: &App, headers: &mut HeaderMap) {
    put(headers, header::X_CONTENT_TYPE_OPTIONS, "nosniff");
    put(headers, header::X_FRAME_OPTIONS, "DENY");
    put(headers, header::REFERRER_POLICY, "same-origin");
    put(headers, header::CONTENT_SECURITY_POLICY, CSP);
    put(
        headers,
        HeaderName::from_static("permissions-policy"),
        "camera=(self), geolocation=(self), microphone=()",
    );
    put(headers, HeaderName::from_static("cross-origin-opener-policy"), "same-origin");
    put(headers, header::CACHE_CONTROL, "no-store");
    if app.config.server.public_url.is_https() {
        put(headers, header::STRICT_TRANSPORT_SECURITY, "max-age=31536000");
    }
}

/// What every request is given and every answer goes through. One layer, because each one costs every request.
async fn framed(app: App, memory: Arc<Memory>, mut request: Request, next: Next) -> Response {
    let identified = identify::identify(&app, &mut request);
    let (has, person) = (etag::Has::of(&request), Person::of(&request));
    request.extensions_mut().insert(app.clone());
    request.extensions_mut().insert(memory);
    let answer = async {
        let mut response = next.run(request).await;
        if let Some(has) = has {
            response = has.answer(response).await;
        }
        if let Some(person) = person {
            response = person.answer(&app, response);
        }
        secure(&app, response.headers_mut());
        response
    };
    identified.answer(answer).await
}

async fn nothing_here() -> Problem {
    Problem::new(StatusCode::NOT_FOUND, "not_found", "there is nothing at this address")
}

async fn wrong_method() -> Problem {
    Problem::new(
        StatusCode::METHOD_NOT_ALLOWED,
        "method_not_allowed",
        "this address does not take this method; see /api/docs",
    )
}

/// Puts the frame around the routes.
pub fn frame(app: &App, routes: Router<App>) -> Router {
    let body_max = usize::try_from(app.config.http.body_max.0).unwrap_or(usize::MAX);
    // A proxy in front may end TLS, so that the browser's Origin has another scheme than the request.
    let csrf = CsrfLayer::new()
        .add_trusted_origin(app.config.server.public_url.as_str())
        .unwrap_or_else(|_| CsrfLayer::new())
        .with_rejection_response(|_| {
            Problem::new(
                StatusCode::FORBIDDEN,
                "cross_site",
                "the request came from another site and was refused",
            )
            .into_response()
        });
    let (state, memory) = (app.clone(), Memory::new());
    let framed = move |request: Request, next: Next| framed(state.clone(), memory.clone(), request, next);
    let layers = ServiceBuilder::new()
        .layer(CompressionLayer::new().br(true).gzip(true).quality(tower_http::CompressionLevel::Precise(4)))
        .layer(middleware::from_fn(framed))
        .layer(CatchPanicLayer::custom(identify::panicked))
        .layer(csrf)
        .layer(DefaultBodyLimit::max(body_max));
    routes
        .fallback(nothing_here)
        .method_not_allowed_fallback(wrong_method)
        .layer(layers)
        .with_state(app.clone())
}

impl Routes {
    /// The complete service on an installation.
    pub fn into_service(self, app: &App) -> Router {
        frame(app, self.into_router())
    }
}
