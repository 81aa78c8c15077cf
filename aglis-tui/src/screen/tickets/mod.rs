//! Screen 2, the list: every ticket a filter keeps, the most urgent first, with marks and a preview.

mod csv;
mod draw;

use std::collections::{BTreeSet, VecDeque};

use aglis_core::event::{LiveEvent, SubjectKind};
use aglis_core::filter::{Filter, TICKETS};
use aglis_core::tickets::{TicketFilter, TicketStatus};
use aglis_core::types::{TicketId, Time};

use super::store::{Store, TicketRow};
use crate::app::cx::Target;
use crate::app::overlay::{Choice, Choose, Overlay, Pick};
use crate::app::{Cmd, Cx, Ui};
use crate::keymap::Act;
use crate::lang::{Text, texts as tx};
use crate::net::request::{Payload, Request};
use crate::theme::Role;
use crate::widget::{ListCursor, Move};

/// Saved views: a name and a filter each.
pub const VIEWS: [(Text, &str); 6] = [
    (tx::VIEW_ACTIVE, "status:active"),
    (tx::VIEW_OVERDUE, "sla:overdue"),
    (tx::VIEW_SOON, "sla>0m sla<4h"),
    (tx::VIEW_UNASSIGNED, "status:active tech:none"),
    (tx::VIEW_MINE, "status:active tech:me"),
    (tx::VIEW_ALL, ""),
];

/// Rows asked for at once.
const PAGE: u32 = 200;
/// Changed tickets asked for at once, and the pause between two rounds.
const CATCH_UP: usize = 10;
/// Rows looked at for near matches before anything else gets its turn.
const NEAR_AT_ONCE: usize = 4_000;
const CATCH_UP_EVERY_MS: i64 = 500;

/// What the list knows.
#[derive(Debug)]
pub struct State {
    /// Every ticket that was loaded.
    pub store: Store,
    filter_text: String,
    filter: Filter,
    order: Vec<u32>,
    shown: Vec<u32>,
    cursor: ListCursor,
    under: Option<TicketId>,
    marks: BTreeSet<TicketId>,
    anchor: Option<usize>,
    load: Load,
    changed: VecDeque<TicketId>,
    caught_up: Option<Time>,
    judged_minute: i64,
    /// How far the search for near matches is, when there is none that fits exactly.
    near: Option<usize>,
    first_row: u16,
}

/// How far the list is loaded: the unfinished tickets first, the rest when they are wanted.
#[derive(Debug, Default, PartialEq, Eq)]
enum Load {
    #[default]
    Nothing,
    Active,
    ActiveDone,
    All,
    AllDone,
}

impl Default for State {
    fn default() -> Self {
        let (_, text) = VIEWS[0];
        Self {
            store: Store::default(),
            filter_text: text.to_owned(),
            filter: Filter::parse(&TICKETS, text).unwrap_or_default(),
            order: Vec::new(),
            shown: Vec::new(),
            cursor: ListCursor::default(),
            under: None,
            marks: BTreeSet::new(),
            anchor: None,
            load: Load::Nothing,
            changed: VecDeque::new(),
            caught_up: None,
            judged_minute: 0,
            near: None,
            first_row: 0,
        }
    }
}

impl State {
    /// It is shown now.
    pub fn shown(&mut self, cx: &mut Cx<'_>) {
        self.want(cx);
    }

