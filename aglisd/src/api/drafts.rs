//! Begun texts of staff. Everybody has their own.

use crate::http::{Answer, Body, Context, Need, Path, Problem, Routes};
use aglis_core::drafts::{Draft, SaveDraft, service as drafts};
use axum::{Json, http::StatusCode};
use utoipa_axum::routes;

/// The routes of drafts.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Staff, routes!(get))
        .with(Need::Staff, routes!(save))
        .with(Need::Staff, routes!(delete))
}

/// What one has written so far in a form.
///
/// An empty text when nothing was written.
#[utoipa::path(get, path = "/api/drafts/{key}", tag = "drafts", params(("key" = String, Path, description = "Names the form, such as `ticket-7`")), responses((status = 200, body = Draft)))]
async fn get(Context(ctx): Context, Path(key): Path<String>) -> Answer<Draft> {
    Ok(Json(drafts::get(&ctx, &key).await?))
}

/// Keep what one has written so far in a form.
///
/// It is forgotten when the form is sent, and 30 days after the last change. One account has at most 100; the longest
/// untouched make room.
#[utoipa::path(put, path = "/api/drafts/{key}", tag = "drafts", params(("key" = String, Path, description = "Names the form, such as `ticket-7`")), request_body = SaveDraft, responses((status = 200, body = Draft)))]
async fn save(Context(ctx): Context, Path(key): Path<String>, Body(body): Body<SaveDraft>) -> Answer<Draft> {
    Ok(Json(drafts::save(&ctx, &key, body).await?))
}

/// Forget what one has written in a form.
#[utoipa::path(delete, path = "/api/drafts/{key}", tag = "drafts", params(("key" = String, Path, description = "Names the form, such as `ticket-7`")), responses((status = 204)))]
async fn delete(Context(ctx): Context, Path(key): Path<String>) -> Result<StatusCode, Problem> {
    drafts::delete(&ctx, &key).await?;
    Ok(StatusCode::NO_CONTENT)
}
