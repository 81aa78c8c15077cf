//! A filter being written: the list follows while one types.

use ratatui::layout::Rect;

use aglis_core::filter::{Filter, FilterError, Schema, complete};

use crate::app::Ui;
use crate::lang::texts as tx;
use crate::term::{Code, Key};
use crate::theme::Role;
use crate::widget::{Canvas, InputLine, span};

/// A filter being written.
#[derive(Debug)]
pub struct FilterLine {
    schema: &'static Schema,
    line: InputLine,
    /// The filter there was before.
    pub before: String,
    error: Option<FilterError>,
    completions: Vec<String>,
    at: usize,
}

/// What a key did.
#[derive(Debug)]
pub enum Outcome {
    /// Nothing to the filter.
    Open,
    /// The filter reads like this now.
    Changed(String),
    /// Give the old one back.
    Closed,
    /// Keep it.
    Kept,
}

impl FilterLine {
    /// Begins with the filter there is.
    #[must_use]
    pub fn new(schema: &'static Schema, text: &str) -> Self {
        let shown = if text.is_empty() { String::new() } else { format!("{text} ") };
        Self {
            schema,
            line: InputLine::with(&shown),
            before: text.to_owned(),
            error: None,
            completions: Vec::new(),
            at: 0,
        }
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key) -> Outcome {
        match (key.code, key.ctrl) {
            (Code::Esc, _) | (Code::Char('c'), true) => return Outcome::Closed,
            (Code::Enter, _) if self.error.is_none() => return Outcome::Kept,
            (Code::Enter, _) => return Outcome::Open,
            (Code::Tab, _) => {
                if self.completions.is_empty() {
                    self.completions = complete(self.schema, self.line.text());
                    self.at = 0;
                } else {
                    self.at = (self.at + 1) % self.completions.len();
                }
                let Some(text) = self.completions.get(self.at).cloned() else { return Outcome::Open };
                self.line.set(&text);
            }
            _ => {
                let before = self.line.text().to_owned();
                self.line.key(key);
                self.completions.clear();
                if self.line.text() == before {
                    return Outcome::Open;
                }
            }
        }
        self.read()
    }

    /// Puts in a pasted text.
    pub fn paste(&mut self, text: &str) -> Outcome {
        self.line.paste(text);
        self.read()
    }

    /// Reads the text. While a term is not yet right, the others apply without it.
    fn read(&mut self) -> Outcome {
        let text = self.line.text().trim().to_owned();
        match Filter::parse(self.schema, self.line.text()) {
            Ok(_) => {
                self.error = None;
                Outcome::Changed(text)
            }
            Err(error) => {
                let whole = self.line.text();
                let (head, tail) =
                    (whole.get(..error.at).unwrap_or_default(), whole.get(error.at..).unwrap_or_default());
                let rest = format!("{head}{}", tail.strip_prefix(error.term.as_str()).unwrap_or_default());
                self.error = Some(error);
                match Filter::parse(self.schema, &rest) {
                    Ok(_) => Outcome::Changed(rest.trim().to_owned()),
                    Err(_) => Outcome::Open,
                }
            }
        }
    }

    /// Draws it: the line, and below it what is wrong or what could follow.
    pub fn view(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect, found: &str) {
        canvas.clear(area);
        let y = area.y;
        canvas.spans(area.x, y, area.width, &[span("/ ", Role::Key), span(self.line.text(), Role::Text)]);
        canvas.right(area.right() - 1, y, 20, found, Role::Muted);
        canvas.cursor = Some((area.x + 2 + u16::try_from(self.line.cursor()).unwrap_or(0), y));
        match &self.error {
            Some(error) => {
                canvas.spans(
                    area.x + 1,
                    y + 1,
                    area.width - 1,
                    &[
                        span(canvas.theme.glyph(Role::Bad), Role::Bad),
                        span(" ", Role::Text),
                        span(error.to_string(), Role::Bad),
                    ],
                );
            }
            None => {
                let next: Vec<String> = complete(self.schema, self.line.text())
                    .iter()
                    .filter_map(|text| text.rsplit(char::is_whitespace).next().map(str::to_owned))
                    .collect();
                let text = if next.is_empty() { ui.t(tx::FILTER_HINT).to_owned() } else { next.join("  ") };
                canvas.text(area.x + 1, y + 1, area.width - 1, &text, Role::Muted);
            }
        }
    }
}
