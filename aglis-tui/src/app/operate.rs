//! What is done to tickets: chosen, asked for, confirmed, begun.

use aglis_core::tickets::{Complete, TicketStatus};

use super::choices::{priority_choices, refusal, status_choices};
use super::cx::{Cmd, Target};
use super::ops::{Confirm, Op, confirm};
use super::overlay::{
    Choose, CommandLine, Completion, Confirmation, Overlay, Pick, Question,
    completion::Outcome,
    confirm::{Agreed, Item},
    line::Ask,
};
use super::{Effect, Model};
use crate::keymap::Act;
use crate::lang::{Text, texts as tx};
use crate::net::request::{Payload, Request};
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
            Act::Cancel => self.picked(Pick::Status(TicketStatus::Cancelled), targets, effects),
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
            many => self.ui.n(tx::N_TICKETS, many.len(), &[]),
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
            Pick::Status(TicketStatus::Completed) => self.begin_completion(targets, effects),
            Pick::Status(status @ (TicketStatus::OnHold | TicketStatus::Cancelled)) => {
                self.ask_why(Op::Status(status, None), targets);
            }
            Pick::Status(status) => {
                let value = self.ui.t(words::status(status)).to_owned();
                self.propose(Op::Status(status, None), value, targets, effects);
            }
            Pick::Jobs(state) => self.obey(Cmd::ShowJobs(state), effects),
            Pick::Pause(_) | Pick::Resume(_) => self.queue_picked(&pick, effects),
            Pick::Reopen => self.ask_why(Op::Reopen(String::new()), targets),
        }
    }

    /// Shows what completing a ticket takes; what was written before and put aside is still there.
    fn begin_completion(&mut self, targets: Vec<Target>, effects: &mut Vec<Effect>) {
        let [target] = targets.as_slice() else {
            self.shell.say(Role::Warn, self.ui.t(tx::ONE_AT_A_TIME), self.ui.now);
            return;
        };
        let op = Op::Complete(Box::default());
        if let Some(why) = refusal(&self.ui, &op, target) {
            self.shell.say(Role::Warn, format!("{}: {why}", target.number), self.ui.now);
            return;
        }
        if let Some(why) = self.why_not_op(&op) {
            self.shell.say(Role::Warn, why, self.ui.now);
            return;
        }
        let kept = self.shell.unfinished.take().filter(|form| form.id() == target.id);
        let form = kept.unwrap_or_else(|| Box::new(Completion::new(target.clone())));
        effects.push(Effect::Ask(Box::new(Request::Ticket(target.id))));
        self.shell.overlay = Some(Overlay::Completion(form));
    }

    /// Fills in what arrived, and asks for what is still wanted to fill in a completion.
    pub(super) fn fill_completion(
        &mut self,
        request: &Request,
        payload: &Payload,
        effects: &mut Vec<Effect>,
    ) {
        let Some(Overlay::Completion(form)) = &mut self.shell.overlay else { return };
        let now = self.ui.now;
        match (request, payload) {
            (_, Payload::Ticket(ticket)) => {
                if form.ticket(ticket, now)
                    && let Some(customer) = ticket.summary.customer_id
                {
                    effects.push(Effect::Ask(Box::new(Request::Customer(customer))));
                }
            }
            (_, Payload::Customer(customer)) => form.customer(customer, now),
            (Request::Odps(text), Payload::Odps(page)) => {
                if let Outcome::Ready(data) = form.odps(&self.ui, text, page)
                    && let Some(Overlay::Completion(form)) = self.shell.overlay.take()
                {
                    return self.filled_in(form, data, effects);
                }
            }
            _ => {}
        }
        self.ask_odps(effects);
    }

    /// Asks for the ODPs that may be meant in a completion, when it is time to.
    pub(super) fn ask_odps(&mut self, effects: &mut Vec<Effect>) {
        if let Some(Overlay::Completion(form)) = &mut self.shell.overlay
            && let Some(text) = form.ask(self.ui.now)
        {
            effects.push(Effect::Ask(Box::new(Request::Odps(text))));
        }
    }

    /// A completion was filled in. It is kept until the daemon has taken it.
    pub(super) fn filled_in(
        &mut self,
        form: Box<Completion>,
        data: Box<Complete>,
        effects: &mut Vec<Effect>,
    ) {
        let (target, value) = (form.target.clone(), data.resolution.clone());
        self.shell.unfinished = Some(form);
        self.propose(Op::Complete(data), value, vec![target], effects);
    }

    /// Why a change cannot be begun by us now.
    fn why_not_op(&self, op: &Op) -> Option<String> {
        if !self.link.is_up() {
            return Some(self.ui.t(tx::WHY_OFFLINE).to_owned());
        }
        let permission = op.permission();
        (!self.link.may(permission)).then(|| self.ui.f(tx::WHY_NOT_ALLOWED, &[permission.as_str()]))
    }

    /// Asks why something is to be done.
    pub(super) fn ask_why(&mut self, op: Op, targets: Vec<Target>) {
        if let Some(why) = self.why_not_op(&op) {
            self.shell.say(Role::Warn, why, self.ui.now);
            return;
        }
        let title = self.title(tx::ASK_REASON, &targets);
        self.shell.overlay = Some(Overlay::Question(Question::new(title, Ask::Ticket { op, targets })));
    }

    /// The reason of a change was given; says what is wrong with it.
    pub(super) fn answered(
        &mut self,
        op: Op,
        text: &str,
        targets: Vec<Target>,
        effects: &mut Vec<Effect>,
    ) -> Option<String> {
        if text.is_empty() {
            return Some(self.ui.t(tx::EMPTY_ANSWER).to_owned());
        }
        let (op, value) = match op {
            Op::Status(status, _) => {
                (Op::Status(status, Some(text.to_owned())), self.ui.t(words::status(status)).to_owned())
            }
            _ => (Op::Reopen(text.to_owned()), text.to_owned()),
        };
        self.propose(op, value, targets, effects);
        None
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
                let left_out = skipped.into_iter().map(|(target, why)| (target.number, why, Role::Warn));
                let chosen = targets.iter().map(|one| (one.number.clone(), one.title.clone(), Role::Text));
                let items =
                    left_out.chain(chosen).map(|(label, text, role)| Item { label, text, role }).collect();
                let (count, what) = (targets.len(), self.ui.f(op.name(), &[&value]));
                let title = format!("{what} · {}", self.ui.n(tx::N_TICKETS, count, &[]));
                let note = (!op.undoable()).then(|| self.ui.t(tx::NOT_UNDOABLE).to_owned());
                let agreed = Agreed::Tickets { op, value, targets };
                self.shell.overlay =
                    Some(Overlay::Confirm(Confirmation::new(agreed, title, items, count, note, how)));
            }
        }
    }

    /// Begins a confirmed change.
    pub(super) fn start(&mut self, op: Op, value: String, targets: Vec<Target>, effects: &mut Vec<Effect>) {
        let busy = || self.ops.busy().then(|| self.ui.t(tx::WHY_BUSY).to_owned());
        if let Some(why) = self.why_not_op(&op).or_else(busy) {
            self.shell.say(Role::Warn, why, self.ui.now);
            return;
        }
        if matches!(op, Op::Undo) {
            self.ops.undo_last();
        }
        let requests = self.ops.start(op, value, targets, self.ui.now);
        effects.extend(requests.into_iter().map(|request| Effect::Ask(Box::new(request))));
    }
}
