//! How a ticket looks.

use aglis_core::tickets::{SlaState, Ticket, TimelineEntry, Visibility};
use ratatui::layout::Rect;

use super::State;
use crate::app::Ui;
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::screen::{events, words};
use crate::text;
use crate::theme::Role;
use crate::widget::{Canvas, Span, span};

/// From this width on the customer stands beside the timeline.
const WIDE: u16 = 72;

impl State {
    /// Draws it.
    pub fn view(&mut self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        let editor_rows = match &self.writing {
            Some(writing) => {
                let lines = writing.editor.view(usize::from(area.width - 2), 99).0.len();
                u16::try_from(lines).unwrap_or(3).clamp(2, (area.height / 3).max(2)) + 1
            }
            None => 0,
        };
        let body = Rect { y: area.y + 2, height: area.height.saturating_sub(2 + editor_rows), ..area };
        match &self.ticket {
            Some(ticket) => {
                view_head(ui, canvas, area, ticket);
                let wide = area.width >= WIDE;
                let left = if wide { area.width * 11 / 20 } else { area.width };
                let description = ticket.description.clone();
                self.view_timeline(ui, canvas, Rect { width: left, ..body }, &description);
                if wide {
                    let side = Rect { x: left + 1, width: area.width - left - 1, ..body };
                    self.view_side(ui, canvas, side);
                }
            }
            None => {
                let (number, title) =
                    self.known.as_ref().map_or(("", ""), |known| (&known.number, &known.title));
                canvas.spans(
                    1,
                    area.y,
                    area.width - 1,
                    &[span(number, Role::Title), span("  ", Role::Text), span(title, Role::Text)],
                );
                let text = self.missing.as_deref().unwrap_or(ui.t(tx::LOADING));
                canvas.text(1, area.y + 1, area.width - 1, text, Role::Muted);
            }
        }
        if editor_rows > 0 {
            self.view_editor(
                ui,
                canvas,
                Rect { y: area.bottom() - editor_rows, height: editor_rows, ..area },
            );
        }
    }

    fn view_timeline(&mut self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect, description: &str) {
        canvas.rule(area, area.y, ui.t(tx::TIMELINE));
        let width = usize::from(area.width.saturating_sub(2));
        let mut lines: Vec<Vec<Span<'_>>> = Vec::new();
        for line in text::wrap(description, width.saturating_sub(2)) {
            lines.push(vec![span("  ", Role::Text), span(line, Role::Text)]);
        }
        match &self.timeline {
            None => lines.push(vec![span(ui.t(tx::LOADING), Role::Muted)]),
            Some(entries) => entries.iter().for_each(|entry| entry_lines(ui, entry, width, &mut lines)),
        }
        self.lines = lines.len();
        self.rows = usize::from(area.height.saturating_sub(1));
        self.scrolled = self.scrolled.min(self.lines.saturating_sub(self.rows));
        let top = self.lines.saturating_sub(self.rows + self.scrolled);
        for (line, spans) in lines.iter().skip(top).take(self.rows).enumerate() {
            let y = area.y + 1 + u16::try_from(line).unwrap_or(0);
            canvas.spans(area.x + 1, y, area.width.saturating_sub(1), spans);
        }
    }

