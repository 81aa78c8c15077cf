//! Lines of text asked for: the command bar, and single questions.

use ratatui::layout::Rect;

use aglis_core::queue::QueueName;

use crate::app::Ui;
use crate::app::cx::Target;
use crate::app::ops::Op;
use crate::lang::texts as tx;
use crate::screen::queue::Whom;
use crate::term::{Code, Key};
use crate::theme::Role;
use crate::widget::{Canvas, InputLine, span};

/// The command bar.
#[derive(Debug, Default)]
pub struct CommandLine {
    /// What is being written.
    pub line: InputLine,
    /// How far back in the history one is, and what was being written before.
    back: Option<(usize, String)>,
    /// Completions being gone through.
    completions: Vec<String>,
    at: usize,
}

/// What a key did.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Still writing.
    Open,
    /// Given up.
    Closed,
    /// This was entered.
    Entered(String),
}

impl CommandLine {
    /// A command bar with a command begun.
    #[must_use]
    pub fn with(text: &str) -> Self {
        Self { line: InputLine::with(text), ..Self::default() }
    }

    /// Takes a key. `complete` says how the text could go on.
    pub fn key(&mut self, key: Key, history: &[String], complete: &dyn Fn(&str) -> Vec<String>) -> Outcome {
        match (key.code, key.ctrl) {
            (Code::Esc, _) | (Code::Char('c'), true) => return Outcome::Closed,
            (Code::Enter, _) => return Outcome::Entered(self.line.text().trim().to_owned()),
            (Code::Backspace, _) if self.line.text().is_empty() => return Outcome::Closed,
            (Code::Tab, _) => self.complete(1, complete),
            (Code::BackTab, _) => self.complete(-1, complete),
            (Code::Up, _) | (Code::Char('p'), true) => self.recall(history, 1),
            (Code::Down, _) | (Code::Char('n'), true) => self.recall(history, -1),
            _ => {
                self.line.key(key);
                self.completions.clear();
                self.back = None;
            }
        }
        Outcome::Open
    }

    fn complete(&mut self, way: isize, complete: &dyn Fn(&str) -> Vec<String>) {
        if self.completions.is_empty() {
            self.completions = complete(self.line.text());
            self.at = if way > 0 { 0 } else { self.completions.len().saturating_sub(1) };
        } else {
            let count = self.completions.len().cast_signed();
            self.at = (self.at.cast_signed() + way).rem_euclid(count).cast_unsigned();
        }
        if let Some(text) = self.completions.get(self.at) {
            self.line.set(text);
        }
        if self.completions.len() == 1 {
            self.completions.clear();
        }
    }

    fn recall(&mut self, history: &[String], way: isize) {
        let (at, written) = self.back.clone().unwrap_or((0, self.line.text().to_owned()));
        let at = at.saturating_add_signed(way).min(history.len());
        let text = history.len().checked_sub(at).and_then(|index| history.get(index)).unwrap_or(&written);
        self.line.set(&text.clone());
        self.back = Some((at, written));
        self.completions.clear();
    }

    /// Draws it on one row, with what could follow above it.
    pub fn view(&self, canvas: &mut Canvas<'_>, area: Rect, candidates: &[(String, String)]) {
        let y = area.bottom() - 1;
        canvas.clear(area);
        let shown = candidates.len().min(usize::from(area.height - 1));
        for (line, (name, help)) in candidates.iter().take(shown).enumerate() {
            let y = y - u16::try_from(shown - line).unwrap_or(0);
            canvas.text(area.x + 1, y, 24, name, Role::Key);
            canvas.text(area.x + 26, y, area.width.saturating_sub(26), help, Role::Muted);
        }
        canvas.spans(area.x, y, area.width, &[span(":", Role::Key), span(self.line.text(), Role::Text)]);
        canvas.cursor = Some((area.x + 1 + u16::try_from(self.line.cursor()).unwrap_or(0), y));
    }
}

/// What the answer to a question is for.
#[derive(Debug, Clone)]
pub enum Ask {
    /// The reason of a change of tickets.
    Ticket {
        /// The change, without the reason.
        op: Op,
        /// For which tickets.
        targets: Vec<Target>,
    },
    /// The reason why a queue, or all of them, is to stand still.
    Pause(Option<QueueName>),
    /// Until when jobs are to wait.
    Snooze(Box<Whom>),
}

/// A question for a line of text.
#[derive(Debug)]
pub struct Question {
    /// What is asked.
    pub title: String,
    /// What the answer is for.
    pub ask: Ask,
    /// What is being written.
    pub line: InputLine,
    /// What is wrong with what was entered.
    pub problem: Option<String>,
}

impl Question {
    /// Asks.
    #[must_use]
    pub fn new(title: String, ask: Ask) -> Self {
        Self { title, ask, line: InputLine::default(), problem: None }
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key) -> Outcome {
        match key.code {
            Code::Esc => return Outcome::Closed,
            Code::Enter => return Outcome::Entered(self.line.text().trim().to_owned()),
            _ => {
                self.line.key(key);
                self.problem = None;
            }
        }
        Outcome::Open
    }

    /// Draws it in three rows.
    pub fn view(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        canvas.clear(area);
        canvas.rule(area, area.y, &self.title);
        let text = self.line.text();
        let room = usize::from(area.width.saturating_sub(3));
        let skip = (self.line.cursor() + 1).saturating_sub(room);
        let tail: String = text.chars().skip(skip).collect();
        canvas.text(area.x + 1, area.y + 1, area.width - 2, &tail, Role::Text);
        let column = self.line.cursor() - skip;
        canvas.cursor = Some((area.x + 1 + u16::try_from(column).unwrap_or(0), area.y + 1));
        match &self.problem {
            Some(problem) => {
                canvas.spans(
                    area.x + 1,
                    area.y + 2,
                    area.width - 1,
                    &[
                        span(canvas.theme.glyph(Role::Bad), Role::Bad),
                        span(" ", Role::Text),
                        span(problem.as_str(), Role::Bad),
                    ],
                );
            }
            None => {
                let hint = match self.ask {
                    Ask::Ticket { .. } => tx::QUESTION_HINT,
                    Ask::Pause(_) => tx::PAUSE_HINT,
                    Ask::Snooze(_) => tx::SNOOZE_HINT,
                };
                canvas.text(area.x + 1, area.y + 2, area.width - 1, ui.t(hint), Role::Muted);
            }
        }
    }
}
