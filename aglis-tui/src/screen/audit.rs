//! Screen 7: who did what, the newest first, following along unless frozen or scrolled.

use std::collections::VecDeque;

use aglis_core::event::{AuditEntry, AuditFilter, LiveEvent, SubjectKind};
use aglis_core::filter::{AUDIT, Facts, Filter, Order, Test};
use aglis_core::types::{CustomerId, TicketId, Time};
use ratatui::layout::Rect;

use super::{events, words};
use crate::app::{Cmd, Cx, Ui};
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::net::request::{Payload, Request};
use crate::text;
use crate::theme::Role;
use crate::widget::table::{self, Column, Row, cell};
use crate::widget::{Canvas, ListCursor, Move, span};

/// The daemon is asked when nobody has typed for this long.
const ASK_AFTER_MS: i64 = 150;
/// New entries are asked for at most this often.
const FOLLOW_EVERY_MS: i64 = 1_000;
/// Rows asked for at once, and rows kept.
const PAGE: u32 = 100;
const KEPT: usize = 5_000;

/// What the screen knows.
#[derive(Debug, Default)]
pub struct State {
    rows: VecDeque<AuditEntry>,
    next: Option<String>,
    filter_text: String,
    filter: Filter,
    cursor: ListCursor,
    frozen: bool,
    waiting: usize,
    open: bool,
    shown: bool,
    loaded: bool,
    asked: bool,
    ask_at: Option<Time>,
}

/// An entry together with now, to be judged by a filter.
struct Judged<'a>(&'a AuditEntry, Time);

impl Facts for Judged<'_> {
    fn any_text(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> bool {
        match field {
            "user" => test(&self.0.actor),
            "action" => test(&self.0.kind),
            "object" => test(&self.0.subject) || test(self.0.subject_kind.as_str()),
            "ip" => test(&self.0.ip),
            "result" => test(self.0.outcome.as_str()),
            _ => false,
        }
    }
    fn amount(&self, field: &str) -> Option<i64> {
        (field == "since").then(|| self.1.since_ms(self.0.at) / 1000)
    }
    fn any_word(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        [&self.0.actor, &self.0.kind, &self.0.subject].into_iter().any(|text| test(text))
            || test(&events::detail(&self.0.data))
    }
}

/// What the daemon can judge of a filter; everything is judged here again.
fn query(filter: &Filter, now: Time) -> AuditFilter {
    let mut query = AuditFilter { limit: Some(PAGE), ..AuditFilter::default() };
    for term in filter.terms.iter().filter(|term| !term.invert) {
        match &term.test {
            Test::AnyOf(field, values) => match (field.name, values.as_slice()) {
                ("result", [one]) => query.outcome = one.parse().ok(),
                ("object", [one]) => query.subject_kind = one.parse().ok(),
                ("action", [one]) if one.ends_with('*') || one.contains('.') => {
                    query.kind = Some(one.clone())
                }
                _ => {}
            },
            Test::Compare(field, Order::Less | Order::AtMost, seconds) if field.name == "since" => {
                query.since = Some(now.plus_seconds(-seconds));
            }
            Test::Word(_) | Test::Compare(..) => {}
        }
    }
    query
}

impl State {
    /// It is shown now.
    pub fn shown(&mut self, cx: &mut Cx<'_>) {
        self.shown = true;
        if !self.loaded || self.waiting > 0 {
            self.refresh(cx);
        }
    }

