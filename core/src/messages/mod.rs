//! Messages to and from people: WhatsApp first, mail beside it.
//!
//! A message that was accepted is never lost and never sent twice knowingly. Its row and its job are written in the
//! transaction that causes it; every try is written down as `sending` before the provider is called. What a crash or a
//! broken connection leaves behind is `unknown`, and [`next_step`] says what may follow.

pub mod interactive;
#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
mod store;
#[cfg(feature = "server")]
pub mod template;

pub use interactive::{ApprovedTemplate, Button};

use crate::types::*;
use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// To or from us.
    pub enum Direction, "direction" {
        /// From us.
        Out = "out",
        /// To us.
        In = "in",
    }
}

crate::text_enum! {
    /// By which way.
    pub enum MessageChannel, "message channel" {
        /// WhatsApp.
        Whatsapp = "whatsapp",
        /// Mail.
        Email = "email",
    }
}

crate::text_enum! {
    /// What a message is for; decides how urgent it is and how it may be repeated.
    pub enum MessageKind, "message kind" {
        /// A one-time code.
        Otp = "otp",
        /// Something the recipient waits for or should know.
        Notification = "notification",
        /// To a group.
        Group = "group",
        /// To many.
        Bulk = "bulk",
        /// Written to us.
        Inbound = "inbound",
    }
}

crate::text_enum! {
    /// How far a message got.
    pub enum MessageStatus, "message status" {
        /// Waits to be sent.
        Queued = "queued",
        /// Being handed to the provider, or waiting for the next try.
        Sending = "sending",
        /// Handed over perhaps: the answer was lost. A delivery report will tell.
        Unknown = "unknown",
        /// The provider has it.
        Sent = "sent",
        /// Was not sent in time and will not be.
        Expired = "expired",
        /// Could not be sent or delivered.
        Failed = "failed",
        /// Reached the device.
        Delivered = "delivered",
        /// Was opened.
        Read = "read",
        /// Came from outside.
        Received = "received",
    }
}

impl MessageStatus {
    /// Whether a message may go from this status to another one: never back, and a failure neither replaces another
    /// failure nor undoes a delivery.
    pub fn may_become(self, next: MessageStatus) -> bool {
        self != MessageStatus::Received && next != MessageStatus::Received && next.rank() > self.rank()
    }

    const fn rank(self) -> u8 {
        match self {
            MessageStatus::Queued => 0,
            MessageStatus::Sending => 1,
            MessageStatus::Unknown => 2,
            MessageStatus::Sent => 3,
            MessageStatus::Expired | MessageStatus::Failed => 4,
            MessageStatus::Delivered => 5,
            MessageStatus::Read => 6,
            MessageStatus::Received => 7,
        }
    }

    /// Whether we have nothing more to do to send it.
    pub const fn is_settled(self) -> bool {
        !matches!(self, MessageStatus::Queued | MessageStatus::Sending | MessageStatus::Unknown)
    }
}

crate::text_enum! {
    /// What became of one try.
    pub enum AttemptOutcome, "attempt outcome" {
        /// Under way, or cut off by a crash.
        Sending = "sending",
        /// The provider took it.
        Accepted = "accepted",
        /// The provider refused it for good.
        Refused = "refused",
        /// Not sent; may work later.
        Failed = "failed",
        /// Sent perhaps.
        Unknown = "unknown",
        /// Cut off by a crash, and the provider says that it never came.
        Absent = "absent",
    }
}

/// What stands in the place of a text that lets its reader in.
pub const HIDDEN: &str = "••••••";

