//! Technicians over HTTP.

use crate::http::{Answer, Body, Context, Need, Params, Path, Problem, Routes};
use aglis_core::{
    permission::Permission as P,
    technicians::{
        NewTechnician, SetAvailability, Technician, TechnicianChange, TechnicianFilter,
        service as technicians,
    },
    types::Page,
};
use axum::{Json, http::StatusCode};
use utoipa_axum::routes;

/// The routes of technicians.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Permission(P::TechnicianRead), routes!(list))
        .with(Need::Permission(P::TechnicianManage), routes!(create))
        .with(Need::Permission(P::TechnicianRead), routes!(get))
        .with(Need::Permission(P::TechnicianManage), routes!(update))
        .with(Need::Staff, routes!(availability))
}

/// Technicians with the open tickets they have.
#[utoipa::path(get, path = "/api/technicians", tag = "technicians", params(TechnicianFilter), responses((status = 200, body = Page<Technician>)))]
async fn list(Context(ctx): Context, Params(filter): Params<TechnicianFilter>) -> Answer<Page<Technician>> {
    Ok(Json(technicians::list(&ctx, &filter).await?))
}

/// Make a staff account a technician.
#[utoipa::path(post, path = "/api/technicians", tag = "technicians", request_body = NewTechnician, responses((status = 201, body = Technician)))]
async fn create(
    Context(ctx): Context,
    Body(body): Body<NewTechnician>,
) -> Result<(StatusCode, Json<Technician>), Problem> {
    Ok((StatusCode::CREATED, Json(technicians::create(&ctx, body).await?)))
}

/// One technician.
#[utoipa::path(get, path = "/api/technicians/{id}", tag = "technicians", params(("id" = String, Path, description = "Identifier or sign-in name")), responses((status = 200, body = Technician)))]
async fn get(Context(ctx): Context, Path(id): Path<String>) -> Answer<Technician> {
    let id = technicians::resolve(&ctx, &id).await?;
    Ok(Json(technicians::get(&ctx, id).await?))
}

/// Change what a technician can do, where, and how much.
#[utoipa::path(patch, path = "/api/technicians/{id}", tag = "technicians", params(("id" = String, Path, description = "Identifier or sign-in name")), request_body = TechnicianChange, responses((status = 200, body = Technician)))]
async fn update(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<TechnicianChange>,
) -> Answer<Technician> {
    let id = technicians::resolve(&ctx, &id).await?;
    Ok(Json(technicians::update(&ctx, id, body).await?))
}

/// Say whether a technician can take work. Technicians say it of themselves; of others it needs `technician.manage`.
#[utoipa::path(post, path = "/api/technicians/{id}/availability", tag = "technicians", params(("id" = String, Path, description = "Identifier or sign-in name")), request_body = SetAvailability, responses((status = 200, body = Technician)))]
async fn availability(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<SetAvailability>,
) -> Answer<Technician> {
    let id = technicians::resolve(&ctx, &id).await?;
    Ok(Json(technicians::set_availability(&ctx, id, body).await?))
}
