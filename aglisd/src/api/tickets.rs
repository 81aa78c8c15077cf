//! Tickets over HTTP.

use super::export::{List, Wanted, export};
use crate::http::{Answer, Body, Context, Need, Params, Parts, Path, Problem, Routes};
use aglis_core::{
    app::Ctx,
    error::Error,
    permission::Permission as P,
    tickets::{sla::SlaRules, *},
    types::*,
};
use axum::{Json, http::StatusCode, response::Response};
use serde::Deserialize;
use utoipa_axum::routes;

/// Bytes of one upload: five videos and what surrounds them. Each file's own limit is checked by its kind.
const MOST_UPLOAD: u64 = 5 * (50 << 20) + (1 << 20);

/// The routes of tickets.
pub fn routes() -> Routes {
    Routes::new()
        .with_polled(Need::Permission(P::TicketRead), routes!(list))
        .with(Need::Permission(P::TicketRead), routes!(take_out, taken_out))
        .with(Need::Permission(P::TicketCreate), routes!(create))
        .with_polled(Need::Permission(P::TicketRead), routes!(stats))
        .with(Need::Permission(P::TicketRead), routes!(sla_rules))
        .with(Need::Permission(P::SettingsManage), routes!(set_sla_rules))
        .with(Need::Permission(P::TicketRead), routes!(get))
        .with(Need::Permission(P::TicketUpdate), routes!(update))
        .with(Need::Permission(P::TicketAssign), routes!(candidates))
        .with(Need::Permission(P::TicketAssign), routes!(assign))
        .with(Need::Permission(P::TicketStatus), routes!(status))
        .with(Need::Permission(P::TicketPriority), routes!(priority))
        .with(Need::Permission(P::TicketRead), routes!(comments))
        .with(Need::Permission(P::TicketNote), routes!(comment))
        .with(Need::Permission(P::TicketRead), routes!(attachments))
        .with_upload(Need::Permission(P::TicketNote), MOST_UPLOAD, routes!(attach))
        .with(Need::Permission(P::TicketUpdate), routes!(check))
        .with(Need::Permission(P::TicketComplete), routes!(complete))
        .with(Need::Permission(P::TicketCancel), routes!(cancel))
        .with(Need::Permission(P::TicketReopen), routes!(reopen))
        .with(Need::Customer, routes!(rate))
        .with(Need::Permission(P::TicketMerge), routes!(merge))
        .with(Need::Permission(P::TicketMerge), routes!(parent))
        .with(Need::Permission(P::TicketRead), routes!(timeline))
        .with(Need::Permission(P::TicketRead), routes!(sla))
        .with(Need::Permission(P::TicketRead), routes!(undo))
}

/// Tickets that the actor may see, a page at a time.
#[utoipa::path(get, path = "/api/tickets", tag = "tickets", params(TicketFilter), responses((status = 200, body = Page<TicketSummary>)))]
async fn list(Context(ctx): Context, Params(filter): Params<TicketFilter>) -> Answer<Page<TicketSummary>> {
    Ok(Json(service::list(&ctx, &filter).await?))
}

/// Tickets that the actor may see, all of them, as a file.
///
/// `limit` is left aside. That it was taken out is recorded, with the number of rows.
#[utoipa::path(get, path = "/api/tickets/export", tag = "tickets", params(TicketFilter, ("format" = Option<String>, Query, description = "`csv` or `ndjson`; without it what `Accept` asks for, else `ndjson`")), responses((status = 200, body = TicketSummary, content_type = "application/x-ndjson")))]
async fn take_out(Context(ctx): Context, wanted: Wanted<TicketFilter>) -> Result<Response, Problem> {
    export(ctx, wanted).await
}

/// Tickets that were read page by page and written to a file elsewhere.
#[derive(Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
struct Exported {
    /// How many.
    #[schema(minimum = 1)]
    rows: u32,
}

/// Records that a program wrote tickets it had read to a file, as `GET /api/tickets/export` records what it gives.
#[utoipa::path(post, path = "/api/tickets/export", tag = "tickets", request_body = Exported, responses((status = 204)))]
async fn taken_out(Context(ctx): Context, Body(exported): Body<Exported>) -> Result<StatusCode, Problem> {
    aglis_core::event::exported(&ctx, TicketFilter::NAME, exported.rows.into()).await?;
    Ok(StatusCode::NO_CONTENT)
}

impl List for TicketFilter {
    type Row = TicketSummary;
    const NAME: &'static str = "tickets";
    const FIELDS: &'static [&'static str] = &[
        "id",
        "number",
        "type",
        "category",
        "priority",
        "status",
        "title",
        "channel",
        "customer_id",
        "customer_number",
        "customer_name",
        "area_name",
        "lead_id",
        "lead_name",
        "response_due_at",
        "resolution_due_at",
        "at_risk_at",
        "responded_at",
        "held_at",
        "completed_at",
        "version",
        "created_at",
        "updated_at",
    ];

    fn from(self, cursor: Option<String>) -> Self {
        TicketFilter { limit: Some(200), cursor, ..self }
    }

    fn cursor(&self) -> Option<String> {
        self.cursor.clone()
    }

    async fn page(&self, ctx: &Ctx) -> aglis_core::error::Result<Page<TicketSummary>> {
        service::list(ctx, self).await
    }
}

