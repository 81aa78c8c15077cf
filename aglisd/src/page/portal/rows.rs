//! Tickets as the portal lists them.

use super::super::{Frame, Mark};
use aglis_core::{
    tickets::{TicketStatus, TicketSummary},
    types::Time,
};

/// One ticket in a list.
pub struct Row {
    /// `TKTyyyymmddNNN`.
    pub number: String,
    /// What it is about.
    pub title: String,
    /// Where it stands.
    pub status: Mark,
    /// Time left, for tickets that are worked on.
    pub due: String,
    /// When it was reported.
    pub created_at: Time,
}

/// Tickets as rows.
pub fn rows(frame: &Frame, tickets: &[TicketSummary]) -> Vec<Row> {
    tickets
        .iter()
        .map(|ticket| Row {
            number: ticket.number.clone(),
            title: ticket.title.clone(),
            status: Mark::ticket(frame, "portal-status", ticket.status),
            due: if ticket.status.is_open() && ticket.status != TicketStatus::OnHold {
                left(frame, ticket.resolution_due_at)
            } else {
                String::new()
            },
            created_at: ticket.created_at,
        })
        .collect()
}

/// The time until an instant, in words.
pub fn left(frame: &Frame, due: Time) -> String {
    let ms = due.since_ms(frame.now);
    let key = if ms < 0 { "portal-ticket-late" } else { "portal-ticket-left" };
    frame.t1(key, "span", frame.span(&ms))
}
