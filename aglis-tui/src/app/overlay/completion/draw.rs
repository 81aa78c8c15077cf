//! How a completion looks.

use ratatui::layout::Rect;

use super::{Completion, Form, Line, fields::Field};
use crate::app::Ui;
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::text;
use crate::theme::Role;
use crate::widget::{Canvas, span};

/// Columns of what a line is called.
const LABELS: u16 = 26;
/// Rows below the lines, for what is wrong or what to press: at least and at most.
const FOOT: (u16, u16) = (2, 3);

impl Completion {
    /// Rows it wants.
    #[must_use]
    pub fn height(&self) -> u16 {
        let lines = self.form.as_ref().map_or(1, |form| form.lines.len());
        u16::try_from(lines).unwrap_or(20).min(40) + 1 + FOOT.0
    }

    /// Draws it.
    pub fn view(&mut self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        canvas.clear(area);
        canvas.rule(area, area.y, &format!("{} · {}", ui.t(tx::TITLE_COMPLETE), self.target.number));
        let Some(form) = &self.form else {
            canvas.text(area.x + 2, area.y + 1, area.width - 2, ui.t(tx::LOADING), Role::Muted);
            return;
        };
        let (foot, role) = self.foot(ui, form);
        let foot = text::wrap(&foot, usize::from(area.width.saturating_sub(4)));
        let foot_rows = u16::try_from(foot.len()).unwrap_or(FOOT.1).clamp(FOOT.0, FOOT.1);
        self.cursor.height = usize::from(area.height.saturating_sub(1 + foot_rows)).max(1);
        self.cursor.keep(form.lines.len());
        for (row, index) in self.cursor.visible(form.lines.len()).enumerate() {
            let y = area.y + 1 + u16::try_from(row).unwrap_or(0);
            let here = index == self.cursor.at;
            if here {
                canvas.text(area.x + 1, y, 1, canvas.theme.glyph(Role::Cursor), Role::Key);
            }
            form.view_line(
                ui,
                canvas,
                Rect { x: area.x + 2, y, width: area.width - 2, height: 1 },
                index,
                here,
            );
        }
        let y = area.bottom().saturating_sub(foot_rows);
        for (row, line) in (0..foot_rows).zip(foot) {
            if row == 0 && role == Role::Bad {
                canvas.text(area.x + 1, y, 1, canvas.theme.glyph(Role::Bad), Role::Bad);
            }
            canvas.text(area.x + 3, y + row, area.width - 3, &line, role);
        }
    }

    /// What is wrong; else what helps with the line under the cursor.
    fn foot(&self, ui: &Ui, form: &Form) -> (String, Role) {
        if let Some(problem) = &self.problem {
            return (problem.clone(), Role::Bad);
        }
        let text = match form.lines.get(self.cursor.at) {
            Some(Line::Picture { photo, file: None, .. }) => form.attach_how(ui, *photo),
            Some(Line::Write { field: Field::Odp, .. }) if !form.odps.names(1).is_empty() => {
                form.odps.names(8).join("  ")
            }
            _ => ui.f(tx::COMPLETE_HINT, &[&ui.keymap.hint(Act::Send)]),
        };
        (text, Role::Muted)
    }
}

impl Form {
    fn view_line(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect, index: usize, here: bool) {
        let star = |needed: bool| span(if needed { " *" } else { "" }, Role::Warn);
        let value = Rect { x: area.x + LABELS, width: area.width.saturating_sub(LABELS), ..area };
        match &self.lines[index] {
            Line::Check { item, ticked } => {
                let (mark, role) = if *ticked { ("[x] ", Role::Ok) } else { ("[ ] ", Role::Text) };
                let words = ui.lang.checklist(&item.code);
                canvas.spans(
                    area.x,
                    area.y,
                    area.width,
                    &[span(mark, role), span(words, Role::Text), star(item.required)],
                );
            }
            Line::Write { field, needed, line } => {
                canvas.spans(
                    area.x,
                    area.y,
                    LABELS,
                    &[span(ui.t(field.label()), Role::Muted), star(*needed)],
                );
                let room = usize::from(value.width.saturating_sub(1));
                let skip = (line.cursor() + 1).saturating_sub(room);
                let tail: String = line.text().chars().skip(skip).collect();
                canvas.text(value.x, value.y, value.width, &tail, Role::Text);
                if here {
                    let column = u16::try_from(line.cursor() - skip).unwrap_or(0);
                    canvas.cursor = Some((value.x + column, value.y));
                }
            }
            Line::Picture { photo, needed, file } => {
                canvas.spans(
                    area.x,
                    area.y,
                    LABELS,
                    &[span(ui.t(photo.label()), Role::Muted), star(*needed)],
                );
                let (role, words) = match file {
                    Some((_, name)) => (Role::Ok, name.as_str()),
                    None if *needed => (Role::Bad, ui.t(tx::NO_PHOTO)),
                    None => (Role::Muted, ui.t(tx::NO_PHOTO)),
                };
                let glyph = if role == Role::Muted { " " } else { canvas.theme.glyph(role) };
                canvas.spans(
                    value.x,
                    value.y,
                    value.width,
                    &[span(glyph, role), span(" ", role), span(words, role)],
                );
            }
            Line::Button => {
                let label = format!("[ {} ]", ui.t(tx::TITLE_COMPLETE));
                let role = if here { Role::Key } else { Role::Text };
                canvas.text(area.x, area.y, area.width, &label, role);
            }
        }
    }
}
