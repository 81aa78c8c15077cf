//! The OpenAPI document, made from the handlers.

use crate::http::{Need, Problem, Routes};
use axum::{http::header, response::IntoResponse, routing::get};
use std::sync::OnceLock;
use utoipa::{
    OpenApi,
    openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme},
};

#[derive(OpenApi)]
#[openapi(
    info(
        title = "AGLIS",
        description = "Runs an internet service provider: customers, tickets, messages. Times are RFC 3339 in UTC, money is whole rupiah, phone numbers are E.164. Lists are paged by cursor. Every POST takes an `Idempotency-Key`. Refusals are problem documents (RFC 9457)."
    ),
    components(schemas(Problem, aglis_core::error::FieldError))
)]
struct Base;

/// The document for a set of routes.
pub fn document(routes: Routes) -> utoipa::openapi::OpenApi {
    let mut document = Base::openapi();
    document.merge(routes.into_document());
    document.info.version = env!("CARGO_PKG_VERSION").to_owned();
    let components = document.components.get_or_insert_default();
    components.add_security_scheme(
        "token",
        SecurityScheme::Http(
            HttpBuilder::new().scheme(HttpAuthScheme::Bearer).description(Some("An API token")).build(),
        ),
    );
    components.add_security_scheme(
        "session",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::http::STAFF_COOKIE))),
    );
    components.add_security_scheme(
        "customer",
        SecurityScheme::ApiKey(ApiKey::Cookie(ApiKeyValue::new(crate::http::CUSTOMER_COOKIE))),
    );
    document
}

/// The document as it is committed and served.
pub fn json() -> &'static str {
    static JSON: OnceLock<String> = OnceLock::new();
    JSON.get_or_init(|| {
        let mut text = document(super::routes()).to_pretty_json().unwrap_or_default();
        text.push('\n');
        text
    })
}

async fn openapi() -> impl IntoResponse {
    ([(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "max-age=300")], json())
}

fn asset(content_type: &'static str, body: &'static str) -> impl IntoResponse {
    ([(header::CONTENT_TYPE, content_type), (header::CACHE_CONTROL, "max-age=300")], body)
}

/// The document's routes, and the explorer's.
pub fn routes() -> Routes {
    let open = Need::Public("the API's shape is no secret");
    Routes::new()
        .page(open, "/api/openapi.json", get(openapi))
        .page(
            open,
            "/api/docs",
            get(|| async { asset("text/html; charset=utf-8", include_str!("explorer/index.html")) }),
        )
        .page(
            open,
            "/api/docs/explorer.css",
            get(|| async { asset("text/css; charset=utf-8", include_str!("explorer/explorer.css")) }),
        )
        .page(
            open,
            "/api/docs/explorer.js",
            get(|| async { asset("text/javascript; charset=utf-8", include_str!("explorer/explorer.js")) }),
        )
}
