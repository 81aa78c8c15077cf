//! What only looks at tickets.

use super::{Filter, List, One, View};
use crate::{
    clock::Clock,
    context::Context,
    failure::{Failure, Result},
    output::Row,
    table::{Cell, Tone},
};
use aglis_core::{
    client::{Client, Exit},
    technicians::Technician,
    tickets::{
        Attachment, Candidate, Priority, SlaState, Ticket, TicketFilter, TicketStatus, TicketSummary,
        TimelineEntry,
    },
    types::TechnicianId,
};
use serde::Serialize;

fn status(status: TicketStatus) -> Cell {
    let tone = match status {
        TicketStatus::Open => Tone::Warn,
        TicketStatus::Assigned | TicketStatus::InProgress => Tone::Info,
        TicketStatus::OnHold | TicketStatus::Cancelled => Tone::Muted,
        TicketStatus::Completed => Tone::Ok,
    };
    Cell::toned(status, tone)
}

fn priority(priority: Priority) -> Cell {
    let tone = match priority {
        Priority::Critical => Tone::Bad,
        Priority::High => Tone::Warn,
        Priority::Normal => Tone::Plain,
        Priority::Low => Tone::Muted,
    };
    Cell::toned(priority, tone)
}

impl Row for TicketSummary {
    const COLUMNS: &'static [&'static str] =
        &["NUMBER", "STATUS", "PRIORITY", "TYPE", "CUSTOMER", "TECHNICIAN", "DUE", "TITLE"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        let due = if self.status.is_open() {
            clock.cell(self.resolution_due_at)
        } else {
            Cell::option(None::<&str>)
        };
        vec![
            Cell::new(&self.number),
            status(self.status),
            priority(self.priority),
            Cell::new(self.service_type),
            Cell::option(self.customer_name.as_ref()),
            Cell::option(self.lead_name.as_ref()),
            due,
            Cell::new(&self.title),
        ]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

impl Row for Candidate {
    const COLUMNS: &'static [&'static str] = &["TECHNICIAN", "", "SCORE", "OPEN", "DISTANCE", "WHY"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        let (word, tone) = if self.eligible { ("can", Tone::Ok) } else { ("cannot", Tone::Muted) };
        vec![
            Cell::new(&self.username),
            Cell::toned(word, tone),
            Cell::new(self.score),
            Cell::new(self.open_tickets),
            Cell::option(self.distance_m.map(|m| format!("{}.{} km", m / 1000, m % 1000 / 100))),
            Cell::new(self.reasons.join("; ")),
        ]
    }

    fn id(&self) -> String {
        self.username.clone()
    }
}