/// One message, as staff see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Message {
    /// Identifier.
    pub id: MessageId,
    /// To or from us.
    pub direction: Direction,
    /// By which way.
    pub channel: MessageChannel,
    /// What for.
    pub kind: MessageKind,
    /// Phone in E.164, group id or mail address; masked for who may not see personal data.
    pub address: String,
    /// The customer it concerns.
    pub customer_id: Option<CustomerId>,
    /// The ticket it is about.
    pub ticket_id: Option<TicketId>,
    /// The template it was made from.
    pub template: String,
    /// Subject of a mail.
    pub subject: Option<String>,
    /// The text; dots in the place of one that holds a sign-in code or a link for a new password. Phone numbers in it
    /// are masked for who may not see personal data.
    pub body: String,
    /// How far it got.
    pub status: MessageStatus,
    /// Through which provider.
    pub provider: Option<String>,
    /// Short stable word for what went wrong.
    pub error_code: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// When it was written.
    pub created_at: Time,
    /// When the provider took it.
    pub sent_at: Option<Time>,
    /// When it reached the device.
    pub delivered_at: Option<Time>,
    /// When it was opened.
    pub read_at: Option<Time>,
}

/// Which messages a list shows, the newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct MessageFilter {
    /// Only about this customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<CustomerId>,
    /// Only about this ticket.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket_id: Option<TicketId>,
    /// Only with this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<MessageStatus>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// One try to send a message, and what the provider answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct MessageAttempt {
    /// Which try, from 1.
    pub number: i64,
    /// Through which provider.
    pub provider: String,
    /// What became of it.
    pub outcome: AttemptOutcome,
    /// Short stable word for what went wrong.
    pub code: Option<String>,
    /// What went wrong, in the provider's words.
    pub error: Option<String>,
    /// The provider's identifier of the message.
    pub provider_id: Option<String>,
    /// Price in rupiah, where the provider tells it.
    pub cost: Option<i64>,
    /// When it began.
    pub started_at: Time,
    /// When the answer came.
    pub finished_at: Option<Time>,
}

/// A message that staff send: to a phone or to a customer, a text of their own or a template.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct SendMessage {
    /// The phone in any spelling; absent when `customer` says to whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
    /// The customer by id or number; absent when `phone` says to whom.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer: Option<String>,
    /// The text, up to 4,096 characters; absent when `template` says what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// The template's name; absent when `text` says what.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub template: Option<String>,
    /// Values of the template's variables. `name` and `business` are put in where they are not given.
    pub variables: std::collections::BTreeMap<String, String>,
    /// Language of the template, `id` or `en`; the customer's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Not before; now when absent, at most a year ahead.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub send_at: Option<Time>,
    /// Only check, send nothing; the answer shows the message as it would be, with the identifier 0.
    pub dry_run: bool,
}

/// A message as it lies on the sandbox's phone or in its mailbox.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct SandboxMessage {
    /// Identifier.
    pub id: i64,
    /// `out` is what we sent, `in` what the phone answered.
    pub direction: Direction,
    /// By which way.
    pub channel: MessageChannel,
    /// Phone digits without plus, group id or mail address.
    pub address: String,
    /// Subject of a mail.
    pub subject: Option<String>,
    /// The text, as the recipient reads it.
    pub body: String,
    /// The id that delivery reports use.
    pub provider_id: String,
    /// What the phone said last: `sent`, `delivered`, `read` or `failed`.
    pub state: String,
    /// When it arrived.
    pub created_at: Time,
}

/// Which messages of the sandbox to show, the newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct SandboxFilter {
    /// Only of this phone (any spelling), group or mailbox.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// What a phone of the sandbox writes to us.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SandboxReply {
    /// The phone that writes.
    pub from: String,
    /// The text, up to 4,096 characters.
    pub text: String,
}

/// A message for the sandbox's inbox.
#[derive(Debug, Clone)]
pub struct SandboxNew {
    /// From us, or from the phone.
    pub direction: Direction,
    /// By which way.
    pub channel: MessageChannel,
    /// Phone digits without plus, group id or mail address.
    pub address: String,
    /// Subject of a mail.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// The id that delivery reports use.
    pub provider_id: String,
}

