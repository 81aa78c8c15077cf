//! WhatsApp: the message as every gateway gets it, and what gateways report back.

use serde_json::Value;
use std::fmt;
use tokio::time::Instant;

use super::{Media, Outgoing, SendError, Urgency};
use crate::messages::{ApprovedTemplate, Button, Failure, MessageStatus, interactive};

pub mod fonnte;
pub mod fonnte_webhook;
pub mod http_gateway;
pub mod meta;
pub mod meta_webhook;

/// One WhatsApp message to one recipient.
#[derive(Clone)]
pub struct OutboundMessage {
    /// Our id of the message; the idempotency key where a provider takes one.
    pub message_id: i64,
    /// E.164 digits without the plus, or a group id that ends in `@g.us`.
    pub to: String,
    /// The text.
    pub body: String,
    /// A file that goes with it; the text is then its caption.
    pub media: Option<Media>,
    /// Buttons under it; a numbered list where the gateway has none.
    pub buttons: Vec<Button>,
    /// The form in which it may be sent outside the window.
    pub approved: Option<ApprovedTemplate>,
    /// Whether the recipient has written to us within a day, so that a free text may be sent.
    pub in_window: bool,
    /// Who goes first where a limit makes messages wait.
    pub urgency: Urgency,
    /// After this it is of no use.
    pub not_after: Option<Instant>,
}

impl Outgoing for OutboundMessage {
    fn urgency(&self) -> Urgency {
        self.urgency
    }

    fn not_after(&self) -> Option<Instant> {
        self.not_after
    }
}

impl fmt::Debug for OutboundMessage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundMessage")
            .field("message_id", &self.message_id)
            .field("urgency", &self.urgency)
            .finish_non_exhaustive()
    }
}

impl OutboundMessage {
    /// A plain text to somebody who has written to us.
    pub fn text(message_id: i64, to: impl Into<String>, body: impl Into<String>) -> Self {
        Self {
            message_id,
            to: to.into(),
            body: body.into(),
            media: None,
            buttons: Vec::new(),
            approved: None,
            in_window: true,
            urgency: Urgency::Normal,
            not_after: None,
        }
    }

    /// Whether this goes to a group.
    pub fn is_group(&self) -> bool {
        self.to.ends_with("@g.us")
    }

    /// The text for gateways without buttons: these stand under it as a numbered list.
    pub fn plain_text(&self) -> String {
        interactive::as_list(&self.body, &self.buttons)
    }

    /// Refuses what no gateway may get: a recipient that is not exactly one number or group, an
    /// empty message.
    ///
    /// # Errors
    /// [`SendError::Permanent`] with code `invalid_target` or `empty`.
    pub fn check(&self) -> Result<(), SendError> {
        let local = self.to.strip_suffix("@g.us");
        let good = match local {
            Some(group) => !group.is_empty() && group.bytes().all(|b| b.is_ascii_digit() || b == b'-'),
            None => (8..=15).contains(&self.to.len()) && self.to.bytes().all(|b| b.is_ascii_digit()),
        };
        if !good {
            return Err(SendError::permanent(
                "invalid_target",
                "the recipient is not a phone number in international form or a group id",
            ));
        }
        if self.body.trim().is_empty() && self.media.is_none() {
            return Err(SendError::permanent("empty", "the message has no text"));
        }
        Ok(())
    }
}

/// How far a message got, as a gateway reports it.
///
/// The order of the variants is the rank: a report never takes a message back to a lower one, and
/// the two failures only end what was not delivered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Progress {
    /// The gateway has it and waits (device busy, schedule, its own queue).
    Sending,
    /// It left the gateway.
    Sent,
    /// It could not be sent in time and will not be.
    Expired,
    /// It could not be sent at all.
    Failed,
    /// It reached the phone.
    Delivered,
    /// The recipient opened it.
    Read,
}

impl From<Progress> for MessageStatus {
    fn from(progress: Progress) -> Self {
        match progress {
            Progress::Sending => MessageStatus::Sending,
            Progress::Sent => MessageStatus::Sent,
            Progress::Expired => MessageStatus::Expired,
            Progress::Failed => MessageStatus::Failed,
            Progress::Delivered => MessageStatus::Delivered,
            Progress::Read => MessageStatus::Read,
        }
    }
}

/// A delivery report.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// The id the gateway gave when it accepted the message.
    pub provider_id: Option<String>,
    /// The second id of gateways that report what happens on the phone under another one. It arrives
    /// once together with `provider_id` and later alone, so it has to be kept.
    pub state_id: Option<String>,
    /// How far the message got. `None` when the report only ties the two ids together.
    pub progress: Option<Progress>,
    /// The gateway's word for it, for the attempt record.
    pub word: String,
    /// Why it failed, where the gateway says so.
    pub failure: Option<Failure>,
}