    /// Asks for everything again.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) {
        self.load = Load::Active;
        self.changed.clear();
        ask(cx, Some("active"), None);
    }

    /// Goes on loading what the filter needs.
    fn want(&mut self, cx: &mut Cx<'_>) {
        let finished_too = !only_active(&self.filter);
        match self.load {
            Load::Nothing if cx.link.is_up() => self.refresh(cx),
            Load::ActiveDone if finished_too && cx.link.is_up() => {
                self.load = Load::All;
                ask(cx, None, None);
            }
            _ => {}
        }
    }

    /// What the filter says.
    #[must_use]
    pub fn filter_text(&self) -> &str {
        &self.filter_text
    }

    /// How many tickets it keeps.
    #[must_use]
    pub fn shown_count(&self) -> usize {
        self.shown.len()
    }

    /// Filters by a text that parses; one that does not is left alone.
    pub fn set_filter(&mut self, text: &str, cx: &mut Cx<'_>) {
        let Ok(filter) = Filter::parse(&TICKETS, text) else { return };
        let me = cx
            .link
            .me
            .as_ref()
            .map_or("", |me| if me.full_name.is_empty() { &me.name } else { &me.full_name });
        let filter = filter.resolve_me(&me.to_lowercase());
        // What fits a narrower filter fits the wider one too; while near matches are shown, nothing fitted that.
        let among: &[u32] = match (filter.narrows(&self.filter), self.near) {
            (true, None) => &self.shown,
            (true, Some(_)) => &[],
            (false, _) => &self.order,
        };
        self.shown = self.store.filter(&filter, among, cx.ui.now_s());
        self.filter = filter;
        text.trim().clone_into(&mut self.filter_text);
        self.anchor = None;
        self.near = None;
        self.seek_near();
        self.follow();
        self.want(cx);
    }

    /// Judges every ticket again, and keeps the cursor on its ticket.
    fn judge(&mut self, ui: &Ui) {
        self.judged_minute = ui.now_s() / 60;
        self.shown = self.store.filter(&self.filter, &self.order, ui.now_s());
        self.near = None;
        self.seek_near();
        self.follow();
    }

    fn sort(&mut self, ui: &Ui) {
        self.order = self.store.by_due();
        self.judge(ui);
    }

    /// Begins to look for near matches where nothing fits exactly.
    fn seek_near(&mut self) {
        if self.shown.is_empty() && self.filter.forgives() && !self.order.is_empty() {
            self.near = Some(0);
        }
    }

    /// Looks a little further for near matches, so little that no key waits for it.
    fn go_on_near(&mut self, now_s: i64) {
        let Some(from) = self.near.filter(|from| *from < self.order.len()) else { return };
        let to = (from + NEAR_AT_ONCE).min(self.order.len());
        let found = self.store.filter_nearly(&self.filter, &self.order[from..to], now_s);
        self.shown.extend(found);
        self.near = Some(to);
        if self.under.is_none() {
            self.note_under();
        }
    }

    /// Whether what is shown fits only nearly.
    fn only_near(&self) -> bool {
        self.near.is_some() && !self.shown.is_empty()
    }

    /// Puts the cursor where its ticket went.
    fn follow(&mut self) {
        let place = self.under.and_then(|id| self.store.position(id));
        if let Some(at) = place.and_then(|place| self.shown.iter().position(|shown| *shown == place)) {
            let offset = self.cursor.at.saturating_sub(self.cursor.top);
            self.cursor.at = at;
            self.cursor.top = at.saturating_sub(offset);
        }
        self.cursor.keep(self.shown.len());
        self.note_under();
    }

    fn note_under(&mut self) {
        self.under = self.shown.get(self.cursor.at).and_then(|at| self.store.row(*at, 0)).map(|row| row.id());
    }

    /// An answer came.
    pub fn answer(&mut self, request: &Request, payload: &Payload, cx: &mut Cx<'_>) {
        match (request, payload) {
            (Request::Tickets(asked), Payload::Tickets(page)) => {
                for ticket in &page.items {
                    self.store.put(ticket);
                }
                let all = asked.status.is_none();
                match &page.next_cursor {
                    Some(next) => ask(cx, asked.status.as_deref(), Some(next.clone())),
                    None => self.load = if all { Load::AllDone } else { Load::ActiveDone },
                }
                // Sorting a hundred thousand costs; while pages pour in, only the first and the last are worth it.
                if page.next_cursor.is_none() || self.order.len() < 1_000 || self.store.len() % 5_000 < 200 {
                    self.sort(cx.ui);
                }
                self.want(cx);
            }
            (_, Payload::Ticket(ticket)) => {
                self.changed.retain(|id| *id != ticket.summary.id);
                if let Some(at) = self.store.put(&ticket.summary) {
                    self.store.place(&mut self.order, at, true);
                    let near = self.near.is_some();
                    let kept = self.store.row(at, cx.ui.now_s()).is_some_and(|row| {
                        if near { self.filter.matches_nearly(&row) } else { self.filter.matches(&row) }
                    });
                    self.store.place(&mut self.shown, at, kept);
                    self.follow();
                }
            }
            (Request::Change { id, .. }, Payload::Changed) => self.note_changed(*id),
            _ => {}
        }
    }

    /// A question was not answered.
    pub fn failed(&mut self, request: &Request, _cx: &mut Cx<'_>) {
        match request {
            Request::Tickets(asked) => {
                self.load = if asked.status.is_some() { Load::Nothing } else { Load::ActiveDone };
            }
            Request::Change { id, .. } => self.note_changed(*id),
            Request::Ticket(id) => self.changed.retain(|changed| changed != id),
            _ => {}
        }
    }

    fn note_changed(&mut self, id: TicketId) {
        if !self.changed.contains(&id) {
            self.changed.push_back(id);
        }
    }

    /// Something happened somewhere.
    pub fn live(&mut self, event: &LiveEvent, _cx: &mut Cx<'_>) {
        if event.subject_kind == SubjectKind::Ticket
            && event.kind.starts_with("ticket.")
            && let Some(id) = event.subject_id
        {
            self.note_changed(TicketId(id));
        }
    }

    /// When it wants to look after changed tickets.
    #[must_use]
    pub fn wake_at(&self) -> Option<Time> {
        let pause = |at: Time| at.plus_ms(CATCH_UP_EVERY_MS);
        if self.near.is_some_and(|from| from < self.order.len()) {
            return Some(Time::from_ms(0));
        }
        self.catch_up_at(pause)
    }

    fn catch_up_at(&self, pause: impl Fn(Time) -> Time) -> Option<Time> {
        (!self.changed.is_empty()).then(|| self.caught_up.map_or(Time::from_ms(0), pause))
    }

    /// Time has passed: looks after changed tickets, and lets due times pass.
    pub fn tick(&mut self, cx: &mut Cx<'_>) {
        if cx.ui.now_s() / 60 != self.judged_minute && !self.filter.is_empty() && !self.order.is_empty() {
            self.judge(cx.ui);
        }
        self.go_on_near(cx.ui.now_s());
        let due = self.catch_up_at(|at| at.plus_ms(CATCH_UP_EVERY_MS));
        if !cx.link.is_up() || due.is_none_or(|at| at > cx.ui.now) {
            return;
        }
        self.caught_up = Some(cx.ui.now);
        for _ in 0..CATCH_UP {
            let Some(id) = self.changed.pop_front() else { break };
            cx.ask(Request::Ticket(id));
        }
    }

    /// Moves the cursor.
    pub fn go(&mut self, movement: Move, _cx: &mut Cx<'_>) {
        self.cursor.go(movement, self.shown.len());
        self.note_under();
    }

    /// A click on a row of the screen.
    pub fn click(&mut self, y: u16, cx: &mut Cx<'_>) {
        let Some(line) = y.checked_sub(self.first_row) else { return };
        let at = self.cursor.top + usize::from(line);
        if usize::from(line) < self.cursor.height && at < self.shown.len() {
            if at == self.cursor.at {
                self.act(Act::Open, cx);
            }
            self.cursor.at = at;
            self.note_under();
        }
    }

    fn row(&self, index: usize, now_s: i64) -> Option<TicketRow<'_>> {
        self.store.row(*self.shown.get(index)?, now_s)
    }

    /// The marked tickets, or the one under the cursor.
    #[must_use]
    pub fn targets(&self, ui: &Ui) -> Vec<Target> {
        if self.marks.is_empty() {
            return self.row(self.cursor.at, ui.now_s()).map(target).into_iter().collect();
        }
        let marked = self.marks.iter().filter_map(|id| self.store.position(*id));
        marked.filter_map(|at| self.store.row(at, ui.now_s())).map(target).collect()
    }

    /// How many marked tickets the filter does not show.
    fn hidden_marks(&self) -> usize {
        let mut shown = vec![false; self.store.len()];
        for at in &self.shown {
            if let Some(shown) = shown.get_mut(*at as usize) {
                *shown = true;
            }
        }
        let places = self.marks.iter().filter_map(|id| self.store.position(*id));
        places.filter(|at| shown.get(*at as usize) == Some(&false)).count()
    }

    /// The ticket, if it was loaded.
    #[must_use]
    pub fn known(&self, id: TicketId) -> Option<Target> {
        self.store.row(self.store.position(id)?, 0).map(target)
    }

    /// Marks these and no others.
    pub fn mark_only(&mut self, ids: impl Iterator<Item = TicketId>) {
        self.marks = ids.collect();
    }

    /// Names of technicians seen on tickets.
    #[must_use]
    pub fn people(&self) -> Vec<String> {
        let names: BTreeSet<&str> =
            self.order.iter().filter_map(|at| self.store.row(*at, 0)).filter_map(|row| row.lead()).collect();
        names.into_iter().map(str::to_owned).collect()
    }

    /// Does what a key stands for.
    pub fn act(&mut self, act: Act, cx: &mut Cx<'_>) {
        match act {
            Act::Open => {
                if let Some(id) = self.under {
                    cx.cmds.push(Cmd::OpenTicket(id));
                }
            }
            Act::Mark => {
                if let Some(id) = self.under {
                    if !self.marks.remove(&id) {
                        self.marks.insert(id);
                    }
                    self.anchor = Some(self.cursor.at);
                    self.go(Move::By(1), cx);
                }
            }
            Act::MarkRange => {
                let from = self.anchor.unwrap_or(self.cursor.at);
                let range = from.min(self.cursor.at)..=from.max(self.cursor.at);
                let ids: Vec<TicketId> = range.filter_map(|at| self.row(at, 0)).map(|row| row.id()).collect();
                self.marks.extend(ids);
                self.anchor = Some(self.cursor.at);
            }
            Act::MarkAll => {
                let ids: BTreeSet<TicketId> =
                    self.shown.iter().filter_map(|at| self.store.row(*at, 0)).map(|row| row.id()).collect();
                if ids.is_subset(&self.marks) {
                    self.marks.clear();
                } else {
                    self.marks.extend(ids);
                }
            }
            Act::Copy => {
                let numbers: Vec<String> =
                    self.targets(cx.ui).into_iter().map(|target| target.number).collect();
                let shown = if numbers.len() > 3 {
                    cx.ui.n(tx::N_TICKETS, numbers.len(), &[])
                } else {
                    numbers.join(" ")
                };
                cx.toast(Role::Ok, cx.ui.f(tx::COPIED, &[&shown]));
                cx.cmds.push(Cmd::Copy(numbers.join("\n")));
            }
            Act::Views => {
                let choice = |(name, filter): &(Text, &str)| Choice {
                    label: cx.ui.t(*name).to_owned(),
                    detail: (*filter).to_owned(),
                    role: Role::Text,
                    disabled: None,
                    pick: Pick::View((*filter).to_owned()),
                };
                let choices = VIEWS.iter().map(choice).collect();
                let choose = Choose::new(cx.ui.t(tx::TITLE_VIEWS).to_owned(), Vec::new(), choices);
                cx.cmds.push(Cmd::Over(Box::new(Overlay::Choose(choose))));
            }
            _ => {}
        }
    }

    /// Steps back: marks go first, then the filter.
    pub fn back(&mut self, cx: &mut Cx<'_>) {
        if !self.marks.is_empty() {
            self.marks.clear();
            self.anchor = None;
        } else if self.filter_text != VIEWS[0].1 {
            self.set_filter(VIEWS[0].1, cx);
        }
    }
}

fn target(row: TicketRow<'_>) -> Target {
    Target {
        id: row.id(),
        number: row.number().to_owned(),
        status: row.status(),
        title: row.title().to_owned(),
    }
}

fn ask(cx: &mut Cx<'_>, status: Option<&str>, cursor: Option<String>) {
    let filter = TicketFilter {
        status: status.map(str::to_owned),
        order: Some(if status.is_some() { "due" } else { "newest" }.to_owned()),
        limit: Some(PAGE),
        cursor,
        ..TicketFilter::default()
    };
    cx.ask(Request::Tickets(Box::new(filter)));
}

/// Whether a filter can only keep unfinished tickets, so that the finished ones need not be loaded.
fn only_active(filter: &Filter) -> bool {
    use aglis_core::filter::Test;
    filter.terms.iter().filter(|term| !term.invert).any(|term| match &term.test {
        Test::AnyOf(field, values) if field.name == "status" => values
            .iter()
            .all(|value| value == "active" || value.parse::<TicketStatus>().is_ok_and(TicketStatus::is_open)),
        Test::AnyOf(field, values) => field.name == "sla" && values.iter().all(|value| value == "overdue"),
        Test::Compare(field, ..) => field.name == "sla",
        Test::Word(_) => false,
    })
}