/// A delivery report, whoever the provider is.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeliveryReport {
    /// The id the provider gave when it took the message.
    #[serde(default)]
    pub provider_id: Option<String>,
    /// The second id, of providers that have one.
    #[serde(default)]
    pub state_id: Option<String>,
    /// How far the message got: `sending`, `sent`, `delivered`, `read`, `failed` or `expired`.
    #[serde(default)]
    pub status: Option<MessageStatus>,
}

/// A delivery report of any gateway.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct DeliveryWebhook {
    /// The gateway, as attempts name it: `fonnte`.
    pub provider: String,
    /// The id the gateway gave when it took the message.
    #[serde(default)]
    pub provider_id: Option<String>,
    /// The second id, of gateways that have one.
    #[serde(default)]
    pub state_id: Option<String>,
    /// How far the message got: `sending`, `sent`, `delivered`, `read`, `failed` or `expired`.
    #[serde(default)]
    pub status: Option<MessageStatus>,
}

/// That a webhook was taken.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct WebhookTaken {
    /// How many reports and messages it held.
    pub taken: usize,
}

/// What a report led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(rename_all = "snake_case")]
pub enum Reported {
    /// The message moved on.
    Applied,
    /// The message is known, and this is no news.
    NoChange,
    /// Kept until the message is known.
    Unmatched,
    /// Came before.
    Repeated,
}

/// A message written to us, whoever the provider is.
#[derive(Debug, Clone)]
pub struct InboundMessage {
    /// The provider's id of it, to drop repeats.
    pub provider_id: Option<String>,
    /// Digits of the sender's number.
    pub from: String,
    /// The group it was written in.
    pub group: Option<String>,
    /// The text.
    pub text: String,
    /// Seconds since 1970 when it was written.
    pub sent_at: Option<i64>,
}

/// A report that speaks of no message we know.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Callback {
    /// Identifier.
    pub id: i64,
    /// The gateway that told it.
    pub provider: String,
    /// The gateway's id of the message.
    pub provider_id: Option<String>,
    /// The gateway's second id of it.
    pub state_id: Option<String>,
    /// How far the message got, empty where the report only ties two ids together.
    pub status: String,
    /// Short stable word for what went wrong.
    pub code: Option<String>,
    /// What went wrong.
    pub error: Option<String>,
    /// When it came.
    pub received_at: Time,
}

/// Which unmatched reports a list shows, the newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct CallbackFilter {
    /// Only from this gateway.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub provider: Option<String>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Why a gateway could not deliver a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// Short stable word.
    pub code: String,
    /// What staff read; no personal data.
    pub reason: String,
}

/// What the tries through a provider since some time came to.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Tally {
    /// Tries that ended.
    pub tries: i64,
    /// Tries that the provider took.
    pub accepted: i64,
    /// What these cost, in rupiah.
    pub cost: i64,
}

/// A message handed to the worker to be sent.
#[derive(Clone)]
pub struct Letter {
    /// The message.
    pub id: MessageId,
    /// Which try this is.
    pub attempt: i64,
    /// Through which provider this try goes, or went when it was cut off.
    pub provider: String,
    /// By which way.
    pub channel: MessageChannel,
    /// What for.
    pub kind: MessageKind,
    /// Phone in E.164, group id or mail address.
    pub address: String,
    /// Subject of a mail.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// The buttons under it.
    pub buttons: Vec<Button>,
    /// Its approved form, where one is configured.
    pub approved: Option<ApprovedTemplate>,
    /// Whether the recipient has written to us within a day.
    pub in_window: bool,
    /// After this it is of no use.
    pub expires_at: Option<Time>,
}

/// How many tries a provider's account allows, counted over everything that was ever sent through it, by whichever
/// process.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Budget {
    /// What may begin within the window, and at once; `None` where that is kept elsewhere.
    pub rate: Option<Rate>,
    /// What may be sent within a day.
    pub daily: Option<DailyCap>,
}

