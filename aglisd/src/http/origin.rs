//! Which site a browser made a request for.

use aglis_core::app::App;
use axum::http::{HeaderMap, HeaderName, Uri, header};

const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// Whether a page of another site asks, also one of a neighbour under the same domain. Programs that are no browser say
/// nothing of sites.
pub fn is_foreign(app: &App, headers: &HeaderMap) -> bool {
    let text = |name: HeaderName| headers.get(name).map(|value| value.to_str().unwrap_or_default());
    match (text(SEC_FETCH_SITE), text(header::ORIGIN)) {
        (Some("cross-site" | "same-site"), _) => true,
        (Some("same-origin"), _) | (_, None) => false,
        (_, Some(origin)) => !is_ours(app, text(header::HOST).unwrap_or_default(), origin),
    }
}

/// Whether an origin is the address that the request went to, or the one under which people reach us: a proxy in front
/// may end TLS.
fn is_ours(app: &App, host: &str, origin: &str) -> bool {
    let Ok(origin) = origin.parse::<Uri>() else { return false };
    let Some(authority) = origin.authority() else { return false };
    let public = app.config.server.public_url.as_str().parse::<Uri>().ok();
    let is_public =
        public.is_some_and(|url| (url.scheme(), url.authority()) == (origin.scheme(), origin.authority()));
    is_public || authority.as_str().eq_ignore_ascii_case(host)
}
