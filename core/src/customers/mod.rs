//! Customers: who they are, what they have, where it ends at the network.

pub mod rules;
#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
pub mod store;
pub mod terms;

use crate::{catalog::Package, types::*};
use serde::{Deserialize, Serialize};

text_enum! {
    /// Where an account stands.
    pub enum CustomerStatus, "customer status" {
        /// Signed up, not yet connected.
        PendingInstallation = "pending_installation",
        /// In service.
        Active = "active",
        /// Service stopped for now.
        Suspended = "suspended",
        /// Left for good.
        Terminated = "terminated",
    }
}

text_enum! {
    /// Person or business.
    pub enum CustomerType, "customer type" {
        /// A household.
        Residential = "residential",
        /// A business with a person in charge.
        Business = "business",
    }
}

text_enum! {
    /// How the customer gets an address.
    pub enum IpMode, "IP mode" {
        /// From a pool.
        Dynamic = "dynamic",
        /// Always the same.
        Static = "static",
    }
}

text_enum! {
    /// What customers are told of their tickets; they choose by which way they hear of which.
    pub enum News, "kind of news" {
        /// Received, given to a technician, begun or put on hold, when somebody comes.
        Progress = "progress",
        /// What we write to them.
        Answers = "answers",
        /// Completed, cancelled, merged.
        Results = "results",
    }
}

/// A customer with everything staff may see; phone and e-mail are masked unless revealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Customer {
    /// Identifier.
    pub id: CustomerId,
    /// `AGLSyyyymmddNNNN`.
    pub number: String,
    /// Person or business.
    #[serde(rename = "type")]
    pub customer_type: CustomerType,
    /// Name.
    pub name: String,
    /// WhatsApp number: E.164 where the actor may see it, masked (`0812-••••-7890`) otherwise.
    pub phone: String,
    /// E-mail address, masked unless revealed.
    pub email: Option<String>,
    /// Person in charge, for businesses.
    pub pic_name: Option<String>,
    /// Their number, masked unless revealed.
    pub pic_phone: Option<String>,
    /// Postal address.
    pub address: String,
    /// Area.
    pub area_id: Option<AreaId>,
    /// Area's name.
    pub area_name: Option<String>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// The ODP the fibre comes from.
    pub odp_id: Option<OdpId>,
    /// The ODP's name.
    pub odp_name: Option<String>,
    /// The port on it, from 1.
    pub odp_port: Option<i64>,
    /// What they subscribe to.
    pub package: Option<Package>,
    /// PPPoE user name.
    pub pppoe_username: Option<String>,
    /// How they get an address.
    pub ip_mode: IpMode,
    /// The fixed address, where there is one.
    pub ip_address: Option<String>,
    /// Where the account stands.
    pub status: CustomerStatus,
    /// Whether they may use the portal.
    pub portal_enabled: bool,
    /// Language of messages and portal: `id` or `en`.
    pub locale: String,
    /// What they want to hear of by WhatsApp.
    pub notify_whatsapp: Vec<News>,
    /// What they want to hear of by e-mail.
    pub notify_email: Vec<News>,
    /// Whether keywords that they write by WhatsApp are answered automatically.
    pub auto_answers: bool,
    /// Internal notes.
    pub notes: String,
    /// Tags, in alphabetical order.
    pub tags: Vec<String>,
    /// Counts changes; send it back to change only what you saw.
    pub version: i64,
    /// When service began.
    pub activated_at: Option<Time>,
    /// When the account was made.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

/// A customer in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct CustomerSummary {
    /// Identifier.
    pub id: CustomerId,
    /// `AGLSyyyymmddNNNN`.
    pub number: String,
    /// Name.
    pub name: String,
    /// Masked WhatsApp number.
    pub phone: String,
    /// Postal address.
    pub address: String,
    /// Area's name.
    pub area_name: Option<String>,
    /// Package's name.
    pub package_name: Option<String>,
    /// ODP's name.
    pub odp_name: Option<String>,
    /// Where the account stands.
    pub status: CustomerStatus,
    /// Tickets that are not finished.
    pub open_tickets: i64,
    /// Tags, in alphabetical order.
    #[serde(default)]
    #[cfg_attr(feature = "server", sqlx(skip))]
    pub tags: Vec<String>,
    /// When the account was made.
    pub created_at: Time,
}

