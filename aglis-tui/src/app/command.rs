//! What is done to tickets, the command bar, and why something cannot be done now.

use aglis_core::filter::{AUDIT, CUSTOMERS, Schema, TICKETS, complete};
use aglis_core::permission::Permission;
use aglis_core::technicians::Technician;
use aglis_core::tickets::{Assign, Candidate, Priority, ServiceType, TicketStatus};

use super::cx::{Cmd, Target};
use super::ops::{Confirm, Op, confirm};
use super::overlay::{Choice, Choose, Confirmation, FilterLine, Overlay, Pick, Question, Wants};
use super::{Effect, Model, Ui, View};
use crate::keymap::{ACTIONS, Act};
use crate::lang::{Lang, Text, texts as tx};
use crate::net::request::Request;
use crate::screen::words;
use crate::theme::{Paper, Role};

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
        let list = self.shell.view == View::Tickets && self.ticket.is_none();
        match act {
            Act::Status => operation(Permission::TicketStatus),
            Act::Assign => operation(Permission::TicketAssign),
            Act::Priority => operation(Permission::TicketPriority),
            Act::Reply => on_ticket(Permission::TicketComment),
            Act::Note => on_ticket(Permission::TicketNote),
            Act::Undo if self.ops.last().is_none() => say(tx::WHY_NOTHING_TO_UNDO),
            Act::Undo => changes(Permission::TicketRead),
            Act::Reconnect if self.link.retry_at().is_none() => say(tx::WHY_CONNECTED),
            Act::Mark | Act::MarkRange | Act::MarkAll | Act::Views if !list => say(tx::WHY_TICKET_LIST),
            Act::Filter if self.shell.view == View::Overview || self.ticket.is_some() => {
                say(tx::WHY_NO_FILTER)
            }
            Act::Freeze if !matches!(self.shell.view, View::Overview | View::Audit) => say(tx::WHY_NO_STREAM),
            Act::Reveal if self.ticket.is_none() && self.shell.view != View::Customers => {
                say(tx::WHY_NO_PERSON)
            }
            Act::Reveal => changes(Permission::CustomerReveal),
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
            _ => self.shell.overlay = Some(Overlay::Command(command_with("open "))),
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

    /// Begins to write a filter for what is shown.
    pub(super) fn begin_filter(&mut self) {
        let (schema, text) = self.filter_of();
        if let Some(schema) = schema {
            self.shell.overlay = Some(Overlay::Filter(FilterLine::new(schema, &text)));
        }
    }

    fn filter_of(&self) -> (Option<&'static Schema>, String) {
        match self.shell.view {
            View::Overview => (None, String::new()),
            View::Tickets => (Some(&TICKETS), self.tickets.filter_text().to_owned()),
            View::Customers => (Some(&CUSTOMERS), self.customers.filter_text().to_owned()),
            View::Audit => (Some(&AUDIT), self.audit.filter_text().to_owned()),
        }
    }

    /// Runs a line of the command bar.
    pub(super) fn run_command(&mut self, line: &str, effects: &mut Vec<Effect>) {
        let line = line.trim().trim_start_matches(':');
        if line.is_empty() {
            return;
        }
        self.shell.remember(line);
        let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
        let rest = rest.trim();
        let Some(act) = command(word) else {
            let text = self.ui.f(tx::NO_SUCH_COMMAND, &[word, &self.ui.keymap.hint(Act::Help)]);
            self.shell.say(Role::Bad, text, self.ui.now);
            return;
        };
        if rest.is_empty() {
            self.act(act, effects);
            return;
        }
        if let Some(why) = self.why_not(act) {
            self.shell.say(Role::Warn, why, self.ui.now);
            return;
        }
        if let Err(problem) = self.command_with_value(act, rest, effects) {
            self.shell.say(Role::Bad, problem, self.ui.now);
        }
    }

    fn command_with_value(&mut self, act: Act, rest: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
        let targets = self.targets();
        match act {
            Act::Filter => {
                if let (Some(schema), _) = self.filter_of() {
                    aglis_core::filter::Filter::parse(schema, rest).map_err(|error| error.to_string())?;
                }
                let (view, rest) = (self.shell.view, rest.to_owned());
                self.with(effects, |parts, cx| match view {
                    View::Overview => {}
                    View::Tickets => parts.tickets.set_filter(&rest, cx),
                    View::Customers => parts.customers.set_filter(&rest, cx),
                    View::Audit => parts.audit.set_filter(&rest, cx),
                });
            }
            Act::Goto => self.goto(rest, effects)?,
            Act::Status => {
                let status: TicketStatus =
                    rest.parse().map_err(|e: aglis_core::types::UnknownWord| e.to_string())?;
                self.picked(Pick::Status(status), targets, effects);
            }
            Act::Priority => {
                let priority: Priority =
                    rest.parse().map_err(|e: aglis_core::types::UnknownWord| e.to_string())?;
                self.picked(Pick::Priority(priority), targets, effects);
            }
            Act::Assign if rest == "auto" => {
                let assign = Assign { auto: true, ..Assign::default() };
                let name = self.ui.t(tx::AUTOMATIC).to_owned();
                self.picked(Pick::Assign(assign, name), targets, effects);
            }
            Act::Assign => {
                self.operate(Act::Assign, effects);
                if let Some(Overlay::Choose(choose)) = &mut self.shell.overlay {
                    choose.paste(rest);
                }
            }
            Act::Views => {
                let view = crate::screen::tickets::VIEWS
                    .iter()
                    .find(|(name, _)| self.ui.t(*name).to_lowercase().starts_with(&rest.to_lowercase()));
                let filter = view.map(|(_, filter)| (*filter).to_owned());
                let filter = filter.ok_or_else(|| self.ui.f(tx::NO_SUCH_VIEW, &[rest]))?;
                self.obey(Cmd::FilterTickets(filter), effects);
            }
            Act::Theme => {
                self.ui.paper_fixed = true;
                self.ui.theme = self.ui.theme.on(match rest {
                    "light" => Paper::Light,
                    "dark" => Paper::Dark,
                    _ => return Err(self.ui.t(tx::THEME_USE).to_owned()),
                });
            }
            Act::Language => {
                self.ui.lang = match rest {
                    "en" => Lang::En,
                    "id" => Lang::Id,
                    _ => return Err(self.ui.t(tx::LANG_USE).to_owned()),
                };
            }
            Act::Mouse => {
                let on = rest == "on";
                if self.ui.mouse != on {
                    self.act(Act::Mouse, effects);
                }
            }
            Act::Reply | Act::Note => {
                self.act(act, effects);
                if let Some(ticket) = &mut self.ticket {
                    ticket.paste(rest, self.ui.now);
                }
            }
            _ => self.act(act, effects),
        }
        Ok(())
    }

    fn goto(&mut self, number: &str, effects: &mut Vec<Effect>) -> Result<(), String> {
        let number = number.to_uppercase();
        if number.starts_with("AGLS") {
            self.show(View::Customers, effects);
            self.with(effects, |parts, cx| parts.customers.set_filter(&format!("no:{number}"), cx));
            return Ok(());
        }
        match self.tickets.store.by_number(&number) {
            Some(id) => self.open_ticket(id, effects),
            None if number.starts_with("TKT") => {
                self.obey(Cmd::FilterTickets(format!("no:{number}")), effects);
            }
            None => return Err(self.ui.f(tx::NO_SUCH_NUMBER, &[&number])),
        }
        Ok(())
    }

    /// What the command bar offers below what is written.
    #[must_use]
    pub fn command_candidates(&self, text: &str) -> Vec<(String, String)> {
        if text.contains(char::is_whitespace) {
            return self.complete_command(text).into_iter().map(|text| (text, String::new())).collect();
        }
        let commands = ACTIONS.iter().filter_map(|action| action.command.map(|name| (name, action)));
        commands
            .filter(|(name, _)| name.starts_with(text))
            .map(|(name, action)| {
                let why = self.why_not(action.act).map(|why| format!(" ({why})")).unwrap_or_default();
                (name.to_owned(), format!("{}{why}", self.ui.t(action.help)))
            })
            .collect()
    }

    /// The ways a command could go on, each as the whole line.
    #[must_use]
    pub fn complete_command(&self, text: &str) -> Vec<String> {
        let Some((word, rest)) = text.split_once(char::is_whitespace) else {
            return ACTIONS
                .iter()
                .filter_map(|action| action.command)
                .filter(|name| name.starts_with(text))
                .map(str::to_owned)
                .collect();
        };
        let values: Vec<String> = match command(word) {
            Some(Act::Status) => TicketStatus::ALL.iter().map(ToString::to_string).collect(),
            Some(Act::Priority) => Priority::ALL.iter().map(ToString::to_string).collect(),
            Some(Act::Assign) => std::iter::once("auto".to_owned())
                .chain(self.tickets.people().iter().map(|name| name.to_lowercase()))
                .collect(),
            Some(Act::Theme) => vec!["light".into(), "dark".into()],
            Some(Act::Language) => vec!["en".into(), "id".into()],
            Some(Act::Mouse) => vec!["on".into(), "off".into()],
            Some(Act::Views) => crate::screen::tickets::VIEWS
                .iter()
                .map(|(name, _)| self.ui.t(*name).to_lowercase())
                .collect(),
            Some(Act::Filter) => match self.filter_of().0 {
                Some(schema) => complete(schema, rest),
                None => Vec::new(),
            },
            _ => Vec::new(),
        };
        let rest = rest.to_lowercase();
        values
            .into_iter()
            .filter(|value| value.starts_with(&rest))
            .map(|value| format!("{word} {value}"))
            .collect()
    }
}

