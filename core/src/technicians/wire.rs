//! What goes over the wire to make, change and list technicians.

use super::{Availability, SkillLevel};
use crate::{tickets::ServiceType, types::*};
use serde::{Deserialize, Serialize};

/// What makes a staff account a technician.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewTechnician {
    /// The staff account; its role must be technician.
    pub user_id: UserId,
    /// Experience; intermediate when absent.
    #[serde(default)]
    pub level: Option<SkillLevel>,
    /// Whether they can take work; off_duty when absent.
    #[serde(default)]
    pub availability: Option<Availability>,
    /// Open tickets they may have at once on a day; 8 when absent.
    #[serde(default)]
    pub daily_maximum: Option<i64>,
    /// Kinds of work they can do; at least one.
    pub skills: Vec<ServiceType>,
    /// Areas they work in; empty means everywhere.
    #[serde(default)]
    pub areas: Vec<AreaId>,
    /// Degrees north of where they start from.
    #[serde(default)]
    pub latitude: Option<f64>,
    /// Degrees east of where they start from.
    #[serde(default)]
    pub longitude: Option<f64>,
}

/// A change of a technician: absent fields stay, lists replace those before.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TechnicianChange {
    /// Experience.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub level: Option<SkillLevel>,
    /// Open tickets they may have at once on a day.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_maximum: Option<i64>,
    /// Kinds of work they can do; at least one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skills: Option<Vec<ServiceType>>,
    /// Areas they work in; empty means everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub areas: Option<Vec<AreaId>>,
    /// Degrees north of where they start from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east of where they start from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
}

/// Whether a technician can take work from now on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetAvailability {
    /// The new availability.
    pub availability: Availability,
}

/// Which technicians a list shows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct TechnicianFilter {
    /// Only with this availability.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub availability: Option<Availability>,
    /// Only those who can do this kind of work.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub skill: Option<ServiceType>,
    /// Only those who work in this area, or everywhere.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_id: Option<AreaId>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