    /// Asks for the newest.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) {
        self.ask_at = None;
        if !self.shown {
            return;
        }
        self.asked = cx.link.is_up();
        cx.ask(Request::Audit(Box::new(query(&self.filter, cx.ui.now))));
    }

    /// What the filter says.
    #[must_use]
    pub fn filter_text(&self) -> &str {
        &self.filter_text
    }

    /// How many are shown.
    #[must_use]
    pub fn shown_count(&self) -> usize {
        self.rows.len()
    }

    /// Filters by a text that parses.
    pub fn set_filter(&mut self, text: &str, cx: &mut Cx<'_>) {
        let Ok(filter) = Filter::parse(&AUDIT, text) else { return };
        text.trim().clone_into(&mut self.filter_text);
        let now = cx.ui.now;
        let narrower = filter.narrows(&self.filter);
        self.rows.retain(|row| narrower && filter.matches(&Judged(row, now)));
        self.filter = filter;
        self.next = None;
        self.cursor.keep(self.rows.len());
        self.ask_at = Some(now.plus_ms(ASK_AFTER_MS));
    }

    /// Whether new entries push the list down: not while it is frozen, scrolled or read.
    const fn follows(&self) -> bool {
        !self.frozen && self.cursor.at == 0 && !self.open
    }

    /// Something happened.
    pub fn live(&mut self, _event: &LiveEvent, cx: &mut Cx<'_>) {
        self.waiting += 1;
        if self.shown && self.follows() && self.ask_at.is_none() {
            self.ask_at = Some(cx.ui.now.plus_ms(FOLLOW_EVERY_MS));
        }
    }

    /// When it wants to ask.
    #[must_use]
    pub const fn wake_at(&self) -> Option<Time> {
        self.ask_at
    }

    /// Time has passed.
    pub fn tick(&mut self, cx: &mut Cx<'_>) {
        if self.ask_at.is_some_and(|at| at <= cx.ui.now) && !self.asked {
            self.refresh(cx);
        }
    }

    /// An answer came.
    pub fn answer(&mut self, request: &Request, payload: Payload, cx: &mut Cx<'_>) {
        let (Request::Audit(asked), Payload::Audit(page)) = (request, payload) else { return };
        self.asked = false;
        self.loaded = true;
        let now = cx.ui.now;
        let kept = page.items.into_iter().filter(|entry| self.filter.matches(&Judged(entry, now)));
        if asked.cursor.is_some() {
            self.rows.extend(kept);
            self.next = page.next_cursor;
        } else {
            self.waiting = 0;
            let newest = self.rows.front().map(|entry| entry.id);
            let new: Vec<AuditEntry> = kept.collect();
            let overlap = newest.is_some_and(|newest| new.iter().any(|entry| entry.id == newest));
            if overlap {
                for entry in
                    new.into_iter().rev().filter(|entry| newest.is_none_or(|newest| entry.id > newest))
                {
                    self.rows.push_front(entry);
                }
                self.rows.truncate(KEPT);
            } else {
                self.rows = new.into();
                self.next = page.next_cursor;
            }
        }
        self.cursor.keep(self.rows.len());
        self.more(cx);
    }

    /// A question was not answered.
    pub const fn failed(&mut self, request: &Request) {
        if matches!(request, Request::Audit(_)) {
            self.asked = false;
        }
    }

    fn more(&mut self, cx: &mut Cx<'_>) {
        let near = self.cursor.at + self.cursor.height.max(20) >= self.rows.len() && self.rows.len() < KEPT;
        if near
            && !self.asked
            && cx.link.is_up()
            && let Some(next) = self.next.take()
        {
            self.asked = true;
            cx.ask(Request::Audit(Box::new(AuditFilter {
                cursor: Some(next),
                ..query(&self.filter, cx.ui.now)
            })));
        }
    }

    /// Moves the cursor. The top of the list follows the stream again.
    pub fn go(&mut self, movement: Move, cx: &mut Cx<'_>) {
        self.cursor.go(movement, self.rows.len());
        if self.follows() && self.waiting > 0 {
            self.refresh(cx);
        }
        self.more(cx);
    }

    /// Does what a key stands for.
    pub fn act(&mut self, act: Act, cx: &mut Cx<'_>) {
        match act {
            Act::Freeze => {
                self.frozen = !self.frozen;
                if !self.frozen {
                    self.refresh(cx);
                }
            }
            Act::Open if self.open => {
                let subject =
                    self.rows.get(self.cursor.at).map(|entry| (entry.subject_kind, entry.subject_id));
                match subject {
                    Some((SubjectKind::Ticket, Some(id))) => cx.cmds.push(Cmd::OpenTicket(TicketId(id))),
                    Some((SubjectKind::Customer, Some(id))) => {
                        cx.cmds.push(Cmd::OpenCustomer(CustomerId(id)))
                    }
                    _ => cx.toast(Role::Info, cx.ui.t(tx::NOTHING_TO_OPEN)),
                }
            }
            Act::Open => self.open = !self.rows.is_empty(),
            Act::Copy => {
                if let Some(entry) = self.rows.get(self.cursor.at) {
                    cx.toast(Role::Ok, cx.ui.f(tx::COPIED, &[&entry.subject]));
                    cx.cmds.push(Cmd::Copy(entry.subject.clone()));
                }
            }
            _ => {}
        }
    }

    /// Steps back.
    pub fn back(&mut self, cx: &mut Cx<'_>) {
        if self.open {
            self.open = false;
        } else if !self.filter_text.is_empty() {
            self.set_filter("", cx);
        } else {
            self.go(Move::First, cx);
        }
    }

    /// The status line.
    #[must_use]
    pub fn status(&self, ui: &Ui) -> String {
        if self.frozen {
            ui.n(tx::FROZEN, self.waiting, &[&ui.keymap.hint(Act::Freeze)])
        } else if !self.follows() && self.waiting > 0 {
            ui.n(tx::PAUSED, self.waiting, &[&ui.keymap.hint(Act::First)])
        } else {
            String::new()
        }
    }

    /// Draws it.
    pub fn view(&mut self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        let filter = if self.filter_text.is_empty() { ui.t(tx::EVERYTHING) } else { &self.filter_text };
        canvas.text(1, area.y, area.width.saturating_sub(12), filter, Role::Title);
        let more = if self.next.is_some() { "+" } else { "" };
        canvas.right(
            area.right() - 1,
            area.y,
            12,
            &format!("{}{more}", ui.count(self.rows.len())),
            Role::Muted,
        );
        let wanted = if self.open { area.height / 2 } else { 4 };
        let detail = if area.height >= 12 || self.open { wanted } else { 0 };
        let list = Rect { y: area.y + 1, height: area.height.saturating_sub(1 + detail), ..area };
        self.cursor.height = table::height(list);
        self.cursor.keep(self.rows.len());
        if self.rows.is_empty() {
            let text = if self.loaded { tx::NOTHING_MATCHES } else { tx::LOADING };
            canvas.text(2, list.y + 1, area.width - 2, ui.t(text), Role::Muted);
        }
        let columns = [
            Column::fixed(ui.t(tx::COL_TIME), 14, 0),
            Column::wide(ui.t(tx::COL_WHO), 10, 1, 0),
            Column::wide(ui.t(tx::COL_ACTION), 20, 1, 0),
            Column::wide(ui.t(tx::COL_OBJECT), 14, 1, 2),
            Column::fixed(ui.t(tx::COL_FROM), 14, 3),
            Column::fixed(ui.t(tx::COL_RESULT), 8, 1),
        ];
        table::draw(canvas, list, &columns, &self.cursor, self.rows.len(), |index| {
            self.rows.get(index).map_or_else(Row::default, |entry| audit_row(ui, entry))
        });
        if detail > 0
            && let Some(entry) = self.rows.get(self.cursor.at)
        {
            view_detail(ui, canvas, Rect { y: area.bottom() - detail, height: detail, ..area }, entry);
        }
    }
}

