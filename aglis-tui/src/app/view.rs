//! Drawing: the frame around the screens, and what lies over them.

use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::overlay::Overlay;
use super::{Model, View};
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::theme::Role;
use crate::widget::{Canvas, span};

/// Rows above the body: the first line and the tabs.
const HEAD: u16 = 2;
/// Rows below it: what was said, and the keys.
const FOOT: u16 = 2;

impl Model {
    /// Draws everything, and says where the cursor goes. Heights of lists are noted down on the way, nothing else
    /// changes.
    pub fn view(&mut self, buffer: &mut Buffer) -> Option<(u16, u16)> {
        let area = buffer.area;
        let dimmed = self.link.is_down();
        let mut canvas = Canvas::new(buffer, self.ui.theme.dimmed(dimmed));
        if area.width < 20 || area.height < 6 {
            canvas.text(0, 0, area.width, self.ui.t(tx::TOO_SMALL), Role::Text);
            return None;
        }
        self.first_line(&mut canvas);
        self.tabs(&mut canvas);
        let mut body = Rect::new(0, HEAD, area.width, area.height - HEAD - FOOT);
        if let Some((text, _)) = self.banner() {
            canvas.theme = self.ui.theme;
            let glyph = canvas.theme.glyph(Role::Bad);
            let text = format!(" {glyph} {text}");
            canvas.text(0, body.y, area.width, &text, Role::Bad);
            canvas.theme = self.ui.theme.dimmed(dimmed);
            body.y += 1;
            body.height -= 1;
        }
        match (self.shell.view, &mut self.ticket) {
            (View::Overview, _) => self.overview.view(&self.ui, &self.link, &mut canvas, body),
            (View::Tickets, Some(ticket)) => ticket.view(&self.ui, &mut canvas, body),
            (View::Tickets, None) => self.tickets.view(&self.ui, &self.ops, &mut canvas, body),
            (View::Queue, _) => self.queue.view(&self.ui, &self.link, &mut canvas, body),
            (View::Customers, _) => self.customers.view(&self.ui, &mut canvas, body),
            (View::Audit, _) => self.audit.view(&self.ui, &mut canvas, body),
        }
        canvas.theme = self.ui.theme;
        self.status_line(&mut canvas);
        self.hints(&mut canvas);
        self.overlay(&mut canvas, body);
        canvas.cursor
    }

    fn first_line(&self, canvas: &mut Canvas<'_>) {
        let ui = &self.ui;
        let (glyph, role, text) = if self.link.is_up() {
            (Role::Ok, Role::Ok, tx::LIVE)
        } else if self.link.is_down() {
            (Role::Bad, Role::Bad, tx::NOT_CONNECTED)
        } else {
            (Role::Info, Role::Muted, tx::CONNECTING)
        };
        let glyph = if glyph == Role::Ok { canvas.theme.pick("●", "*") } else { canvas.theme.glyph(glyph) };
        let width = canvas.area().width;
        let end = canvas.spans(
            1,
            0,
            width - 1,
            &[
                span("AGLIS ", Role::Title),
                span(glyph, role),
                span(" ", Role::Text),
                span(ui.t(text), role),
                span(if ui.read_only { " · " } else { "" }, Role::Muted),
                span(if ui.read_only { ui.t(tx::READ_ONLY) } else { "" }, Role::Warn),
            ],
        );
        let end = canvas.spans(end, 0, (width - 1).saturating_sub(end), &self.overview.alarms(ui));
        let who = self.link.me.as_ref().map(|me| format!("{}@{}", me.name, me.role)).unwrap_or_default();
        let clock = format!("{} {}", ui.clock(ui.now), ui.zone.label(ui.now));
        let room = width.saturating_sub(end + 2);
        let right = if ui.size.0 >= 70 && !ui.server.is_empty() {
            format!("{}  {who}  {clock}", ui.server)
        } else {
            format!("{who}  {clock}")
        };
        canvas.right(width - 1, 0, room, right.trim_start(), Role::Muted);
    }

    fn tabs(&self, canvas: &mut Canvas<'_>) {
        let width = canvas.area().width;
        for (view, x, label) in tab_places(self, width) {
            let here = view == self.shell.view;
            canvas.text(x, 1, width, &label, if here { Role::Title } else { Role::Muted });
        }
    }