    fn view_side(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        let mut y = area.y;
        canvas.rule(area, y, ui.t(tx::CUSTOMER));
        let mut line = |canvas: &mut Canvas<'_>, spans: &[Span<'_>]| {
            y += 1;
            if y < area.bottom() {
                canvas.spans(area.x, y, area.width, spans);
            }
        };
        match &self.customer {
            Some(customer) => {
                let (glyph, word, role) = words::customer(canvas.theme, customer.status);
                line(
                    canvas,
                    &[
                        span(customer.name.as_str(), Role::Title),
                        span("  ", Role::Text),
                        span(customer.number.as_str(), Role::Muted),
                    ],
                );
                let package = customer.package.as_ref().map_or("", |package| package.name.as_str());
                line(
                    canvas,
                    &[
                        span(glyph, role),
                        span(" ", role),
                        span(ui.t(word), role),
                        span("  ", Role::Text),
                        span(package, Role::Text),
                    ],
                );
                line(canvas, &[span(customer.address.as_str(), Role::Text)]);
                let hint = format!(
                    "  ({} {})",
                    ui.keymap.hint(Act::Reveal),
                    ui.t(if self.revealed { tx::HIDES } else { tx::REVEALS })
                );
                line(
                    canvas,
                    &[
                        span("WA ", Role::Muted),
                        span(customer.phone.as_str(), Role::Text),
                        span(hint, Role::Muted),
                    ],
                );
                if let Some(odp) = &customer.odp_name {
                    let port = customer.odp_port.map(|port| format!(" port {port}")).unwrap_or_default();
                    line(
                        canvas,
                        &[span("ODP ", Role::Muted), span(odp.as_str(), Role::Text), span(port, Role::Text)],
                    );
                }
                if let Some(user) = &customer.pppoe_username {
                    line(canvas, &[span("PPPoE ", Role::Muted), span(user.as_str(), Role::Text)]);
                }
            }
            None => {
                let text = if self.customer_id().is_some() { tx::LOADING } else { tx::NO_CUSTOMER };
                line(canvas, &[span(ui.t(text), Role::Muted)]);
            }
        }
        let Some(ticket) = &self.ticket else { return };
        y += 1;
        if y < area.bottom() {
            canvas.rule(area, y, ui.t(tx::WORK));
        }
        let mut line = |canvas: &mut Canvas<'_>, spans: &[Span<'_>]| {
            y += 1;
            if y < area.bottom() {
                canvas.spans(area.x, y, area.width, spans);
            }
        };
        let team: Vec<&str> = ticket.team.iter().map(|member| member.name.as_str()).collect();
        let team = if team.is_empty() { ui.t(tx::NOBODY).to_owned() } else { team.join(", ") };
        line(canvas, &[span(ui.t(tx::TEAM), Role::Muted), span(" ", Role::Text), span(team, Role::Text)]);
        line(
            canvas,
            &[
                span(ticket.summary.service_type.as_str(), Role::Text),
                span(" / ", Role::Muted),
                span(ticket.summary.category.as_str(), Role::Text),
            ],
        );
        if let Some(at) = ticket.eta_at {
            line(canvas, &[span("ETA ", Role::Muted), span(ui.moment(at), Role::Text)]);
        }
        if let Some(reason) = &ticket.hold_reason {
            line(
                canvas,
                &[
                    span(ui.t(tx::HELD_BECAUSE), Role::Muted),
                    span(" ", Role::Text),
                    span(reason.as_str(), Role::Text),
                ],
            );
        }
        let done = ticket.checklist.iter().filter(|item| item.done_at.is_some()).count();
        if !ticket.checklist.is_empty() {
            line(
                canvas,
                &[span(
                    ui.f(tx::CHECKLIST, &[&done.to_string(), &ticket.checklist.len().to_string()]),
                    Role::Text,
                )],
            );
        }
        if !ticket.attachments.is_empty() {
            line(canvas, &[span(ui.n(tx::FILES, ticket.attachments.len(), &[]), Role::Text)]);
        }
        if let Some(rating) = ticket.rating {
            let stars = canvas.theme.pick("★", "*").repeat(usize::try_from(rating).unwrap_or(0));
            let comment = ticket.rating_comment.clone().unwrap_or_default();
            line(canvas, &[span(stars, Role::Ok), span(" ", Role::Text), span(comment, Role::Text)]);
        }
    }

    fn view_editor(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        let Some(writing) = &self.writing else { return };
        let (title, other) = match writing.visibility {
            Visibility::Public => (tx::REPLY_TITLE, tx::NOTE_WORD),
            Visibility::Internal => (tx::NOTE_TITLE, tx::REPLY_WORD),
        };
        let key = ui.keymap.hint(Act::Switch);
        canvas.rule(area, area.y, &format!("{} · {key}: {}", ui.t(title), ui.t(other)));
        let (lines, (column, row)) =
            writing.editor.view(usize::from(area.width - 2), usize::from(area.height - 1));
        let role = if writing.sending.is_some() { Role::Muted } else { Role::Text };
        for (line, text) in lines.iter().enumerate() {
            canvas.text(1, area.y + 1 + u16::try_from(line).unwrap_or(0), area.width - 1, text, role);
        }
        canvas.cursor =
            Some((1 + u16::try_from(column).unwrap_or(0), area.y + 1 + u16::try_from(row).unwrap_or(0)));
    }
}

