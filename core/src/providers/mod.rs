//! The accounts through which WhatsApp messages go: which are used in which order, how much each may carry and what it
//! costs. The configuration gives what holds at first; what is set here while it runs goes before it.

mod board;
#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
mod store;

pub use board::{Board, Seen};

use crate::types::*;
use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// What a provider says about its device or number.
    pub enum Connection, "connection" {
        /// It has said nothing yet.
        Unknown = "unknown",
        /// It can send.
        Connected = "connected",
        /// It cannot send until somebody connects it again.
        Disconnected = "disconnected",
    }
}

crate::text_enum! {
    /// Whether a provider that kept failing is left alone for a while.
    pub enum BreakerState, "breaker state" {
        /// Messages go through it.
        Closed = "closed",
        /// It is left alone.
        Open = "open",
        /// One message may try whether it works again.
        HalfOpen = "half_open",
    }
}

/// A provider's account: what is set, how it is, what went through it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Provider {
    /// Its name in settings, attempts and figures: `fonnte`, `meta`, `http`, `sandbox`.
    pub name: String,
    /// Whether messages may go through it.
    pub enabled: bool,
    /// Its place: the lowest one that works is used.
    pub rank: i64,
    /// Whether the next message goes through it, as this process sees it.
    pub active: bool,
    /// Messages that may begin within `window_s`, over all processes.
    pub limit: i64,
    /// The window of `limit`, in seconds.
    pub window_s: i64,
    /// Messages that may be under way at once, over all processes.
    pub concurrency: i64,
    /// Messages that may begin within a day of the business zone; one-time codes go on when it is reached and no other
    /// account has room.
    pub daily_cap: Option<i64>,
    /// Rupiah per message, where the provider does not tell it itself.
    pub cost: Rupiah,
    /// What it says about its device.
    pub connection: Connection,
    /// Why, where it says so.
    pub connection_reason: Option<String>,
    /// Since when.
    pub connection_at: Option<Time>,
    /// Whether it is left alone for a while, as this process sees it.
    pub breaker: BreakerState,
    /// For how long it is still left alone, in milliseconds.
    pub breaker_open_ms: i64,
    /// Tries within the last hour that ended.
    pub tries_last_hour: i64,
    /// How many of these it took, 0 to 1; none without tries.
    pub success_rate: Option<f64>,
    /// Messages that it took today.
    pub sent_today: i64,
    /// What these cost.
    pub cost_today: Rupiah,
    /// When something was set last; none while the configuration alone holds.
    pub updated_at: Option<Time>,
    /// Changes with every change; send it along to be refused when somebody else was faster.
    pub version: i64,
}

/// A change of a provider: absent fields stay.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields, default)]
pub struct ProviderChange {
    /// Whether messages may go through it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enabled: Option<bool>,
    /// Its place, 1 to 100; 0 for its place in the configuration.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rank: Option<i64>,
    /// Messages within `window_s`, 1 to 100,000; 0 for the configured number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<i64>,
    /// The window of `limit` in seconds, 1 to 3,600; 0 for the configured one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub window_s: Option<i64>,
    /// Messages under way at once, 1 to 100; 0 for the configured number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub concurrency: Option<i64>,
    /// Messages within a day, 1 to 10,000,000; 0 for no cap.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub daily_cap: Option<i64>,
    /// Rupiah per message, 0 to 1,000,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cost: Option<Rupiah>,
    /// The version that the change is meant for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// What holds for a provider's account now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InForce {
    /// Its name.
    pub name: String,
    /// Whether messages may go through it.
    pub enabled: bool,
    /// Its place.
    pub rank: i64,
    /// Messages within the window.
    pub limit: i64,
    /// The window in seconds.
    pub window_s: i64,
    /// Messages under way at once.
    pub concurrency: i64,
    /// Messages within a day.
    pub daily_cap: Option<i64>,
    /// Rupiah per message.
    pub cost: Rupiah,
    /// What it says about its device.
    pub connection: Connection,
}

/// The accounts that may be used, the first to be tried first: by rank, those that are disconnected last, because what
/// they say may be old.
pub fn usable(accounts: &[InForce]) -> Vec<&InForce> {
    let mut usable: Vec<&InForce> = accounts.iter().filter(|account| account.enabled).collect();
    usable.sort_by_key(|account| (account.connection == Connection::Disconnected, account.rank));
    usable
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(name: &str, rank: i64, enabled: bool, connection: Connection) -> InForce {
        InForce {
            name: name.into(),
            enabled,
            rank,
            limit: 100,
            window_s: 60,
            concurrency: 5,
            daily_cap: None,
            cost: Rupiah(0),
            connection,
        }
    }

    #[test]
    fn the_first_enabled_account_is_used_and_disconnected_ones_last() {
        let accounts = [
            account("meta", 2, true, Connection::Unknown),
            account("fonnte", 1, true, Connection::Disconnected),
            account("http", 0, false, Connection::Connected),
        ];
        let names = |accounts: &[InForce]| -> Vec<String> {
            usable(accounts).into_iter().map(|account| account.name.clone()).collect()
        };
        assert_eq!(names(&accounts), ["meta", "fonnte"]);
        let mut back = accounts;
        back[1].connection = Connection::Connected;
        assert_eq!(names(&back), ["fonnte", "meta"]);
    }
}
