//! The paper every widget draws on: text is made safe and made to fit here, and nowhere else.

use std::borrow::Cow;

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;
use ratatui::style::Style;

use crate::text;
use crate::theme::{Role, Theme};

/// A piece of text and what it means.
pub type Span<'a> = (Cow<'a, str>, Role);

/// Makes a [`Span`] of anything that is text.
pub fn span<'a>(text: impl Into<Cow<'a, str>>, role: Role) -> Span<'a> {
    (text.into(), role)
}

/// A frame being drawn.
#[derive(Debug)]
pub struct Canvas<'a> {
    buffer: &'a mut Buffer,
    /// How roles look.
    pub theme: Theme,
    /// Where the terminal's own cursor goes, if it is shown.
    pub cursor: Option<(u16, u16)>,
}

impl<'a> Canvas<'a> {
    /// Draws on a frame.
    pub fn new(buffer: &'a mut Buffer, theme: Theme) -> Self {
        Self { buffer, theme, cursor: None }
    }

    /// The whole frame.
    #[must_use]
    pub fn area(&self) -> Rect {
        self.buffer.area
    }

    /// What stands where something was cut off.
    #[must_use]
    pub const fn cut(&self) -> &'static str {
        self.theme.pick("…", "~")
    }

    /// Writes a text in at most `columns`, and says how many it took.
    pub fn text(&mut self, x: u16, y: u16, columns: u16, text: &str, role: Role) -> u16 {
        self.styled(x, y, columns, text, self.theme.style(role))
    }

    /// Writes a text in a given style.
    pub fn styled(&mut self, x: u16, y: u16, columns: u16, text: &str, style: Style) -> u16 {
        let area = self.buffer.area;
        if y >= area.bottom() || x >= area.right() || columns == 0 {
            return 0;
        }
        let columns = columns.min(area.right() - x);
        let clean = text::clean(text);
        let shown = if self.theme.unicode() { clean } else { Cow::Owned(text::ascii(&clean).into_owned()) };
        let fitted = text::fit(&shown, usize::from(columns), self.cut());
        self.buffer.set_stringn(x, y, &fitted, usize::from(columns), style).0 - x
    }

    /// Writes a text so that it ends at column `right` (exclusive).
    pub fn right(&mut self, right: u16, y: u16, columns: u16, text: &str, role: Role) {
        let width = u16::try_from(text::width(&text::clean(text))).unwrap_or(columns).min(columns).min(right);
        self.text(right - width, y, width, text, role);
    }

    /// Writes pieces one after the other, and says where it stopped.
    pub fn spans(&mut self, x: u16, y: u16, columns: u16, spans: &[Span<'_>]) -> u16 {
        let mut at = x;
        for (text, role) in spans {
            let left = (x + columns).saturating_sub(at);
            at += self.text(at, y, left, text, *role);
        }
        at
    }

    /// A line across `area` with a title on it.
    pub fn rule(&mut self, area: Rect, y: u16, title: &str) {
        let line = self.theme.line().repeat(usize::from(area.width));
        self.text(area.x, y, area.width, &line, Role::Muted);
        if !title.is_empty() {
            self.text(area.x + 1, y, area.width.saturating_sub(2), &format!(" {title} "), Role::Title);
        }
    }

    /// Blanks rows, for a panel over what was drawn.
    pub fn clear(&mut self, area: Rect) {
        for y in area.top()..area.bottom().min(self.buffer.area.bottom()) {
            for x in area.left()..area.right().min(self.buffer.area.right()) {
                self.buffer[(x, y)].reset();
            }
        }
    }

    /// Gives a run of cells the style of the cursor.
    pub fn mark_cursor(&mut self, x: u16, y: u16, columns: u16) {
        if y < self.buffer.area.bottom() {
            let columns = columns.min(self.buffer.area.right().saturating_sub(x));
            self.buffer.set_style(Rect::new(x, y, columns, 1), self.theme.style(Role::Cursor));
        }
    }

    /// A row of bars, one per value, as high as the value is against the highest.
    pub fn spark(&mut self, x: u16, y: u16, columns: u16, values: &[i64], role: Role) {
        const BARS: [&str; 8] = ["▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"];
        const STEPS: [&str; 8] = ["_", "_", ".", ".", "-", "=", "#", "#"];
        let bars = if self.theme.unicode() { BARS } else { STEPS };
        let highest = values.iter().copied().max().unwrap_or(0).max(1);
        let skip = values.len().saturating_sub(usize::from(columns));
        let line: String = values[skip..]
            .iter()
            .map(|value| {
                let level = usize::try_from(value.clamp(&0, &highest) * 7 / highest).unwrap_or(0);
                bars[level.min(7)]
            })
            .collect();
        self.text(x, y, columns, &line, role);
    }

    /// A bar filled to `percent`.
    pub fn gauge(&mut self, x: u16, y: u16, columns: u16, percent: i64, role: Role) {
        let full = u16::try_from(i64::from(columns) * percent.clamp(0, 100) / 100).unwrap_or(columns);
        self.text(x, y, full, &self.theme.pick("█", "#").repeat(usize::from(full)), role);
        let rest = columns - full;
        self.text(x + full, y, rest, &self.theme.pick("░", ".").repeat(usize::from(rest)), Role::Muted);
    }
}