/// How many tries may begin within a window, and how many be under way at once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// Tries that may begin within the window.
    pub limit: i64,
    /// How many of these only one-time codes may use.
    pub reserved: i64,
    /// The window in milliseconds.
    pub window_ms: i64,
    /// Tries that may be under way at once; one of them only for one-time codes.
    pub concurrency: i64,
    /// A try that began longer ago than this many milliseconds is not under way any more.
    pub longest_ms: i64,
}

impl Rate {
    /// Tries of a kind that may begin within the window.
    pub fn within_window(&self, kind: MessageKind) -> i64 {
        (self.limit - if kind == MessageKind::Otp { 0 } else { self.reserved }).max(1)
    }

    /// Tries of a kind that may be under way at once.
    pub fn at_once(&self, kind: MessageKind) -> i64 {
        (self.concurrency - i64::from(kind != MessageKind::Otp)).max(1)
    }
}

/// What may be sent through an account within a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct DailyCap {
    /// Tries that may begin.
    pub tries: i64,
    /// When the day began.
    pub since: Time,
}

/// What the worker is told to do with a message.
pub enum Begin {
    /// Nothing more.
    Nothing,
    /// Look again after so many milliseconds.
    Wait(i64),
    /// The account's budget is used up for so many milliseconds.
    Limited(i64),
    /// As many are under way through the account as may be; look again after so many milliseconds.
    Busy(i64),
    /// The account's daily cap is reached.
    Capped,
    /// Send it; the try is written down.
    Send(Letter),
    /// A try was cut off: ask the provider what became of it.
    Resolve(Letter),
}

/// How a try ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum End {
    /// The provider took it.
    Accepted {
        /// Its id of the message.
        provider_id: Option<String>,
        /// Price in rupiah.
        cost: Option<i64>,
    },
    /// Refused for good.
    Refused {
        /// Short stable word.
        code: String,
        /// What staff read.
        error: String,
    },
    /// Not sent; may work later.
    Failed {
        /// Short stable word.
        code: String,
        /// What staff read.
        error: String,
    },
    /// Sent perhaps.
    Unknown {
        /// What staff read.
        error: String,
    },
    /// It never came to the provider.
    Absent,
    /// It never left this process.
    NotTried,
}

/// What is known when a message's job runs.
#[derive(Debug, Clone, Copy)]
pub struct Progress {
    /// What the message is for.
    pub kind: MessageKind,
    /// How far it got.
    pub status: MessageStatus,
    /// After this it is of no use.
    pub expires_at: Option<Time>,
    /// The last try's outcome, and when it ended or, while it is under way, began.
    pub last: Option<(AttemptOutcome, Time)>,
    /// How many tries ended as unknown.
    pub unknown: i64,
}

/// What may be done with a message now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Step {
    /// Nothing: it is on its way, or it must not be sent again.
    Nothing,
    /// It is too old to be sent.
    Expire,
    /// Send it.
    Send,
    /// A try was cut off: find out first.
    Resolve,
    /// Wait for a delivery report so many milliseconds longer.
    Wait(i64),
}

/// How long a report may take to tell what became of a try whose answer was lost, in milliseconds.
pub const RECONCILE_MS: i64 = 60_000;

/// Decides what may be done with a message. A one-time code whose fate is unknown is never sent again by itself;
/// anything else once more, after there was time for a report.
pub fn next_step(message: &Progress, now: Time) -> Step {
    if message.status.is_settled() {
        return Step::Nothing;
    }
    if matches!(message.last, Some((AttemptOutcome::Sending, _))) {
        return Step::Resolve;
    }
    let maybe_sent = message.unknown > 0;
    if maybe_sent && (message.kind == MessageKind::Otp || message.unknown > 1) {
        return Step::Nothing;
    }
    if message.expires_at.is_some_and(|at| at <= now) {
        return if maybe_sent { Step::Nothing } else { Step::Expire };
    }
    if let (true, Some((AttemptOutcome::Unknown, at))) = (maybe_sent, message.last) {
        let left = RECONCILE_MS - now.since_ms(at);
        if left > 0 {
            return Step::Wait(left.min(RECONCILE_MS));
        }
    }
    Step::Send
}

