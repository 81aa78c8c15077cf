//! The outside world behind traits: WhatsApp gateways and mail servers.
//!
//! A provider knows how to hand one message over and how to read the answer; limits, circuit
//! breaking, time-outs and metrics are wrapped around it by [`guard`] and are none of its business.
//! Nothing here touches the database.

use std::{fmt, future::Future, pin::Pin, sync::Arc, time::Duration};
use tokio::time::Instant;

pub mod guard;
pub mod http;
pub mod mail;
pub mod sandbox;
pub mod whatsapp;

#[cfg(test)]
pub(crate) mod fake;

pub use mail::OutboundMail;
pub use whatsapp::OutboundMessage;

/// A future that a trait object can return.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Something that takes messages of type `M` and passes them on.
pub trait Provider<M>: Send + Sync {
    /// The name that settings, attempts and metrics use (`fonnte`, `smtp`, `sandbox`).
    fn name(&self) -> &str;

    /// Hands one message over. `Ok` means that the provider took responsibility for it, not that it
    /// was delivered.
    ///
    /// # Errors
    /// See [`SendError`]: the variant says whether trying again can help and whether it is safe.
    fn send<'a>(&'a self, message: &'a M) -> BoxFuture<'a, Result<Accepted, SendError>>;

    /// Asks what became of a message whose try was cut off. Most gateways cannot be asked.
    ///
    /// # Errors
    /// [`SendError`] when the question could not be put; it says nothing about the message.
    fn lookup<'a>(&'a self, _message: &'a M) -> BoxFuture<'a, Result<Lookup, SendError>> {
        Box::pin(std::future::ready(Ok(Lookup::Unsupported)))
    }
}

/// What a provider knows of a message.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Lookup {
    /// It cannot be asked.
    Unsupported,
    /// It took the message.
    Known(Accepted),
    /// The message never came.
    Absent,
}

/// A WhatsApp gateway.
pub trait WhatsApp: Provider<OutboundMessage> {}
impl<P: Provider<OutboundMessage> + ?Sized> WhatsApp for P {}

/// A mail server.
pub trait Mail: Provider<OutboundMail> {}
impl<P: Provider<OutboundMail> + ?Sized> Mail for P {}

/// A message that says how urgent it is, so that limits can hold a place free for it.
pub trait Outgoing: Send + Sync {
    /// How urgent the message is.
    fn urgency(&self) -> Urgency;

    /// After this the message is of no use, however long a limit made it wait.
    fn not_after(&self) -> Option<Instant> {
        None
    }
}

/// Who goes first where a limit makes messages wait.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Urgency {
    /// Sign-in codes and alerts: a reserved share of every limit is kept for these.
    Critical,
    /// Everything that somebody expects.
    #[default]
    Normal,
    /// Broadcasts and promotions.
    Bulk,
}

/// A file that goes with a message.
#[derive(Clone)]
pub struct Media {
    /// The name the recipient sees.
    pub file_name: String,
    /// MIME type, as found from the content.
    pub content_type: String,
    /// Where the bytes are.
    pub source: MediaSource,
}

/// Where the bytes of a [`Media`] are.
#[derive(Clone)]
pub enum MediaSource {
    /// A public address that the provider fetches itself.
    Url(String),
    /// The bytes, sent along.
    Bytes(Arc<[u8]>),
}

impl fmt::Debug for Media {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let size = match &self.source {
            MediaSource::Url(_) => None,
            MediaSource::Bytes(bytes) => Some(bytes.len()),
        };
        f.debug_struct("Media")
            .field("content_type", &self.content_type)
            .field("bytes", &size)
            .finish_non_exhaustive()
    }
}

/// What the provider said when it took a message.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Accepted {
    /// The provider's own id of the message; delivery reports are matched by it. `None` when the
    /// provider accepted without naming one.
    pub provider_id: Option<String>,
    /// The answer as it came, at most [`RAW_LIMIT`] bytes, for the attempt record.
    pub raw: String,
    /// Price of this message in whole rupiah, where the provider tells.
    pub cost: Option<i64>,
}

impl fmt::Debug for Accepted {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Accepted")
            .field("provider_id", &self.provider_id)
            .field("cost", &self.cost)
            .finish_non_exhaustive()
    }
}

/// Longest answer kept in [`Accepted::raw`], in bytes.
pub const RAW_LIMIT: usize = 4096;

