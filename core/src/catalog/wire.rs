//! What goes over the wire to make, change and list master data.

use super::{PackageType, SlaLevel};
use crate::types::*;
use serde::{Deserialize, Serialize};

/// A new package.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewPackage {
    /// Unique name, such as `Home Silver 50M`.
    pub name: String,
    /// What it is sold as; broadband when absent.
    #[serde(rename = "type", default)]
    pub package_type: Option<PackageType>,
    /// Mbps to the customer.
    pub down_mbps: i64,
    /// Mbps from the customer.
    pub up_mbps: i64,
    /// Rupiah per month, before tax.
    pub monthly_price: Rupiah,
    /// Rupiah once, before tax; 0 when absent.
    #[serde(default)]
    pub setup_fee: Rupiah,
    /// How fast faults are to be mended; bronze when absent.
    #[serde(default)]
    pub sla_level: Option<SlaLevel>,
    /// Whether it can be sold; yes when absent.
    #[serde(default)]
    pub active: Option<bool>,
}

/// A change of a package: absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct PackageChange {
    /// Unique name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// What it is sold as.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub package_type: Option<PackageType>,
    /// Mbps to the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub down_mbps: Option<i64>,
    /// Mbps from the customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub up_mbps: Option<i64>,
    /// Rupiah per month, before tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monthly_price: Option<Rupiah>,
    /// Rupiah once, before tax.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub setup_fee: Option<Rupiah>,
    /// How fast faults are to be mended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sla_level: Option<SlaLevel>,
    /// Whether it can be sold. Customers who have it keep it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
}

/// Which packages a list shows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct PackageFilter {
    /// Only those that can (`true`) or cannot (`false`) be sold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub active: Option<bool>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A new ODP.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct NewOdp {
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
    /// Ports it has, 1 to 256.
    pub ports_total: i64,
}

/// A change of an ODP: absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct OdpChange {
    /// Unique name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Where it hangs, in words.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub location: Option<String>,
    /// Degrees north.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
    /// The area it serves; 0 removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_id: Option<AreaId>,
    /// Ports it has; not fewer than the highest port in use.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ports_total: Option<i64>,
}

/// Which ODPs a list shows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct OdpFilter {
    /// Only those whose name or location holds this text; case is ignored.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only this area's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_id: Option<AreaId>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A new area.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct NewArea {
    /// Unique name.
    pub name: String,
    /// Degrees north of its middle.
    pub latitude: Option<f64>,
    /// Degrees east of its middle.
    pub longitude: Option<f64>,
}

/// A change of an area: absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct AreaChange {
    /// Unique name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Degrees north of its middle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latitude: Option<f64>,
    /// Degrees east of its middle.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub longitude: Option<f64>,
}

/// A day on which the SLA clock of a working-hours calendar stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Holiday {
    /// The day, `yyyy-mm-dd`.
    pub day: String,
    /// What is celebrated.
    pub name: String,
}

/// A holiday's name.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct SetHoliday {
    /// What is celebrated.
    pub name: String,
}