/// Report a ticket.
#[utoipa::path(post, path = "/api/tickets", tag = "tickets", request_body = NewTicket, responses((status = 201, body = Ticket)))]
async fn create(
    Context(ctx): Context,
    Body(body): Body<NewTicket>,
) -> Result<(StatusCode, Json<Ticket>), Problem> {
    Ok((StatusCode::CREATED, Json(service::create(&ctx, body).await?)))
}

/// How many tickets stand where.
#[utoipa::path(get, path = "/api/tickets/stats", tag = "tickets", responses((status = 200, body = TicketStats)))]
async fn stats(Context(ctx): Context) -> Answer<TicketStats> {
    Ok(Json(service::stats(&ctx).await?))
}

/// The promises of time by priority, SLA level and kind of customer.
#[utoipa::path(get, path = "/api/tickets/sla-rules", tag = "tickets", responses((status = 200, body = SlaRules)))]
async fn sla_rules(Context(ctx): Context) -> Answer<SlaRules> {
    Ok(Json(service::rules(&ctx).await?))
}

/// Change the promises. Open tickets keep theirs until their priority changes or they are opened again.
#[utoipa::path(put, path = "/api/tickets/sla-rules", tag = "tickets", request_body = SlaRules, responses((status = 200, body = SlaRules)))]
async fn set_sla_rules(Context(ctx): Context, Body(body): Body<SlaRules>) -> Answer<SlaRules> {
    Ok(Json(service::set_rules(&ctx, body).await?))
}

/// A ticket with everything about it.
#[utoipa::path(get, path = "/api/tickets/{id}", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), responses((status = 200, body = Ticket)))]
async fn get(Context(ctx): Context, Path(id): Path<String>) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::get(&ctx, id).await?))
}

/// Change a ticket's fields.
#[utoipa::path(patch, path = "/api/tickets/{id}", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = TicketChange, responses((status = 200, body = Ticket)))]
async fn update(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<TicketChange>,
) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::update(&ctx, id, body).await?))
}

/// Who might take a ticket, the best first, with the reasons.
#[utoipa::path(get, path = "/api/tickets/{id}/candidates", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), responses((status = 200, body = Vec<Candidate>)))]
async fn candidates(Context(ctx): Context, Path(id): Path<String>) -> Answer<Vec<Candidate>> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::candidates(&ctx, id).await?))
}

/// Give a ticket to a team, or to the best technician.
#[utoipa::path(post, path = "/api/tickets/{id}/assign", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = Assign, responses((status = 200, body = Assignment)))]
async fn assign(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<Assign>,
) -> Answer<Assignment> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::assign(&ctx, id, body).await?))
}

/// Change a ticket's status.
#[utoipa::path(post, path = "/api/tickets/{id}/status", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = SetStatus, responses((status = 200, body = Ticket)))]
async fn status(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<SetStatus>,
) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::set_status(&ctx, id, body).await?))
}

/// Change a ticket's priority and with it its due times.
#[utoipa::path(post, path = "/api/tickets/{id}/priority", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = SetPriority, responses((status = 200, body = Ticket)))]
async fn priority(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<SetPriority>,
) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::set_priority(&ctx, id, body).await?))
}

/// Comments and notes, the oldest first.
#[utoipa::path(get, path = "/api/tickets/{id}/comments", tag = "tickets", params(("id" = String, Path, description = "Identifier or number"), PageQuery), responses((status = 200, body = Page<Comment>)))]
async fn comments(
    Context(ctx): Context,
    Path(id): Path<String>,
    Params(page): Params<PageQuery>,
) -> Answer<Page<Comment>> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::comments(&ctx, id, &page).await?))
}

/// Write a note, or a comment to the customer (which needs `ticket.comment`).
#[utoipa::path(post, path = "/api/tickets/{id}/comments", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = NewComment, responses((status = 201, body = Comment)))]
async fn comment(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<NewComment>,
) -> Result<(StatusCode, Json<Comment>), Problem> {
    let id = service::resolve(&ctx, &id).await?;
    Ok((StatusCode::CREATED, Json(service::comment(&ctx, id, body).await?)))
}

/// Tick a line of the checklist off, or open it again.
#[utoipa::path(put, path = "/api/tickets/{id}/checklist/{item}", tag = "tickets", params(("id" = String, Path, description = "Identifier or number"), ("item" = i64, Path, description = "Line of the checklist")), request_body = Check, responses((status = 200, body = Ticket)))]
async fn check(
    Context(ctx): Context,
    Path((id, item)): Path<(String, ChecklistItemId)>,
    Body(body): Body<Check>,
) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::check(&ctx, id, item, body).await?))
}

