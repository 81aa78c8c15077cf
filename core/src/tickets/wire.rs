//! What goes over the wire about tickets.

use super::*;
use crate::{catalog::SlaLevel, types::*};
use serde::{Deserialize, Serialize};

/// A ticket in a list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct TicketSummary {
    /// Identifier.
    pub id: TicketId,
    /// `TKTyyyymmddNNN`.
    pub number: String,
    /// Kind of work.
    #[serde(rename = "type")]
    #[cfg_attr(feature = "server", sqlx(rename = "type"))]
    pub service_type: ServiceType,
    /// One of the type's categories.
    pub category: String,
    /// Urgency.
    pub priority: Priority,
    /// Where it stands.
    pub status: TicketStatus,
    /// What it is about.
    pub title: String,
    /// How it reached us.
    pub channel: Channel,
    /// Whose it is; none for network work without a customer.
    pub customer_id: Option<CustomerId>,
    /// The customer's number.
    pub customer_number: Option<String>,
    /// The customer's name.
    pub customer_name: Option<String>,
    /// Area's name.
    pub area_name: Option<String>,
    /// Leading technician.
    pub lead_id: Option<TechnicianId>,
    /// Their name.
    pub lead_name: Option<String>,
    /// When a first response is due.
    pub response_due_at: Time,
    /// When it is to be resolved.
    pub resolution_due_at: Time,
    /// When 80 % of the working time until then will be used.
    pub at_risk_at: Time,
    /// When somebody first responded.
    pub responded_at: Option<Time>,
    /// Since when it is on hold.
    pub held_at: Option<Time>,
    /// When it was completed.
    pub completed_at: Option<Time>,
    /// Counts changes.
    pub version: i64,
    /// When it was reported.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

impl TicketSummary {
    /// How the ticket stands against its due time.
    pub fn sla_state(&self, now: Time) -> SlaState {
        let due = (self.at_risk_at, self.resolution_due_at);
        sla::state(self.status, due, self.held_at, self.completed_at, now)
    }
}

/// A member of a ticket's team.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct TeamMember {
    /// Who.
    pub technician_id: TechnicianId,
    /// Their name.
    pub name: String,
    /// Their sign-in name.
    pub username: String,
    /// Lead or member.
    pub role: TeamRole,
}

/// One line of a checklist.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct ChecklistItem {
    /// Identifier.
    pub id: ChecklistItemId,
    /// Order, from 1.
    pub position: i64,
    /// A stable word that the catalogues name in both languages (`checklist-<code>`).
    pub code: String,
    /// Whether the ticket can be completed without it.
    pub required: bool,
    /// When it was ticked off.
    pub done_at: Option<Time>,
    /// By whom.
    pub done_by: Option<String>,
}

/// What the technician measured and left behind.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Completion {
    /// Optical power at the customer, in dBm (negative).
    pub attenuation_dbm: Option<f64>,
    /// Picture of the OTDR trace.
    pub otdr_file_id: Option<FileId>,
    /// Picture of the power meter.
    pub attenuation_file_id: Option<FileId>,
    /// Serial number of the modem.
    pub modem_serial: Option<String>,
    /// Picture of the modem.
    pub modem_file_id: Option<FileId>,
    /// ODP.
    pub odp_id: Option<OdpId>,
    /// Port on it.
    pub odp_port: Option<i64>,
    /// Wi-Fi name set up.
    pub wifi_name: Option<String>,
    /// Measured Mbps to the customer.
    pub speed_down_mbps: Option<f64>,
    /// Measured Mbps from the customer.
    pub speed_up_mbps: Option<f64>,
    /// Who completed it.
    pub completed_by: String,
    /// When.
    pub completed_at: Time,
}

/// A file on a ticket.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Attachment {
    /// Identifier; the bytes are at `/api/files/{id}`.
    pub id: FileId,
    /// File name.
    pub name: String,
    /// Media type, found from the content.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: i64,
    /// What it shows: `report`, `otdr`, `attenuation`, `modem`, `comment`.
    pub purpose: String,
    /// Whether the customer may see it.
    pub customer_visible: bool,
    /// Who uploaded it.
    pub uploaded_by: String,
    /// When.
    pub created_at: Time,
}

/// A comment to the customer or an internal note.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Comment {
    /// Identifier.
    pub id: CommentId,
    /// Who may read it.
    pub visibility: Visibility,
    /// `user`, `customer` or `system`.
    pub author_kind: String,
    /// Who wrote it.
    pub author_name: String,
    /// The text.
    pub body: String,
    /// When.
    pub created_at: Time,
}

