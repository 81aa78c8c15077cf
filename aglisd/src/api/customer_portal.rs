//! What customers do by themselves, for apps: the same as the portal's pages. Signing in stands in `portal_access`.

use super::files::{download, receive};
use crate::http::{Answer, Body, Context, Need, Params, Parts, Path, Problem, Routes};
use aglis_core::{
    app::Ctx,
    error::Error,
    files::service as files,
    portal::{DashboardStats, Profile, ProfileChange, service as portal},
    tickets::{
        Attachment, Comment, NewComment, NewTicket, Rate, Reason, Ticket, TicketFilter, TicketSummary,
        TimelineEntry, service as tickets,
    },
    types::*,
};
use axum::{
    Json,
    http::{HeaderMap, StatusCode},
    response::Response,
};
use utoipa_axum::routes;

/// Five of the largest files, and the form around them.
const UPLOAD_BYTES: u64 = 5 * (50 << 20) + (1 << 20);

/// The routes of this slice.
pub fn routes() -> Routes {
    Routes::new()
        .with(Need::Customer, routes!(profile, set_profile))
        .with(Need::Customer, routes!(stats))
        .with(Need::Customer, routes!(list, create))
        .with(Need::Customer, routes!(get))
        .with(Need::Customer, routes!(timeline))
        .with(Need::Customer, routes!(comments, comment))
        .with(Need::Customer, routes!(rate))
        .with(Need::Customer, routes!(reopen))
        .with(Need::Customer, routes!(cancel))
        .with_upload(Need::Customer, UPLOAD_BYTES, routes!(attach))
        .with(Need::Customer, routes!(file))
}

async fn own(ctx: &Ctx, id: &str) -> Result<TicketId, Error> {
    portal::who(ctx)?;
    tickets::resolve(ctx, id).await
}

/// One's own data.
#[utoipa::path(get, path = "/api/customer-portal/profile", tag = "customer-portal", responses((status = 200, body = Profile)))]
async fn profile(Context(ctx): Context) -> Answer<Profile> {
    Ok(Json(portal::profile(&ctx).await?))
}

/// Change language and what to be told of.
#[utoipa::path(patch, path = "/api/customer-portal/profile", tag = "customer-portal", request_body = ProfileChange, responses((status = 200, body = Profile)))]
async fn set_profile(Context(ctx): Context, Body(body): Body<ProfileChange>) -> Answer<Profile> {
    Ok(Json(portal::set_profile(&ctx, body).await?))
}

/// The start page's figures.
#[utoipa::path(get, path = "/api/customer-portal/dashboard/stats", tag = "customer-portal", responses((status = 200, body = DashboardStats)))]
async fn stats(Context(ctx): Context) -> Answer<DashboardStats> {
    Ok(Json(portal::stats(&ctx).await?))
}

/// One's own tickets, a page at a time.
#[utoipa::path(get, path = "/api/customer-portal/tickets", tag = "customer-portal", params(TicketFilter), responses((status = 200, body = Page<TicketSummary>)))]
async fn list(Context(ctx): Context, Params(filter): Params<TicketFilter>) -> Answer<Page<TicketSummary>> {
    portal::who(&ctx)?;
    Ok(Json(tickets::list(&ctx, &filter).await?))
}

/// Report a problem.
///
/// Customer, channel and priority are given; what the body says of them is left aside.
#[utoipa::path(post, path = "/api/customer-portal/tickets", tag = "customer-portal", request_body = NewTicket, responses((status = 201, body = Ticket)))]
async fn create(
    Context(ctx): Context,
    Body(body): Body<NewTicket>,
) -> Result<(StatusCode, Json<Ticket>), Problem> {
    portal::who(&ctx)?;
    Ok((StatusCode::CREATED, Json(tickets::create(&ctx, body).await?)))
}

/// One of one's own tickets.
#[utoipa::path(get, path = "/api/customer-portal/tickets/{id}", tag = "customer-portal", params(("id" = String, Path, description = "Identifier or number")), responses((status = 200, body = Ticket)))]
async fn get(Context(ctx): Context, Path(id): Path<String>) -> Answer<Ticket> {
    Ok(Json(tickets::get(&ctx, own(&ctx, &id).await?).await?))
}

