//! Are you sure: what will be done to what, and how to say yes.

use ratatui::layout::Rect;

use crate::app::Ui;
use crate::app::cx::Target;
use crate::app::ops::{Confirm, Op};
use crate::lang::texts as tx;
use crate::term::{Code, Key};
use crate::theme::Role;
use crate::widget::{Canvas, InputLine, span};

/// A change that waits for a yes.
#[derive(Debug)]
pub struct Confirmation {
    /// What.
    pub op: Op,
    /// Its value, in words.
    pub value: String,
    /// To which tickets.
    pub targets: Vec<Target>,
    /// Tickets left out, and why.
    pub skipped: Vec<(Target, String)>,
    /// How yes is said.
    pub how: Confirm,
    typed: InputLine,
}

/// What a key did.
#[derive(Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Still asking.
    Open,
    /// No.
    No,
    /// Yes.
    Yes,
}

impl Confirmation {
    /// Asks.
    #[must_use]
    pub fn new(
        op: Op,
        value: String,
        targets: Vec<Target>,
        skipped: Vec<(Target, String)>,
        how: Confirm,
    ) -> Self {
        Self { op, value, targets, skipped, how, typed: InputLine::default() }
    }

    fn count(&self) -> String {
        self.targets.len().to_string()
    }

    /// Takes a key. Where the count is asked for, Enter alone means no.
    pub fn key(&mut self, key: Key) -> Outcome {
        match key.code {
            Code::Esc => return Outcome::No,
            Code::Enter if self.how == Confirm::Enter => return Outcome::Yes,
            Code::Enter if self.typed.text().trim() == self.count() => return Outcome::Yes,
            Code::Enter if self.typed.text().trim().is_empty() => return Outcome::No,
            Code::Char('q' | 'n') if self.how == Confirm::Enter => return Outcome::No,
            _ if self.how == Confirm::Count => {
                self.typed.key(key);
            }
            _ => {}
        }
        Outcome::Open
    }

    /// Rows it wants.
    #[must_use]
    pub fn height(&self) -> u16 {
        u16::try_from(self.targets.len() + self.skipped.len()).unwrap_or(9).min(9) + 3
    }

    /// Draws it.
    pub fn view(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        canvas.clear(area);
        let title = format!(
            "{} · {}",
            ui.f(self.op.name(), &[&self.value]),
            ui.n(tx::N_TICKETS, self.targets.len(), &[])
        );
        canvas.rule(area, area.y, &title);
        let rows = usize::from(area.height.saturating_sub(3));
        let skipped = self.skipped.iter().map(|(target, why)| (target, why.as_str(), Role::Warn));
        let lines: Vec<_> = skipped
            .chain(self.targets.iter().map(|target| (target, target.title.as_str(), Role::Text)))
            .collect();
        for (line, (target, text, role)) in lines.iter().take(rows).enumerate() {
            let y = area.y + 1 + u16::try_from(line).unwrap_or(0);
            let more = lines.len() - rows.min(lines.len());
            if line + 1 == rows && more > 0 {
                canvas.text(
                    area.x + 2,
                    y,
                    area.width,
                    &ui.f(tx::AND_MORE, &[&(more + 1).to_string()]),
                    Role::Muted,
                );
                break;
            }
            let glyph = if *role == Role::Warn { canvas.theme.glyph(Role::Warn) } else { " " };
            canvas.spans(
                area.x + 1,
                y,
                area.width - 1,
                &[
                    span(glyph, *role),
                    span(" ", Role::Text),
                    span(target.number.as_str(), Role::Key),
                    span("  ", Role::Text),
                    span(*text, *role),
                ],
            );
        }
        let y = area.bottom() - 2;
        if !self.op.undoable() {
            canvas.text(area.x + 2, y, area.width - 2, ui.t(tx::NOT_UNDOABLE), Role::Warn);
        }
        let y = area.bottom() - 1;
        if self.how == Confirm::Enter {
            canvas.text(area.x + 1, y, area.width - 1, ui.t(tx::CONFIRM_ENTER), Role::Text);
        } else {
            let prompt = ui.f(tx::CONFIRM_COUNT, &[&self.count()]);
            let end = canvas.spans(
                area.x + 1,
                y,
                area.width - 1,
                &[span(prompt, Role::Text), span(" ", Role::Text), span(self.typed.text(), Role::Key)],
            );
            canvas.cursor = Some((end, y));
        }
    }
}