impl Row for Attachment {
    const COLUMNS: &'static [&'static str] = &["ID", "NAME", "SHOWS", "BYTES", "SEEN BY"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        vec![
            Cell::new(self.id),
            Cell::new(&self.name),
            Cell::new(&self.purpose),
            Cell::new(self.bytes),
            Cell::new(if self.customer_visible { "customer and staff" } else { "staff" }),
        ]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// Prints files.
pub(super) fn attachments(context: &Context, files: &[Attachment]) -> Result {
    let mut list = context.out.list();
    for file in files {
        list.row(file)?;
    }
    list.end()?;
    Ok(Exit::Done)
}

/// Finds a technician by sign-in name or id.
pub(super) async fn technician(client: &Client, who: &str) -> Result<Technician> {
    match client.technician(who).await {
        Err(error) if error.exit() == Exit::NotFound => {
            let names: Vec<String> =
                client.technicians().await?.into_iter().map(|t| t.username).take(30).collect();
            Err(Failure::new(Exit::NotFound, "not_found", format!("there is no technician {who:?}"))
                .hint(format!("known are {}", names.join(", "))))
        }
        found => Ok(found?),
    }
}

/// The query of a filter, with the technician looked up.
pub(super) async fn query(client: &Client, mut filter: Filter) -> Result<TicketFilter> {
    let technician_id = match filter.technician.take().as_deref() {
        None => None,
        Some("none") => Some(TechnicianId(0)),
        Some(who) => match who.parse() {
            Ok(id) => Some(id),
            Err(_) => Some(technician(client, who).await?.id),
        },
    };
    Ok(TicketFilter { technician_id, ..filter.query() })
}

/// `ticket list`
pub(super) fn list(context: &Context, list: List) -> Result {
    let client = context.client()?;
    context.block_on(async {
        let filter = TicketFilter { limit: list.extent.page(context), ..query(&client, list.filter).await? };
        list.extent.print(context, client.tickets(&filter)).await
    })
}

/// A ticket with what happened to it.
#[derive(Serialize)]
struct Whole {
    #[serde(flatten)]
    ticket: Ticket,
    #[serde(skip_serializing_if = "Option::is_none")]
    timeline: Option<Vec<TimelineEntry>>,
}

/// `ticket view`
pub(super) fn view(context: &Context, view: View) -> Result {
    let client = context.client()?;
    let whole = context.block_on(async {
        let ticket = client.ticket(&view.one.ticket).await?;
        let timeline = if view.brief { None } else { Some(client.ticket_timeline(ticket.summary.id).await?) };
        Ok(Whole { ticket, timeline })
    })?;
    let id = whole.ticket.summary.id.to_string();
    let clock = &context.out.clock;
    context.out.one(&id, &whole, |table| {
        let Ticket { summary, .. } = &whole.ticket;
        table.fact("number", Cell::new(format!("{} (id {})", summary.number, summary.id)));
        table.fact("title", Cell::new(&summary.title));
        table.fact("status", status(summary.status));
        table.fact("priority", priority(summary.priority));
        table.fact("type", Cell::new(format!("{}, {}", summary.service_type, summary.category)));
        table.fact_option("customer", summary.customer_name.as_ref());
        table.fact_option("area", summary.area_name.as_ref());
        table.fact("channel", Cell::new(summary.channel));
        table.fact(
            "reported",
            Cell::new(format!("{} by {}", clock.text(summary.created_at), whole.ticket.created_by)),
        );
        table.fact("due", due(clock, &whole.ticket));
        for member in &whole.ticket.team {
            table.fact("team", Cell::new(format!("{} ({}), {}", member.name, member.username, member.role)));
        }
        table.fact_option("visit wanted", whole.ticket.preferred_at.map(|at| clock.text(at)));
        table.fact_option("arrives", whole.ticket.eta_at.map(|at| clock.text(at)));
        table.fact_option("on hold because", whole.ticket.hold_reason.as_ref());
        table.fact_option("cancelled because", whole.ticket.cancel_reason.as_ref());
        table.fact_option("resolution", whole.ticket.resolution.as_ref());
        table.fact_option("rating", whole.ticket.rating.map(|stars| format!("{stars} of 5")));
        for item in &whole.ticket.checklist {
            let mark = if item.done_at.is_some() { "[x]" } else { "[ ]" };
            let needed = if item.required { ", required" } else { "" };
            table.fact("checklist", Cell::new(format!("{mark} {}{needed}", item.code)));
        }
        for file in &whole.ticket.attachments {
            table.fact(
                "file",
                Cell::new(format!("{} {} ({}, {} bytes)", file.id, file.name, file.purpose, file.bytes)),
            );
        }
        if !whole.ticket.description.is_empty() {
            table.fact("report", Cell::new(&whole.ticket.description));
        }
        for entry in whole.timeline.iter().flatten() {
            let body = entry.body.as_deref().map_or_else(String::new, |body| format!(": {body}"));
            let inside = if entry.internal { " (internal)" } else { "" };
            table.fact(&clock.text(entry.at), Cell::new(format!("{}{body}{inside}", entry.text)));
        }
    })?;
    Ok(Exit::Done)
}

fn due(clock: &Clock, ticket: &Ticket) -> Cell {
    let tone = match ticket.sla.state {
        SlaState::OnTrack | SlaState::Met => Tone::Ok,
        SlaState::AtRisk => Tone::Warn,
        SlaState::Breached | SlaState::Missed => Tone::Bad,
        SlaState::Paused | SlaState::Void => Tone::Muted,
    };
    let at = clock.text(ticket.summary.resolution_due_at);
    Cell::toned(format!("{at}, {}, {}% of the time used", ticket.sla.state, ticket.sla.used_percent), tone)
}

/// `ticket explain`
pub(super) fn explain(context: &Context, one: One) -> Result {
    let client = context.client()?;
    let sla = context.block_on(async { Ok(client.ticket_sla(&one.ticket).await?) })?;
    let clock = &context.out.clock;
    context.out.one(&one.ticket, &sla, |table| {
        table.fact("priority", priority(sla.priority));
        table.fact("level", Cell::new(sla.sla_level));
        table.fact("calendar", Cell::new(&sla.calendar));
        table.fact("began", clock.cell(sla.started_at));
        for (i, step) in sla.steps.iter().enumerate() {
            table.fact(&format!("step {}", i + 1), Cell::new(step));
        }
        table.fact("response due", clock.cell(sla.response_due_at));
        table.fact("resolution due", clock.cell(sla.resolution_due_at));
        table.fact(
            "stands",
            Cell::new(format!("{}, {}% of the time used", sla.standing.state, sla.standing.used_percent)),
        );
    })?;
    Ok(Exit::Done)
}

/// `ticket candidates`
pub(super) fn candidates(context: &Context, one: One) -> Result {
    let client = context.client()?;
    let candidates = context.block_on(async { Ok(client.ticket_candidates(&one.ticket).await?) })?;
    let mut list = context.out.list();
    for candidate in &candidates {
        list.row(candidate)?;
    }
    list.end()?;
    Ok(Exit::Done)
}
