//! Packages over HTTP.

use crate::http::{Answer, Body, Context, Need, Params, Path, Problem, Routes};
use aglis_core::{
    catalog::{NewPackage, Package, PackageChange, PackageFilter, service as catalog},
    permission::Permission as P,
    types::*,
};
use axum::{Json, http::StatusCode};
use utoipa_axum::routes;

/// The routes of packages.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Permission(P::CatalogRead), routes!(list))
        .with(Need::Permission(P::CatalogManage), routes!(create))
        .with(Need::Permission(P::CatalogRead), routes!(get))
        .with(Need::Permission(P::CatalogManage), routes!(update))
}

/// Packages by name.
#[utoipa::path(get, path = "/api/packages", tag = "catalog", params(PackageFilter), responses((status = 200, body = Page<Package>)))]
async fn list(Context(ctx): Context, Params(filter): Params<PackageFilter>) -> Answer<Page<Package>> {
    Ok(Json(catalog::packages(&ctx, &filter).await?))
}

/// Make a package.
#[utoipa::path(post, path = "/api/packages", tag = "catalog", request_body = NewPackage, responses((status = 201, body = Package)))]
async fn create(
    Context(ctx): Context,
    Body(body): Body<NewPackage>,
) -> Result<(StatusCode, Json<Package>), Problem> {
    Ok((StatusCode::CREATED, Json(catalog::create_package(&ctx, body).await?)))
}

/// One package.
#[utoipa::path(get, path = "/api/packages/{id}", tag = "catalog", params(("id" = i64, Path)), responses((status = 200, body = Package)))]
async fn get(Context(ctx): Context, Path(id): Path<PackageId>) -> Answer<Package> {
    Ok(Json(catalog::package(&ctx, id).await?))
}

/// Change a package. Customers who have it keep it, also when it is not sold any more.
#[utoipa::path(patch, path = "/api/packages/{id}", tag = "catalog", params(("id" = i64, Path)), request_body = PackageChange, responses((status = 200, body = Package)))]
async fn update(
    Context(ctx): Context,
    Path(id): Path<PackageId>,
    Body(body): Body<PackageChange>,
) -> Answer<Package> {
    Ok(Json(catalog::update_package(&ctx, id, body).await?))
}