/// The action a command word stands for: the word itself, or the start of only one.
fn command(word: &str) -> Option<Act> {
    let commands = || ACTIONS.iter().filter_map(|action| action.command.map(|name| (name, action.act)));
    if let Some((_, act)) = commands().find(|(name, _)| *name == word) {
        return Some(act);
    }
    let mut starting = commands().filter(|(name, _)| name.starts_with(word));
    match (starting.next(), starting.next()) {
        (Some((_, act)), None) => Some(act),
        _ => None,
    }
}

fn command_with(text: &str) -> super::overlay::CommandLine {
    let mut command = super::overlay::CommandLine::default();
    command.line.set(text);
    command
}

/// Why a change cannot be made to a ticket, as far as can be told from here.
fn refusal(ui: &Ui, op: &Op, target: &Target) -> Option<String> {
    let status = || ui.t(words::status(target.status));
    match op {
        Op::Status(to, _) if *to == target.status => Some(ui.f(tx::ALREADY, &[status()])),
        Op::Status(to, _) if !target.status.allows(*to) => {
            Some(ui.f(tx::CANNOT_BECOME, &[status(), ui.t(words::status(*to))]))
        }
        Op::Complete(..) if !target.status.allows(TicketStatus::Completed) => {
            Some(ui.f(tx::CANNOT_BECOME, &[status(), ui.t(words::status(TicketStatus::Completed))]))
        }
        Op::Reopen(_) if target.status != TicketStatus::Completed => Some(ui.f(tx::ALREADY, &[status()])),
        Op::Priority(_) | Op::Assign(..) if !target.status.is_open() => Some(ui.f(tx::ALREADY, &[status()])),
        _ => None,
    }
}

