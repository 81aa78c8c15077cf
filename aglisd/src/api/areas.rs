//! Areas over HTTP.

use crate::http::{Answer, Body, Context, Need, Params, Path, Problem, Routes};
use aglis_core::{
    catalog::{Area, AreaChange, NewArea, service as catalog},
    permission::Permission as P,
    types::*,
};
use axum::{Json, http::StatusCode};
use utoipa_axum::routes;

/// The routes of areas.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Permission(P::CatalogRead), routes!(list))
        .with(Need::Permission(P::CatalogManage), routes!(create))
        .with(Need::Permission(P::CatalogRead), routes!(get))
        .with(Need::Permission(P::CatalogManage), routes!(update))
}

/// Areas by name.
#[utoipa::path(get, path = "/api/areas", tag = "catalog", params(PageQuery), responses((status = 200, body = Page<Area>)))]
async fn list(Context(ctx): Context, Params(page): Params<PageQuery>) -> Answer<Page<Area>> {
    Ok(Json(catalog::areas(&ctx, &page).await?))
}

/// Make an area.
#[utoipa::path(post, path = "/api/areas", tag = "catalog", request_body = NewArea, responses((status = 201, body = Area)))]
async fn create(
    Context(ctx): Context,
    Body(body): Body<NewArea>,
) -> Result<(StatusCode, Json<Area>), Problem> {
    Ok((StatusCode::CREATED, Json(catalog::create_area(&ctx, body).await?)))
}

/// One area.
#[utoipa::path(get, path = "/api/areas/{id}", tag = "catalog", params(("id" = i64, Path)), responses((status = 200, body = Area)))]
async fn get(Context(ctx): Context, Path(id): Path<AreaId>) -> Answer<Area> {
    Ok(Json(catalog::area(&ctx, id).await?))
}

/// Change an area.
#[utoipa::path(patch, path = "/api/areas/{id}", tag = "catalog", params(("id" = i64, Path)), request_body = AreaChange, responses((status = 200, body = Area)))]
async fn update(Context(ctx): Context, Path(id): Path<AreaId>, Body(body): Body<AreaChange>) -> Answer<Area> {
    Ok(Json(catalog::update_area(&ctx, id, body).await?))
}
