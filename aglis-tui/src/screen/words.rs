//! The domain's words on the screen: a glyph and a word for each, and a colour where there is one.

use aglis_core::customers::CustomerStatus;
use aglis_core::event::Outcome;
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
