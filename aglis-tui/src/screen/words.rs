//! The domain's words on the screen: a glyph and a word for each, and a colour where there is one.

use aglis_core::customers::CustomerStatus;
use aglis_core::event::Outcome;
use aglis_core::messages::{AttemptOutcome, MessageStatus};
use aglis_core::queue::JobState;
use aglis_core::tickets::{Priority, SlaState, TicketStatus};

use crate::lang::{Text, texts as tx};
use crate::theme::{Role, Theme};

/// Where a ticket stands.
#[must_use]
pub const fn status(status: TicketStatus) -> Text {
    match status {
        TicketStatus::Open => tx::STATUS_OPEN,
        TicketStatus::Assigned => tx::STATUS_ASSIGNED,
        TicketStatus::InProgress => tx::STATUS_IN_PROGRESS,
        TicketStatus::OnHold => tx::STATUS_ON_HOLD,
        TicketStatus::Completed => tx::STATUS_COMPLETED,
        TicketStatus::Cancelled => tx::STATUS_CANCELLED,
    }
}

/// The same in at most nine columns.
#[must_use]
pub const fn short_status(status: TicketStatus) -> Text {
    match status {
        TicketStatus::Assigned => tx::SHORT_ASSIGNED,
        TicketStatus::InProgress => tx::SHORT_IN_PROGRESS,
        other => self::status(other),
    }
}

/// Its glyph.
#[must_use]
pub const fn status_glyph(theme: Theme, status: TicketStatus) -> (&'static str, Role) {
    match status {
        TicketStatus::Open => (theme.pick("○", "o"), Role::Warn),
        TicketStatus::Assigned => (theme.pick("◔", "-"), Role::Info),
        TicketStatus::InProgress => (theme.pick("◐", "="), Role::Info),
        TicketStatus::OnHold => (theme.pick("‖", "|"), Role::Muted),
        TicketStatus::Completed => (theme.pick("✓", "+"), Role::Ok),
        TicketStatus::Cancelled => (theme.pick("⊘", "/"), Role::Muted),
    }
}

/// How urgent.
#[must_use]
pub const fn priority(priority: Priority) -> Text {
    match priority {
        Priority::Critical => tx::PRIORITY_CRITICAL,
        Priority::High => tx::PRIORITY_HIGH,
        Priority::Normal => tx::PRIORITY_NORMAL,
        Priority::Low => tx::PRIORITY_LOW,
    }
}

/// The same in at most six columns.
#[must_use]
pub const fn short_priority(priority: Priority) -> Text {
    match priority {
        Priority::Critical => tx::SHORT_CRITICAL,
        other => self::priority(other),
    }
}

/// Its glyph.
#[must_use]
pub const fn priority_glyph(theme: Theme, priority: Priority) -> (&'static str, Role) {
    match priority {
        Priority::Critical => (theme.glyph(Role::Critical), Role::Critical),
        Priority::High => (theme.glyph(Role::Warn), Role::Warn),
        Priority::Normal => (theme.pick("•", "."), Role::Text),
        Priority::Low => (theme.pick("▽", "v"), Role::Muted),
    }
}

/// What the urgency promises.
#[must_use]
pub const fn priority_time(priority: Priority) -> Text {
    match priority {
        Priority::Critical => tx::PRIORITY_CRITICAL_TIME,
        Priority::High => tx::PRIORITY_HIGH_TIME,
        Priority::Normal => tx::PRIORITY_NORMAL_TIME,
        Priority::Low => tx::PRIORITY_LOW_TIME,
    }
}

/// Where an account stands, with its glyph.
#[must_use]
pub const fn customer(theme: Theme, status: CustomerStatus) -> (&'static str, Text, Role) {
    match status {
        CustomerStatus::PendingInstallation => (theme.pick("○", "o"), tx::CUSTOMER_PENDING, Role::Info),
        CustomerStatus::Active => (theme.glyph(Role::Info), tx::CUSTOMER_ACTIVE, Role::Ok),
        CustomerStatus::Suspended => (theme.pick("◼", "#"), tx::CUSTOMER_SUSPENDED, Role::Warn),
        CustomerStatus::Terminated => (theme.pick("⊘", "/"), tx::CUSTOMER_TERMINATED, Role::Muted),
    }
}

