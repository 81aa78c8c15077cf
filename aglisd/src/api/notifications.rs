//! The notification centre over HTTP: everybody has their own.

use crate::http::{Answer, Body, Context, Need, Params, Path, Problem, Routes};
use aglis_core::{
    notifications::{
        NewNotification, Notification, NotificationFilter, NotificationPreference, Sent, Unread, service,
    },
    permission::Permission as P,
    types::*,
};
use axum::{Json, http::StatusCode};
use utoipa_axum::routes;

/// The routes of the notification centre.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Staff, routes!(list))
        .with(Need::Permission(P::NotificationCreate), routes!(send))
        .with_polled(Need::Staff, routes!(unread))
        .with(Need::Staff, routes!(mark_all_read))
        .with(Need::Staff, routes!(clear_all))
        .with(Need::Staff, routes!(preferences))
        .with(Need::Staff, routes!(set_preferences))
        .with(Need::Staff, routes!(mark_read))
        .with(Need::Staff, routes!(delete))
}

/// Our notifications, the newest first, a page at a time.
#[utoipa::path(get, path = "/api/notifications", tag = "notifications", params(NotificationFilter), responses((status = 200, body = Page<Notification>)))]
async fn list(
    Context(ctx): Context,
    Params(filter): Params<NotificationFilter>,
) -> Answer<Page<Notification>> {
    Ok(Json(service::list(&ctx, &filter).await?))
}

/// Send a notification to colleagues, or to everybody of a role.
#[utoipa::path(post, path = "/api/notifications", tag = "notifications", request_body = NewNotification, responses((status = 201, body = Sent)))]
async fn send(
    Context(ctx): Context,
    Body(body): Body<NewNotification>,
) -> Result<(StatusCode, Json<Sent>), Problem> {
    Ok((StatusCode::CREATED, Json(service::send(&ctx, body).await?)))
}

/// How many are unread, exactly.
#[utoipa::path(get, path = "/api/notifications/unread", tag = "notifications", responses((status = 200, body = Unread)))]
async fn unread(Context(ctx): Context) -> Answer<Unread> {
    Ok(Json(service::unread(&ctx).await?))
}

/// Mark one as read.
#[utoipa::path(put, path = "/api/notifications/{id}/read", tag = "notifications", params(("id" = i64, Path)), responses((status = 200, body = Notification)))]
async fn mark_read(Context(ctx): Context, Path(id): Path<NotificationId>) -> Answer<Notification> {
    Ok(Json(service::mark_read(&ctx, id).await?))
}

/// Mark all as read; gives what is unread now.
#[utoipa::path(put, path = "/api/notifications/mark-all-read", tag = "notifications", responses((status = 200, body = Unread)))]
async fn mark_all_read(Context(ctx): Context) -> Answer<Unread> {
    Ok(Json(service::mark_all_read(&ctx).await?))
}

/// Remove one.
#[utoipa::path(delete, path = "/api/notifications/{id}", tag = "notifications", params(("id" = i64, Path)), responses((status = 204)))]
async fn delete(Context(ctx): Context, Path(id): Path<NotificationId>) -> Result<StatusCode, Problem> {
    service::delete(&ctx, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Remove those that were read; gives what is unread.
#[utoipa::path(delete, path = "/api/notifications/clear-all", tag = "notifications", responses((status = 200, body = Unread)))]
async fn clear_all(Context(ctx): Context) -> Answer<Unread> {
    Ok(Json(service::clear_all(&ctx).await?))
}

/// What we want to hear of and how: every type by every channel.
#[utoipa::path(get, path = "/api/notifications/preferences", tag = "notifications", responses((status = 200, body = Vec<NotificationPreference>)))]
async fn preferences(Context(ctx): Context) -> Answer<Vec<NotificationPreference>> {
    Ok(Json(service::preferences(&ctx).await?))
}

/// Change what we want to hear of; what is not named stays.
#[utoipa::path(put, path = "/api/notifications/preferences", tag = "notifications", request_body = Vec<NotificationPreference>, responses((status = 200, body = Vec<NotificationPreference>)))]
async fn set_preferences(
    Context(ctx): Context,
    Body(body): Body<Vec<NotificationPreference>>,
) -> Answer<Vec<NotificationPreference>> {
    Ok(Json(service::set_preferences(&ctx, body).await?))
}
