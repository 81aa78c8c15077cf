//! Tickets: the types every program shares. The rules stand in the files beside: [`state`] the state machine, [`sla`]
//! the promise of time, [`assign`] who is best for it, [`checklist`] and [`completion`] what done means, [`undo`] what
//! can be taken back.

pub mod assign;
pub mod checklist;
pub mod completion;
#[cfg(feature = "server")]
pub mod service;
pub mod sla;
pub mod state;
#[cfg(feature = "server")]
pub mod store;
pub mod undo;
mod wire;

pub use wire::*;

text_enum! {
    /// What kind of work a ticket is: the service types.
    pub enum ServiceType, "service type" {
        /// Connect a new customer.
        Installation = "installation",
        /// Mend a fault.
        Repair = "repair",
        /// Planned care.
        Maintenance = "maintenance",
        /// To a larger package.
        Upgrade = "upgrade",
        /// To a smaller package.
        Downgrade = "downgrade",
        /// Wi-Fi name, password, channel, place.
        WifiSetup = "wifi_setup",
        /// Take the equipment back.
        Dismantle = "dismantle",
        /// Look at a place before installing.
        Survey = "survey",
    }
}

impl ServiceType {
    /// Minutes the work usually takes (PRODUCT, master data).
    pub const fn default_minutes(self) -> i64 {
        match self {
            ServiceType::Installation | ServiceType::Repair | ServiceType::Maintenance => 120,
            ServiceType::Upgrade | ServiceType::Downgrade | ServiceType::WifiSetup => 15,
            ServiceType::Dismantle => 60,
            ServiceType::Survey => 90,
        }
    }

    /// The categories a ticket of this type can have; the first is the one taken when none is given.
    pub const fn categories(self) -> &'static [&'static str] {
        match self {
            ServiceType::Installation => &["new", "relocation", "second_line"],
            ServiceType::Repair => {
                &["connection_down", "slow_speed", "signal_weak", "equipment", "cable", "port", "other"]
            }
            ServiceType::Maintenance => &["preventive", "odp", "cable", "equipment"],
            ServiceType::Upgrade | ServiceType::Downgrade => &["package"],
            ServiceType::WifiSetup => &["password", "name", "coverage", "device"],
            ServiceType::Dismantle => &["termination", "equipment_return"],
            ServiceType::Survey => &["coverage", "relocation"],
        }
    }
}

text_enum! {
    /// How urgent a ticket is.
    pub enum Priority, "priority" {
        /// 2 h to resolve, 15 min to respond.
        Critical = "critical",
        /// 4 h to resolve, 30 min to respond.
        High = "high",
        /// 24 h to resolve, 2 h to respond.
        Normal = "normal",
        /// 48 h to resolve, 4 h to respond.
        Low = "low",
    }
}

text_enum! {
    /// Where a ticket stands.
    pub enum TicketStatus, "ticket status" {
        /// Reported, nobody has it.
        Open = "open",
        /// A technician has it.
        Assigned = "assigned",
        /// Being worked on.
        InProgress = "in_progress",
        /// Waiting, the clock stands still.
        OnHold = "on_hold",
        /// Done.
        Completed = "completed",
        /// Will not be done.
        Cancelled = "cancelled",
    }
}

impl TicketStatus {
    /// Whether work is still to be done.
    pub const fn is_open(self) -> bool {
        !matches!(self, TicketStatus::Completed | TicketStatus::Cancelled)
    }
}

text_enum! {
    /// How a ticket reached us.
    pub enum Channel, "channel" {
        /// The customer portal.
        Portal = "portal",
        /// A WhatsApp message.
        Whatsapp = "whatsapp",
        /// A call.
        Phone = "phone",
        /// A colleague.
        Staff = "staff",
        /// The network itself.
        Monitoring = "monitoring",
    }
}

text_enum! {
    /// How the customer wants to be reached.
    pub enum ContactPreference, "contact preference" {
        /// By call.
        Call = "call",
        /// By WhatsApp.
        Whatsapp = "whatsapp",
        /// By e-mail.
        Email = "email",
    }
}

text_enum! {
    /// Who may read a comment.
    pub enum Visibility, "visibility" {
        /// The customer too.
        Public = "public",
        /// Staff only.
        Internal = "internal",
    }
}

text_enum! {
    /// What a technician is on a ticket's team.
    pub enum TeamRole, "team role" {
        /// Answers for the work.
        Lead = "lead",
        /// Helps.
        Member = "member",
    }
}

text_enum! {
    /// How a ticket stands against its due time.
    pub enum SlaState, "SLA state" {
        /// Less than 80 % of the time is used.
        OnTrack = "on_track",
        /// 80 % or more is used.
        AtRisk = "at_risk",
        /// The due time has passed.
        Breached = "breached",
        /// The clock stands still (on hold).
        Paused = "paused",
        /// Finished before the due time.
        Met = "met",
        /// Finished after the due time.
        Missed = "missed",
        /// Cancelled: no promise is left to keep.
        Void = "void",
    }
}
