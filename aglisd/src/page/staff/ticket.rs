//! One ticket with everything about it and everything that can be done with it.

use super::{
    Shell,
    messages::{self, Messages},
    ticket_facts::{Contact, FileView, Proof, completion, contact, fact_list, file},
    view::{Choice, Fact, Opt, TicketRow, address, local_input},
    why,
};
use crate::{
    http::{Need, Path, Routes},
    page::{FormErrors, Frame, Shown, Visit},
};
use aglis_core::{
    app::{Ctx, Scope},
    error::Error,
    messages::MessageFilter,
    permission::Permission as P,
    tickets::{Priority, TeamRole, Ticket, TicketStatus, service as tickets},
    types::PageQuery,
};
use askama::Template;
use axum::{http::StatusCode, response::Response, routing::get};

/// Entries of the timeline on one page.
const SHOWN: u32 = 50;

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
    customer: bool,
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
    proofs: Vec<Proof>,
    timeline: Vec<Entry>,
    here: String,
    older: Option<String>,
    messages: Option<Messages>,
    body: String,
    customer_number: Option<String>,
    customer_name: String,
    contact: Option<Contact>,
    /// Who works on it has the customer's number at hand, on top.
    reachable: bool,
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
        TicketStatus::Open => ctx.may(P::TicketStatus) && ctx.may(P::TicketAssign),
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
            reasons: why::reasons(frame, &one.why),
            lead: on_team(one.technician_id, TeamRole::Lead),
            member: on_team(one.technician_id, TeamRole::Member),
            name: one.name,
        })
        .collect())
}

/// Whether the actor may sign the work off: of technicians, only who leads.
fn leads(ctx: &Ctx, ticket: &Ticket) -> bool {
    match ctx.actor.scope() {
        Scope::Technician(id) => {
            ticket.team.iter().any(|member| member.technician_id == id && member.role == TeamRole::Lead)
        }
        _ => true,
    }
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
        complete: ctx.may(P::TicketComplete) && leads(ctx, &ticket),
        reopen: ctx.may(P::TicketReopen),
        merge: ctx.may(P::TicketMerge),
        customer: ctx.may(P::CustomerRead),
    };
    let cursor = frame.query("before").map(str::to_owned);
    let timeline =
        tickets::latest(ctx, id, &PageQuery { limit: Some(SHOWN), cursor: cursor.clone() }).await?;
    let home = format!("/tickets/{}", ticket.summary.number);
    let about = MessageFilter { ticket_id: Some(id), ..MessageFilter::default() };
    let contact = contact(frame, &ticket).await?;
    let (completion, proofs) = completion(frame, &ticket).await?;
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        here: address(&home, &[("before", cursor.as_deref().unwrap_or_default())], None),
        older: timeline.next_cursor.map(|cursor| address(&home, &[("before", &cursor)], None)),
        messages: messages::about(frame, about, &home).await?,
        reachable: contact.as_ref().is_some_and(|contact| contact.dial.is_some()),
        contact,
        row: TicketRow::with(frame, &ticket.summary, ticket.sla.state, ticket.sla.remaining_ms),
        description: ticket.description.clone(),
        files: ticket.attachments.iter().map(|one| file(frame, one)).collect(),
        completion,
        proofs,
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
        sla_steps: why::steps(frame, &tickets::story(ctx, id).await?),
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
        eta: local_input(frame, ticket.eta_at),
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
