//! The providers of WhatsApp messages over HTTP.

use crate::http::{Answer, Body, Context, Need, Path, Routes};
use aglis_core::{
    permission::Permission as P,
    providers::{Provider, ProviderChange, service as providers},
};
use axum::Json;
use utoipa_axum::routes;

/// The routes of providers.
pub fn routes() -> Routes {
    let manage = Need::Permission(P::ProviderManage);
    Routes::new()
        .with(Need::Permission(P::ProviderRead), routes!(list))
        .with(manage, routes!(update))
        .with(manage, routes!(switch))
}

/// The configured providers in the order in which they are tried: how they are, what is set, what went through them.
#[utoipa::path(get, path = "/api/providers", tag = "providers", responses((status = 200, body = Vec<Provider>)))]
async fn list(Context(ctx): Context) -> Answer<Vec<Provider>> {
    Ok(Json(providers::list(&ctx).await?))
}

/// Change a provider's limits, cost or place, or take it out of use; every process follows without a restart.
#[utoipa::path(patch, path = "/api/providers/{name}", tag = "providers", params(("name" = String, Path)), request_body = ProviderChange, responses((status = 200, body = Provider)))]
async fn update(
    Context(ctx): Context,
    Path(name): Path<String>,
    Body(body): Body<ProviderChange>,
) -> Answer<Provider> {
    Ok(Json(providers::change(&ctx, &name, body).await?))
}

/// Use a provider first from now on.
#[utoipa::path(post, path = "/api/providers/{name}/switch", tag = "providers", params(("name" = String, Path)), responses((status = 200, body = Vec<Provider>)))]
async fn switch(Context(ctx): Context, Path(name): Path<String>) -> Answer<Vec<Provider>> {
    Ok(Json(providers::switch(&ctx, &name).await?))
}
