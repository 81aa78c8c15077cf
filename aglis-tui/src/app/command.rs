//! What is done to tickets, the command bar, and why something cannot be done now.

use aglis_core::filter::{AUDIT, CUSTOMERS, JOBS, Schema, TICKETS, complete};
use aglis_core::queue::{JobState, QueueName};
use aglis_core::tickets::{Assign, Priority, TicketStatus};

use super::cx::Cmd;
use super::overlay::{FilterLine, Overlay, Pick};
use super::{Effect, Model, View};
use crate::keymap::{ACTIONS, Act, Action, Scope};
use crate::lang::{Lang, texts as tx};
use crate::screen::words;
use crate::theme::{Paper, Role};

impl Model {
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
            View::Queue => (Some(&JOBS), self.queue.filter_text().to_owned()),
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
        let Some(act) = self.command(word) else {
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
                    View::Queue => parts.queue.set_filter(&rest, cx),
                    View::Customers => parts.customers.set_filter(&rest, cx),
                    View::Audit => parts.audit.set_filter(&rest, cx),
                });
            }
            Act::Goto => self.goto(rest, effects)?,
            Act::Export => self.export(Some(rest), effects),
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
            Act::JobSnooze | Act::Pause | Act::Resume | Act::Clean => self.steer_with(act, rest, effects)?,
            Act::Views if self.shell.view == View::Queue => {
                let state =
                    self.job_states().into_iter().find(|(name, _)| name.starts_with(&rest.to_lowercase()));
                let (_, state) = state.ok_or_else(|| self.ui.f(tx::NO_SUCH_STATE, &[rest]))?;
                self.obey(Cmd::ShowJobs(state), effects);
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
                let lang = match rest {
                    "en" => Lang::En,
                    "id" => Lang::Id,
                    _ => return Err(self.ui.t(tx::LANG_USE).to_owned()),
                };
                self.speak(lang, effects);
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
        self.commands()
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
            let names = self.commands().map(|(name, _)| name);
            return names.filter(|name| name.starts_with(text)).map(str::to_owned).collect();
        };
        let queues = || QueueName::ALL.iter().map(ToString::to_string).chain(["all".to_owned()]);
        let values: Vec<String> = match self.command(word) {
            Some(Act::Status) => TicketStatus::ALL.iter().map(ToString::to_string).collect(),
            Some(Act::Priority) => Priority::ALL.iter().map(ToString::to_string).collect(),
            Some(Act::Assign) => std::iter::once("auto".to_owned())
                .chain(self.tickets.people().iter().map(|name| name.to_lowercase()))
                .collect(),
            Some(Act::Theme) => vec!["light".into(), "dark".into()],
            Some(Act::Language) => vec!["en".into(), "id".into()],
            Some(Act::Mouse) => vec!["on".into(), "off".into()],
            Some(Act::Views) if self.shell.view == View::Queue => {
                self.job_states().into_iter().map(|(name, _)| name).collect()
            }
            Some(Act::Pause) => queues().collect(),
            Some(Act::Resume) => {
                let paused = self.queue.paused();
                queues()
                    .filter(|name| paused.iter().any(|queue| queue.as_str() == name) || name == "all")
                    .collect()
            }
            Some(Act::Clean) => ["7", "30", "dead", "dead 30", "dead 90"].map(str::to_owned).to_vec(),
            Some(Act::JobSnooze) => ["15m", "1h", "4h", "1d", "07.30"].map(str::to_owned).to_vec(),
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

    /// The words of the command bar. Of two actions with the same word, the one that is heard on this screen has it.
    fn commands(&self) -> impl Iterator<Item = (&'static str, &'static Action)> {
        let queue = self.shell.view == View::Queue;
        let heard = move |action: &Action| match action.scope {
            Scope::Queue => queue,
            Scope::Ticket => !queue,
            Scope::Anywhere | Scope::List | Scope::Editor => true,
        };
        let named = |action: &'static Action| action.command.map(|name| (name, action));
        ACTIONS.iter().filter_map(named).filter(move |(name, action)| {
            heard(action)
                || !ACTIONS
                    .iter()
                    .any(|other| other.command == Some(*name) && other.act != action.act && heard(other))
        })
    }

    /// The action a command word stands for: the word itself, the start of only one, or of several the one whose key it
    /// is.
    fn command(&self, word: &str) -> Option<Act> {
        if let Some((_, action)) = self.commands().find(|(name, _)| *name == word) {
            return Some(action.act);
        }
        let starting: Vec<Act> = self
            .commands()
            .filter(|(name, _)| name.starts_with(word))
            .map(|(_, action)| action.act)
            .collect();
        match starting.as_slice() {
            [one] => Some(*one),
            several => several.iter().copied().find(|act| self.ui.keymap.all_hints(*act) == word),
        }
    }

    /// The names of the states of jobs, in the language of the screen.
    fn job_states(&self) -> Vec<(String, JobState)> {
        let name = |state: JobState| self.ui.t(words::job(self.ui.theme, state).1).to_lowercase();
        crate::screen::queue::STATES.iter().map(|state| (name(*state), *state)).collect()
    }
}
