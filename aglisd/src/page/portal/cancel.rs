//! Taking back a report that nobody has begun to work on.

use super::{
    super::{Flash, FormErrors, Frame, Posted, Shown, Visit},
    in_the_way,
};
use aglis_core::{
    error::Error,
    tickets::{Reason, Ticket, TicketStatus, service as tickets},
};
use askama::Template;
use axum::{extract::Path, http::StatusCode};

#[derive(Template)]
#[template(path = "portal/cancel.html")]
struct CancelPage<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    number: &'a str,
    title: &'a str,
    reason: &'a str,
}

/// Whether the customer may take the report back.
pub fn possible(status: TicketStatus) -> bool {
    matches!(status, TicketStatus::Open | TicketStatus::Assigned)
}

#[expect(clippy::result_large_err, reason = "the answer of every page, passed on as it is")]
fn page(frame: &Frame, status: StatusCode, errors: FormErrors, ticket: &Ticket, reason: &str) -> Shown {
    let (number, title) = (&ticket.summary.number, &ticket.summary.title);
    Ok(frame.html(status, &CancelPage { frame, errors, number, title, reason }))
}

fn url(ticket: &Ticket) -> String {
    format!("/customer/tickets/{}", ticket.summary.number)
}

/// `GET /customer/tickets/{number}/cancel`
pub async fn ask(Path(number): Path<String>, Visit(frame): Visit) -> Shown {
    let id = tickets::resolve(frame.ctx(), &number).await?;
    let ticket = tickets::get(frame.ctx(), id).await?;
    if !possible(ticket.summary.status) {
        let code = if ticket.summary.status.is_open() { "work_begun" } else { "illegal_transition" };
        return in_the_way(&frame, &url(&ticket), Error::conflict(code, "it is too late to take it back"));
    }
    page(&frame, StatusCode::OK, FormErrors::none(), &ticket, "")
}

/// `POST /customer/tickets/{number}/cancel`
pub async fn cancel(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = tickets::resolve(frame.ctx(), &number).await?;
    let ticket = tickets::get(frame.ctx(), id).await?;
    let Some(reason) = form.given("reason") else {
        let errors = FormErrors::one("reason", frame.t("portal-cancel-reason-required"));
        return page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors, &ticket, "");
    };
    match tickets::cancel(frame.ctx(), id, Reason { reason: reason.to_owned() }).await {
        Ok(_) => Ok(frame.go_with(&url(&ticket), Flash::ok(frame.t("portal-cancel-done")))),
        Err(error) => match FormErrors::of(&frame, "portal", error) {
            Ok(errors) => page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors, &ticket, reason),
            Err(error) => in_the_way(&frame, &url(&ticket), error),
        },
    }
}
