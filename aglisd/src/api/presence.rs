//! Who is at a ticket; the live stream tells it to those who may see the ticket.

use crate::http::{Body, Context, Need, Path, Problem, Routes};
use aglis_core::{
    permission::Permission as P,
    presence::{SetPresence, service as presence},
    tickets::service as tickets,
};
use axum::http::StatusCode;
use utoipa_axum::routes;

/// The routes of presence.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Permission(P::TicketRead), routes!(set))
        .with(Need::Permission(P::TicketRead), routes!(leave))
}

/// Say that one has a ticket open, or writes on it.
///
/// Holds for 45 seconds; said again before, one stays there.
#[utoipa::path(put, path = "/api/tickets/{id}/presence", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = SetPresence, responses((status = 204)))]
async fn set(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<SetPresence>,
) -> Result<StatusCode, Problem> {
    let id = tickets::resolve(&ctx, &id).await?;
    presence::set(&ctx, id, body).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Say that one has closed a ticket.
#[utoipa::path(delete, path = "/api/tickets/{id}/presence", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), responses((status = 204)))]
async fn leave(Context(ctx): Context, Path(id): Path<String>) -> Result<StatusCode, Problem> {
    let id = tickets::resolve(&ctx, &id).await?;
    presence::leave(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}