fn view_head(ui: &Ui, canvas: &mut Canvas<'_>, area: Rect, ticket: &Ticket) {
    let summary = &ticket.summary;
    let (priority_glyph, priority_role) = words::priority_glyph(canvas.theme, summary.priority);
    let (status_glyph, status_role) = words::status_glyph(canvas.theme, summary.status);
    let state = [
        span(format!("{priority_glyph} {}", ui.t(words::priority(summary.priority))), priority_role),
        span("  ", Role::Text),
        span(format!("{status_glyph} {}", ui.t(words::status(summary.status))), status_role),
    ];
    let width: usize = state.iter().map(|(text, _)| text::width(text)).sum();
    let x = area.width.saturating_sub(u16::try_from(width).unwrap_or(0) + 1);
    canvas.spans(
        1,
        area.y,
        x.saturating_sub(2),
        &[
            span(summary.number.as_str(), Role::Title),
            span("  ", Role::Text),
            span(summary.title.as_str(), Role::Text),
        ],
    );
    canvas.spans(x, area.y, area.width - x, &state);
    let role = words::sla(ticket.sla.state);
    let word = match ticket.sla.state {
        SlaState::OnTrack => tx::SLA_ON_TRACK,
        SlaState::AtRisk => tx::SLA_AT_RISK,
        SlaState::Breached => tx::SLA_BREACHED,
        SlaState::Paused => tx::SLA_PAUSED,
        SlaState::Met => tx::SLA_MET,
        SlaState::Missed => tx::SLA_MISSED,
        SlaState::Void => tx::SLA_VOID,
    };
    let bar = (area.width / 3).min(30);
    canvas.text(1, area.y + 1, 4, "SLA", Role::Muted);
    canvas.gauge(5, area.y + 1, bar, ticket.sla.used_percent, role);
    let running = matches!(ticket.sla.state, SlaState::OnTrack | SlaState::AtRisk | SlaState::Breached);
    let left = if running {
        summary.resolution_due_at.since_ms(ui.now) / 1000
    } else {
        ticket.sla.remaining_ms / 1000
    };
    let text = ui.f(word, &[&ui.span(left.abs())]);
    canvas.spans(
        6 + bar,
        area.y + 1,
        area.width.saturating_sub(6 + bar),
        &[
            span(canvas.theme.glyph(role), role),
            span(" ", role),
            span(text, role),
            span("  ", Role::Text),
            span(ui.moment(summary.resolution_due_at), Role::Muted),
        ],
    );
}

fn entry_lines(ui: &Ui, entry: &TimelineEntry, width: usize, lines: &mut Vec<Vec<Span<'static>>>) {
    let (glyph, role) = events::glyph(ui.theme, &entry.kind, aglis_core::event::Outcome::Ok);
    let head = format!("{} ", ui.moment(entry.at));
    let internal = if entry.internal && entry.body.is_some() {
        format!(" ({})", ui.t(tx::INTERNAL))
    } else {
        String::new()
    };
    let said = format!("{}{internal} · {}", entry.text, entry.actor);
    let room = width.saturating_sub(text::width(&head) + 2);
    let indent = " ".repeat(text::width(&head) + 2);
    for (at, line) in text::wrap(&said, room).into_iter().enumerate() {
        if at == 0 {
            lines.push(vec![
                span(head.clone(), Role::Muted),
                span(glyph, role),
                span(" ", Role::Text),
                span(line, Role::Text),
            ]);
        } else {
            lines.push(vec![span(indent.clone(), Role::Text), span(line, Role::Text)]);
        }
    }
    if let Some(body) = &entry.body {
        let role = if entry.internal { Role::Muted } else { Role::Title };
        for line in text::wrap(body, width.saturating_sub(3)) {
            lines.push(vec![span("   ", Role::Text), span(line, role)]);
        }
    }
}
