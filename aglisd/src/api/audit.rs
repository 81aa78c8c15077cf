//! The audit trail.

use crate::http::{Answer, Context, Need, Params, Routes};
use aglis_core::{
    event::{self, AuditEntry, AuditFilter, ChainReport},
    permission::Permission as P,
    types::Page,
};
use axum::Json;
use utoipa_axum::routes;

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Permission(P::AuditRead), routes!(search))
        .with(Need::Permission(P::AuditRead), routes!(verify))
}

/// Search the audit trail, the newest first.
#[utoipa::path(get, path = "/api/audit", tag = "audit", params(AuditFilter), responses((status = 200, body = Page<AuditEntry>)))]
async fn search(Context(ctx): Context, Params(filter): Params<AuditFilter>) -> Answer<Page<AuditEntry>> {
    Ok(Json(event::search(&ctx, &filter).await?))
}

/// Check the whole chain of entries.
///
/// Names the first entry that was edited, deleted or reordered.
#[utoipa::path(get, path = "/api/audit/verify", tag = "audit", responses((status = 200, body = ChainReport)))]
async fn verify(Context(ctx): Context) -> Answer<ChainReport> {
    Ok(Json(event::verify(&ctx.app.db).await?))
}
