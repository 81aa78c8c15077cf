//! What a screen has at hand while it handles something, and what it can ask of the rest.

use aglis_core::queue::JobState;
use aglis_core::tickets::TicketStatus;
use aglis_core::types::{CustomerId, TicketId};

use super::overlay::Overlay;
use super::{Link, Ui, View};
use crate::net::request::Request;
use crate::theme::Role;

/// What a screen asks for.
#[derive(Debug)]
pub enum Cmd {
    /// Ask the daemon.
    Ask(Box<Request>),
    /// Say something on the status line.
    Toast(Role, String),
    /// Show another screen.
    Show(View),
    /// Open a ticket.
    OpenTicket(TicketId),
    /// Open a customer.
    OpenCustomer(CustomerId),
    /// Show the tickets a filter keeps.
    FilterTickets(String),
    /// Show the jobs of a state.
    ShowJobs(JobState),
    /// Lay something over the screen.
    Over(Box<Overlay>),
    /// Put a text on the clipboard.
    Copy(String),
    /// Close the open ticket.
    CloseTicket,
}

/// A ticket something is to be done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Target {
    /// Which.
    pub id: TicketId,
    /// Its number.
    pub number: String,
    /// Where it stood when it was chosen.
    pub status: TicketStatus,
    /// What it is about.
    pub title: String,
}

/// A screen's surroundings.
#[derive(Debug)]
pub struct Cx<'a> {
    /// How to show things.
    pub ui: &'a Ui,
    /// The connection.
    pub link: &'a Link,
    /// What is asked for, in order.
    pub cmds: Vec<Cmd>,
}

impl<'a> Cx<'a> {
    /// Nothing asked for yet.
    #[must_use]
    pub const fn new(ui: &'a Ui, link: &'a Link) -> Self {
        Self { ui, link, cmds: Vec::new() }
    }

    /// Asks the daemon, unless the connection is down: then the screen keeps what it has, and is told to refresh when
    /// the connection is back.
    pub fn ask(&mut self, request: Request) {
        if self.link.is_up() {
            self.cmds.push(Cmd::Ask(Box::new(request)));
        }
    }

    /// Says something on the status line.
    pub fn toast(&mut self, role: Role, text: impl Into<String>) {
        self.cmds.push(Cmd::Toast(role, text.into()));
    }
}
