//! The sandbox's phones and mailboxes.

use crate::http::{Answer, Body, Context, Need, Params, Path, Routes};
use aglis_core::{
    messages::{MessageStatus, SandboxFilter, SandboxMessage, SandboxReply, service as messages},
    permission::Permission,
    types::*,
};
use axum::Json;
use utoipa_axum::routes;

/// What arrived in the sandbox, the newest first.
#[utoipa::path(get, path = "/api/sandbox/messages", tag = "sandbox", params(SandboxFilter), responses((status = 200, body = Page<SandboxMessage>)))]
async fn list(Context(ctx): Context, Params(filter): Params<SandboxFilter>) -> Answer<Page<SandboxMessage>> {
    Ok(Json(messages::sandbox_list(&ctx, &filter).await?))
}

/// Set a message to delivered, read or failed, as its phone would.
#[utoipa::path(post, path = "/api/sandbox/messages/{id}/{status}", tag = "sandbox",
    params(("id" = i64, Path), ("status" = MessageStatus, Path, description = "delivered, read or failed")),
    responses((status = 200, body = SandboxMessage)))]
async fn mark(
    Context(ctx): Context,
    Path((id, status)): Path<(i64, MessageStatus)>,
) -> Answer<SandboxMessage> {
    Ok(Json(messages::sandbox_mark(&ctx, id, status).await?))
}

/// Write to us, as a phone.
#[utoipa::path(post, path = "/api/sandbox/reply", tag = "sandbox", request_body = SandboxReply, responses((status = 200, body = SandboxMessage)))]
async fn reply(Context(ctx): Context, Body(body): Body<SandboxReply>) -> Answer<SandboxMessage> {
    Ok(Json(messages::sandbox_reply(&ctx, &body).await?))
}

/// The routes.
pub fn routes() -> Routes {
    let needed = Need::Permission(Permission::SandboxUse);
    Routes::new().with(needed, routes!(list)).with(needed, routes!(mark)).with(needed, routes!(reply))
}
