//! The console without a terminal: what it knows ([`Model`]), what happens to it ([`Event`]), what it wants done
//! ([`Effect`]). [`Model::update`] never waits and never draws; [`Model::view`] only draws.

mod answers;
mod choices;
mod command;
pub mod cx;
pub mod drafts;
pub mod export;
mod link;
mod operate;
pub mod ops;
pub mod overlay;
mod shell;
pub mod steer;
mod ui;
mod update;
mod view;
mod why_not;

use std::time::Duration;

use aglis_core::accounts::Me;
use aglis_core::event::LiveEvent;
use aglis_core::queue::QueueCounts;

pub use cx::{Cmd, Cx};
pub use drafts::Drafts;
pub use link::Link;
pub use shell::{Shell, Toast};
pub use ui::Ui;

use crate::keymap::Act;
use crate::net::request::{Answer, Export, Failure, Request};
use crate::screen::{audit, customers, overview, queue, ticket, tickets};
use crate::term::Input;

/// Something that happened.
#[derive(Debug)]
pub enum Event {
    /// The terminal sent bytes; the loop turns them into [`Event::Input`].
    Bytes(Vec<u8>),
    /// The terminal took what was written.
    Written {
        /// How much.
        bytes: usize,
        /// How long it took.
        took: Duration,
    },
    /// The terminal is gone.
    Hangup,
    /// We were asked to end.
    Stop,
    /// A key, a paste, an answer of the terminal.
    Input(Input),
    /// The terminal has this many columns and rows now.
    Resize(u16, u16),
    /// Time has come for something; see [`Model::wake_at`].
    Tick,
    /// The daemon answered.
    Api(Box<Answer>),
    /// Something came over the live stream.
    Live(Live),
}

/// News of the live connection.
#[derive(Debug)]
pub enum Live {
    /// It stands; who we are.
    Up(Box<Me>),
    /// An event.
    Event(Box<LiveEvent>),
    /// How the queue stands.
    Queue(Box<QueueCounts>),
    /// It fell, or could not be made.
    Down {
        /// Why.
        failure: Failure,
        /// Milliseconds until the next try.
        retry_in_ms: i64,
    },
}

/// Something to be done by the world around the model.
#[derive(Debug)]
pub enum Effect {
    /// End.
    Quit,
    /// Try to connect at once.
    Connect,
    /// Ask the daemon.
    Ask(Box<Request>),
    /// Put a text on the clipboard.
    Copy(String),
    /// Mouse reports on or off.
    Mouse(bool),
    /// Draw everything again.
    Redraw,
    /// Write a new file.
    Export(Box<Export>),
    /// Keep the drafts on disk.
    SaveDrafts(Drafts),
}

/// The screens there are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// What needs doing now.
    Overview,
    /// Tickets.
    Tickets,
    /// The queue.
    Queue,
    /// Customers.
    Customers,
    /// The audit trail.
    Audit,
}

impl View {
    /// Every screen with the action that shows it, in the order of the tabs.
    pub const ALL: [(Self, Act); 5] = [
        (Self::Overview, Act::Overview),
        (Self::Tickets, Act::Tickets),
        (Self::Queue, Act::Queue),
        (Self::Customers, Act::Customers),
        (Self::Audit, Act::Audit),
    ];
}

/// What the console knows.
#[derive(Debug)]
pub struct Model {
    /// The terminal, the language, the keys, the clock.
    pub ui: Ui,
    /// The connection, and who we are on it.
    pub link: Link,
    /// What is around the screens: which one is shown, what lies over it, what was said.
    pub shell: Shell,
    /// Changes under way and changes that can be undone.
    pub ops: ops::Ops,
    /// What is being done with the queue.
    pub steering: steer::Steering,
    /// Unsent replies and notes.
    pub drafts: Drafts,
    /// Screen 1.
    pub overview: overview::State,
    /// Screen 2, the list.
    pub tickets: tickets::State,
    /// Screen 2, an open ticket.
    pub ticket: Option<ticket::State>,
    /// Screen 4.
    pub queue: queue::State,
    /// Screen 5.
    pub customers: customers::State,
    /// Screen 7.
    pub audit: audit::State,
}

impl Model {
    /// A console that has not connected yet.
    #[must_use]
    pub fn new(ui: Ui, drafts: Drafts) -> Self {
        Self {
            ui,
            link: Link::default(),
            shell: Shell::default(),
            ops: ops::Ops::default(),
            steering: steer::Steering::default(),
            drafts,
            overview: overview::State::default(),
            tickets: tickets::State::default(),
            ticket: None,
            queue: queue::State::default(),
            customers: customers::State::default(),
            audit: audit::State::default(),
        }
    }
}

#[cfg(test)]
mod tests;