#[cfg(test)]
mod tests {
    use super::*;
    use AttemptOutcome as A;
    use MessageStatus as S;

    const NOW: i64 = 1_800_000_000_000;

    fn message(kind: MessageKind) -> Progress {
        Progress { kind, status: S::Queued, expires_at: None, last: None, unknown: 0 }
    }

    fn step(message: Progress) -> Step {
        next_step(&message, Time::from_ms(NOW))
    }

    fn ago(ms: i64) -> Time {
        Time::from_ms(NOW - ms)
    }

    #[test]
    fn statuses_never_go_back() {
        let order = [S::Queued, S::Sending, S::Unknown, S::Sent, S::Delivered, S::Read];
        for (i, from) in order.iter().enumerate() {
            for (j, to) in order.iter().enumerate() {
                assert_eq!(from.may_become(*to), j > i, "{from} to {to}");
            }
        }
        assert!(S::Sent.may_become(S::Failed) && S::Failed.may_become(S::Delivered));
        assert!(!S::Delivered.may_become(S::Failed) && !S::Failed.may_become(S::Expired));
        assert!(!S::Failed.may_become(S::Sent));
        assert!(!S::Received.may_become(S::Read) && !S::Queued.may_become(S::Received));
    }

    #[test]
    fn a_fresh_message_is_sent_and_a_settled_one_left_alone() {
        assert_eq!(step(message(MessageKind::Otp)), Step::Send);
        for status in [S::Sent, S::Delivered, S::Read, S::Failed, S::Expired, S::Received] {
            assert_eq!(step(Progress { status, ..message(MessageKind::Bulk) }), Step::Nothing);
        }
        let failed =
            Progress { status: S::Sending, last: Some((A::Failed, ago(1))), ..message(MessageKind::Otp) };
        assert_eq!(step(failed), Step::Send);
    }

    #[test]
    fn an_expired_code_is_not_sent() {
        let old = Progress { expires_at: Some(ago(0)), ..message(MessageKind::Otp) };
        assert_eq!(step(old), Step::Expire);
        let young = Progress { expires_at: Some(ago(-1)), ..message(MessageKind::Otp) };
        assert_eq!(step(young), Step::Send);
    }

    #[test]
    fn a_try_cut_off_is_looked_into_before_anything_else() {
        for kind in [MessageKind::Otp, MessageKind::Notification] {
            let cut = Progress {
                status: S::Sending,
                last: Some((A::Sending, ago(5))),
                expires_at: Some(ago(1)),
                ..message(kind)
            };
            assert_eq!(step(cut), Step::Resolve);
        }
        let absent =
            Progress { status: S::Sending, last: Some((A::Absent, ago(5))), ..message(MessageKind::Otp) };
        assert_eq!(step(absent), Step::Send);
    }

    #[test]
    fn what_was_perhaps_sent_is_repeated_at_most_once_and_a_code_never() {
        let unknown = |kind, age, unknown| Progress {
            status: S::Unknown,
            last: Some((A::Unknown, ago(age))),
            unknown,
            ..message(kind)
        };
        assert_eq!(step(unknown(MessageKind::Otp, 3_600_000, 1)), Step::Nothing);
        assert_eq!(step(unknown(MessageKind::Notification, 10_000, 1)), Step::Wait(50_000));
        assert_eq!(step(unknown(MessageKind::Notification, 60_000, 1)), Step::Send);
        assert_eq!(step(unknown(MessageKind::Notification, 3_600_000, 2)), Step::Nothing);
        let failed_since =
            Progress { last: Some((A::Failed, ago(10))), ..unknown(MessageKind::Notification, 0, 1) };
        assert_eq!(step(failed_since), Step::Send);
        // A clock set back does not make it wait for ever.
        assert_eq!(step(unknown(MessageKind::Notification, -3_600_000, 1)), Step::Wait(RECONCILE_MS));
    }
}
