//! One ticket with everything about it and everything that can be done with it.

use super::{
    Shell,
    view::{Choice, Fact, Opt, TicketRow, facts},
};
use crate::{
    http::{Need, Path, Routes},
    page::{FormErrors, Frame, Shown, Visit},
};
use aglis_core::{
    error::Error,
    permission::Permission as P,
    tickets::{Priority, TeamRole, Ticket, TicketStatus, service as tickets},
    types::{PageQuery, Time},
};
use askama::Template;
use axum::{http::StatusCode, response::Response, routing::get};

/// What the person may do.
struct May {
    comment: bool,
    note: bool,
    priority: bool,
    assign: bool,
    update: bool,
    complete: bool,
    reopen: bool,
    merge: bool,
}

struct Next {
    value: String,
    text: String,
    reason: bool,
    danger: bool,
}

struct One {
    id: i64,
    name: String,
    reasons: String,
    lead: bool,
    member: bool,
}

struct FileView {
    id: i64,
    name: String,
    text: String,
    image: bool,
}

struct Entry {
    id: i64,
    text: String,
    actor: String,
    when: String,
    body: Option<String>,
    internal: bool,
    undoable: bool,
}

struct Item {
    id: i64,
    text: String,
    done: bool,
    required: bool,
}

#[derive(Template)]
#[template(path = "staff/ticket.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    may: May,
    row: TicketRow,
    description: String,
    files: Vec<FileView>,
    completion: Vec<Fact>,
    timeline: Vec<Entry>,
    body: String,
    customer_number: Option<String>,
    customer_name: String,
    facts: Vec<Fact>,
    sla_steps: Vec<String>,
    statuses: Vec<Next>,
    priorities: Vec<Opt>,
    team: Vec<Fact>,
    candidates: Vec<One>,
    checklist: Vec<Item>,
    eta: String,
    can_complete: bool,
    can_reopen: bool,
    merged_into: Option<String>,
    parent: String,
    children: Vec<i64>,
}

fn statuses(frame: &Frame, ticket: &Ticket) -> Vec<Next> {
    let ctx = frame.ctx();
    let may = |status| match status {
        // Work is given by assigning and finished by completing; both have forms of their own.
        TicketStatus::Assigned if ticket.team.is_empty() => false,
        TicketStatus::Completed => false,
        TicketStatus::Open => ctx.may(P::TicketAssign),
        TicketStatus::Cancelled => ctx.may(P::TicketCancel),
        _ => ctx.may(P::TicketStatus),
    };
    ticket
        .next_statuses
        .iter()
        .filter(|status| may(**status))
        .map(|status| Next {
            value: status.to_string(),
            text: frame.word("staff-to", status),
            reason: matches!(status, TicketStatus::OnHold | TicketStatus::Cancelled),
            danger: *status == TicketStatus::Cancelled,
        })
        .collect()
}

fn fact_list(frame: &Frame, ticket: &Ticket) -> Vec<Fact> {
    let time = |at: &Option<Time>| at.as_ref().map(|at| frame.date_time(at));
    facts(
        frame,
        [
            (
                "staff-type",
                Some(format!(
                    "{} · {}",
                    frame.word("staff-type", ticket.summary.service_type),
                    frame.word("staff-category", &ticket.summary.category)
                )),
            ),
            ("staff-channel", Some(frame.word("staff-channel", ticket.summary.channel))),
            ("staff-contact", Some(frame.word("staff-contact", ticket.contact_preference))),
            ("staff-area", ticket.summary.area_name.clone()),
            (
                "staff-created",
                Some(format!("{} · {}", frame.date_time(&ticket.summary.created_at), ticket.created_by)),
            ),
            (
                "staff-response-due",
                (ticket.summary.responded_at.is_none() && ticket.summary.status.is_open())
                    .then(|| frame.date_time(&ticket.summary.response_due_at)),
            ),
            ("staff-due", Some(frame.date_time(&ticket.summary.resolution_due_at))),
            ("staff-preferred", time(&ticket.preferred_at)),
            ("staff-eta", time(&ticket.eta_at)),
            ("staff-hold-reason", ticket.hold_reason.clone()),
            ("staff-cancel-reason", ticket.cancel_reason.clone()),
            (
                "staff-rating",
                ticket.rating.map(|stars| {
                    format!("{stars}/5 {}", ticket.rating_comment.as_deref().unwrap_or_default())
                }),
            ),
        ],
    )
}

fn completion(frame: &Frame, ticket: &Ticket) -> Vec<Fact> {
    let data = ticket.completion.as_ref();
    let decimal = |value: Option<f64>, unit: &str| {
        value.map(|value| format!("{} {unit}", aglis_core::i18n::format::decimal(frame.lang, value, 1)))
    };
    facts(
        frame,
        [
            ("staff-resolution", ticket.resolution.clone()),
            ("staff-attenuation", decimal(data.and_then(|data| data.attenuation_dbm), "dBm")),
            ("staff-modem-serial", data.and_then(|data| data.modem_serial.clone())),
            ("staff-wifi-name", data.and_then(|data| data.wifi_name.clone())),
            ("staff-speed-down", decimal(data.and_then(|data| data.speed_down_mbps), "Mbps")),
            ("staff-speed-up", decimal(data.and_then(|data| data.speed_up_mbps), "Mbps")),
            (
                "staff-completed-by",
                data.map(|data| format!("{} · {}", data.completed_by, frame.date_time(&data.completed_at))),
            ),
        ],
    )
}