    fn status_line(&self, canvas: &mut Canvas<'_>) {
        let area = canvas.area();
        let y = area.height - FOOT;
        if let Some(toast) = &self.shell.toast {
            let glyph = canvas.theme.glyph(toast.role);
            canvas.spans(
                1,
                y,
                area.width - 2,
                &[span(glyph, toast.role), span(" ", Role::Text), span(toast.text.as_str(), Role::Text)],
            );
            return;
        }
        if let Some((done, total)) = self.ops.progress().filter(|(_, total)| *total > 1) {
            let percent = i64::try_from(done * 100 / total.max(1)).unwrap_or(0);
            canvas.gauge(1, y, 20, percent, Role::Info);
            canvas.text(23, y, area.width - 23, &format!("{done}/{total}"), Role::Text);
            return;
        }
        let line = match (self.shell.view, &self.ticket) {
            (View::Overview, _) => self.overview.status(&self.ui),
            (View::Tickets, Some(ticket)) => ticket.status(&self.ui),
            (View::Tickets, None) => self.tickets.status(&self.ui),
            (View::Queue, _) => self.queue.status(&self.ui),
            (View::Customers, _) => self.customers.status(&self.ui),
            (View::Audit, _) => self.audit.status(&self.ui),
        };
        canvas.text(1, y, area.width - 2, &line, Role::Muted);
    }

    fn hints(&self, canvas: &mut Canvas<'_>) {
        let area = canvas.area();
        let y = area.height - 1;
        let acts: &[Act] = match (self.shell.view, &self.ticket) {
            (View::Overview, _) => &[Act::Open, Act::Freeze],
            (View::Tickets, Some(ticket)) if ticket.writing() => &[Act::Send, Act::Switch, Act::Leave],
            (View::Tickets, Some(_)) => {
                &[Act::Reply, Act::Note, Act::Status, Act::Assign, Act::Priority, Act::Undo]
            }
            (View::Tickets, None) => {
                &[Act::Mark, Act::Status, Act::Assign, Act::Priority, Act::Reply, Act::Views, Act::Filter]
            }
            (View::Queue, _) => &[
                Act::JobRetry,
                Act::JobCancel,
                Act::JobDiscard,
                Act::JobSnooze,
                Act::Pause,
                Act::NextJobs,
                Act::Filter,
                Act::Figures,
            ],
            (View::Customers, _) => &[Act::Open, Act::Filter, Act::Reveal, Act::Copy],
            (View::Audit, _) => &[Act::Open, Act::Filter, Act::Freeze, Act::Copy],
        };
        let right = format!(
            "{} {}  {} {}",
            self.ui.keymap.hint(Act::Command),
            self.ui.t(tx::HINT_COMMAND),
            self.ui.keymap.hint(Act::Help),
            self.ui.t(tx::HINT_HELP)
        );
        let reserved = u16::try_from(crate::text::width(&right)).unwrap_or(0) + 1;
        let mut x = 1;
        for act in acts {
            let (key, name) = (self.ui.keymap.hint(*act), self.ui.t(hint_word(*act)));
            let width = u16::try_from(crate::text::width(&key) + crate::text::width(name)).unwrap_or(0) + 3;
            if key.is_empty() {
                continue;
            }
            if x + width > area.width.saturating_sub(reserved) {
                break;
            }
            let enabled = self.why_not(*act).is_none();
            let role = if enabled { Role::Text } else { Role::Muted };
            x = canvas.spans(
                x,
                y,
                area.width,
                &[
                    span(key, if enabled { Role::Key } else { Role::Muted }),
                    span(" ", Role::Text),
                    span(name, role),
                    span("  ", Role::Text),
                ],
            );
        }
        canvas.right(area.width - 1, y, reserved, &right, Role::Muted);
    }

