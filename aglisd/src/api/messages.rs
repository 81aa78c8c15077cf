//! Messages to and from people.

use crate::http::{Answer, Context, Need, Params, Path, Routes};
use aglis_core::{
    messages::{Callback, CallbackFilter, Message, MessageFilter, service as messages},
    permission::Permission,
    types::*,
};
use axum::Json;
use utoipa_axum::routes;

/// Messages, the newest first.
#[utoipa::path(get, path = "/api/messages", tag = "messages", params(MessageFilter), responses((status = 200, body = Page<Message>)))]
async fn list(Context(ctx): Context, Params(filter): Params<MessageFilter>) -> Answer<Page<Message>> {
    Ok(Json(messages::list(&ctx, &filter).await?))
}

/// One message.
#[utoipa::path(get, path = "/api/messages/{id}", tag = "messages", params(("id" = MessageId, Path)), responses((status = 200, body = Message)))]
async fn view(Context(ctx): Context, Path(id): Path<MessageId>) -> Answer<Message> {
    Ok(Json(messages::get(&ctx, id).await?))
}

/// Reports of gateways that speak of no message we know, the newest first. They are kept for a month, and matched when
/// their message becomes known.
#[utoipa::path(get, path = "/api/messages/callbacks", tag = "messages", params(CallbackFilter), responses((status = 200, body = Page<Callback>)))]
async fn callbacks(Context(ctx): Context, Params(filter): Params<CallbackFilter>) -> Answer<Page<Callback>> {
    Ok(Json(messages::callbacks(&ctx, &filter).await?))
}

/// The routes.
pub fn routes() -> Routes {
    let read = Need::Permission(Permission::MessageRead);
    Routes::new().with(read, routes!(list)).with(read, routes!(callbacks)).with(read, routes!(view))
}
