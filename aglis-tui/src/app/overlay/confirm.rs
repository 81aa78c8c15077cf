//! Are you sure: what will be done to what, and how to say yes.

use ratatui::layout::Rect;

use aglis_core::queue::CleanJobs;

use crate::app::Ui;
use crate::app::cx::Target;
use crate::app::ops::{Confirm, Op};
use crate::app::steer::Plan;
use crate::lang::texts as tx;
use crate::term::{Code, Key};
use crate::theme::Role;
use crate::widget::{Canvas, InputLine, span};

/// A change that waits for a yes.
#[derive(Debug)]
pub struct Confirmation {
    /// What is begun with a yes; taken out then.
    pub agreed: Option<Agreed>,
    title: String,
    items: Vec<Item>,
    count: usize,
    note: Option<String>,
    /// How yes is said.
    pub how: Confirm,
    typed: InputLine,
}

/// What is begun with a yes.
#[derive(Debug)]
pub enum Agreed {
    /// A change of tickets.
    Tickets {
        /// What.
        op: Op,
        /// Its value, in words.
        value: String,
        /// To which.
        targets: Vec<Target>,
    },
    /// An action on jobs.
    Jobs(Box<Plan>),
    /// Ended jobs are forgotten.
    Clean(CleanJobs),
}

/// One line of the preview; a warning says why something is left out.
#[derive(Debug)]
pub struct Item {
    /// Which thing.
    pub label: String,
    /// What it is about, or why it is left out.
    pub text: String,
    /// How the text looks.
    pub role: Role,
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
    /// Asks about so many things; `items` are shown as far as they fit, `note` below them.
    #[must_use]
    pub fn new(
        agreed: Agreed,
        title: String,
        items: Vec<Item>,
        count: usize,
        note: Option<String>,
        how: Confirm,
    ) -> Self {
        Self { agreed: Some(agreed), title, items, count, note, how, typed: InputLine::default() }
    }

    fn count(&self) -> String {
        self.count.to_string()
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
        u16::try_from(self.items.len()).unwrap_or(9).min(9) + 3
    }

    /// Draws it.
    pub fn view(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        canvas.clear(area);
        canvas.rule(area, area.y, &self.title);
        let rows = usize::from(area.height.saturating_sub(3));
        for (line, Item { label, text, role }) in self.items.iter().take(rows).enumerate() {
            let y = area.y + 1 + u16::try_from(line).unwrap_or(0);
            let more = self.items.len() - rows.min(self.items.len());
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
                    span(label.as_str(), Role::Key),
                    span("  ", Role::Text),
                    span(text.as_str(), *role),
                ],
            );
        }
        let y = area.bottom() - 2;
        if let Some(note) = &self.note {
            canvas.text(area.x + 2, y, area.width - 2, note, Role::Warn);
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
