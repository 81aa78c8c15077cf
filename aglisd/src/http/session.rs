//! The cookies that carry a session.

use crate::page::cookie::{self, Tls};
use aglis_core::app::Ctx;
use axum::http::HeaderValue;

fn tls(ctx: &Ctx) -> Tls {
    Tls(ctx.app.config.server.public_url.is_https())
}

/// Keeps a session's secret in the browser for as long as the session lasts; `name` is [`super::STAFF_COOKIE`] or
/// [`super::CUSTOMER_COOKIE`].
pub fn keep(ctx: &Ctx, name: &str, secret: &str, expires_at: aglis_core::types::Time) -> HeaderValue {
    cookie::set(tls(ctx), name, secret, Some(expires_at.since_ms(ctx.now) / 1000))
}

/// Makes the browser forget a session.
pub fn forget(ctx: &Ctx, name: &str) -> HeaderValue {
    cookie::remove(tls(ctx), name)
}
