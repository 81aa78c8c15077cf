//! How a change of many ended: what failed, and why.

use ratatui::layout::Rect;

use crate::app::Ui;
use crate::lang::texts as tx;
use crate::term::{Code, Key};
use crate::theme::Role;
use crate::widget::{Canvas, ListCursor, Move, span};

/// A report on the screen.
#[derive(Debug)]
pub struct Results {
    done: usize,
    failed: Vec<(String, String)>,
    cursor: ListCursor,
}

impl Results {
    /// Shows how many were done, and which were not and why.
    #[must_use]
    pub fn new(done: usize, failed: Vec<(String, String)>) -> Self {
        Self { done, failed, cursor: ListCursor::default() }
    }

    /// Takes a key; true when it closes.
    pub fn key(&mut self, key: Key) -> bool {
        let length = self.failed.len();
        match key.code {
            Code::Down | Code::Char('j') => self.cursor.go(Move::By(1), length),
            Code::Up | Code::Char('k') => self.cursor.go(Move::By(-1), length),
            Code::Esc | Code::Enter | Code::Char('q') => return true,
            _ => {}
        }
        false
    }

    /// Rows it wants.
    #[must_use]
    pub fn height(&self) -> u16 {
        u16::try_from(self.failed.len()).unwrap_or(10).min(10) + 2
    }

    /// Draws it.
    pub fn view(&mut self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        canvas.clear(area);
        let (done, failed) = (self.done.to_string(), self.failed.len().to_string());
        canvas.rule(area, area.y, &ui.f(tx::RESULTS, &[&done, &failed]));
        self.cursor.height = usize::from(area.height.saturating_sub(2));
        self.cursor.keep(self.failed.len());
        for (line, index) in self.cursor.visible(self.failed.len()).enumerate() {
            let (label, why) = &self.failed[index];
            let y = area.y + 1 + u16::try_from(line).unwrap_or(0);
            canvas.spans(
                area.x + 1,
                y,
                area.width - 1,
                &[
                    span(canvas.theme.glyph(Role::Bad), Role::Bad),
                    span(" ", Role::Text),
                    span(label.as_str(), Role::Key),
                    span("  ", Role::Text),
                    span(why.as_str(), Role::Text),
                ],
            );
        }
        canvas.text(area.x + 1, area.bottom() - 1, area.width - 1, ui.t(tx::CLOSE_HINT), Role::Muted);
    }
}