/// A ticket with everything about it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Ticket {
    /// What a list shows.
    #[serde(flatten)]
    pub summary: TicketSummary,
    /// The report in full.
    pub description: String,
    /// How the customer wants to be reached.
    pub contact_preference: ContactPreference,
    /// When the customer would like a visit.
    pub preferred_at: Option<Time>,
    /// When the technician expects to be there.
    pub eta_at: Option<Time>,
    /// When work began.
    pub started_at: Option<Time>,
    /// Why it waits.
    pub hold_reason: Option<String>,
    /// Milliseconds the clock has stood still so far, without the present pause.
    pub paused_ms: i64,
    /// When it was cancelled.
    pub cancelled_at: Option<Time>,
    /// Why.
    pub cancel_reason: Option<String>,
    /// What was done.
    pub resolution: Option<String>,
    /// How it stands against its due time.
    pub sla: SlaStanding,
    /// The statuses that may follow now.
    pub next_statuses: Vec<TicketStatus>,
    /// Whether it can be reopened now.
    pub can_reopen: bool,
    /// Parent ticket.
    pub parent_id: Option<TicketId>,
    /// The ticket this one was merged into.
    pub merged_into_id: Option<TicketId>,
    /// Tickets that have this one as parent.
    pub child_ids: Vec<TicketId>,
    /// 1 to 5 stars.
    pub rating: Option<i64>,
    /// What the customer said with them.
    pub rating_comment: Option<String>,
    /// When.
    pub rated_at: Option<Time>,
    /// How often it was opened again.
    pub reopened_count: i64,
    /// Who works on it.
    pub team: Vec<TeamMember>,
    /// The checklist.
    pub checklist: Vec<ChecklistItem>,
    /// Completion data.
    pub completion: Option<Completion>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Who reported it.
    pub created_by: String,
}

/// How a ticket stands against its due time.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SlaStanding {
    /// In one word.
    pub state: SlaState,
    /// Percent of the working time used, may pass 100.
    pub used_percent: i64,
    /// Milliseconds of working time left, negative when breached; what is left when paused.
    pub remaining_ms: i64,
}

/// How a due time was computed, step by step.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct SlaExplanation {
    /// Urgency that set the base time.
    pub priority: Priority,
    /// The customer's level.
    pub sla_level: SlaLevel,
    /// Minutes for a first response.
    pub response_minutes: i64,
    /// Minutes for the resolution.
    pub resolution_minutes: i64,
    /// The calendar the clock runs on, in words.
    pub calendar: String,
    /// When the clock began.
    pub started_at: Time,
    /// Pauses added so far, in milliseconds of working time.
    pub paused_ms: i64,
    /// When a first response is due.
    pub response_due_at: Time,
    /// When the resolution is due.
    pub resolution_due_at: Time,
    /// Each step in English, in order.
    pub steps: Vec<String>,
    /// How it stands.
    pub standing: SlaStanding,
}

/// One entry of a timeline.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TimelineEntry {
    /// The event's identifier.
    pub event_id: EventId,
    /// When.
    pub at: Time,
    /// The event's kind, such as `ticket.assigned`.
    pub kind: String,
    /// Who did it.
    pub actor: String,
    /// What happened, in the reader's language.
    pub text: String,
    /// The comment's or note's text, where the entry is one.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub body: Option<String>,
    /// Whether only staff see it.
    pub internal: bool,
    /// Whether the reader can undo it now.
    pub undoable: bool,
}

/// What makes a new ticket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct NewTicket {
    /// Whose; required but for `maintenance`.
    pub customer_id: Option<CustomerId>,
    /// Kind of work; repair when absent.
    #[serde(rename = "type")]
    pub service_type: Option<ServiceType>,
    /// One of the type's categories; the type's first when absent.
    pub category: Option<String>,
    /// Urgency; normal when absent.
    pub priority: Option<Priority>,
    /// What it is about, up to 120 characters.
    pub title: String,
    /// The report in full, up to 4,000 characters.
    pub description: String,
    /// How it reached us; `staff` when absent.
    pub channel: Option<Channel>,
    /// When the customer would like a visit.
    pub preferred_at: Option<Time>,
    /// How they want to be reached; WhatsApp when absent.
    pub contact_preference: Option<ContactPreference>,
    /// Assign automatically at once.
    pub auto_assign: bool,
}

/// A change of a ticket's fields: absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct TicketChange {
    /// The version the change was made from; refused with 409 when somebody else changed the ticket since.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
    /// Category.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Title.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Description.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// When the customer would like a visit; `null` removes it.
    #[serde(deserialize_with = "nullable", skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "server", schema(value_type = Option<Time>))]
    pub preferred_at: Option<Option<Time>>,
    /// How they want to be reached.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub contact_preference: Option<ContactPreference>,
    /// When the technician expects to be there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub eta_at: Option<Time>,
}

/// Who is to work on a ticket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Assign {
    /// Who leads; absent with `auto`.
    pub lead_id: Option<TechnicianId>,
    /// Who helps.
    pub member_ids: Vec<TechnicianId>,
    /// Choose the best technician by skill, area, availability, load and distance.
    pub auto: bool,
    /// Why, for the record.
    pub reason: Option<String>,
}

