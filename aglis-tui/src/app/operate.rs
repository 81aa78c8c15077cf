//! What is done to tickets: chosen, asked for, confirmed, begun.

use aglis_core::tickets::{ServiceType, TicketStatus};

use super::choices::{priority_choices, refusal, status_choices};
use super::cx::{Cmd, Target};
use super::ops::{Confirm, Op, confirm};
use super::overlay::{Choose, CommandLine, Confirmation, Overlay, Pick, Question, Wants};
use super::{Effect, Model};
use crate::keymap::Act;
use crate::lang::{Text, texts as tx};
use crate::net::request::Request;
use crate::screen::words;
use crate::theme::Role;

impl Model {
    /// Begins a change of tickets.
    pub(super) fn operate(&mut self, act: Act, effects: &mut Vec<Effect>) {
        let targets = self.targets();
        match act {
            Act::Status => {
                let title = self.title(tx::TITLE_STATUS, &targets);
                let choices = status_choices(&self.ui, &targets);
                self.shell.overlay = Some(Overlay::Choose(Choose::new(title, targets, choices)));
            }
            Act::Priority => {
                let title = self.title(tx::TITLE_PRIORITY, &targets);
                let choices = priority_choices(&self.ui);
                self.shell.overlay = Some(Overlay::Choose(Choose::new(title, targets, choices)));
            }
            Act::Assign => {
                let title = self.title(tx::TITLE_ASSIGN, &targets);
                let request = match targets.as_slice() {
                    [one] => Request::Candidates(one.id),
                    _ => Request::Technicians,
                };
                self.shell.overlay = Some(Overlay::Choose(Choose::waiting(title, targets)));
                effects.push(Effect::Ask(Box::new(request)));
            }
            Act::Undo => {
                if let Some(done) = self.ops.last().cloned() {
                    let value = self.ui.f(done.op.name(), &[&done.value]);
                    self.propose(Op::Undo, value, done.targets, effects);
                }
            }
            _ => self.shell.overlay = Some(Overlay::Command(CommandLine::with("open "))),
        }
    }

    fn title(&self, text: Text, targets: &[Target]) -> String {
        let whom = match targets {
            [one] => one.number.clone(),
            many => self.ui.f(tx::N_TICKETS, &[&many.len().to_string()]),
        };
        format!("{} · {whom}", self.ui.t(text))
    }

    /// Something was chosen.
    pub(super) fn picked(&mut self, pick: Pick, targets: Vec<Target>, effects: &mut Vec<Effect>) {
        match pick {
            Pick::View(filter) => self.obey(Cmd::FilterTickets(filter), effects),
            Pick::Priority(priority) => {
                let value = self.ui.t(words::priority(priority)).to_owned();
                self.propose(Op::Priority(priority), value, targets, effects);
            }
            Pick::Assign(assign, name) => {
                self.propose(Op::Assign(assign, name.clone()), name, targets, effects)
            }
            Pick::Status(TicketStatus::Completed) => {
                let measured = targets.iter().any(|target| self.measured(target));
                let title = self.title(tx::ASK_RESOLUTION, &targets);
                self.ask(title, Wants::Resolution(measured), targets);
            }
            Pick::Status(status @ (TicketStatus::OnHold | TicketStatus::Cancelled)) => {
                let title = self.title(tx::ASK_REASON, &targets);
                self.ask(title, Wants::Reason(Op::Status(status, None)), targets);
            }
            Pick::Status(status) => {
                let value = self.ui.t(words::status(status)).to_owned();
                self.propose(Op::Status(status, None), value, targets, effects);
            }
            Pick::Reopen => {
                let title = self.title(tx::ASK_REASON, &targets);
                self.ask(title, Wants::Reason(Op::Reopen(String::new())), targets);
            }
        }
    }

    fn measured(&self, target: &Target) -> bool {
        let at = self.tickets.store.position(target.id);
        at.and_then(|at| self.tickets.store.row(at, self.ui.now_s()))
            .is_some_and(|row| matches!(row.kind(), ServiceType::Repair | ServiceType::Installation))
    }