/// Why a message was not (or not certainly) handed over.
///
/// Reasons are for staff and for the attempt record; they never hold the message or the recipient.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SendError {
    /// Trying again cannot help: the number, the content or the request itself is refused.
    #[error("{reason} ({code})")]
    Permanent {
        /// Short and stable, for figures and filters.
        code: String,
        /// What staff read.
        reason: String,
    },
    /// Not sent, and the message is not to blame: the account, the connection or the whole provider is out of order.
    /// Messages wait for it, and it uses up none of their tries.
    #[error("{reason} ({code})")]
    Unavailable {
        /// Short and stable, for figures and filters.
        code: String,
        /// What staff read.
        reason: String,
        /// The earliest time the provider wants to hear from us again.
        retry_after: Option<Duration>,
    },
    /// Not sent; later it may work.
    #[error("{reason} ({code})")]
    Transient {
        /// Short and stable, for figures and filters.
        code: String,
        /// What staff read.
        reason: String,
        /// The earliest time the provider wants to hear from us again.
        retry_after: Option<Duration>,
    },
    /// The request may have been accepted: it was written, and then no usable answer came. An OTP is
    /// not sent again by itself after this; other messages at most once more, after reconciliation.
    #[error("{reason} (uncertain)")]
    Uncertain {
        /// What staff read.
        reason: String,
    },
    /// Held back on this side, before the provider was called: no attempt took place.
    #[error("held back: {code}, try again in {} s", retry_after.as_secs_f32())]
    Deferred {
        /// [`RATE_LIMITED`] or [`BREAKER_OPEN`].
        code: &'static str,
        /// When there is likely to be room.
        retry_after: Duration,
    },
}

/// [`SendError::Transient`]: too many messages to this one recipient.
pub const PAIR_RATE: &str = "pair_rate";
/// [`SendError::Transient`]: this one recipient gets no more promotions for now.
pub const MARKETING_CAP: &str = "marketing_cap";
const RECIPIENT_LIMITS: &[&str] = &[PAIR_RATE, MARKETING_CAP];

/// [`SendError::Deferred`]: the rate or concurrency limit has no room soon enough.
pub const RATE_LIMITED: &str = "rate_limited";
/// [`SendError::Deferred`]: the provider has been failing and is left alone for a while.
pub const BREAKER_OPEN: &str = "breaker_open";

impl SendError {
    /// A refusal that holds for good.
    pub fn permanent(code: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Permanent { code: code.into(), reason: reason.into() }
    }

    /// A failure of the account, the connection or the whole provider.
    pub fn unavailable(code: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Unavailable { code: code.into(), reason: reason.into(), retry_after: None }
    }

    /// A failure that may pass.
    pub fn transient(code: impl Into<String>, reason: impl Into<String>) -> Self {
        Self::Transient { code: code.into(), reason: reason.into(), retry_after: None }
    }

    /// Nobody knows whether the message went out.
    pub fn uncertain(reason: impl Into<String>) -> Self {
        Self::Uncertain { reason: reason.into() }
    }

    /// The stable code of this failure.
    pub fn code(&self) -> &str {
        match self {
            Self::Permanent { code, .. } | Self::Unavailable { code, .. } | Self::Transient { code, .. } => {
                code
            }
            Self::Uncertain { .. } => "uncertain",
            Self::Deferred { code, .. } => code,
        }
    }

    /// How long to leave the provider alone, where something said so.
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            Self::Unavailable { retry_after, .. } | Self::Transient { retry_after, .. } => *retry_after,
            Self::Deferred { retry_after, .. } => Some(*retry_after),
            Self::Permanent { .. } | Self::Uncertain { .. } => None,
        }
    }

    /// Whether this says something bad about the provider, rather than about one message or recipient.
    pub fn blames_provider(&self) -> bool {
        match self {
            Self::Transient { code, .. } => !RECIPIENT_LIMITS.contains(&code.as_str()),
            Self::Unavailable { .. } | Self::Uncertain { .. } => true,
            Self::Permanent { .. } | Self::Deferred { .. } => false,
        }
    }

    /// The one word that metrics and attempts record.
    pub fn outcome(&self) -> &'static str {
        match self {
            Self::Permanent { .. } => "permanent",
            Self::Unavailable { .. } => "unavailable",
            Self::Transient { .. } => "transient",
            Self::Uncertain { .. } => "uncertain",
            Self::Deferred { .. } => "deferred",
        }
    }
}

/// Cuts a provider's answer to [`RAW_LIMIT`] at a character boundary and drops NUL, which
/// PostgreSQL cannot store in text.
pub fn bounded(text: &str) -> String {
    let mut end = text.len().min(RAW_LIMIT);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text[..end].replace('\0', "\u{fffd}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_is_cut_between_characters() {
        let long = "é".repeat(RAW_LIMIT);
        let cut = bounded(&long);
        assert!(cut.len() <= RAW_LIMIT && cut.chars().all(|c| c == 'é'));
        assert_eq!(bounded("a\0b"), "a\u{fffd}b");
    }

    #[test]
    fn debug_output_holds_no_answer_and_no_file() {
        let accepted = Accepted { raw: "628123".into(), ..Accepted::default() };
        assert!(!format!("{accepted:?}").contains("628123"));
        let media = Media {
            file_name: "ktp-budi.jpg".into(),
            content_type: "image/jpeg".into(),
            source: MediaSource::Bytes(Arc::from([1u8, 2].as_slice())),
        };
        assert!(!format!("{media:?}").contains("budi"));
    }
}
