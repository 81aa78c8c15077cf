//! Optical distribution points over HTTP.

use crate::http::{Answer, Body, Context, Need, Params, Path, Problem, Routes};
use aglis_core::{
    catalog::{NewOdp, Odp, OdpChange, OdpFilter, service as catalog},
    permission::Permission as P,
    types::*,
};
use axum::{Json, http::StatusCode};
use utoipa_axum::routes;

/// The routes of ODPs.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Permission(P::CatalogRead), routes!(list))
        .with(Need::Permission(P::CatalogManage), routes!(create))
        .with(Need::Permission(P::CatalogRead), routes!(get))
        .with(Need::Permission(P::CatalogManage), routes!(update))
}

/// ODPs by name, with the ports in use.
#[utoipa::path(get, path = "/api/odp", tag = "catalog", params(OdpFilter), responses((status = 200, body = Page<Odp>)))]
async fn list(Context(ctx): Context, Params(filter): Params<OdpFilter>) -> Answer<Page<Odp>> {
    Ok(Json(catalog::odps(&ctx, &filter).await?))
}

/// Make an ODP.
#[utoipa::path(post, path = "/api/odp", tag = "catalog", request_body = NewOdp, responses((status = 201, body = Odp)))]
async fn create(Context(ctx): Context, Body(body): Body<NewOdp>) -> Result<(StatusCode, Json<Odp>), Problem> {
    Ok((StatusCode::CREATED, Json(catalog::create_odp(&ctx, body).await?)))
}

/// One ODP.
#[utoipa::path(get, path = "/api/odp/{id}", tag = "catalog", params(("id" = i64, Path)), responses((status = 200, body = Odp)))]
async fn get(Context(ctx): Context, Path(id): Path<OdpId>) -> Answer<Odp> {
    Ok(Json(catalog::odp(&ctx, id).await?))
}

/// Change an ODP. It keeps at least the ports that customers have.
#[utoipa::path(patch, path = "/api/odp/{id}", tag = "catalog", params(("id" = i64, Path)), request_body = OdpChange, responses((status = 200, body = Odp)))]
async fn update(Context(ctx): Context, Path(id): Path<OdpId>, Body(body): Body<OdpChange>) -> Answer<Odp> {
    Ok(Json(catalog::update_odp(&ctx, id, body).await?))
}
