//! Keys while something lies over the screen.

use super::{Overlay, choose, completion, confirm, filter, help, line};
use crate::app::cx::Cx;
use crate::app::{Effect, Model, View};
use crate::term::Key;
use crate::theme::Role;

impl Model {
    pub(in crate::app) fn overlay_key(&mut self, key: Key, effects: &mut Vec<Effect>) {
        let Some(mut overlay) = self.shell.overlay.take() else { return };
        match &mut overlay {
            Overlay::Help(help) => match help.key(&self.ui, key) {
                help::Outcome::Closed => return,
                help::Outcome::Run(act) => return self.act(act, effects),
                help::Outcome::Refused(why) => self.shell.say(Role::Warn, why, self.ui.now),
                help::Outcome::Open => {}
            },
            Overlay::Command(command) => {
                let outcome = command.key(key, &self.shell.history, &|text| self.complete_command(text));
                match outcome {
                    line::Outcome::Closed => return,
                    line::Outcome::Entered(text) => return self.run_command(&text, effects),
                    line::Outcome::Open => {}
                }
            }
            Overlay::Filter(line) => {
                let outcome = line.key(key);
                let before = line.before.clone();
                if self.filtered(outcome, &before, effects) {
                    return;
                }
            }
            Overlay::Choose(choose) => match choose.key(key) {
                choose::Outcome::Closed => return,
                choose::Outcome::Chosen(pick) => {
                    let targets = std::mem::take(&mut choose.targets);
                    return self.picked(pick, targets, effects);
                }
                choose::Outcome::Refused(why) => self.shell.say(Role::Warn, why, self.ui.now),
                choose::Outcome::Open => {}
            },
            Overlay::Question(question) => match question.key(key) {
                line::Outcome::Closed => return,
                line::Outcome::Entered(text) => {
                    let problem = match question.ask.clone() {
                        line::Ask::Ticket { op, targets } => self.answered(op, &text, targets, effects),
                        ask => self.steering_answered(&ask, &text, effects),
                    };
                    match problem {
                        None => return,
                        problem => question.problem = problem,
                    }
                }
                line::Outcome::Open => {}
            },
            Overlay::Completion(form) => match form.key(&self.ui, key) {
                completion::Outcome::Closed => {
                    if let Overlay::Completion(form) = overlay {
                        self.shell.unfinished = Some(form);
                    }
                    return;
                }
                completion::Outcome::Ready(data) => {
                    if let Overlay::Completion(form) = overlay {
                        self.filled_in(form, data, effects);
                    }
                    return;
                }
                completion::Outcome::Open => {}
            },
            Overlay::Confirm(question) => match question.key(key) {
                confirm::Outcome::No => return,
                confirm::Outcome::Yes => {
                    return match question.agreed.take() {
                        Some(confirm::Agreed::Tickets { op, value, targets }) => {
                            self.start(op, value, targets, effects);
                        }
                        Some(confirm::Agreed::Jobs(plan)) => self.begin(*plan, effects),
                        Some(confirm::Agreed::Clean(clean)) => self.clean(clean, effects),
                        None => {}
                    };
                }
                confirm::Outcome::Open => {}
            },
            Overlay::Results(results) => {
                if results.key(key) {
                    return;
                }
            }
        }
        self.shell.overlay = Some(overlay);
        self.ask_odps(effects);
    }

    pub(in crate::app) fn overlay_paste(&mut self, text: &str, effects: &mut Vec<Effect>) {
        let Some(mut overlay) = self.shell.overlay.take() else { return };
        match &mut overlay {
            Overlay::Command(command) => command.line.paste(text),
            Overlay::Question(question) => question.line.paste(text),
            Overlay::Choose(choose) => choose.paste(text),
            Overlay::Completion(form) => form.paste(&self.ui, text),
            Overlay::Filter(line) => {
                let outcome = line.paste(text);
                let before = line.before.clone();
                self.filtered(outcome, &before, effects);
            }
            Overlay::Help(_) | Overlay::Confirm(_) | Overlay::Results(_) => {}
        }
        self.shell.overlay = Some(overlay);
    }

    /// Applies what the filter line says; true when it closes.
    fn filtered(&mut self, outcome: filter::Outcome, before: &str, effects: &mut Vec<Effect>) -> bool {
        let (view, closes) =
            (self.shell.view, matches!(outcome, filter::Outcome::Closed | filter::Outcome::Kept));
        let apply = |parts: &mut crate::app::update::Parts<'_>, cx: &mut Cx<'_>, text: &str| match view {
            View::Overview => {}
            View::Tickets => parts.tickets.set_filter(text, cx),
            View::Queue => parts.queue.set_filter(text, cx),
            View::Customers => parts.customers.set_filter(text, cx),
            View::Audit => parts.audit.set_filter(text, cx),
        };
        match outcome {
            filter::Outcome::Changed(text) => self.with(effects, |parts, cx| apply(parts, cx, &text)),
            filter::Outcome::Closed => self.with(effects, |parts, cx| apply(parts, cx, before)),
            filter::Outcome::Open | filter::Outcome::Kept => {}
        }
        closes
    }
}