/// What makes a new customer, and the fields of a change.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct NewCustomer {
    /// Person or business; residential when absent.
    #[serde(rename = "type")]
    pub customer_type: Option<CustomerType>,
    /// Name.
    pub name: String,
    /// Phone number as people write it.
    pub phone: String,
    /// E-mail address.
    pub email: Option<String>,
    /// Person in charge.
    pub pic_name: Option<String>,
    /// Their phone number.
    pub pic_phone: Option<String>,
    /// Postal address.
    pub address: String,
    /// Area.
    pub area_id: Option<AreaId>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// ODP.
    pub odp_id: Option<OdpId>,
    /// Port on it.
    pub odp_port: Option<i64>,
    /// Package.
    pub package_id: Option<PackageId>,
    /// PPPoE user name.
    pub pppoe_username: Option<String>,
    /// How they get an address; dynamic when absent.
    pub ip_mode: Option<IpMode>,
    /// Fixed address.
    pub ip_address: Option<String>,
    /// First status; `pending_installation` when absent. `active` needs the permission to change a status, `suspended`
    /// and `terminated` are refused.
    pub status: Option<CustomerStatus>,
    /// Portal access; on when absent.
    pub portal_enabled: Option<bool>,
    /// Language, `id` when absent.
    pub locale: Option<String>,
    /// What to tell by WhatsApp; everything when absent.
    pub notify_whatsapp: Option<Vec<News>>,
    /// What to tell by e-mail; everything when absent.
    pub notify_email: Option<Vec<News>>,
    /// Whether keywords are answered automatically; on when absent.
    pub auto_answers: Option<bool>,
    /// Internal notes.
    pub notes: Option<String>,
    /// Tags.
    pub tags: Vec<String>,
}

/// A change: absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct CustomerChange {
    /// The version the change was made from; refused with 409 when somebody else changed the customer since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Person or business.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub customer_type: Option<CustomerType>,
    /// Name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Phone number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// E-mail address; empty text removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// Person in charge; empty text removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pic_name: Option<String>,
    /// Their phone number; empty text removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pic_phone: Option<String>,
    /// Postal address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub address: Option<String>,
    /// Area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_id: Option<AreaId>,
    /// Degrees north; `null` for both coordinates removes them.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<f64>))]
    pub latitude: Option<Option<f64>>,
    /// Degrees east; `null` for both coordinates removes them.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<f64>))]
    pub longitude: Option<Option<f64>>,
    /// ODP; 0 removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odp_id: Option<OdpId>,
    /// Port on it; 0 removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub odp_port: Option<i64>,
    /// Package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_id: Option<PackageId>,
    /// PPPoE user name; empty text removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pppoe_username: Option<String>,
    /// How they get an address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_mode: Option<IpMode>,
    /// Fixed address; empty text removes it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// Portal access.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub portal_enabled: Option<bool>,
    /// Language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<String>,
    /// What to tell by WhatsApp; an empty list for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_whatsapp: Option<Vec<News>>,
    /// What to tell by e-mail; an empty list for nothing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notify_email: Option<Vec<News>>,
    /// Whether keywords are answered automatically.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_answers: Option<bool>,
    /// Internal notes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub notes: Option<String>,
}

/// Which customers a list shows.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct CustomerFilter {
    /// Words of name, number, phone or address; each must match the beginning of a word.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<CustomerStatus>,
    /// Only this tag.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Only this package.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package_id: Option<PackageId>,
    /// Only this area.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_id: Option<AreaId>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A new account status and why.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetCustomerStatus {
    /// The new status.
    pub status: CustomerStatus,
    /// Why; required for `suspended` and `terminated`.
    pub reason: Option<String>,
}