/// A file as the page shows it.
fn file(frame: &Frame, file: &aglis_core::tickets::Attachment) -> FileView {
    let text = format!(
        "{} · {} · {}",
        frame.word("staff-purpose", &file.purpose),
        frame.size(&file.bytes),
        file.uploaded_by
    );
    FileView { id: file.id.0, name: file.name.clone(), text, image: file.media_type.starts_with("image/") }
}

async fn candidates(frame: &Frame, ticket: &Ticket, may: &May) -> Result<Vec<One>, Error> {
    if !may.assign || !ticket.summary.status.is_open() {
        return Ok(Vec::new());
    }
    let on_team =
        |id, role| ticket.team.iter().any(|member| member.technician_id == id && member.role == role);
    let found = tickets::candidates(frame.ctx(), ticket.summary.id).await?;
    Ok(found
        .into_iter()
        .map(|one| One {
            id: one.technician_id.0,
            reasons: one.reasons.join(" · "),
            lead: on_team(one.technician_id, TeamRole::Lead),
            member: on_team(one.technician_id, TeamRole::Member),
            name: one.name,
        })
        .collect())
}

async fn number_of(frame: &Frame, id: Option<aglis_core::types::TicketId>) -> Option<String> {
    tickets::get(frame.ctx(), id?).await.ok().map(|ticket| ticket.summary.number)
}

/// Draws the page, with what is wrong with a form on it.
pub async fn draw(
    frame: &Frame,
    status: StatusCode,
    number: &str,
    body: &str,
    errors: FormErrors,
) -> Result<Response, Error> {
    let ctx = frame.ctx();
    let id = tickets::resolve(ctx, number).await?;
    let ticket = tickets::get(ctx, id).await?;
    let may = May {
        comment: ctx.may(P::TicketComment) && ticket.summary.customer_id.is_some(),
        note: ctx.may(P::TicketNote),
        priority: ctx.may(P::TicketPriority),
        assign: ctx.may(P::TicketAssign),
        update: ctx.may(P::TicketUpdate),
        complete: ctx.may(P::TicketComplete),
        reopen: ctx.may(P::TicketReopen),
        merge: ctx.may(P::TicketMerge),
    };
    let timeline = tickets::timeline(ctx, id, &PageQuery { limit: Some(200), cursor: None }).await?;
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        row: TicketRow::with(frame, &ticket.summary, ticket.sla.state, ticket.sla.remaining_ms),
        description: ticket.description.clone(),
        files: ticket.attachments.iter().map(|one| file(frame, one)).collect(),
        completion: completion(frame, &ticket),
        timeline: timeline
            .items
            .into_iter()
            .map(|entry| Entry {
                id: entry.event_id.0,
                when: frame.date_time(&entry.at),
                text: entry.text,
                actor: entry.actor,
                body: entry.body,
                internal: entry.internal,
                undoable: entry.undoable,
            })
            .collect(),
        body: body.to_owned(),
        customer_number: ticket.summary.customer_number.clone(),
        customer_name: ticket.summary.customer_name.clone().unwrap_or_default(),
        facts: fact_list(frame, &ticket),
        sla_steps: tickets::explain(ctx, id).await?.steps,
        statuses: statuses(frame, &ticket),
        priorities: Choice::of(
            frame,
            "priority",
            "staff-priority",
            "staff-priority",
            Priority::ALL,
            ticket.summary.priority.as_str(),
            None,
        )
        .options,
        team: ticket
            .team
            .iter()
            .map(|member| Fact {
                name: member.name.clone(),
                value: frame.word("staff-team-role", member.role),
            })
            .collect(),
        candidates: candidates(frame, &ticket, &may).await?,
        checklist: ticket
            .checklist
            .iter()
            .map(|item| Item {
                id: item.id.0,
                text: frame.word("checklist", &item.code),
                done: item.done_at.is_some(),
                required: item.required,
            })
            .collect(),
        eta: ticket
            .eta_at
            .map(|at| ctx.app.zone.at(at).strftime("%Y-%m-%dT%H:%M").to_string())
            .unwrap_or_default(),
        can_complete: ticket.next_statuses.contains(&TicketStatus::Completed),
        can_reopen: ticket.can_reopen,
        merged_into: number_of(frame, ticket.merged_into_id).await,
        parent: number_of(frame, ticket.parent_id).await.unwrap_or_default(),
        children: ticket.child_ids.iter().map(|id| id.0).collect(),
        may,
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit, Path(number): Path<String>) -> Shown {
    Ok(draw(&frame, StatusCode::OK, &number, "", FormErrors::none()).await?)
}

/// The route.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::TicketRead), "/tickets/{number}", get(show))
}
