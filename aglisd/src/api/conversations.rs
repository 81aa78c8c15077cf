//! Conversations: threads of messages that staff answer.

use crate::http::{Answer, Body, Context, Need, Params, Path, Problem, Routes};
use aglis_core::{
    conversations::{
        Answerer, AssignConversation, Conversation, ConversationFilter, Reply, UnansweredCount,
        service as conversations,
    },
    messages::Message,
    permission::Permission,
    types::*,
};
use axum::{Json, http::StatusCode};
use utoipa_axum::routes;

/// Conversations, the one with the newest message first.
#[utoipa::path(get, path = "/api/conversations", tag = "conversations", params(ConversationFilter), responses((status = 200, body = Page<Conversation>)))]
async fn list(
    Context(ctx): Context,
    Params(filter): Params<ConversationFilter>,
) -> Answer<Page<Conversation>> {
    Ok(Json(conversations::list(&ctx, &filter).await?))
}

/// How many conversations wait for an answer.
#[utoipa::path(get, path = "/api/conversations/unanswered", tag = "conversations", responses((status = 200, body = UnansweredCount)))]
async fn unanswered(Context(ctx): Context) -> Answer<UnansweredCount> {
    Ok(Json(conversations::unanswered(&ctx).await?))
}

/// The staff members to whom conversations may be given.
#[utoipa::path(get, path = "/api/conversations/answerers", tag = "conversations", responses((status = 200, body = Vec<Answerer>)))]
async fn answerers(Context(ctx): Context) -> Answer<Vec<Answerer>> {
    Ok(Json(conversations::answerers(&ctx).await?))
}

/// One conversation.
#[utoipa::path(get, path = "/api/conversations/{id}", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200, body = Conversation)))]
async fn view(Context(ctx): Context, Path(id): Path<ConversationId>) -> Answer<Conversation> {
    Ok(Json(conversations::get(&ctx, id).await?))
}

/// What was written to and fro, the newest first; notifications are in it.
#[utoipa::path(get, path = "/api/conversations/{id}/messages", tag = "conversations", params(("id" = ConversationId, Path), PageQuery), responses((status = 200, body = Page<Message>)))]
async fn thread(
    Context(ctx): Context,
    Path(id): Path<ConversationId>,
    Params(page): Params<PageQuery>,
) -> Answer<Page<Message>> {
    Ok(Json(conversations::thread(&ctx, id, &page).await?))
}

/// Answer with a text.
///
/// It is sent at once, waits for no quiet hours, and the conversation is answered and open then. The Cloud API of Meta
/// takes it only until `window_until`.
#[utoipa::path(post, path = "/api/conversations/{id}/reply", tag = "conversations", params(("id" = ConversationId, Path)), request_body = Reply, responses((status = 201, body = Message)))]
async fn reply(
    Context(ctx): Context,
    Path(id): Path<ConversationId>,
    Body(body): Body<Reply>,
) -> Result<(StatusCode, Json<Message>), Problem> {
    Ok((StatusCode::CREATED, Json(conversations::reply(&ctx, id, &body).await?)))
}

/// Say that nothing is left to answer.
#[utoipa::path(post, path = "/api/conversations/{id}/handled", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200, body = Conversation)))]
async fn handled(Context(ctx): Context, Path(id): Path<ConversationId>) -> Answer<Conversation> {
    Ok(Json(conversations::handled(&ctx, id).await?))
}

/// Take a conversation for oneself.
#[utoipa::path(post, path = "/api/conversations/{id}/take", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200, body = Conversation)))]
async fn take(Context(ctx): Context, Path(id): Path<ConversationId>) -> Answer<Conversation> {
    Ok(Json(conversations::take(&ctx, id).await?))
}

/// Give a conversation to somebody who may answer it, or to nobody.
#[utoipa::path(post, path = "/api/conversations/{id}/assign", tag = "conversations", params(("id" = ConversationId, Path)), request_body = AssignConversation, responses((status = 200, body = Conversation)))]
async fn assign(
    Context(ctx): Context,
    Path(id): Path<ConversationId>,
    Body(body): Body<AssignConversation>,
) -> Answer<Conversation> {
    Ok(Json(conversations::assign(&ctx, id, &body).await?))
}

/// Close a conversation; the customer's next message opens it again.
#[utoipa::path(post, path = "/api/conversations/{id}/close", tag = "conversations", params(("id" = ConversationId, Path)), responses((status = 200, body = Conversation)))]
async fn close(Context(ctx): Context, Path(id): Path<ConversationId>) -> Answer<Conversation> {
    Ok(Json(conversations::close(&ctx, id).await?))
}

/// The routes.
pub fn routes() -> Routes {
    let read = Need::Permission(Permission::MessageRead);
    let write = Need::Permission(Permission::MessageSend);
    Routes::new()
        .with(read, routes!(list))
        .with(read, routes!(unanswered))
        .with(write, routes!(answerers))
        .with(read, routes!(view))
        .with(read, routes!(thread))
        .with(write, routes!(reply))
        .with(write, routes!(handled))
        .with(write, routes!(take))
        .with(write, routes!(assign))
        .with(write, routes!(close))
}