    fn overlay(&mut self, canvas: &mut Canvas<'_>, body: Rect) {
        let area = canvas.area();
        let bottom = |rows: u16| {
            let rows = rows.min(body.height + 1);
            Rect::new(0, area.height - FOOT + 1 - rows, area.width, rows)
        };
        let found = self.found();
        let candidates = match &self.shell.overlay {
            Some(Overlay::Command(command)) => self.command_candidates(command.line.text()),
            _ => Vec::new(),
        };
        match &mut self.shell.overlay {
            None => {}
            Some(Overlay::Help(help)) => {
                help.view(&self.ui, canvas, Rect { height: body.height + FOOT, ..body })
            }
            Some(Overlay::Command(command)) => {
                let rows = (u16::try_from(candidates.len()).unwrap_or(0).min(8) + 1).min(body.height);
                let area = Rect::new(0, area.height - rows, area.width, rows);
                command.view(canvas, area, &candidates);
            }
            Some(Overlay::Filter(line)) => {
                line.view(&self.ui, canvas, Rect::new(0, area.height - FOOT, area.width, FOOT), &found);
            }
            Some(Overlay::Choose(choose)) => {
                let rows = choose.height();
                choose.view(&self.ui, canvas, bottom(rows));
            }
            Some(Overlay::Question(question)) => question.view(&self.ui, canvas, bottom(3)),
            Some(Overlay::Completion(form)) => {
                let rows = form.height();
                form.view(&self.ui, canvas, bottom(rows));
            }
            Some(Overlay::Confirm(confirm)) => {
                let rows = confirm.height();
                confirm.view(&self.ui, canvas, bottom(rows));
            }
            Some(Overlay::Results(results)) => {
                let rows = results.height();
                results.view(&self.ui, canvas, bottom(rows));
            }
        }
    }

    fn found(&self) -> String {
        let count = match self.shell.view {
            View::Overview => return String::new(),
            View::Tickets => self.tickets.shown_count(),
            View::Queue => self.queue.shown_count(),
            View::Customers => self.customers.shown_count(),
            View::Audit => self.audit.shown_count(),
        };
        self.ui.count(count)
    }
}

fn hint_word(act: Act) -> crate::lang::Text {
    match act {
        Act::Open => tx::HINT_OPEN,
        Act::Freeze => tx::HINT_FREEZE,
        Act::Mark => tx::HINT_MARK,
        Act::Status => tx::HINT_STATUS,
        Act::Assign => tx::HINT_ASSIGN,
        Act::Priority => tx::HINT_PRIORITY,
        Act::Reply => tx::HINT_REPLY,
        Act::Note => tx::HINT_NOTE,
        Act::Undo => tx::HINT_UNDO,
        Act::JobRetry => tx::HINT_RETRY,
        Act::JobCancel => tx::HINT_CANCEL,
        Act::JobDiscard => tx::HINT_DISCARD,
        Act::JobSnooze => tx::HINT_SNOOZE,
        Act::JobRun => tx::HINT_RUN,
        Act::Pause => tx::HINT_PAUSE,
        Act::NextJobs => tx::HINT_JOBS,
        Act::Figures => tx::HINT_FIGURES,
        Act::Views => tx::HINT_VIEWS,
        Act::Filter => tx::HINT_FILTER,
        Act::Reveal => tx::HINT_REVEAL,
        Act::Copy => tx::HINT_COPY,
        Act::Switch => tx::HINT_SWITCH,
        Act::Leave => tx::HINT_LEAVE,
        other => other.action().help,
    }
}

/// Where each tab stands: its screen, column and label. Labels shrink to the number where there is no room.
fn tab_places(model: &Model, width: u16) -> Vec<(View, u16, String)> {
    let label = |view: View, act: Act, long: bool| {
        let key = model.ui.keymap.hint(act);
        let name = if long || view == model.shell.view { model.ui.t(act.action().help) } else { "" };
        let text = format!("{key} {name}");
        let text = text.trim();
        if view == model.shell.view { format!("[{text}]") } else { format!(" {text} ") }
    };
    let labels = |long: bool| View::ALL.map(|(view, act)| (view, label(view, act, long)));
    let total =
        |labels: &[(View, String)]| labels.iter().map(|(_, text)| crate::text::width(text)).sum::<usize>();
    let mut shown = labels(true);
    if total(&shown) > usize::from(width) {
        shown = labels(false);
    }
    let mut x = 0;
    shown
        .into_iter()
        .map(|(view, text)| {
            let at = x;
            x += u16::try_from(crate::text::width(&text)).unwrap_or(0);
            (view, at, text)
        })
        .collect()
}

/// The tab at a column.
pub(super) fn tab_at(model: &Model, x: u16) -> Option<View> {
    let places = tab_places(model, model.ui.size.0);
    places
        .iter()
        .rev()
        .find(|(_, from, text)| *from <= x && usize::from(x - from) < crate::text::width(text))
        .map(|(view, ..)| *view)
}
