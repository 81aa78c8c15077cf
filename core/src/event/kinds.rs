use crate::{
    permission::{Permission, Role},
    tickets::{Channel, Priority, ServiceType, TicketStatus, Visibility},
    types::*,
};
use serde::{Deserialize, Serialize};

/// One field that was changed. Values that are personal data are left out: the names of the fields are enough to tell.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Change {
    /// The field.
    pub field: String,
    /// Its value before, where it may be kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub from: Option<String>,
    /// Its value after, where it may be kept.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub to: Option<String>,
}

macro_rules! events {
    ($($(#[$meta:meta])* $name:ident = $word:literal { $($field:ident : $ty:ty),* $(,)? })+) => {
        /// Everything that can happen.
        #[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
        #[serde(tag = "kind", content = "data")]
        pub enum Event {
            $($(#[$meta])* #[serde(rename = $word)] #[allow(missing_docs)] $name { $(#[serde(default)] $field: $ty),* }),+
        }

        impl Event {
            /// Every kind there is.
            pub const KINDS: &'static [&'static str] = &[$($word),+];

            /// The stable word of this event's kind.
            pub const fn kind(&self) -> &'static str {
                match self { $(Event::$name { .. } => $word),+ }
            }
        }
    };
}

events! {
    /// A staff member signed in.
    UserSignedIn = "user.signed_in" { second_factor: bool }
    /// Somebody failed to sign in; the login is the one typed, when such an account exists, and empty otherwise.
    UserSignInFailed = "user.sign_in_failed" { reason: String }
    /// A staff member signed out.
    UserSignedOut = "user.signed_out" {}
    /// An account was locked after too many wrong passwords.
    UserLocked = "user.locked" { failures: i64 }
    /// An administrator unlocked an account.
    UserUnlocked = "user.unlocked" {}
    /// A staff account was made.
    UserCreated = "user.created" { role: Option<Role> }
    /// A staff account was changed.
    UserUpdated = "user.updated" { changes: Vec<Change> }
    /// A password was changed by its owner.
    UserPasswordChanged = "user.password_changed" { by_reset: bool }
    /// A password reset was asked for.
    UserPasswordResetRequested = "user.password_reset_requested" {}
    /// A second factor was set up.
    UserTotpEnabled = "user.totp_enabled" {}
    /// A second factor was removed.
    UserTotpDisabled = "user.totp_disabled" {}
    /// A recovery code was used up.
    UserRecoveryCodeUsed = "user.recovery_code_used" { left: i64 }
    /// A session was ended from the list of sessions.
    SessionRevoked = "session.revoked" { session_id: i64 }
    /// An API token was made.
    TokenCreated = "token.created" { name: String, scopes: Vec<Permission> }
    /// An API token was revoked.
    TokenRevoked = "token.revoked" { name: String }
    /// An API token was used for the first time in an hour.
    TokenUsed = "token.used" { name: String }
    /// What a role may do was changed.
    RolePermissionChanged = "role.permission_changed" { permission: String, granted: bool }
    /// Somebody tried what they may not do.
    AccessDenied = "access.denied" { operation: String }
    /// Personal data was shown unmasked.
    PersonalDataRevealed = "customer.revealed" { fields: Vec<String> }
    /// Rows were taken out as a file.
    DataExported = "data.exported" { what: String, rows: i64 }
    /// A setting was changed.
    SettingChanged = "setting.changed" { key: String }

    /// A sign-in code was asked for on the portal.
    CustomerCodeRequested = "customer.code_requested" {}
    /// A customer signed in to the portal.
    CustomerSignedIn = "customer.signed_in" {}
    /// A customer failed to sign in to the portal.
    CustomerSignInFailed = "customer.sign_in_failed" { reason: String }
    /// A customer signed out of the portal.
    CustomerSignedOut = "customer.signed_out" {}

    /// A customer asked to change their own number.
    CustomerPhoneChangeRequested = "customer.phone_change_requested" {}
    /// A customer failed to change their own number.
    CustomerPhoneChangeFailed = "customer.phone_change_failed" { reason: String }
    /// A customer changed their own number, with a code on the old and one on the new.
    CustomerPhoneChanged = "customer.phone_changed" {}

    /// A customer was made.
    CustomerCreated = "customer.created" { number: String }
    /// A customer was changed.
    CustomerUpdated = "customer.updated" { changes: Vec<Change> }
    /// An account changed its status.
    CustomerStatusChanged = "customer.status_changed" { from: String, to: String, reason: Option<String> }
    /// A tag was put on.
    CustomerTagged = "customer.tagged" { tag: String }
    /// A tag was taken off.
    CustomerUntagged = "customer.untagged" { tag: String }

    /// A package was made.
    PackageCreated = "package.created" {}
    /// A package was changed.
    PackageUpdated = "package.updated" { changes: Vec<Change> }
    /// An ODP was made.
    OdpCreated = "odp.created" {}
    /// An ODP was changed.
    OdpUpdated = "odp.updated" { changes: Vec<Change> }
    /// An area was made.
    AreaCreated = "area.created" {}
    /// An area was changed.
    AreaUpdated = "area.updated" { changes: Vec<Change> }
    /// A holiday was set.
    HolidaySet = "holiday.set" { day: String, name: String }
    /// A holiday was removed.
    HolidayRemoved = "holiday.removed" { day: String }
    /// A staff account became a technician.
    TechnicianCreated = "technician.created" {}
    /// A technician was changed.
    TechnicianUpdated = "technician.updated" { changes: Vec<Change> }
    /// A technician's availability changed.
    TechnicianAvailabilityChanged = "technician.availability_changed" { from: String, to: String }

    /// A ticket was reported.
    TicketCreated = "ticket.created" { title: String, service_type: Option<ServiceType>, priority: Option<Priority>, channel: Option<Channel> }
    /// A ticket's fields were changed.
    TicketUpdated = "ticket.updated" { changes: Vec<Change> }
    /// A ticket was given to a team; `previous_lead_id` and `previous_member_ids` are who had it before.
    TicketAssigned = "ticket.assigned" { lead_id: Option<TechnicianId>, lead_name: String, member_ids: Vec<TechnicianId>, member_names: Vec<String>, automatic: bool, reasons: Vec<String>, previous_lead_id: Option<TechnicianId>, previous_member_ids: Vec<TechnicianId>, previous_status: Option<TicketStatus>, undo_of: Option<EventId> }
    /// A ticket was taken from its team.
    TicketUnassigned = "ticket.unassigned" { previous_lead_id: Option<TechnicianId>, previous_member_ids: Vec<TechnicianId>, undo_of: Option<EventId> }
    /// A ticket changed its status.
    TicketStatusChanged = "ticket.status_changed" { from: Option<TicketStatus>, to: Option<TicketStatus>, reason: Option<String>, undo_of: Option<EventId> }
    /// A ticket changed its priority.
    TicketPriorityChanged = "ticket.priority_changed" { from: Option<Priority>, to: Option<Priority>, reason: Option<String>, undo_of: Option<EventId> }
    /// The technician said when they expect to be there.
    TicketEtaSet = "ticket.eta_set" { eta_at: Option<Time> }
    /// A comment or note was written.
    TicketCommented = "ticket.commented" { comment_id: Option<CommentId>, visibility: Option<Visibility>, by_customer: bool }
    /// A file was attached.
    TicketFileAttached = "ticket.file_attached" { file_id: Option<FileId>, name: String, purpose: String, customer_visible: bool }
    /// A line of the checklist was ticked off or opened again.
    TicketChecklistChanged = "ticket.checklist_changed" { code: String, done: bool }
    /// A ticket was completed.
    TicketCompleted = "ticket.completed" { from: Option<TicketStatus>, attenuation_dbm: Option<f64>, in_time: bool }
    /// A ticket was cancelled.
    TicketCancelled = "ticket.cancelled" { from: Option<TicketStatus>, reason: String }
    /// A completed ticket was opened again.
    TicketReopened = "ticket.reopened" { reason: String }
    /// The customer rated the work.
    TicketRated = "ticket.rated" { rating: i64, comment: Option<String> }
    /// A ticket was merged into another one.
    TicketMerged = "ticket.merged" { into_id: Option<TicketId>, into_number: String }
    /// A ticket was put under a parent, or taken out.
    TicketParentSet = "ticket.parent_set" { parent_id: Option<TicketId> }

    /// A message went its way: sent, delivered, read, failed, expired.
    MessageStatusChanged = "message.status_changed" { message_id: Option<MessageId>, ticket_id: Option<TicketId>, template: String, channel: String, status: String }
    /// A message could not be made, and none was queued: which template, and the fields that were refused.
    MessageRefused = "message.refused" { ticket_id: Option<TicketId>, template: String, channel: String, fields: Vec<String>, error: String }
    /// The text of a message template was changed; `to_version` is the one gone back to, `built_in` tells that the
    /// built-in text is in force again.
    TemplateChanged = "template.changed" { locale: String, version: i64, to_version: Option<i64>, built_in: bool, note: String }
    /// A message template was sent as a test.
    TemplateTested = "template.tested" { locale: String, channel: String, message_id: Option<MessageId> }
    /// A message came in; `answered` tells that it was a keyword, to which the program answered.
    MessageReceived = "message.received" { message_id: Option<MessageId>, channel: String, answered: bool }
    /// A job was given up after its last try.
    JobDied = "job.died" { job_kind: String, error: String }
    /// A job that had ended was put back.
    JobRetried = "job.retried" { job_kind: String }
    /// A job was cancelled.
    JobCancelled = "job.cancelled" { job_kind: String }
    /// A job was taken off the dead letters.
    JobDiscarded = "job.discarded" { job_kind: String }
    /// A job was let wait until a time.
    JobSnoozed = "job.snoozed" { job_kind: String, until: Option<Time> }
    /// A job was done before its time.
    JobRunNow = "job.run_now" { job_kind: String }
    /// The same was done with many jobs.
    JobsBulk = "job.bulk" { action: String, total: i64, succeeded: i64, failed: i64 }
    /// A queue was paused.
    QueuePaused = "queue.paused" { queue: String, reason: Option<String> }
    /// A paused queue went on.
    QueueResumed = "queue.resumed" { queue: String }
    /// Jobs that had ended were forgotten because staff said so.
    QueueCleaned = "queue.cleaned" { removed: i64, older_than_days: i64, dead: bool }
    /// A batch of jobs was made.
    BatchCreated = "batch.created" { total: i64 }
    /// A batch of jobs was called off.
    BatchCancelled = "batch.cancelled" { left: i64 }
    /// A message was written to somebody by staff.
    MessageWritten = "message.written" { message_id: Option<MessageId>, template: String, channel: String }
    /// A conversation was taken, given to somebody, or let go.
    ConversationAssigned = "conversation.assigned" { user_id: Option<UserId>, name: String, previous_id: Option<UserId> }
    /// Staff said that nothing is left to answer.
    ConversationHandled = "conversation.handled" { unanswered: i64 }
    /// A conversation was closed.
    ConversationClosed = "conversation.closed" { unanswered: i64 }
    /// What is set for a provider was changed.
    ProviderChanged = "provider.changed" { changes: Vec<Change> }
    /// A provider's device went off line: it sends nothing until somebody connects it again.
    ProviderDisconnected = "provider.disconnected" { reason: String }
    /// A provider's device is on line again.
    ProviderConnected = "provider.connected" {}
    /// A colleague sent a notification.
    NotificationSent = "notification.sent" { recipients: i64 }
    /// The audit trail was cut by retention.
    AuditTrimmed = "audit.trimmed" { up_to_seq: i64, entries: i64 }
}
