//! Which changes can be taken back, and for how long.

use super::{Priority, TicketStatus};
use crate::types::*;

/// Minutes for which a change can be taken back.
pub const UNDO_MINUTES: i64 = 10;

/// The kinds of events by what they change; a later one of the same family makes an earlier one history. Completing,
/// cancelling and reopening cannot be taken back, because the customer has been told, but they end what came before.
pub const FAMILIES: &[&[&str]] = &[
    &["ticket.priority_changed"],
    &[
        "ticket.status_changed",
        "ticket.assigned",
        "ticket.unassigned",
        "ticket.completed",
        "ticket.cancelled",
        "ticket.reopened",
        "ticket.merged",
    ],
];

/// The family of a kind of event, if it is about something that can be taken back.
pub fn family(kind: &str) -> Option<&'static [&'static str]> {
    FAMILIES.iter().copied().find(|family| family.contains(&kind))
}

/// What taking back a change restores.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inverse {
    /// The priority before.
    Priority {
        /// What the change set; it must still be so.
        was_set: Priority,
        /// What is put back.
        back: Priority,
    },
    /// The status before.
    Status {
        /// What the change set; it must still be so.
        was_set: TicketStatus,
        /// What is put back.
        back: TicketStatus,
    },
    /// The team before.
    Team {
        /// Who led before; nobody when none.
        lead_id: Option<TechnicianId>,
        /// Who helped before.
        member_ids: Vec<TechnicianId>,
        /// The status before.
        status: TicketStatus,
    },
}

/// Whether it is early enough.
pub fn in_time(at: Time, now: Time) -> bool {
    now.since_ms(at) <= UNDO_MINUTES * 60_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ten_minutes_and_not_a_moment_more() {
        let at = Time::from_ms(0);
        assert!(in_time(at, Time::from_ms(600_000)));
        assert!(!in_time(at, Time::from_ms(600_001)));
    }

    #[test]
    fn status_and_team_are_one_family() {
        assert_eq!(family("ticket.assigned"), family("ticket.status_changed"));
        assert_ne!(family("ticket.assigned"), family("ticket.priority_changed"));
        assert_eq!(family("ticket.commented"), None);
    }
}
