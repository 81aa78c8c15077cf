//! Screen 2, one ticket: what happened, who is affected, and the reply or note being written.

use aglis_core::customers::Customer;
use aglis_core::event::{LiveEvent, SubjectKind};
use aglis_core::tickets::{NewComment, SlaState, Ticket, TimelineEntry, Visibility};
use aglis_core::types::{TicketId, Time};
use ratatui::layout::Rect;

use super::{events, words};
use crate::app::cx::Target;
use crate::app::{Cmd, Cx, Drafts, Ui};
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::net::request::{Change, Failure, Payload, Request};
use crate::term::Key;
use crate::text;
use crate::theme::Role;
use crate::widget::{Canvas, Editor, Move, Span, span};

/// A draft is kept this long after the last key.
const KEEP_AFTER_MS: i64 = 2_000;
/// From this width on the customer stands beside the timeline.
const WIDE: u16 = 72;

/// What the screen knows of one ticket.
#[derive(Debug)]
pub struct State {
    id: TicketId,
    /// What the list knew of it.
    known: Option<Target>,
    ticket: Option<Box<Ticket>>,
    timeline: Option<Vec<TimelineEntry>>,
    customer: Option<Box<Customer>>,
    revealed: bool,
    /// Lines scrolled up from the end of the timeline.
    scrolled: usize,
    lines: usize,
    rows: usize,
    writing: Option<Writing>,
    missing: Option<String>,
}

#[derive(Debug)]
struct Writing {
    visibility: Visibility,
    editor: Editor,
    /// The text of the other kind, when one switched.
    other: Option<(Visibility, String)>,
    touched: Option<Time>,
    kept: Option<Time>,
    sending: Option<String>,
}

impl State {
    /// Opens a ticket, with the draft that was left for it.
    #[must_use]
    pub fn open(id: TicketId, known: Option<Target>, drafts: &Drafts, cx: &mut Cx<'_>) -> Self {
        let mut state = Self {
            id,
            known,
            ticket: None,
            timeline: None,
            customer: None,
            revealed: false,
            scrolled: 0,
            lines: 0,
            rows: 0,
            writing: None,
            missing: None,
        };
        for visibility in [Visibility::Public, Visibility::Internal] {
            if !drafts.get(id, visibility).is_empty() {
                state.begin(visibility, drafts);
                break;
            }
        }
        state.refresh(cx);
        state
    }

    fn begin(&mut self, visibility: Visibility, drafts: &Drafts) {
        self.writing = Some(Writing {
            visibility,
            editor: Editor::with(drafts.get(self.id, visibility)),
            other: None,
            touched: None,
            kept: None,
            sending: None,
        });
    }