    fn ask(&mut self, title: String, wants: Wants, targets: Vec<Target>) {
        self.shell.overlay = Some(Overlay::Question(Question::new(title, wants, targets)));
    }

    /// A question was answered; says what is wrong with the answer.
    pub(super) fn answered(
        &mut self,
        wants: Wants,
        text: &str,
        targets: Vec<Target>,
        effects: &mut Vec<Effect>,
    ) -> Option<String> {
        match wants {
            Wants::Attenuation(resolution) => {
                let dbm: Option<f64> = text.replace(',', ".").parse().ok();
                match dbm.filter(|dbm| (-40.0..=0.0).contains(dbm)) {
                    Some(dbm) => {
                        let value = format!("{dbm} dBm");
                        self.propose(Op::Complete(resolution, Some(dbm)), value, targets, effects);
                        None
                    }
                    None => Some(self.ui.t(tx::BAD_DBM).to_owned()),
                }
            }
            _ if text.is_empty() => Some(self.ui.t(tx::EMPTY_ANSWER).to_owned()),
            Wants::Resolution(true) => {
                let title = self.title(tx::ASK_DBM, &targets);
                self.ask(title, Wants::Attenuation(text.to_owned()), targets);
                None
            }
            Wants::Resolution(false) => {
                self.propose(Op::Complete(text.to_owned(), None), text.to_owned(), targets, effects);
                None
            }
            Wants::Reason(Op::Status(status, _)) => {
                let value = self.ui.t(words::status(status)).to_owned();
                self.propose(Op::Status(status, Some(text.to_owned())), value, targets, effects);
                None
            }
            Wants::Reason(_) => {
                self.propose(Op::Reopen(text.to_owned()), text.to_owned(), targets, effects);
                None
            }
        }
    }

    /// Confirms a change where it must be, and begins it. What cannot be done to some tickets is left out and said.
    fn propose(&mut self, op: Op, value: String, targets: Vec<Target>, effects: &mut Vec<Effect>) {
        let (targets, skipped): (Vec<_>, Vec<_>) = targets
            .into_iter()
            .map(|target| (refusal(&self.ui, &op, &target), target))
            .partition(|(why, _)| why.is_none());
        let targets: Vec<Target> = targets.into_iter().map(|(_, target)| target).collect();
        let skipped: Vec<(Target, String)> =
            skipped.into_iter().filter_map(|(why, target)| why.map(|why| (target, why))).collect();
        if targets.is_empty() {
            let why = skipped.into_iter().next().map(|(target, why)| format!("{}: {why}", target.number));
            self.shell.say(
                Role::Warn,
                why.unwrap_or_else(|| self.ui.t(tx::WHY_NO_TICKET).to_owned()),
                self.ui.now,
            );
            return;
        }
        match confirm(&op, targets.len() + skipped.len().min(1)) {
            Confirm::None => self.start(op, value, targets, effects),
            how => {
                self.shell.overlay =
                    Some(Overlay::Confirm(Confirmation::new(op, value, targets, skipped, how)))
            }
        }
    }

    /// Begins a confirmed change.
    pub(super) fn start(&mut self, op: Op, value: String, targets: Vec<Target>, effects: &mut Vec<Effect>) {
        let why = if !self.link.is_up() {
            Some(tx::WHY_OFFLINE)
        } else if self.ops.busy() {
            Some(tx::WHY_BUSY)
        } else {
            None
        };
        if let Some(why) = why {
            self.shell.say(Role::Warn, self.ui.t(why), self.ui.now);
            return;
        }
        if matches!(op, Op::Undo) {
            self.ops.take_last();
        }
        let requests = self.ops.start(op, value, targets, self.ui.now);
        effects.extend(requests.into_iter().map(|request| Effect::Ask(Box::new(request))));
    }
}