fn audit_row<'a>(ui: &Ui, entry: &'a AuditEntry) -> Row<'a> {
    let (glyph, word, role) = words::outcome(ui.theme, entry.outcome);
    let day = ui.moment(entry.at);
    let seconds = ui.clock_seconds(entry.at);
    let time = format!("{} {seconds}", day.split(' ').next().unwrap_or_default());
    Row {
        marked: false,
        cells: vec![
            cell(time, Role::Muted),
            cell(entry.actor.as_str(), Role::Text),
            cell(entry.kind.as_str(), Role::Text),
            cell(entry.subject.as_str(), Role::Text),
            cell(entry.ip.as_str(), Role::Muted),
            cell(format!("{glyph} {}", ui.t(word)), role),
        ],
    }
}

fn view_detail(ui: &Ui, canvas: &mut Canvas<'_>, area: Rect, entry: &AuditEntry) {
    let place = entry.seq.map(|seq| format!(" #{seq}")).unwrap_or_default();
    canvas.rule(area, area.y, &format!("{}{place}", entry.kind));
    let mut y = area.y + 1;
    let detail = events::detail(&entry.data);
    if !detail.is_empty() {
        canvas.text(1, y, area.width - 1, &detail, Role::Text);
        y += 1;
    }
    canvas.spans(
        1,
        y,
        area.width - 1,
        &[
            span(entry.actor_kind.as_str(), Role::Muted),
            span(" ", Role::Muted),
            span(entry.actor.as_str(), Role::Text),
            span("  ", Role::Muted),
            span(entry.user_agent.as_str(), Role::Muted),
            span("  ", Role::Muted),
            span(entry.request_id.as_str(), Role::Muted),
        ],
    );
    y += 1;
    let json = entry.data.to_string();
    let data = if json == "{}" || json == "null" { String::new() } else { json };
    for line in text::wrap(&data, usize::from(area.width.saturating_sub(2))) {
        if y + 1 >= area.bottom() {
            break;
        }
        canvas.text(1, y, area.width - 1, &line, Role::Muted);
        y += 1;
    }
    if y < area.bottom()
        && let Some(hash) = &entry.hash
    {
        canvas.spans(
            1,
            y,
            area.width - 1,
            &[span(ui.t(tx::CHAIN), Role::Muted), span(" ", Role::Muted), span(hash.as_str(), Role::Muted)],
        );
    }
}