fn status_choices(ui: &Ui, targets: &[Target]) -> Vec<Choice> {
    let mut choices: Vec<Choice> = TicketStatus::ALL
        .iter()
        .map(|status| {
            let fit = targets.iter().filter(|target| target.status.allows(*status)).count();
            let disabled = (fit == 0).then(|| match targets {
                [one] if one.status == *status => ui.t(tx::IS_NOW).to_owned(),
                [one] => {
                    ui.f(tx::CANNOT_BECOME, &[ui.t(words::status(one.status)), ui.t(words::status(*status))])
                }
                _ => ui.t(tx::FITS_NONE).to_owned(),
            });
            let (glyph, role) = words::status_glyph(ui.theme, *status);
            Choice {
                label: format!("{glyph} {}", ui.t(words::status(*status))),
                detail: if targets.len() > 1 {
                    ui.f(tx::FITS, &[&fit.to_string(), &targets.len().to_string()])
                } else {
                    String::new()
                },
                role,
                disabled,
                pick: Pick::Status(*status),
            }
        })
        .collect();
    if targets.iter().any(|target| target.status == TicketStatus::Completed) {
        choices.push(Choice {
            label: ui.t(tx::REOPEN).to_owned(),
            detail: ui.t(tx::REOPEN_WHEN).to_owned(),
            role: Role::Text,
            disabled: None,
            pick: Pick::Reopen,
        });
    }
    choices
}

fn priority_choices(ui: &Ui) -> Vec<Choice> {
    let choice = |priority: &Priority| {
        let (glyph, role) = words::priority_glyph(ui.theme, *priority);
        Choice {
            label: format!("{glyph} {}", ui.t(words::priority(*priority))),
            detail: ui.t(words::priority_time(*priority)).to_owned(),
            role,
            disabled: None,
            pick: Pick::Priority(*priority),
        }
    };
    Priority::ALL.iter().map(choice).collect()
}

fn automatic(ui: &Ui) -> Choice {
    Choice {
        label: ui.t(tx::AUTOMATIC).to_owned(),
        detail: ui.t(tx::AUTOMATIC_HOW).to_owned(),
        role: Role::Info,
        disabled: None,
        pick: Pick::Assign(Assign { auto: true, ..Assign::default() }, ui.t(tx::AUTOMATIC).to_owned()),
    }
}

/// Candidates for one ticket, with the reasons.
pub(super) fn candidate_choices(ui: &Ui, candidates: &[Candidate]) -> Vec<Choice> {
    let choice = |candidate: &Candidate| {
        let glyph = if candidate.eligible { ui.theme.glyph(Role::Ok) } else { ui.theme.glyph(Role::Warn) };
        Choice {
            label: format!("{glyph} {}", candidate.name),
            detail: format!("{} · {}", candidate.score, candidate.reasons.join("; ")),
            role: if candidate.eligible { Role::Text } else { Role::Muted },
            disabled: None,
            pick: Pick::Assign(
                Assign { lead_id: Some(candidate.technician_id), ..Assign::default() },
                candidate.name.clone(),
            ),
        }
    };
    std::iter::once(automatic(ui)).chain(candidates.iter().map(choice)).collect()
}

/// Everybody, for many tickets.
pub(super) fn technician_choices(ui: &Ui, people: &[Technician]) -> Vec<Choice> {
    let choice = |person: &Technician| Choice {
        label: person.name.clone(),
        detail: ui.f(
            tx::LOAD,
            &[
                &person.open_tickets.to_string(),
                &person.daily_maximum.to_string(),
                person.availability.as_str(),
            ],
        ),
        role: Role::Text,
        disabled: None,
        pick: Pick::Assign(Assign { lead_id: Some(person.id), ..Assign::default() }, person.name.clone()),
    };
    std::iter::once(automatic(ui)).chain(people.iter().map(choice)).collect()
}
