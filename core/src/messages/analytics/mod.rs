//! What became of the messages of a period: by day, provider, template and reason of failure.
//!
//! Every figure is read day by day through an index on time, so that a period never costs more than its own messages.

#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
pub mod store;

use super::MessageStatus;
use crate::types::*;
use serde::{Deserialize, Serialize};

/// The periods that are told, in days.
pub const PERIODS: [i64; 3] = [7, 30, 90];

/// Which period is told.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct AnalyticsPeriod {
    /// 7, 30 or 90 days, today included; 7 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub days: Option<i64>,
}

/// What became of some messages from us, by the day they were written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Outcomes {
    /// Messages written.
    pub written: i64,
    /// Of these, a provider took.
    pub sent: i64,
    /// Of these, reached the device.
    pub delivered: i64,
    /// Of these, were opened.
    pub read: i64,
    /// Could not be sent or delivered, or were not sent in time.
    pub failed: i64,
    /// Price in rupiah, as far as providers tell it.
    pub cost: i64,
    /// Messages of which is known how long they went from the provider to the device.
    pub timed: i64,
    /// How long these went altogether, in milliseconds.
    pub delivery_ms: i64,
}

impl Outcomes {
    /// The share of sent messages that reached the device, from 0 to 1; none while nothing was sent.
    pub fn delivery_rate(&self) -> Option<f64> {
        (self.sent > 0).then(|| self.delivered as f64 / self.sent as f64)
    }

    /// How long a message goes from the provider to the device on average, in milliseconds; none while that is not known
    /// of any.
    pub const fn mean_delivery_ms(&self) -> Option<i64> {
        if self.timed > 0 { Some(self.delivery_ms / self.timed) } else { None }
    }

    /// The sum of both.
    pub const fn plus(self, other: Outcomes) -> Outcomes {
        Outcomes {
            written: self.written + other.written,
            sent: self.sent + other.sent,
            delivered: self.delivered + other.delivered,
            read: self.read + other.read,
            failed: self.failed + other.failed,
            cost: self.cost + other.cost,
            timed: self.timed + other.timed,
            delivery_ms: self.delivery_ms + other.delivery_ms,
        }
    }

    /// So many messages of one status, of which `handed_over` have a time at which a provider took them.
    pub const fn of(status: MessageStatus, messages: i64, handed_over: i64) -> Outcomes {
        let reached = matches!(status, MessageStatus::Delivered | MessageStatus::Read);
        Outcomes {
            written: messages,
            // A report of delivery may come before the provider's own answer.
            sent: if reached { messages } else { handed_over },
            delivered: if reached { messages } else { 0 },
            read: if matches!(status, MessageStatus::Read) { messages } else { 0 },
            failed: if matches!(status, MessageStatus::Failed | MessageStatus::Expired) {
                messages
            } else {
                0
            },
            cost: 0,
            timed: 0,
            delivery_ms: 0,
        }
    }
}

/// One day.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct DayOutcomes {
    /// When it began, in the business zone.
    pub day: Time,
    /// What became of its messages.
    #[serde(flatten)]
    pub outcomes: Outcomes,
}

/// One provider.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProviderOutcomes {
    /// The provider, as attempts name it.
    pub provider: String,
    /// What became of the messages it took.
    #[serde(flatten)]
    pub outcomes: Outcomes,
    /// Tries that began within the period.
    pub tries: i64,
    /// Tries that it took.
    pub accepted: i64,
    /// Tries of which is known how long its answer took.
    pub answered: i64,
    /// How long these took altogether, in milliseconds.
    pub answer_ms: i64,
}

impl ProviderOutcomes {
    /// How long an answer takes on average, in milliseconds; none while there was none.
    pub const fn mean_answer_ms(&self) -> Option<i64> {
        if self.answered > 0 { Some(self.answer_ms / self.answered) } else { None }
    }
}

/// One template.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TemplateOutcomes {
    /// Its name; `text` for messages whose text staff wrote.
    pub template: String,
    /// What became of its messages.
    #[serde(flatten)]
    pub outcomes: Outcomes,
}

/// Why messages failed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FailureReason {
    /// Short stable word; `failed` or `expired` where nothing more is known.
    pub code: String,
    /// How many messages.
    pub messages: i64,
}

/// What became of the messages of a period.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct MessageAnalytics {
    /// How many days are told, today included.
    pub days: i64,
    /// Not before.
    pub since: Time,
    /// All together.
    pub total: Outcomes,
    /// Day by day, the oldest first; the last one is not over yet.
    pub by_day: Vec<DayOutcomes>,
    /// By provider, those with the most messages first.
    pub providers: Vec<ProviderOutcomes>,
    /// By template, the most used first.
    pub templates: Vec<TemplateOutcomes>,
    /// Why messages failed, the most frequent reason first.
    pub failures: Vec<FailureReason>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use MessageStatus as S;

    #[test]
    fn a_message_that_reached_somebody_was_sent_and_a_failed_one_only_where_a_provider_took_it() {
        let sum = |all: &[Outcomes]| all.iter().fold(Outcomes::default(), |sum, one| sum.plus(*one));
        let all = sum(&[
            Outcomes::of(S::Queued, 2, 0),
            Outcomes::of(S::Sent, 3, 3),
            Outcomes::of(S::Delivered, 4, 3),
            Outcomes::of(S::Read, 1, 1),
            Outcomes::of(S::Failed, 5, 2),
            Outcomes::of(S::Expired, 1, 0),
        ]);
        assert_eq!((all.written, all.sent, all.delivered, all.read, all.failed), (16, 10, 5, 1, 6));
        assert_eq!(all.delivery_rate(), Some(0.5));
        assert_eq!(Outcomes::of(S::Queued, 2, 0).delivery_rate(), None, "nothing was sent yet");
    }

    #[test]
    fn means_are_of_what_is_known() {
        let timed = Outcomes { timed: 4, delivery_ms: 10_000, ..Outcomes::of(S::Delivered, 5, 5) };
        assert_eq!(timed.mean_delivery_ms(), Some(2500));
        assert_eq!(Outcomes::default().mean_delivery_ms(), None);
    }
}
