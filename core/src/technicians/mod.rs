//! Technicians: who can do which work where.

#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
mod store;
mod wire;

pub use wire::*;

use crate::{tickets::ServiceType, types::*};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Whether a technician can take work.
    pub enum Availability, "availability" {
        /// Can take work.
        Available = "available",
        /// At work on a ticket.
        Busy = "busy",
        /// Back soon.
        OnBreak = "on_break",
        /// Not at work.
        OffDuty = "off_duty",
    }
}

text_enum! {
    /// How experienced a technician is.
    pub enum SkillLevel, "skill level" {
        /// Works with others.
        Junior = "junior",
        /// Works alone.
        Intermediate = "intermediate",
        /// Leads.
        Senior = "senior",
        /// Everything, also splicing and OLT work.
        Expert = "expert",
    }
}

/// A technician with today's load.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Technician {
    /// Identifier.
    pub id: TechnicianId,
    /// The staff account.
    pub user_id: UserId,
    /// The staff account's sign-in name, by which the command line names a technician.
    pub username: String,
    /// The person's name.
    pub name: String,
    /// WhatsApp number.
    pub phone: Option<Phone>,
    /// Experience.
    pub level: SkillLevel,
    /// Whether they can take work.
    pub availability: Availability,
    /// Open tickets they may have at once on a day.
    pub daily_maximum: i64,
    /// Open tickets they have now.
    pub open_tickets: i64,
    /// Kinds of work they can do.
    pub skills: Vec<ServiceType>,
    /// Areas they work in; empty means everywhere.
    pub areas: Vec<AreaId>,
    /// Degrees north of where they start from.
    pub latitude: Option<f64>,
    /// Degrees east of where they start from.
    pub longitude: Option<f64>,
}
