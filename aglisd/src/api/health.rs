//! Whether the installation works.

use crate::http::{Context, Need, Routes};
use aglis_core::{
    health::{self, Health},
    permission::Permission,
};
use axum::{Json, http::StatusCode};
use utoipa_axum::routes;

/// Whether everything works, check by check; 503 when something needed does not.
///
/// What was found in detail is only for those with `health.read`; for others `detail` is empty.
#[utoipa::path(get, path = "/api/health", tag = "health", responses((status = 200, body = Health), (status = 503, body = Health)))]
async fn report(Context(ctx): Context) -> (StatusCode, Json<Health>) {
    let mut health = health::check(&ctx.app).await;
    if !ctx.may(Permission::HealthRead) {
        health.checks.iter_mut().for_each(|check| check.detail.clear());
    }
    (if health.healthy { StatusCode::OK } else { StatusCode::SERVICE_UNAVAILABLE }, Json(health))
}

/// The process answers.
#[utoipa::path(get, path = "/api/health/live", tag = "health", responses((status = 204)))]
async fn live() -> StatusCode {
    StatusCode::NO_CONTENT
}

/// The process can take requests: its database answers.
#[utoipa::path(get, path = "/api/health/ready", tag = "health", responses((status = 204), (status = 503)))]
async fn ready(Context(ctx): Context) -> StatusCode {
    if health::database(&ctx.app).await.ok { StatusCode::NO_CONTENT } else { StatusCode::SERVICE_UNAVAILABLE }
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Public("load balancers and monitors ask without signing in"), routes!(report))
        .with(Need::Public("load balancers and monitors ask without signing in"), routes!(live))
        .with(Need::Public("load balancers and monitors ask without signing in"), routes!(ready))
}
