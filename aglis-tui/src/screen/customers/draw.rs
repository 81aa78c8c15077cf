//! How customers look.

use aglis_core::customers::CustomerSummary;
use ratatui::layout::Rect;

use super::State;
use crate::app::Ui;
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::screen::words;
use crate::theme::Role;
use crate::widget::table::{self, Column, Row, cell};
use crate::widget::{Canvas, span};

impl State {
    /// The status line.
    #[must_use]
    pub fn status(&self, ui: &Ui) -> String {
        if self.revealed {
            return ui.t(tx::REVEALED_RECORDED).to_owned();
        }
        let dim = if self.asked.is_some() && self.loaded { ui.t(tx::SEARCHING) } else { "" };
        dim.to_owned()
    }

    /// Draws it.
    pub fn view(&mut self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        let filter = if self.filter_text.is_empty() { ui.t(tx::ALL_CUSTOMERS) } else { &self.filter_text };
        canvas.text(1, area.y, area.width.saturating_sub(12), filter, Role::Title);
        let more = if self.next.is_some() { "+" } else { "" };
        canvas.right(
            area.right() - 1,
            area.y,
            12,
            &format!("{}{more}", ui.count(self.rows.len())),
            Role::Muted,
        );
        let detail_rows = if self.open { area.height * 3 / 5 } else { 5 };
        let detail_rows = if area.height >= 12 { detail_rows } else { 0 };
        let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + detail_rows), ..area };
        self.cursor.height = table::height(list);
        self.cursor.keep(self.rows.len());
        if self.rows.is_empty() {
            let text = if self.loaded { tx::NOTHING_MATCHES } else { tx::LOADING };
            canvas.text(2, list.y + 1, area.width - 2, ui.t(text), Role::Muted);
        }
        let columns = [
            Column::fixed(ui.t(tx::COL_CUSTOMER_NUMBER), 16, 0),
            Column::wide(ui.t(tx::COL_NAME), 14, 2, 0),
            Column::fixed("WHATSAPP", 14, 3),
            Column::wide(ui.t(tx::COL_PACKAGE), 10, 1, 4),
            Column::fixed(ui.t(tx::COL_STATUS), 12, 1),
            Column::fixed(ui.t(tx::COL_TICKETS), 6, 2).right(),
        ];
        table::draw(canvas, list, &columns, &self.cursor, self.rows.len(), |index| {
            self.rows.get(index).map_or_else(Row::default, |row| customer_row(ui, row))
        });
        if detail_rows > 0 {
            let area = Rect { y: area.bottom() - detail_rows, height: detail_rows, ..area };
            self.view_detail(ui, canvas, area);
        }
    }

    fn view_detail(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        let under = self.rows.get(self.cursor.at).map(|row| row.id);
        let detail = self.detail.as_ref().filter(|detail| self.open || Some(detail.id) == under);
        let title = detail.map(|detail| detail.number.as_str()).unwrap_or_default();
        canvas.rule(area, area.y, title);
        let Some(detail) = detail else { return };
        let hint = format!(
            "({} {})",
            ui.keymap.hint(Act::Reveal),
            ui.t(if self.revealed { tx::HIDES } else { tx::REVEALS })
        );
        let (glyph, word, role) = words::customer(canvas.theme, detail.status);
        let mut lines = vec![
            vec![
                span(detail.name.clone(), Role::Title),
                span("  ", role),
                span(glyph, role),
                span(" ", role),
                span(ui.t(word), role),
            ],
            vec![span(detail.address.clone(), Role::Text)],
            vec![
                span("WA ", Role::Muted),
                span(detail.phone.clone(), Role::Text),
                span("  ", role),
                span(detail.email.clone().unwrap_or_default(), Role::Text),
                span("  ", role),
                span(hint, Role::Muted),
            ],
            vec![
                span(ui.t(tx::CONNECTION), Role::Muted),
                span(" ", role),
                span(detail.package.as_ref().map_or("", |package| &package.name).to_owned(), Role::Text),
                span("  ", role),
                span(detail.odp_name.clone().unwrap_or_default(), Role::Text),
                span(detail.odp_port.map(|port| format!(" port {port}")).unwrap_or_default(), Role::Text),
                span("  ", role),
                span(detail.pppoe_username.clone().unwrap_or_default(), Role::Muted),
            ],
        ];
        if self.open {
            if let Some(pic) = &detail.pic_name {
                let phone = detail.pic_phone.clone().unwrap_or_default();
                lines.push(vec![
                    span("PIC ", Role::Muted),
                    span(pic.clone(), Role::Text),
                    span("  ", role),
                    span(phone, Role::Text),
                ]);
            }
            if !detail.tags.is_empty() {
                lines.push(vec![
                    span(ui.t(tx::TAGS), Role::Muted),
                    span(" ", role),
                    span(detail.tags.join(", "), Role::Text),
                ]);
            }
            let since = detail.activated_at.unwrap_or(detail.created_at);
            lines.push(vec![
                span(ui.t(tx::SINCE), Role::Muted),
                span(" ", role),
                span(ui.date(since), Role::Text),
            ]);
            if !detail.notes.is_empty() {
                lines.push(vec![
                    span(ui.t(tx::NOTES), Role::Muted),
                    span(" ", role),
                    span(detail.notes.clone(), Role::Text),
                ]);
            }
            lines.push(vec![
                span(format!("{} ", ui.keymap.hint(Act::Open)), Role::Key),
                span(ui.t(tx::THEIR_TICKETS), Role::Muted),
            ]);
        }
        for (line, spans) in lines.iter().enumerate().take(usize::from(area.height.saturating_sub(1))) {
            canvas.spans(1, area.y + 1 + u16::try_from(line).unwrap_or(0), area.width - 1, spans);
        }
    }
}

fn customer_row<'a>(ui: &Ui, row: &'a CustomerSummary) -> Row<'a> {
    let (glyph, word, role) = words::customer(ui.theme, row.status);
    let tickets = if row.open_tickets == 0 {
        cell("0", Role::Muted)
    } else {
        cell(row.open_tickets.to_string(), Role::Warn)
    };
    Row {
        marked: false,
        cells: vec![
            cell(row.number.as_str(), Role::Text),
            cell(row.name.as_str(), Role::Text),
            cell(row.phone.as_str(), Role::Muted),
            cell(row.package_name.as_deref().unwrap_or_default(), Role::Text),
            cell(format!("{glyph} {}", ui.t(word)), role),
            tickets,
        ],
    }
}
