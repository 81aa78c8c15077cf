//! Domain events: what happened, to whom, by whom. The log of them is the audit trail.

#[cfg(feature = "server")]
mod apply;
mod kinds;
#[cfg(feature = "server")]
mod reactions;
#[cfg(feature = "server")]
mod retention;
#[cfg(feature = "server")]
pub mod seal;
#[cfg(feature = "server")]
mod service;
#[cfg(feature = "server")]
pub mod store;
#[cfg(feature = "server")]
mod words;

pub use kinds::{Change, Event};
#[cfg(feature = "server")]
pub use reactions::{Audience, Reaction, Recipient, reactions};
#[cfg(feature = "server")]
pub use retention::trim;
#[cfg(feature = "server")]
pub use service::{Subject, emit, emit_outcome, exported, search, verify};
#[cfg(feature = "server")]
pub use words::field_names;

use crate::types::*;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What an event is about.
    pub enum SubjectKind, "subject kind" {
        /// A ticket.
        Ticket = "ticket",
        /// A customer.
        Customer = "customer",
        /// A staff account.
        User = "user",
        /// A package.
        Package = "package",
        /// An ODP.
        Odp = "odp",
        /// An area.
        Area = "area",
        /// A technician.
        Technician = "technician",
        /// A message.
        Message = "message",
        /// A thread of messages.
        Conversation = "conversation",
        /// A message template.
        Template = "template",
        /// A job.
        Job = "job",
        /// Jobs that belong together.
        Batch = "batch",
        /// A role.
        Role = "role",
        /// An API token.
        Token = "token",
        /// A provider of WhatsApp messages.
        Provider = "provider",
        /// The installation itself.
        System = "system",
    }
}

text_enum! {
    /// How it went.
    pub enum Outcome, "outcome" {
        /// Done.
        Ok = "ok",
        /// Not allowed.
        Denied = "denied",
        /// Tried in vain.
        Failed = "failed",
    }
}

/// One entry of the audit trail.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct AuditEntry {
    /// Identifier.
    pub id: EventId,
    /// Place in the chain; none for the instant until it is sealed.
    pub seq: Option<i64>,
    /// When.
    pub at: Time,
    /// What happened, such as `ticket.assigned`.
    pub kind: String,
    /// `user`, `unix`, `token`, `customer` or `system`.
    pub actor_kind: String,
    /// Who.
    pub actor: String,
    /// From which address.
    pub ip: String,
    /// With which program.
    pub user_agent: String,
    /// The request it came with.
    pub request_id: String,
    /// What it is about.
    pub subject_kind: SubjectKind,
    /// Its identifier.
    pub subject_id: Option<i64>,
    /// Its number or name.
    pub subject: String,
    /// How it went.
    pub outcome: Outcome,
    /// Details.
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub data: serde_json::Value,
    /// Hash over this entry and the one before.
    pub hash: Option<String>,
}

/// Which audit entries a search shows, the newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct AuditFilter {
    /// Only by this actor.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor: Option<String>,
    /// Only this kind, or every kind of a family with `ticket.*`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Only about this kind of subject.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_kind: Option<SubjectKind>,
    /// Only about this one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject_id: Option<i64>,
    /// Only with this outcome.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// Before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What checking the whole chain found.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ChainReport {
    /// Whether every entry is as it was written.
    pub intact: bool,
    /// Entries checked.
    pub checked: i64,
    /// The first entry's place in the chain; entries before it were cut off by retention.
    pub first_seq: i64,
    /// The last entry's place.
    pub last_seq: i64,
    /// Entries that are not sealed yet.
    pub unsealed: i64,
    /// The first broken place, if any.
    pub broken_seq: Option<i64>,
    /// What is wrong there.
    pub problem: Option<String>,
}

/// An event as followers see it on the live stream.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct LiveEvent {
    /// Place in the chain; also the SSE id, for `Last-Event-ID`.
    pub seq: i64,
    /// When.
    pub at: Time,
    /// What happened.
    pub kind: String,
    /// Who did it.
    pub actor: String,
    /// What it is about.
    pub subject_kind: SubjectKind,
    /// Its identifier.
    pub subject_id: Option<i64>,
    /// Its number or name.
    pub subject: String,
    /// The customer it concerns, for those who may see customers.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub customer_id: Option<CustomerId>,
    /// How it went.
    pub outcome: Outcome,
    /// Details.
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub data: serde_json::Value,
}
