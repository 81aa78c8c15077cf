//! What is done with a ticket, each a form of its own on the ticket's page.

use super::{done, drafts, ticket, why};
use crate::{
    http::{Need, Path, Routes},
    page::{Flash, FormErrors, Frame, Posted, Shown, once},
};
use aglis_core::{
    error::Error,
    permission::Permission as P,
    tickets::{
        Assign, Check, NewComment, Reason, SetParent, SetPriority, SetStatus, TicketChange, TicketStatus,
        Undo, Visibility, service as tickets,
    },
    types::{ChecklistItemId, EventId, TechnicianId, TicketId, Time},
};
use axum::{http::StatusCode, routing::post};

fn home(number: &str) -> String {
    format!("/tickets/{number}")
}

async fn ticket_id(frame: &Frame, number: &str) -> Result<TicketId, Error> {
    tickets::resolve(frame.ctx(), number).await
}

async fn status(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = ticket_id(&frame, &number).await?;
    let reason = form.get("reason").to_owned();
    let result = match form.get("status").parse::<TicketStatus>() {
        Ok(TicketStatus::Cancelled) => tickets::cancel(frame.ctx(), id, Reason { reason }).await,
        Ok(status) => {
            tickets::set_status(
                frame.ctx(),
                id,
                SetStatus { status, reason: Some(reason).filter(|reason| !reason.is_empty()) },
            )
            .await
        }
        Err(error) => Err(Error::field("status", "unknown", error.to_string())),
    };
    done(&frame, &home(&number), "staff-done-status", result)
}

async fn priority(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = ticket_id(&frame, &number).await?;
    let result = match form.get("priority").parse() {
        Ok(priority) => tickets::set_priority(frame.ctx(), id, SetPriority { priority, reason: None }).await,
        Err(error) => Err(Error::field("priority", "unknown", format!("{error}"))),
    };
    done(&frame, &home(&number), "staff-done-priority", result)
}

async fn assign(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = ticket_id(&frame, &number).await?;
    let technician = |text: &str| text.parse().ok().map(TechnicianId);
    let lead_id = form.given("lead").and_then(technician);
    let body = Assign {
        auto: form.has("auto"),
        member_ids: form
            .all("member")
            .filter_map(technician)
            .filter(|member| Some(*member) != lead_id)
            .collect(),
        lead_id,
        reason: None,
    };
    match tickets::assign(frame.ctx(), id, body).await {
        Ok(made) => {
            let lead = made.ticket.summary.lead_name.unwrap_or_default();
            let text = format!(
                "{} {}",
                frame.t1("staff-done-assigned", "name", lead),
                why::reasons(&frame, &made.why)
            );
            Ok(frame.go_with(&home(&number), Flash::ok(text.trim())))
        }
        Err(error) => done::<()>(&frame, &home(&number), "", Err(error)),
    }
}

async fn comment(Path(number): Path<String>, posted: Posted) -> Shown {
    let back = home(&number);
    once(posted, &back, |posted| write(number, posted)).await
}

async fn write(number: String, Posted { mut frame, form }: Posted) -> Shown {
    frame.path = home(&number);
    let id = ticket_id(&frame, &number).await?;
    let body = form.get("body").to_owned();
    let visibility = form.get("visibility").parse().unwrap_or(Visibility::Internal);
    match tickets::comment(frame.ctx(), id, NewComment { body: body.clone(), visibility: Some(visibility) })
        .await
    {
        Err(error @ Error::Invalid(_)) => {
            // What was written stays in the field.
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(ticket::draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, &number, &body, errors).await?)
        }
        result => {
            if result.is_ok() {
                drafts::sent(&frame, &format!("ticket-{id}")).await;
            }
            let said =
                if visibility == Visibility::Public { "staff-done-comment" } else { "staff-done-note" };
            done(&frame, &home(&number), said, result)
        }
    }
}

async fn checklist(Path((number, item)): Path<(String, i64)>, Posted { frame, form }: Posted) -> Shown {
    let id = ticket_id(&frame, &number).await?;
    let result =
        tickets::check(frame.ctx(), id, ChecklistItemId(item), Check { done: form.get("done") == "1" }).await;
    done(&frame, &home(&number), "staff-done-saved", result)
}

/// Reads a local date and time as browsers send it, in the business zone.
pub fn local_time(frame: &Frame, text: &str) -> Option<Time> {
    let local: jiff::civil::DateTime = text.parse().ok()?;
    let zoned = frame.ctx().app.zone.inner().to_zoned(local).ok()?;
    Some(Time::from(zoned.timestamp()))
}

async fn eta(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = ticket_id(&frame, &number).await?;
    let result = match local_time(&frame, form.get("eta_at")) {
        Some(at) => {
            tickets::update(frame.ctx(), id, TicketChange { eta_at: Some(at), ..TicketChange::default() })
                .await
        }
        None => Err(Error::field("eta_at", "invalid", "enter a date and time")),
    };
    done(&frame, &home(&number), "staff-done-eta", result)
}

async fn reopen(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = ticket_id(&frame, &number).await?;
    let result = tickets::reopen(frame.ctx(), id, Reason { reason: form.get("reason").to_owned() }).await;
    done(&frame, &home(&number), "staff-done-reopened", result)
}

/// The ticket that was typed into a field.
pub async fn other_ticket(frame: &Frame, field: &str, text: &str) -> Result<TicketId, Error> {
    match ticket_id(frame, &text.to_uppercase()).await {
        Err(Error::NotFound(_)) => Err(Error::field(field, "unknown", "there is no such ticket")),
        found => found,
    }
}

async fn parent(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = ticket_id(&frame, &number).await?;
    let wanted = match form.given("parent") {
        Some(text) => other_ticket(&frame, "parent", text).await.map(Some),
        None => Ok(None),
    };
    let result = match wanted {
        Ok(parent_id) => tickets::set_parent(frame.ctx(), id, SetParent { parent_id }).await,
        Err(error) => Err(error),
    };
    done(&frame, &home(&number), "staff-done-saved", result)
}

async fn undo(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = ticket_id(&frame, &number).await?;
    let event_id = form.get("event_id").parse().ok().map(EventId);
    let result = tickets::undo(frame.ctx(), id, Undo { event_id }).await;
    done(&frame, &home(&number), "staff-done-undone", result)
}

/// The routes. What a status needs depends on which it is; the service asks for it.
pub fn routes() -> Routes {
    let need = Need::Permission;
    Routes::new()
        .page(need(P::TicketRead), "/tickets/{number}/status", post(status))
        .page(need(P::TicketPriority), "/tickets/{number}/priority", post(priority))
        .page(need(P::TicketAssign), "/tickets/{number}/assign", post(assign))
        .page(need(P::TicketRead), "/tickets/{number}/comments", post(comment))
        .page(need(P::TicketUpdate), "/tickets/{number}/checklist/{item}", post(checklist))
        .page(need(P::TicketUpdate), "/tickets/{number}/eta", post(eta))
        .page(need(P::TicketReopen), "/tickets/{number}/reopen", post(reopen))
        .page(need(P::TicketMerge), "/tickets/{number}/parent", post(parent))
        .page(need(P::TicketRead), "/tickets/{number}/undo", post(undo))
}
