//! One ticket: how it stands, who works on it, what has happened, and what its owner can say.

use super::{
    super::{Flash, Form, FormErrors, Frame, Mark, Posted, Shown, Visit, once},
    cancel, in_the_way,
    report::{file_error, named},
    rows::left,
};
use aglis_core::{
    app::Ctx,
    error::Error,
    portal::{Trouble, service as portal},
    tickets::{
        Attachment, NewComment, Rate, Reason, SlaState, Ticket, TicketStatus, TimelineEntry,
        service as tickets,
    },
    types::{PageQuery, TicketId},
};
use askama::Template;
use axum::{extract::Path, http::StatusCode};

/// The promise of time as it is shown.
struct Sla {
    left: String,
    due_ms: i64,
    tone: &'static str,
    width: Option<i64>,
    used: String,
    text: String,
}

/// What stands in the forms: what was typed, where it was refused.
#[derive(Default)]
struct Typed {
    body: String,
    rating: Option<i64>,
    comment: String,
    reason: String,
}

impl Typed {
    fn of(form: &Form) -> Typed {
        let text = |name: &str| form.get(name).to_owned();
        Typed {
            body: text("body"),
            rating: form.get("rating").parse().ok(),
            comment: text("comment"),
            reason: text("reason"),
        }
    }

    fn rated(&self, stars: impl std::borrow::Borrow<i64>) -> bool {
        self.rating == Some(*stars.borrow())
    }
}

#[derive(Template)]
#[template(path = "portal/ticket.html")]
struct TicketPage<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    t: &'a Ticket,
    status: Mark,
    hold: Option<&'a str>,
    cancelled: Option<&'a str>,
    merged_into: Option<String>,
    sla: Option<Sla>,
    ticking: bool,
    team: Vec<&'a str>,
    timeline: &'a [TimelineEntry],
    problem: String,
    files: Vec<&'a Attachment>,
    can_rate: bool,
    can_comment: bool,
    can_cancel: bool,
    typed: Typed,
}

/// `GET /customer/tickets/{number}`
pub async fn show(Path(number): Path<String>, Visit(frame): Visit) -> Shown {
    let id = tickets::resolve(frame.ctx(), &number).await?;
    page(&frame, StatusCode::OK, FormErrors::none(), id, Typed::default()).await
}

async fn page(frame: &Frame, status: StatusCode, errors: FormErrors, id: TicketId, typed: Typed) -> Shown {
    let ctx = frame.ctx();
    let ticket = tickets::get(ctx, id).await?;
    let timeline = timeline(ctx, id).await?;
    let state = ticket.summary.status;
    let merged_into = match ticket.merged_into_id {
        Some(into) => number_of(ctx, into).await?,
        None => None,
    };
    let page = TicketPage {
        frame,
        status: Mark::ticket(frame, "portal-status", state),
        hold: ticket.hold_reason.as_deref().filter(|_| state == TicketStatus::OnHold),
        cancelled: ticket
            .cancel_reason
            .as_deref()
            .filter(|_| state == TicketStatus::Cancelled && ticket.merged_into_id.is_none()),
        sla: sla(frame, &ticket),
        ticking: state.is_open() && state != TicketStatus::OnHold,
        team: ticket.team.iter().map(|member| member.name.as_str()).collect(),
        timeline: &timeline,
        problem: problem(frame, &ticket),
        files: ticket.attachments.iter().collect(),
        can_rate: state == TicketStatus::Completed && ticket.rating.is_none(),
        can_comment: merged_into.is_none()
            && ticket.merged_into_id.is_none()
            && state != TicketStatus::Cancelled,
        can_cancel: cancel::possible(state),
        merged_into,
        typed,
        errors,
        t: &ticket,
    };
    Ok(frame.html(status, &page))
}

/// The whole timeline; one that is longer than ten pages has its oldest part left out of the page.
async fn timeline(ctx: &Ctx, id: TicketId) -> Result<Vec<TimelineEntry>, Error> {
    let mut entries = Vec::new();
    let mut cursor = None;
    for _ in 0..10 {
        let page = tickets::timeline(ctx, id, &PageQuery { limit: Some(200), cursor }).await?;
        entries.extend(page.items);
        cursor = page.next_cursor;
        if cursor.is_none() {
            break;
        }
    }
    Ok(entries)
}

/// The number of a ticket, if its owner is the one who asks.
async fn number_of(ctx: &Ctx, id: TicketId) -> Result<Option<String>, Error> {
    match tickets::get(ctx, id).await {
        Ok(ticket) => Ok(Some(ticket.summary.number)),
        Err(Error::NotFound(_)) => Ok(None),
        Err(error) => Err(error),
    }
}