/// How something went, with its glyph.
#[must_use]
pub const fn outcome(theme: Theme, outcome: Outcome) -> (&'static str, Text, Role) {
    match outcome {
        Outcome::Ok => (theme.glyph(Role::Ok), tx::OUTCOME_OK, Role::Ok),
        Outcome::Denied => (theme.glyph(Role::Warn), tx::OUTCOME_DENIED, Role::Warn),
        Outcome::Failed => (theme.glyph(Role::Bad), tx::OUTCOME_FAILED, Role::Bad),
    }
}

/// Where a job stands, with its glyph.
#[must_use]
pub const fn job(theme: Theme, state: JobState) -> (&'static str, Text, Role) {
    match state {
        JobState::Waiting => (theme.pick("○", "o"), tx::JOB_WAITING, Role::Info),
        JobState::Running => (theme.pick("◐", "="), tx::JOB_RUNNING, Role::Info),
        JobState::Done => (theme.glyph(Role::Ok), tx::JOB_DONE, Role::Ok),
        JobState::Dead => (theme.glyph(Role::Bad), tx::JOB_DEAD, Role::Bad),
        JobState::Cancelled => (theme.pick("⊘", "/"), tx::JOB_CANCELLED, Role::Muted),
        JobState::Discarded => (theme.pick("▽", "v"), tx::JOB_DISCARDED, Role::Muted),
    }
}

/// How far a message got, with its glyph.
#[must_use]
pub const fn message(theme: Theme, status: MessageStatus) -> (&'static str, Text, Role) {
    match status {
        MessageStatus::Queued => (theme.pick("○", "o"), tx::MESSAGE_QUEUED, Role::Info),
        MessageStatus::Sending => (theme.pick("◐", "="), tx::MESSAGE_SENDING, Role::Info),
        MessageStatus::Unknown => (theme.glyph(Role::Warn), tx::MESSAGE_UNKNOWN, Role::Warn),
        MessageStatus::Sent => (theme.glyph(Role::Ok), tx::MESSAGE_SENT, Role::Ok),
        MessageStatus::Expired => (theme.pick("⊘", "/"), tx::MESSAGE_EXPIRED, Role::Warn),
        MessageStatus::Failed => (theme.glyph(Role::Bad), tx::MESSAGE_FAILED, Role::Bad),
        MessageStatus::Delivered => (theme.glyph(Role::Ok), tx::MESSAGE_DELIVERED, Role::Ok),
        MessageStatus::Read => (theme.glyph(Role::Ok), tx::MESSAGE_READ, Role::Ok),
        MessageStatus::Received => (theme.glyph(Role::Info), tx::MESSAGE_RECEIVED, Role::Text),
    }
}

/// What became of a try to send, with its glyph.
#[must_use]
pub const fn attempt(theme: Theme, outcome: AttemptOutcome) -> (&'static str, Text, Role) {
    match outcome {
        AttemptOutcome::Sending => (theme.pick("◐", "="), tx::ATTEMPT_SENDING, Role::Info),
        AttemptOutcome::Accepted => (theme.glyph(Role::Ok), tx::ATTEMPT_ACCEPTED, Role::Ok),
        AttemptOutcome::Refused => (theme.glyph(Role::Bad), tx::ATTEMPT_REFUSED, Role::Bad),
        AttemptOutcome::Failed => (theme.glyph(Role::Warn), tx::ATTEMPT_FAILED, Role::Warn),
        AttemptOutcome::Unknown => (theme.glyph(Role::Warn), tx::ATTEMPT_UNKNOWN, Role::Warn),
        AttemptOutcome::Absent => (theme.pick("⊘", "/"), tx::ATTEMPT_ABSENT, Role::Warn),
    }
}

/// How a ticket stands against its due time.
#[must_use]
pub const fn sla(state: SlaState) -> Role {
    match state {
        SlaState::OnTrack | SlaState::Met => Role::Ok,
        SlaState::AtRisk => Role::Warn,
        SlaState::Breached | SlaState::Missed => Role::Bad,
        SlaState::Paused => Role::Info,
        SlaState::Void => Role::Muted,
    }
}
