//! The connection as the console sees it.

use aglis_core::accounts::Me;
use aglis_core::permission::Permission;
use aglis_core::types::Time;

use crate::net::request::Failure;

/// The connection, and who we are on it.
#[derive(Debug, Default)]
pub struct Link {
    /// How it stands.
    pub state: State,
    /// Who we are, as last heard.
    pub me: Option<Me>,
    /// Whether it fell since it last stood.
    fell: bool,
    /// When it last stood.
    pub last_up: Option<Time>,
}

/// How the connection stands.
#[derive(Debug, Default)]
pub enum State {
    /// Being made.
    #[default]
    Connecting,
    /// It stands.
    Up,
    /// It fell; another try follows.
    Down {
        /// Why.
        failure: Failure,
        /// When the next try is made.
        retry_at: Time,
    },
}

impl Link {
    /// Whether it stands.
    #[must_use]
    pub const fn is_up(&self) -> bool {
        matches!(self.state, State::Up)
    }

    /// Whether it fell, so that what is shown may be out of date.
    #[must_use]
    pub const fn is_down(&self) -> bool {
        matches!(self.state, State::Down { .. }) || (self.fell && matches!(self.state, State::Connecting))
    }

    /// It stands.
    pub fn up(&mut self, me: Me, now: Time) {
        self.state = State::Up;
        self.me = Some(me);
        self.fell = false;
        self.last_up = Some(now);
    }

    /// It fell; the next try is made in so many milliseconds.
    pub fn down(&mut self, failure: Failure, retry_in_ms: i64, now: Time) {
        if self.is_up() {
            self.last_up = Some(now);
        }
        self.fell = true;
        self.state = State::Down { failure, retry_at: now.plus_ms(retry_in_ms) };
    }

    /// A try begins.
    pub fn trying(&mut self) {
        self.state = State::Connecting;
    }

    /// When the next try is due.
    #[must_use]
    pub const fn retry_at(&self) -> Option<Time> {
        match &self.state {
            State::Down { retry_at, .. } => Some(*retry_at),
            _ => None,
        }
    }

    /// Whether we may do this, as far as we know.
    #[must_use]
    pub fn may(&self, permission: Permission) -> bool {
        self.me.as_ref().is_none_or(|me| me.permissions.contains(&permission))
    }
}
