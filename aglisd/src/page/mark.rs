//! States as glyph and word, never as colour alone.

use super::Frame;
use aglis_core::{
    customers::CustomerStatus,
    messages::{AttemptOutcome, MessageStatus},
    notifications::NotificationPriority,
    queue::JobState,
    technicians::Availability,
    tickets::{Priority, SlaState, TicketStatus},
};

/// A state as it is shown.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The class that colours it: `ok`, `info`, `warn`, `bad`, `critical` or nothing.
    pub tone: &'static str,
    /// The glyph before the word.
    pub glyph: &'static str,
    /// The word.
    pub word: String,
}

impl Mark {
    /// A ticket's status, in the words of an area such as `portal-status`.
    pub fn ticket(frame: &Frame, area: &str, status: TicketStatus) -> Mark {
        let (tone, glyph) = match status {
            TicketStatus::Open | TicketStatus::Assigned | TicketStatus::InProgress => ("info", "●"),
            TicketStatus::OnHold => ("warn", "▲"),
            TicketStatus::Completed => ("ok", "✓"),
            TicketStatus::Cancelled => ("", "–"),
        };
        Mark { tone, glyph, word: frame.word(area, status) }
    }

    /// A customer's status.
    pub fn customer(frame: &Frame, area: &str, status: CustomerStatus) -> Mark {
        let (tone, glyph) = match status {
            CustomerStatus::PendingInstallation => ("info", "●"),
            CustomerStatus::Active => ("ok", "✓"),
            CustomerStatus::Suspended => ("warn", "▲"),
            CustomerStatus::Terminated => ("", "–"),
        };
        Mark { tone, glyph, word: frame.word(area, status) }
    }

    /// A ticket's priority.
    pub fn priority(frame: &Frame, area: &str, priority: Priority) -> Mark {
        let (tone, glyph) = match priority {
            Priority::Critical => ("critical", "✖"),
            Priority::High => ("bad", "▲"),
            Priority::Normal => ("info", "●"),
            Priority::Low => ("", "–"),
        };
        Mark { tone, glyph, word: frame.word(area, priority) }
    }

    /// How much a notification matters.
    pub fn notification(frame: &Frame, area: &str, priority: NotificationPriority) -> Mark {
        let (tone, glyph) = match priority {
            NotificationPriority::Urgent => ("critical", "✖"),
            NotificationPriority::High => ("bad", "▲"),
            NotificationPriority::Normal => ("info", "●"),
            NotificationPriority::Low => ("", "–"),
        };
        Mark { tone, glyph, word: frame.word(area, priority) }
    }

    /// Whether a technician can take work.
    pub fn availability(frame: &Frame, area: &str, availability: Availability) -> Mark {
        let (tone, glyph) = match availability {
            Availability::Available => ("ok", "✓"),
            Availability::Busy => ("info", "●"),
            Availability::OnBreak => ("warn", "▲"),
            Availability::OffDuty => ("", "–"),
        };
        Mark { tone, glyph, word: frame.word(area, availability) }
    }

    /// How far a message got.
    pub fn message(frame: &Frame, area: &str, status: MessageStatus) -> Mark {
        let (tone, glyph) = match status {
            MessageStatus::Queued => ("", "–"),
            MessageStatus::Sending | MessageStatus::Sent | MessageStatus::Received => ("info", "●"),
            MessageStatus::Unknown => ("warn", "▲"),
            MessageStatus::Expired | MessageStatus::Failed => ("bad", "✗"),
            MessageStatus::Delivered | MessageStatus::Read => ("ok", "✓"),
        };
        Mark { tone, glyph, word: frame.word(area, status) }
    }

    /// Where a job stands.
    pub fn job(frame: &Frame, area: &str, state: JobState) -> Mark {
        let (tone, glyph) = match state {
            JobState::Waiting => ("", "–"),
            JobState::Running => ("info", "●"),
            JobState::Done => ("ok", "✓"),
            JobState::Dead => ("bad", "✗"),
            JobState::Cancelled | JobState::Discarded => ("warn", "▲"),
        };
        Mark { tone, glyph, word: frame.word(area, state) }
    }

    /// What became of a try to send.
    pub fn attempt(frame: &Frame, area: &str, outcome: AttemptOutcome) -> Mark {
        let (tone, glyph) = match outcome {
            AttemptOutcome::Sending => ("info", "●"),
            AttemptOutcome::Accepted => ("ok", "✓"),
            AttemptOutcome::Refused | AttemptOutcome::Failed => ("bad", "✗"),
            AttemptOutcome::Unknown | AttemptOutcome::Absent => ("warn", "▲"),
        };
        Mark { tone, glyph, word: frame.word(area, outcome) }
    }

    /// How a ticket stands against its due time.
    pub fn sla(frame: &Frame, area: &str, state: SlaState) -> Mark {
        let (tone, glyph) = match state {
            SlaState::OnTrack => ("info", "●"),
            SlaState::AtRisk => ("warn", "▲"),
            SlaState::Breached | SlaState::Missed => ("bad", "✗"),
            SlaState::Paused => ("", "–"),
            SlaState::Met => ("ok", "✓"),
            SlaState::Void => ("", "–"),
        };
        Mark { tone, glyph, word: frame.word(area, state) }
    }
}