fn sla(frame: &Frame, ticket: &Ticket) -> Option<Sla> {
    let due = ticket.summary.resolution_due_at;
    let standing = &ticket.sla;
    let used = standing.used_percent.clamp(0, 100);
    let by_then = frame.t1("portal-ticket-due", "when", frame.date_time(&due));
    let (left, tone, text) = match standing.state {
        SlaState::Void => return None,
        SlaState::OnTrack => (left(frame, due), "", by_then),
        SlaState::AtRisk => (left(frame, due), "warn", by_then),
        SlaState::Breached => (left(frame, due), "bad", frame.t("portal-ticket-late-text")),
        SlaState::Paused => {
            let rest = frame.t1("portal-ticket-left", "span", frame.span(&standing.remaining_ms.max(0)));
            (rest, "muted", frame.t("portal-ticket-paused"))
        }
        SlaState::Met => (frame.t("portal-ticket-met"), "", by_then),
        SlaState::Missed => (frame.t("portal-ticket-missed"), "", by_then),
    };
    Some(Sla {
        left,
        due_ms: due.ms(),
        tone,
        width: ticket.summary.status.is_open().then_some(used),
        used: frame.t1("portal-ticket-used", "percent", used),
        text,
    })
}

/// What the ticket is about, in the customer's terms where there are some.
fn problem(frame: &Frame, ticket: &Ticket) -> String {
    let work = (ticket.summary.service_type, ticket.summary.category.as_str());
    Trouble::ALL.iter().find(|trouble| trouble.work() == work).map_or_else(
        || frame.word("portal-type", ticket.summary.service_type),
        |trouble| frame.word("portal-problem", trouble),
    )
}

fn url(number: &str) -> String {
    format!("/customer/tickets/{number}")
}

/// The page again with what is wrong with the form, or what is in the way.
async fn again(frame: &Frame, number: &str, id: TicketId, error: Error, form: &Form) -> Shown {
    match FormErrors::of(frame, "portal", error) {
        Ok(errors) => refused(frame, id, errors, form).await,
        Err(error) => in_the_way(frame, &url(number), error),
    }
}

async fn refused(frame: &Frame, id: TicketId, errors: FormErrors, form: &Form) -> Shown {
    page(frame, StatusCode::UNPROCESSABLE_ENTITY, errors, id, Typed::of(form)).await
}

/// `POST /customer/tickets/{number}/comments`
pub async fn comment(Path(number): Path<String>, posted: Posted) -> Shown {
    let back = url(&number);
    once(posted, &back, |posted| write(number, posted)).await
}

async fn write(number: String, Posted { mut frame, mut form }: Posted) -> Shown {
    frame.path = url(&number);
    let ctx = frame.ctx();
    let id = tickets::resolve(ctx, &number).await?;
    let files = named(form.take_files());
    let body = form.get("body");
    let mut errors = FormErrors::none();
    if body.is_empty() {
        errors.add("body", frame.t("portal-error-body-required"));
    }
    if files.len() > aglis_core::portal::MOST_FILES {
        errors.add("photos", frame.t("portal-error-photos-too-many-files"));
    }
    if !errors.is_empty() {
        return refused(&frame, id, errors, &form).await;
    }
    let (good, bad) = portal::sort_files(files)?;
    for file in &bad {
        errors.add("photos", file_error(&frame, file));
    }
    if !errors.is_empty() {
        return refused(&frame, id, errors, &form).await;
    }
    let new = NewComment { body: body.to_owned(), visibility: None };
    match tickets::comment_with_files(ctx, id, new, &good).await {
        Ok(_) => Ok(frame.go_with(&url(&number), Flash::ok(frame.t("portal-ticket-comment-sent")))),
        Err(error) => again(&frame, &number, id, error, &form).await,
    }
}

/// `POST /customer/tickets/{number}/rate`
pub async fn rate(Path(number): Path<String>, Posted { mut frame, form }: Posted) -> Shown {
    frame.path = url(&number);
    let ctx = frame.ctx();
    let id = tickets::resolve(ctx, &number).await?;
    let Ok(rating) = form.get("rating").parse::<i64>() else {
        let errors = FormErrors::one("rating", frame.t("portal-error-rating-required"));
        return refused(&frame, id, errors, &form).await;
    };
    let body = Rate { rating, comment: form.given("comment").map(str::to_owned) };
    match tickets::rate(ctx, id, body).await {
        Ok(_) => Ok(frame.go_with(&url(&number), Flash::ok(frame.t("portal-rate-sent")))),
        Err(error) => again(&frame, &number, id, error, &form).await,
    }
}

/// `POST /customer/tickets/{number}/reopen`
pub async fn reopen(Path(number): Path<String>, posted: Posted) -> Shown {
    let back = url(&number);
    once(posted, &back, |posted| open_again(number, posted)).await
}

async fn open_again(number: String, Posted { mut frame, form }: Posted) -> Shown {
    frame.path = url(&number);
    let ctx = frame.ctx();
    let id = tickets::resolve(ctx, &number).await?;
    let Some(reason) = form.given("reason") else {
        let errors = FormErrors::one("reason", frame.t("portal-error-reason-required"));
        return refused(&frame, id, errors, &form).await;
    };
    match tickets::reopen(ctx, id, Reason { reason: reason.to_owned() }).await {
        Ok(_) => Ok(frame.go_with(&url(&number), Flash::ok(frame.t("portal-ticket-reopened")))),
        Err(error) => again(&frame, &number, id, error, &form).await,
    }
}
