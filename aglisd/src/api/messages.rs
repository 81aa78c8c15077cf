//! Messages to and from people.

use crate::http::{Answer, Body, Context, Need, Params, Path, Problem, Routes};
use aglis_core::{
    messages::{Callback, CallbackFilter, Message, MessageFilter, SendMessage, service as messages},
    permission::Permission,
    types::*,
};
use axum::{Json, http::StatusCode};
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

/// Send a text or a template to a phone or a customer.
///
/// Give `phone` or `customer`, and `text` or `template`. The message waits in the queue like every other one; its status
/// tells how far it got.
#[utoipa::path(post, path = "/api/messages", tag = "messages", request_body = SendMessage, responses((status = 201, body = Message), (status = 200, description = "Only checked", body = Message)))]
async fn send(
    Context(ctx): Context,
    Body(new): Body<SendMessage>,
) -> Result<(StatusCode, Json<Message>), Problem> {
    let status = if new.dry_run { StatusCode::OK } else { StatusCode::CREATED };
    Ok((status, Json(messages::write(&ctx, &new).await?)))
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
    let write = Need::Permission(Permission::MessageSend);
    Routes::new()
        .with(read, routes!(list))
        .with(read, routes!(callbacks))
        .with(read, routes!(view))
        .with(write, routes!(send))
}