    /// Asks for everything again.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) {
        cx.ask(Request::Ticket(self.id));
        cx.ask(Request::Timeline(self.id));
    }

    /// The ticket, for whoever wants to change it.
    #[must_use]
    pub fn target(&self) -> Option<Target> {
        let loaded = self.ticket.as_ref().map(|ticket| Target {
            id: ticket.summary.id,
            number: ticket.summary.number.clone(),
            status: ticket.summary.status,
            title: ticket.summary.title.clone(),
        });
        loaded.or_else(|| self.known.clone())
    }

    /// Whether something is being written.
    #[must_use]
    pub const fn writing(&self) -> bool {
        self.writing.is_some()
    }

    /// An answer came.
    pub fn answer(&mut self, request: &Request, payload: &Payload, cx: &mut Cx<'_>) {
        match (request, payload) {
            (Request::Ticket(id), Payload::Ticket(ticket)) if *id == self.id => {
                if self.customer.is_none()
                    && let Some(customer) = ticket.summary.customer_id
                {
                    cx.ask(Request::Customer(customer));
                }
                self.ticket = Some(ticket.clone());
            }
            (Request::Timeline(id), Payload::Timeline(entries)) if *id == self.id => {
                self.timeline = Some(entries.clone());
            }
            (Request::Customer(id) | Request::Reveal(id), Payload::Customer(customer))
                if self.customer_id() == Some(*id) =>
            {
                self.revealed = matches!(request, Request::Reveal(_));
                self.customer = Some(customer.clone());
            }
            (Request::Change { id, change, key }, Payload::Changed) if *id == self.id => {
                if let (Change::Comment(_), Some(writing)) = (change, &mut self.writing)
                    && writing.sending.as_ref() == Some(key)
                {
                    self.writing = None;
                    self.scrolled = 0;
                    cx.toast(Role::Ok, cx.ui.t(tx::SENT));
                }
                self.refresh(cx);
            }
            _ => {}
        }
    }

    fn customer_id(&self) -> Option<aglis_core::types::CustomerId> {
        self.ticket.as_ref().and_then(|ticket| ticket.summary.customer_id)
    }

    /// A question was not answered.
    pub fn failed(&mut self, request: &Request, failure: &Failure, cx: &mut Cx<'_>) {
        match request {
            Request::Ticket(id) if *id == self.id && self.ticket.is_none() => {
                self.missing = Some(failure.message.clone());
            }
            Request::Change { id, key, .. } if *id == self.id => {
                if let Some(writing) = &mut self.writing
                    && writing.sending.as_ref() == Some(key)
                {
                    writing.sending = None;
                }
                self.refresh(cx);
            }
            _ => {}
        }
    }

    /// Something happened somewhere.
    pub fn live(&mut self, event: &LiveEvent, cx: &mut Cx<'_>) {
        let ours = event.subject_kind == SubjectKind::Ticket && event.subject_id == Some(self.id.0);
        let message = event.data.get("ticket_id").and_then(serde_json::Value::as_i64) == Some(self.id.0);
        if ours || message {
            self.refresh(cx);
        }
    }

    /// Scrolls the timeline; what comes new does not move what is being read.
    pub fn go(&mut self, movement: Move) {
        let most = self.lines.saturating_sub(self.rows);
        self.scrolled = match movement {
            Move::By(rows) => self.scrolled.saturating_add_signed(-rows).min(most),
            Move::Half(way) => {
                let half = (self.rows / 2).max(1).cast_signed();
                self.scrolled.saturating_add_signed(-half * way).min(most)
            }
            Move::First => most,
            Move::Last => 0,
        };
    }

    /// Does what a key stands for.
    pub fn act(&mut self, act: Act, drafts: &Drafts, cx: &mut Cx<'_>) {
        match act {
            Act::Reply => self.begin(Visibility::Public, drafts),
            Act::Note => self.begin(Visibility::Internal, drafts),
            Act::Switch => self.switch(drafts),
            Act::Leave => self.writing = None,
            Act::Send => self.send(cx),
            Act::Reveal => {
                if let Some(id) = self.customer_id() {
                    if self.revealed {
                        self.customer = None;
                        self.revealed = false;
                        cx.ask(Request::Customer(id));
                    } else {
                        cx.ask(Request::Reveal(id));
                        cx.toast(Role::Info, cx.ui.t(tx::REVEALING));
                    }
                }
            }
            Act::Copy => {
                if let Some(ticket) = &self.ticket {
                    cx.cmds.push(Cmd::Copy(ticket.summary.number.clone()));
                    cx.toast(Role::Ok, cx.ui.f(tx::COPIED, &[&ticket.summary.number]));
                }
            }
            Act::Open => {
                if let Some(id) = self.customer_id() {
                    cx.cmds.push(Cmd::OpenCustomer(id));
                }
            }
            _ => {}
        }
    }

    fn switch(&mut self, drafts: &Drafts) {
        let id = self.id;
        let Some(writing) = &mut self.writing else { return };
        if writing.sending.is_some() {
            return;
        }
        let to = match writing.visibility {
            Visibility::Public => Visibility::Internal,
            Visibility::Internal => Visibility::Public,
        };
        // An empty side takes the text along: one noticed in time that it was meant for the other reader.
        let waiting = drafts.get(id, to).to_owned();
        let moved = waiting.is_empty();
        let text = if moved { writing.editor.text().to_owned() } else { waiting };
        let left = if moved { String::new() } else { writing.editor.text().to_owned() };
        writing.other = Some((writing.visibility, left));
        writing.visibility = to;
        writing.editor = Editor::with(&text);
    }

    fn send(&mut self, cx: &mut Cx<'_>) {
        let Some(writing) = &mut self.writing else { return };
        let body = writing.editor.text().trim().to_owned();
        if body.is_empty() {
            cx.toast(Role::Warn, cx.ui.t(tx::EMPTY_ANSWER));
            return;
        }
        if writing.sending.is_some() {
            return;
        }
        let key = format!("tui-{}-{}-comment", std::process::id(), cx.ui.now.ms());
        writing.sending = Some(key.clone());
        let comment = NewComment { body, visibility: Some(writing.visibility) };
        cx.ask(Request::Change { id: self.id, change: Change::Comment(comment), key });
    }

    /// Takes a key into what is being written.
    pub fn write(&mut self, key: Key, width: usize, now: Time) {
        if let Some(writing) = self.writing.as_mut().filter(|writing| writing.sending.is_none())
            && writing.editor.key(key, width)
        {
            writing.touched = Some(now);
        }
    }

    /// Takes a pasted text into what is being written.
    pub fn paste(&mut self, text: &str, now: Time) {
        if let Some(writing) = self.writing.as_mut().filter(|writing| writing.sending.is_none()) {
            writing.editor.insert(text);
            writing.touched = Some(now);
        }
    }

    /// When a draft wants to be kept.
    #[must_use]
    pub fn wake_at(&self) -> Option<Time> {
        self.writing.as_ref()?.touched.map(|at| at.plus_ms(KEEP_AFTER_MS))
    }

    /// Whether that time has come.
    #[must_use]
    pub fn draft_due(&self, now: Time) -> bool {
        self.wake_at().is_some_and(|at| at <= now)
    }

    /// Keeps what is being written; says whether that changed anything.
    pub fn keep_draft(&mut self, drafts: &mut Drafts) -> bool {
        let id = self.id;
        let Some(writing) = &mut self.writing else { return false };
        writing.kept = writing.touched.take().or(writing.kept);
        drafts.put(id, writing.visibility, writing.editor.text())
    }

    /// Keeps the text that was left when one switched.
    pub fn keep_other(&mut self, drafts: &mut Drafts) -> bool {
        let id = self.id;
        let Some(writing) = &mut self.writing else { return false };
        let left = writing.other.take().is_some_and(|(visibility, text)| drafts.put(id, visibility, &text));
        let here = drafts.put(id, writing.visibility, writing.editor.text());
        left || here
    }

    /// The status line.
    #[must_use]
    pub fn status(&self, ui: &Ui) -> String {
        match &self.writing {
            Some(Writing { sending: Some(_), .. }) => ui.t(tx::SENDING).to_owned(),
            Some(Writing { kept: Some(at), .. }) => ui.f(tx::DRAFT_KEPT, &[&ui.clock_seconds(*at)]),
            _ if self.scrolled > 0 => ui.f(tx::SCROLLED, &[&ui.keymap.hint(Act::Last)]),
            _ => String::new(),
        }
    }

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
            line(canvas, &[span(ui.f(tx::FILES, &[&ticket.attachments.len().to_string()]), Role::Text)]);
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
    let (role, word) = match ticket.sla.state {
        SlaState::OnTrack => (Role::Ok, tx::SLA_ON_TRACK),
        SlaState::AtRisk => (Role::Warn, tx::SLA_AT_RISK),
        SlaState::Breached => (Role::Bad, tx::SLA_BREACHED),
        SlaState::Paused => (Role::Info, tx::SLA_PAUSED),
        SlaState::Met => (Role::Ok, tx::SLA_MET),
        SlaState::Missed => (Role::Bad, tx::SLA_MISSED),
        SlaState::Void => (Role::Muted, tx::SLA_VOID),
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