/// A technician weighed for a ticket, with the reasons.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Candidate {
    /// Who.
    pub technician_id: TechnicianId,
    /// Their name.
    pub name: String,
    /// Their sign-in name.
    pub username: String,
    /// Whether automatic assignment may choose them.
    pub eligible: bool,
    /// Higher is better.
    pub score: i64,
    /// Open tickets now.
    pub open_tickets: i64,
    /// Metres to the customer, as the crow flies.
    pub distance_m: Option<i64>,
    /// Why, in English, the weightiest first.
    pub reasons: Vec<String>,
    /// The same, for pages that tell it in the reader's language.
    #[serde(skip)]
    pub why: Vec<assign::Reason>,
}

/// What an assignment did.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Assignment {
    /// The ticket afterwards.
    pub ticket: Ticket,
    /// Why the lead was chosen.
    pub reasons: Vec<String>,
    /// The same, for pages that tell it in the reader's language.
    #[serde(skip)]
    pub why: Vec<assign::Reason>,
}

/// A change of status.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetStatus {
    /// The new status; `completed` goes through `complete`.
    pub status: TicketStatus,
    /// Why; required for `on_hold` and `cancelled`.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A change of priority.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetPriority {
    /// The new priority.
    pub priority: Priority,
    /// Why.
    #[serde(default)]
    pub reason: Option<String>,
}

/// A new comment or note.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct NewComment {
    /// The text, up to 4,000 characters.
    pub body: String,
    /// `public` goes to the customer; `internal` stays with staff. Internal when absent, for staff.
    #[serde(default)]
    pub visibility: Option<Visibility>,
}

/// What the technician measured, to complete a ticket.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct Complete {
    /// What was done, up to 4,000 characters.
    pub resolution: String,
    /// Optical power in dBm, −40 to 0; required for installation and repair.
    pub attenuation_dbm: Option<f64>,
    /// Picture of the OTDR trace.
    pub otdr_file_id: Option<FileId>,
    /// Picture of the power meter.
    pub attenuation_file_id: Option<FileId>,
    /// Modem's serial number; required for installation.
    pub modem_serial: Option<String>,
    /// Picture of the modem; required for installation.
    pub modem_file_id: Option<FileId>,
    /// ODP; required for installation.
    pub odp_id: Option<OdpId>,
    /// Port on it; required for installation.
    pub odp_port: Option<i64>,
    /// Wi-Fi name.
    pub wifi_name: Option<String>,
    /// Measured Mbps to the customer.
    pub speed_down_mbps: Option<f64>,
    /// Measured Mbps from the customer.
    pub speed_up_mbps: Option<f64>,
    /// Checklist items done, besides those ticked before.
    pub checklist: Vec<ChecklistItemId>,
}

/// A line of the checklist, ticked off or not.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Check {
    /// Whether it is done.
    pub done: bool,
}

/// Why something is done.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reason {
    /// In words.
    #[serde(default)]
    pub reason: String,
}

/// The customer's verdict.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Rate {
    /// 1 to 5 stars.
    pub rating: i64,
    /// In words, up to 1,000 characters.
    #[serde(default)]
    pub comment: Option<String>,
}

/// The ticket that goes on.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Merge {
    /// The ticket to merge into.
    pub into_id: TicketId,
}

/// A parent, or none.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetParent {
    /// The parent ticket; `null` removes the link.
    pub parent_id: Option<TicketId>,
}

/// The change to take back.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
pub struct Undo {
    /// The event to undo; the actor's own last change of this ticket when absent.
    pub event_id: Option<EventId>,
}

/// Which tickets a list shows and in which order.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct TicketFilter {
    /// Filter language, such as `prio:high sla<1h area:"Karawang Barat" tech:none`; combined with the fields below.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Only these statuses, comma separated; `active` stands for every status that is not finished.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Only these priorities, comma separated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
    /// Only this kind of work.
    #[serde(rename = "type", skip_serializing_if = "Option::is_none")]
    pub service_type: Option<ServiceType>,
    /// Only this customer's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<CustomerId>,
    /// Only this technician's (as lead or member); `0` for tickets that nobody has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub technician_id: Option<TechnicianId>,
    /// Only this area's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub area_id: Option<AreaId>,
    /// `overdue` or `at_risk`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sla: Option<String>,
    /// Only those completed within so many hours.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub completed_hours: Option<u32>,
    /// `newest` (default) or `due`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub order: Option<String>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// How many tickets stand where.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TicketStats {
    /// Tickets by status, for the open statuses.
    pub by_status: std::collections::BTreeMap<String, i64>,
    /// Open tickets by priority.
    pub by_priority: std::collections::BTreeMap<String, i64>,
    /// Open tickets past their due time.
    pub overdue: i64,
    /// Open tickets due within the next hour.
    pub due_within_hour: i64,
    /// Open tickets that nobody has.
    pub unassigned: i64,
    /// Reported in the last 24 hours, by hour, the oldest first.
    pub created_by_hour: Vec<i64>,
    /// Completed in the last 24 hours.
    pub completed_24h: i64,
    /// Percent of the tickets completed in the last 30 days that were in time.
    pub on_time_percent_30d: Option<i64>,
    /// Mean rating of the last 30 days, in hundredths of a star.
    pub rating_30d_hundredths: Option<i64>,
}
