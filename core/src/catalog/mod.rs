//! Master data: packages, optical distribution points (ODP), areas and holidays.

#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
mod store;
mod wire;

pub use wire::*;

use crate::types::*;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What a package is sold as.
    pub enum PackageType, "package type" {
        /// For homes.
        Broadband = "broadband",
        /// A dedicated line.
        Dedicated = "dedicated",
        /// For companies.
        Corporate = "corporate",
        /// For resellers.
        Partner = "partner",
    }
}

text_enum! {
    /// How fast faults are to be mended.
    pub enum SlaLevel, "SLA level" {
        /// The ordinary times.
        Bronze = "bronze",
        /// Three quarters of the ordinary times.
        Silver = "silver",
        /// Half of the ordinary times.
        Gold = "gold",
    }
}

/// What a customer subscribes to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Package {
    /// Identifier.
    pub id: PackageId,
    /// Unique name, such as `Home Silver 50M`.
    pub name: String,
    /// What it is sold as.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "server", sqlx(rename = "type"))]
    pub package_type: PackageType,
    /// Mbps to the customer.
    pub down_mbps: i64,
    /// Mbps from the customer.
    pub up_mbps: i64,
    /// Rupiah per month, before tax.
    pub monthly_price: Rupiah,
    /// Rupiah once, before tax.
    pub setup_fee: Rupiah,
    /// How fast faults are to be mended.
    pub sla_level: SlaLevel,
    /// Whether it can be sold.
    pub active: bool,
}

/// An optical distribution point: the box in the street that the customers' fibres start from.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Odp {
    /// Identifier.
    pub id: OdpId,
    /// Unique name, such as `ODP-KRW-03`.
    pub name: String,
    /// Where it hangs, in words.
    pub location: String,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// The area it serves.
    pub area_id: Option<AreaId>,
    /// The area's name.
    pub area_name: Option<String>,
    /// Ports it has.
    pub ports_total: i64,
    /// Ports in use, counted from the customers.
    pub ports_used: i64,
}

/// An area the provider serves.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Area {
    /// Identifier.
    pub id: AreaId,
    /// Unique name.
    pub name: String,
    /// Degrees north of its middle.
    pub latitude: Option<f64>,
    /// Degrees east of its middle.
    pub longitude: Option<f64>,
}