/// What has happened on a ticket.
#[utoipa::path(get, path = "/api/customer-portal/tickets/{id}/timeline", tag = "customer-portal", params(("id" = String, Path, description = "Identifier or number"), PageQuery), responses((status = 200, body = Page<TimelineEntry>)))]
async fn timeline(
    Context(ctx): Context,
    Path(id): Path<String>,
    Params(page): Params<PageQuery>,
) -> Answer<Page<TimelineEntry>> {
    Ok(Json(tickets::timeline(&ctx, own(&ctx, &id).await?, &page).await?))
}

/// What was written on a ticket.
#[utoipa::path(get, path = "/api/customer-portal/tickets/{id}/comments", tag = "customer-portal", params(("id" = String, Path, description = "Identifier or number"), PageQuery), responses((status = 200, body = Page<Comment>)))]
async fn comments(
    Context(ctx): Context,
    Path(id): Path<String>,
    Params(page): Params<PageQuery>,
) -> Answer<Page<Comment>> {
    Ok(Json(tickets::comments(&ctx, own(&ctx, &id).await?, &page).await?))
}

/// Write to the team.
#[utoipa::path(post, path = "/api/customer-portal/tickets/{id}/comments", tag = "customer-portal", params(("id" = String, Path, description = "Identifier or number")), request_body = NewComment, responses((status = 201, body = Comment)))]
async fn comment(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<NewComment>,
) -> Result<(StatusCode, Json<Comment>), Problem> {
    let id = own(&ctx, &id).await?;
    Ok((StatusCode::CREATED, Json(tickets::comment(&ctx, id, body).await?)))
}

/// Rate a completed ticket.
#[utoipa::path(post, path = "/api/customer-portal/tickets/{id}/rate", tag = "customer-portal", params(("id" = String, Path, description = "Identifier or number")), request_body = Rate, responses((status = 200, body = Ticket)))]
async fn rate(Context(ctx): Context, Path(id): Path<String>, Body(body): Body<Rate>) -> Answer<Ticket> {
    Ok(Json(tickets::rate(&ctx, own(&ctx, &id).await?, body).await?))
}

/// Open a completed ticket again, within seven days.
#[utoipa::path(post, path = "/api/customer-portal/tickets/{id}/reopen", tag = "customer-portal", params(("id" = String, Path, description = "Identifier or number")), request_body = Reason, responses((status = 200, body = Ticket)))]
async fn reopen(Context(ctx): Context, Path(id): Path<String>, Body(body): Body<Reason>) -> Answer<Ticket> {
    Ok(Json(tickets::reopen(&ctx, own(&ctx, &id).await?, body).await?))
}

/// Take back a report that nobody has begun to work on.
#[utoipa::path(post, path = "/api/customer-portal/tickets/{id}/cancel", tag = "customer-portal", params(("id" = String, Path, description = "Identifier or number")), request_body = Reason, responses((status = 200, body = Ticket)))]
async fn cancel(Context(ctx): Context, Path(id): Path<String>, Body(body): Body<Reason>) -> Answer<Ticket> {
    Ok(Json(tickets::cancel(&ctx, own(&ctx, &id).await?, body).await?))
}

/// Photos and videos, as `multipart/form-data`.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "its shape is for the document")]
struct Files {
    /// One to five files.
    #[schema(value_type = Vec<String>, format = Binary)]
    files: Vec<Vec<u8>>,
}

/// Attach up to five photos or videos; all of them or none.
#[utoipa::path(post, path = "/api/customer-portal/tickets/{id}/attachments", tag = "customer-portal", params(("id" = String, Path, description = "Identifier or number")), request_body(content = Files, content_type = "multipart/form-data"), responses((status = 201, body = Vec<Attachment>)))]
async fn attach(
    Context(ctx): Context,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<(StatusCode, Json<Vec<Attachment>>), Problem> {
    let id = own(&ctx, &id).await?;
    let received = receive(&ctx, parts, &[]).await?;
    Ok((StatusCode::CREATED, Json(tickets::attach(&ctx, id, &received.files, "report", true).await?)))
}

/// A photo or video of one of one's own tickets.
#[utoipa::path(get, path = "/api/customer-portal/files/{id}", tag = "customer-portal", params(("id" = i64, Path)), responses((status = 200, content_type = "application/octet-stream", body = Vec<u8>)))]
async fn file(
    Context(ctx): Context,
    Path(id): Path<FileId>,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    portal::who(&ctx)?;
    Ok(download(&headers, files::open(&ctx, id).await?))
}
