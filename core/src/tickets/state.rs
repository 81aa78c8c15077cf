//! The one state machine of every channel:
//! `open → assigned → in_progress ⇄ on_hold → completed`, `cancelled` from any open state, reopen within 7 days.

use super::TicketStatus::{self, *};

/// Days after completion within which a ticket can be opened again.
pub const REOPEN_DAYS: i64 = 7;

impl TicketStatus {
    /// The statuses that may follow by a change of status. Reopening a completed ticket is a verb of its own.
    pub const fn next(self) -> &'static [TicketStatus] {
        match self {
            Open => &[Assigned, Cancelled],
            Assigned => &[InProgress, OnHold, Open, Cancelled],
            InProgress => &[OnHold, Completed, Cancelled],
            OnHold => &[InProgress, Assigned, Completed, Cancelled],
            Completed | Cancelled => &[],
        }
    }

    /// Whether `to` may follow.
    pub fn allows(self, to: TicketStatus) -> bool {
        self.next().contains(&to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_open_state_can_be_cancelled_and_the_ends_are_ends() {
        for status in TicketStatus::ALL {
            assert_eq!(status.allows(Cancelled), status.is_open(), "{status}");
            assert_eq!(status.next().is_empty(), !status.is_open(), "{status}");
            assert!(!status.allows(*status), "{status}");
        }
    }

    #[test]
    fn work_is_finished_only_after_it_was_begun() {
        let before_completed: Vec<_> =
            TicketStatus::ALL.iter().filter(|status| status.allows(Completed)).collect();
        assert_eq!(before_completed, [&InProgress, &OnHold]);
    }
}