/// Complete a ticket with its completion data.
#[utoipa::path(post, path = "/api/tickets/{id}/complete", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = Complete, responses((status = 200, body = Ticket)))]
async fn complete(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<Complete>,
) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::complete(&ctx, id, body).await?))
}

/// Cancel a ticket.
#[utoipa::path(post, path = "/api/tickets/{id}/cancel", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = Reason, responses((status = 200, body = Ticket)))]
async fn cancel(Context(ctx): Context, Path(id): Path<String>, Body(body): Body<Reason>) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::cancel(&ctx, id, body).await?))
}

/// Open a completed ticket again, within seven days.
#[utoipa::path(post, path = "/api/tickets/{id}/reopen", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = Reason, responses((status = 200, body = Ticket)))]
async fn reopen(Context(ctx): Context, Path(id): Path<String>, Body(body): Body<Reason>) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::reopen(&ctx, id, body).await?))
}

/// Rate the work on a completed ticket.
#[utoipa::path(post, path = "/api/tickets/{id}/rate", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = Rate, responses((status = 200, body = Ticket)))]
async fn rate(Context(ctx): Context, Path(id): Path<String>, Body(body): Body<Rate>) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::rate(&ctx, id, body).await?))
}

/// Merge a ticket into another one of the same customer; gives the one that goes on.
#[utoipa::path(post, path = "/api/tickets/{id}/merge", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = Merge, responses((status = 200, body = Ticket)))]
async fn merge(Context(ctx): Context, Path(id): Path<String>, Body(body): Body<Merge>) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::merge(&ctx, id, body).await?))
}

/// Put a ticket under a parent, or take it out.
#[utoipa::path(put, path = "/api/tickets/{id}/parent", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = SetParent, responses((status = 200, body = Ticket)))]
async fn parent(
    Context(ctx): Context,
    Path(id): Path<String>,
    Body(body): Body<SetParent>,
) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::set_parent(&ctx, id, body).await?))
}

/// What happened on a ticket, the oldest first.
#[utoipa::path(get, path = "/api/tickets/{id}/timeline", tag = "tickets", params(("id" = String, Path, description = "Identifier or number"), PageQuery), responses((status = 200, body = Page<TimelineEntry>)))]
async fn timeline(
    Context(ctx): Context,
    Path(id): Path<String>,
    Params(page): Params<PageQuery>,
) -> Answer<Page<TimelineEntry>> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::timeline(&ctx, id, &page).await?))
}

/// How the due times came about, step by step.
#[utoipa::path(get, path = "/api/tickets/{id}/sla", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), responses((status = 200, body = SlaExplanation)))]
async fn sla(Context(ctx): Context, Path(id): Path<String>) -> Answer<SlaExplanation> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::explain(&ctx, id).await?))
}

/// Take a change of priority, status or team back, within ten minutes.
#[utoipa::path(post, path = "/api/tickets/{id}/undo", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body = Undo, responses((status = 200, body = Ticket)))]
async fn undo(Context(ctx): Context, Path(id): Path<String>, Body(body): Body<Undo>) -> Answer<Ticket> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::undo(&ctx, id, body).await?))
}

/// Files on a ticket; their bytes are at `/api/files/{id}`.
#[utoipa::path(get, path = "/api/tickets/{id}/attachments", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), responses((status = 200, body = Vec<Attachment>)))]
async fn attachments(Context(ctx): Context, Path(id): Path<String>) -> Answer<Vec<Attachment>> {
    let id = service::resolve(&ctx, &id).await?;
    Ok(Json(service::attachments(&ctx, id).await?))
}

/// Files with what they show.
#[derive(utoipa::ToSchema)]
#[allow(dead_code, reason = "it only stands in the API document; the parts are read as they come")]
struct NewAttachments {
    /// What they show: `report` (default), `otdr`, `attenuation`, `modem` or `comment`.
    purpose: Option<String>,
    /// Whether the customer may see them; no when absent.
    customer_visible: Option<bool>,
    /// Photos (JPEG, PNG, WebP) up to 10 MiB and videos (MP4, MOV, WebM, 3GP) up to 50 MiB, at most five.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<Vec<u8>>,
}

/// Attach up to five photos or videos, all or none.
#[utoipa::path(post, path = "/api/tickets/{id}/attachments", tag = "tickets", params(("id" = String, Path, description = "Identifier or number")), request_body(content = NewAttachments, content_type = "multipart/form-data"), responses((status = 201, body = Vec<Attachment>)))]
async fn attach(
    Context(ctx): Context,
    Path(id): Path<String>,
    parts: Parts,
) -> Result<(StatusCode, Json<Vec<Attachment>>), Problem> {
    let id = service::resolve(&ctx, &id).await?;
    let upload = super::files::receive(&ctx, parts, &["purpose", "customer_visible"]).await?;
    let visible = match upload.field("customer_visible") {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(Error::field("customer_visible", "invalid", "use true or false").into()),
    };
    let purpose = upload.field("purpose").unwrap_or("report");
    let attached = service::attach(&ctx, id, &upload.files, purpose, visible).await?;
    Ok((StatusCode::CREATED, Json(attached)))
}