/// A message that somebody wrote to us.
#[derive(Clone, PartialEq, Eq)]
pub struct Inbound {
    /// The gateway's id of the message, to drop repeats.
    pub provider_id: Option<String>,
    /// Which of our devices got it.
    pub device: String,
    /// Who wrote: digits without plus.
    pub from: String,
    /// The group it was written in (`…@g.us`).
    pub group: Option<String>,
    /// The name the sender shows.
    pub name: String,
    /// The text; for a poll the chosen answers.
    pub text: String,
    /// Position as the gateway gives it (`latitude,longitude`).
    pub location: Option<String>,
    /// Name of the poll that is answered.
    pub poll: Option<String>,
    /// Address, name and extension of an attached file.
    pub file: Option<InboundFile>,
    /// Seconds since 1970 when it was sent, where the gateway says so.
    pub sent_at: Option<i64>,
}

impl fmt::Debug for Inbound {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Inbound")
            .field("provider_id", &self.provider_id)
            .field("characters", &self.text.chars().count())
            .finish_non_exhaustive()
    }
}

/// A file that came with an inbound message, still at the gateway.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InboundFile {
    /// Where the gateway keeps it.
    pub url: String,
    /// The name the sender gave.
    pub name: Option<String>,
    /// Extension without dot.
    pub extension: Option<String>,
}

/// The gateway's device went on or off line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeviceStatus {
    /// Which device.
    pub device: String,
    /// Whether it can send.
    pub connected: bool,
    /// Why, when the gateway says so.
    pub reason: Option<String>,
}

/// Anything a gateway calls us with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebhookEvent {
    /// A delivery report.
    Report(Report),
    /// A message written to us.
    Inbound(Inbound),
    /// The device went on or off line.
    Device(DeviceStatus),
}

/// A scalar as text; ids come as strings or numbers.
fn scalar(value: &Value) -> Option<String> {
    let text = match value {
        Value::String(text) => text.trim().to_owned(),
        Value::Number(number) => number.to_string(),
        Value::Bool(flag) => flag.to_string(),
        _ => return None,
    };
    (!text.is_empty()).then_some(text)
}

/// A reason fit to be shown: one line, short, and without anything that could be a phone number.
fn masked(reason: &str) -> String {
    let mut out = String::new();
    let mut digits = 0;
    for c in reason.chars().take(200) {
        digits = if c.is_ascii_digit() { digits + 1 } else { 0 };
        out.push(match c {
            c if c.is_control() => ' ',
            _ if digits > 4 => '*',
            c => c,
        });
    }
    out.trim().to_owned()
}

/// The digits of a number as gateways write it (`+62…`, `62…@s.whatsapp.net`).
fn digits(number: &str) -> String {
    number.split('@').next().unwrap_or_default().chars().filter(char::is_ascii_digit).take(15).collect()
}

fn clipped(text: &str, characters: usize) -> String {
    text.chars().take(characters).collect()
}

/// Longest text of an inbound message that is read, in characters.
const TEXT_CHARACTERS: usize = 60_000;
/// Longest word or name that is read, in characters.
const WORD_CHARACTERS: usize = 200;

/// Why a webhook body is refused. Nothing of the body is repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum WebhookError {
    /// Neither JSON nor a form.
    #[error("the body is neither JSON nor a form")]
    Unreadable,
    /// Readable, and none of the known shapes.
    #[error("the body is no delivery report, inbound message or device status")]
    UnknownShape,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(to: &str, body: &str) -> OutboundMessage {
        OutboundMessage::text(1, to, body)
    }

    #[test]
    fn exactly_one_recipient_is_taken() {
        for bad in
            ["", "+628123456789", "0812", "628123456789,628123456780", "@g.us", "62 812 345", "628a23456789"]
        {
            assert_eq!(message(bad, "halo").check().unwrap_err().code(), "invalid_target", "{bad}");
        }
        assert!(message("628123456789", "halo").check().is_ok());
        assert!(message("120363-1@g.us", "halo").check().is_ok());
        assert_eq!(message("628123456789", " \n").check().unwrap_err().code(), "empty");
    }

    #[test]
    fn debug_output_holds_neither_text_nor_number() {
        let text = format!("{:?}", message("628123456789", "kode 123456"));
        assert!(!text.contains("123456"));
    }

    #[test]
    fn delivery_outranks_a_late_failure() {
        assert!(Progress::Delivered > Progress::Failed);
        assert!(Progress::Failed > Progress::Sent);
        assert!(Progress::Read > Progress::Delivered);
    }
}
