//! Holidays over HTTP.

use crate::http::{Answer, Body, Context, Need, Params, Path, Problem, Routes};
use aglis_core::{
    catalog::{Holiday, SetHoliday, service as catalog},
    permission::Permission as P,
    types::*,
};
use axum::{Json, http::StatusCode};
use utoipa_axum::routes;

/// The routes of holidays.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Permission(P::CatalogRead), routes!(list))
        .with(Need::Permission(P::CatalogRead), routes!(get))
        .with(Need::Permission(P::CatalogManage), routes!(set))
        .with(Need::Permission(P::CatalogManage), routes!(remove))
}

/// Holidays, the earliest first.
#[utoipa::path(get, path = "/api/holidays", tag = "catalog", params(PageQuery), responses((status = 200, body = Page<Holiday>)))]
async fn list(Context(ctx): Context, Params(page): Params<PageQuery>) -> Answer<Page<Holiday>> {
    Ok(Json(catalog::holidays(&ctx, &page).await?))
}

/// The holiday on a day, such as 2026-08-17.
#[utoipa::path(get, path = "/api/holidays/{day}", tag = "catalog", params(("day" = String, Path)), responses((status = 200, body = Holiday)))]
async fn get(Context(ctx): Context, Path(day): Path<String>) -> Answer<Holiday> {
    Ok(Json(catalog::holiday(&ctx, &day).await?))
}

/// Make a day a holiday, or rename one.
#[utoipa::path(put, path = "/api/holidays/{day}", tag = "catalog", params(("day" = String, Path)), request_body = SetHoliday, responses((status = 200, body = Holiday)))]
async fn set(
    Context(ctx): Context,
    Path(day): Path<String>,
    Body(body): Body<SetHoliday>,
) -> Answer<Holiday> {
    Ok(Json(catalog::set_holiday(&ctx, &day, body).await?))
}

/// Make a day a working day again.
#[utoipa::path(delete, path = "/api/holidays/{day}", tag = "catalog", params(("day" = String, Path)), responses((status = 204)))]
async fn remove(Context(ctx): Context, Path(day): Path<String>) -> Result<StatusCode, Problem> {
    catalog::remove_holiday(&ctx, &day).await?;
    Ok(StatusCode::NO_CONTENT)
}
