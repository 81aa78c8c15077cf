//! How the list looks.

use aglis_core::tickets::SlaState;
use aglis_core::types::Time;
use ratatui::layout::Rect;

use super::{Load, State, VIEWS};
use crate::app::Ui;
use crate::app::ops::Ops;
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::screen::store::TicketRow;
use crate::screen::words;
use crate::theme::Role;
use crate::widget::table::{self, Column, Row, cell};
use crate::widget::{Canvas, span};

impl State {
    /// The status line.
    #[must_use]
    pub fn status(&self, ui: &Ui) -> String {
        if !self.marks.is_empty() {
            let hidden = self.hidden_marks();
            let all = ui.count(self.shown.len());
            let mut text =
                ui.f(tx::MARKED, &[&ui.count(self.marks.len()), &ui.keymap.hint(Act::MarkAll), &all]);
            if hidden > 0 {
                text.push_str(&ui.f(tx::MARKED_HIDDEN, &[&ui.count(hidden)]));
            }
            return text;
        }
        if self.only_near() {
            return ui.t(tx::ONLY_NEAR).to_owned();
        }
        match self.load {
            Load::Active | Load::All if !self.store.is_empty() => {
                ui.f(tx::LOADED, &[&ui.count(self.store.len())])
            }
            _ => String::new(),
        }
    }

    /// Draws it.
    pub fn view(&mut self, ui: &Ui, ops: &Ops, canvas: &mut Canvas<'_>, area: Rect) {
        let name = VIEWS.iter().find(|(_, filter)| *filter == self.filter_text).map(|(name, _)| ui.t(*name));
        let filter = if self.filter_text.is_empty() { ui.t(tx::VIEW_ALL) } else { &self.filter_text };
        canvas.spans(
            1,
            area.y,
            area.width.saturating_sub(12),
            &[
                span(name.unwrap_or(filter), Role::Title),
                span(if name.is_some() && !self.filter_text.is_empty() { "  " } else { "" }, Role::Text),
                span(if name.is_some() { self.filter_text.as_str() } else { "" }, Role::Muted),
            ],
        );
        canvas.right(area.right() - 1, area.y, 12, &ui.count(self.shown.len()), Role::Muted);
        let preview: u16 = if area.height >= 14 { 4 } else { 0 };
        let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + preview), ..area };
        self.first_row = list.y + 1;
        self.cursor.height = table::height(list);
        self.cursor.keep(self.shown.len());
        if self.shown.is_empty() {
            let text = match self.load {
                Load::Nothing => tx::WAITING_FOR_LINK,
                Load::Active | Load::All => tx::LOADING,
                _ if self.filter_text.is_empty() => tx::NO_TICKETS,
                _ => tx::NOTHING_MATCHES,
            };
            canvas.text(2, list.y + 1, area.width - 2, ui.t(text), Role::Muted);
        }
        let now_s = ui.now_s();
        let columns = columns(ui);
        table::draw(canvas, list, &columns, &self.cursor, self.shown.len(), |index| {
            self.row(index, now_s).map_or_else(Row::default, |row| {
                let busy = ops.touches(row.id());
                table_row(ui, &row, self.marks.contains(&row.id()), busy)
            })
        });
        if preview > 0 {
            let area = Rect { y: area.bottom() - preview, height: preview, ..area };
            if let Some(row) = self.row(self.cursor.at, now_s) {
                view_preview(ui, canvas, area, &row);
            }
        }
    }
}

fn columns(ui: &Ui) -> [Column; 7] {
    [
        Column::fixed(ui.t(tx::COL_TICKET), 14, 0),
        Column::fixed(ui.t(tx::COL_PRIORITY), 8, 3),
        Column::fixed(ui.t(tx::COL_STATUS), 11, 1),
        Column::wide(ui.t(tx::COL_CUSTOMER), 12, 1, 4),
        Column::wide(ui.t(tx::COL_SUBJECT), 12, 4, 0),
        Column::fixed(ui.t(tx::COL_TECHNICIAN), 7, 2),
        Column::fixed(ui.t(tx::COL_LEFT), 6, 0).right(),
    ]
}

fn table_row<'a>(ui: &Ui, row: &TicketRow<'a>, marked: bool, busy: bool) -> Row<'a> {
    let (priority_glyph, priority_role) = words::priority_glyph(ui.theme, row.priority());
    let (status_glyph, status_role) = words::status_glyph(ui.theme, row.status());
    let role = match row.sla() {
        Some(SlaState::OnTrack) | None => Role::Text,
        Some(state) => words::sla(state),
    };
    let left = match (row.left_s(), row.sla()) {
        (Some(left), Some(SlaState::Breached)) => cell(format!("{}!", ui.span(left)), role),
        (Some(left), _) => cell(ui.span(left), role),
        (None, Some(SlaState::Breached)) => cell(ui.theme.pick("—!", "-!"), role),
        (None, _) => cell(ui.theme.pick("—", "-"), Role::Muted),
    };
    let status = if busy { ui.theme.pick("…", "~") } else { status_glyph };
    Row {
        marked,
        cells: vec![
            cell(row.number(), Role::Text),
            cell(format!("{priority_glyph} {}", ui.t(words::short_priority(row.priority()))), priority_role),
            cell(format!("{status} {}", ui.t(words::short_status(row.status()))), status_role),
            cell(row.customer().map_or("", |(_, name)| name), Role::Text),
            cell(row.title(), Role::Text),
            match row.lead() {
                Some(name) => cell(name.split(' ').next().unwrap_or(name), Role::Text),
                None => cell(ui.theme.pick("—", "-"), Role::Muted),
            },
            left,
        ],
    }
}

fn view_preview(ui: &Ui, canvas: &mut Canvas<'_>, area: Rect, row: &TicketRow<'_>) {
    canvas.rule(area, area.y, row.number());
    let dot = canvas.theme.pick(" · ", " . ");
    let (number, name) = row.customer().unwrap_or(("", ""));
    canvas.spans(1, area.y + 1, area.width - 1, &[span(row.title(), Role::Title)]);
    let mut spans = vec![span(name, Role::Text)];
    for text in [number, row.area().unwrap_or_default(), row.category(), row.channel().as_str()] {
        if !text.is_empty() {
            spans.push(span(dot, Role::Muted));
            spans.push(span(text, Role::Muted));
        }
    }
    canvas.spans(1, area.y + 2, area.width - 1, &spans);
    let since = ui.moment(Time::from_ms(row.created_ms()));
    let due = ui.moment(Time::from_ms(row.due_ms()));
    canvas.text(1, area.y + 3, area.width - 1, &ui.f(tx::REPORTED_DUE, &[&since, &due]), Role::Muted);
}
