//! What an action is about, and why it cannot be done now.

use aglis_core::permission::Permission;
use aglis_core::queue::JobAction;

use super::cx::Target;
use super::{Model, View};
use crate::keymap::{Act, Scope};
use crate::lang::{Text, texts as tx};
use crate::screen::words;

impl Model {
    /// The tickets an action is about: the open one, the marked ones, or the one under the cursor.
    #[must_use]
    pub fn targets(&self) -> Vec<Target> {
        match &self.ticket {
            Some(ticket) => ticket.target().into_iter().collect(),
            None if self.shell.view == View::Tickets => self.tickets.targets(&self.ui),
            None => Vec::new(),
        }
    }

    /// Why something cannot be done now.
    #[must_use]
    pub fn why_not(&self, act: Act) -> Option<String> {
        let ui = &self.ui;
        let say = |text: Text| Some(ui.t(text).to_owned());
        let changes = |permission: Permission| {
            if ui.read_only {
                say(tx::WHY_READ_ONLY)
            } else if !self.link.is_up() {
                say(tx::WHY_OFFLINE)
            } else if !self.link.may(permission) {
                Some(ui.f(tx::WHY_NOT_ALLOWED, &[permission.as_str()]))
            } else {
                None
            }
        };
        let on_ticket = |permission: Permission| {
            if self.targets().is_empty() { say(tx::WHY_NO_TICKET) } else { changes(permission) }
        };
        let operation = |permission| {
            on_ticket(permission).or_else(|| if self.ops.busy() { say(tx::WHY_BUSY) } else { None })
        };
        let queue = self.shell.view == View::Queue;
        let list = self.shell.view == View::Tickets && self.ticket.is_none() || queue;
        if act.action().scope == Scope::Queue && !queue {
            return say(tx::WHY_QUEUE_ONLY);
        }
        if let Some(action) = super::steer::action(act) {
            return self.why_not_steer().or_else(|| self.why_not_jobs(action));
        }
        match act {
            Act::Status => operation(Permission::TicketStatus),
            Act::Assign => operation(Permission::TicketAssign),
            Act::Priority => operation(Permission::TicketPriority),
            Act::Cancel => operation(Permission::TicketCancel),
            Act::Reply => on_ticket(Permission::TicketComment),
            Act::Note => on_ticket(Permission::TicketNote),
            Act::Undo if queue => {
                let hint = |act| ui.keymap.hint(act);
                let keys = [hint(Act::JobRetry), hint(Act::JobRun), hint(Act::Pause)];
                Some(ui.f(tx::WHY_QUEUE_UNDO, &keys.each_ref().map(String::as_str)))
            }
            Act::Undo if self.ops.last().is_none() => say(tx::WHY_NOTHING_TO_UNDO),
            Act::Undo => changes(Permission::TicketRead),
            Act::Reconnect if self.link.retry_at().is_none() => say(tx::WHY_CONNECTED),
            Act::Mark | Act::MarkRange | Act::MarkAll | Act::Views | Act::Export if !list => {
                say(tx::WHY_LIST)
            }
            Act::Filter if self.shell.view == View::Overview || self.ticket.is_some() => {
                say(tx::WHY_NO_FILTER)
            }
            Act::Freeze if !matches!(self.shell.view, View::Overview | View::Audit) => say(tx::WHY_NO_STREAM),
            Act::Reveal if self.ticket.is_none() && self.shell.view != View::Customers => {
                say(tx::WHY_NO_PERSON)
            }
            Act::Reveal => changes(Permission::CustomerReveal),
            Act::Resume if self.queue.paused().is_empty() => {
                self.why_not_steer().or_else(|| say(tx::WHY_NONE_PAUSED))
            }
            Act::Pause | Act::Resume | Act::Clean => self.why_not_steer(),
            Act::Queue if !self.link.may(Permission::MessageRead) => {
                Some(ui.f(tx::WHY_NOT_ALLOWED, &[Permission::MessageRead.as_str()]))
            }
            Act::Send | Act::Switch | Act::Leave if !self.ticket.as_ref().is_some_and(|t| t.writing()) => {
                say(tx::WHY_NOT_WRITING)
            }
            Act::Send => changes(Permission::TicketNote),
            Act::Audit if !self.link.may(Permission::AuditRead) => {
                Some(ui.f(tx::WHY_NOT_ALLOWED, &[Permission::AuditRead.as_str()]))
            }
            Act::Customers if !self.link.may(Permission::CustomerRead) => {
                Some(ui.f(tx::WHY_NOT_ALLOWED, &[Permission::CustomerRead.as_str()]))
            }
            _ => None,
        }
    }

    /// Why something cannot be done to the jobs that are chosen.
    fn why_not_jobs(&self, action: JobAction) -> Option<String> {
        let ui = &self.ui;
        if self.queue.whom().is_none() {
            return Some(ui.t(tx::WHY_NO_JOB).to_owned());
        }
        if self.queue.gathers() {
            return Some(ui.t(tx::WHY_STILL_LOADING).to_owned());
        }
        let state = self.queue.state_of_whom();
        let (_, word, _) = words::job(ui.theme, state);
        (!action.from_states().contains(&state)).then(|| ui.f(tx::WHY_JOB_STATE, &[ui.t(word)]))
    }
}
