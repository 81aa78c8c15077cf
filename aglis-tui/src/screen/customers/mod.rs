//! Screen 5: find a customer among all of them, and see what matters about one.

mod draw;

use aglis_core::customers::{Customer, CustomerFilter, CustomerSummary};
use aglis_core::event::{LiveEvent, SubjectKind};
use aglis_core::filter::{CUSTOMERS, Facts, Filter, NONE, Term, Test};
use aglis_core::types::{CustomerId, Time};

use crate::app::{Cmd, Cx};
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::net::request::{Payload, Request};
use crate::theme::Role;
use crate::widget::{ListCursor, Move};

/// The daemon is asked when nobody has typed for this long.
const ASK_AFTER_MS: i64 = 120;
/// Details are asked for when the cursor has rested for this long.
const REST_MS: i64 = 250;
/// Rows asked for at once.
const PAGE: u32 = 100;

/// What the screen knows.
#[derive(Debug, Default)]
pub struct State {
    rows: Vec<CustomerSummary>,
    next: Option<String>,
    filter_text: String,
    filter: Filter,
    cursor: ListCursor,
    detail: Option<Box<Customer>>,
    revealed: bool,
    open: bool,
    asked: Option<CustomerFilter>,
    loaded: bool,
    ask_at: Option<Time>,
    look_at: Option<Time>,
}

/// A row, to be judged by a filter now.
struct Judged<'a>(&'a CustomerSummary, Time);

impl Facts for Judged<'_> {
    fn any_text(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> bool {
        match field {
            "status" => test(self.0.status.as_str()),
            "pkg" => self.0.package_name.as_deref().is_some_and(test),
            "tag" => self.0.tags.iter().any(|tag| test(tag)),
            "area" => self.0.area_name.as_deref().is_some_and(test),
            "odp" => self.0.odp_name.as_deref().is_some_and(test),
            "name" => test(&self.0.name),
            "phone" => test(&self.0.phone),
            "no" => test(&self.0.number),
            _ => false,
        }
    }
    fn amount(&self, field: &str) -> Option<i64> {
        (field == "age").then(|| self.1.since_ms(self.0.created_at) / 1000)
    }
    fn any_word(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        [&self.0.name, &self.0.number, &self.0.phone, &self.0.address].into_iter().any(|text| test(text))
    }
}

/// What the daemon narrows the list by: it knows all customers, we a page of them.
fn query(filter: &Filter) -> CustomerFilter {
    let mut query = CustomerFilter { limit: Some(PAGE), ..CustomerFilter::default() };
    let mut words: Vec<&str> = Vec::new();
    for term in filter.terms.iter().filter(|term| !term.invert) {
        match &term.test {
            Test::Word(word) => words.push(word),
            Test::AnyOf(field, values) => match (field.name, values.as_slice()) {
                (_, [one]) if one == NONE => {}
                ("status", [one]) => query.status = query.status.or(one.parse().ok()),
                ("tag", [one]) => query.tag = query.tag.take().or_else(|| Some(one.clone())),
                ("name" | "no" | "phone", [one]) => words.push(one),
                _ => {}
            },
            Test::Compare(..) => {}
        }
    }
    if !words.is_empty() {
        query.q = Some(words.join(" "));
    }
    query
}

/// The terms that are judged here, on what the daemon left: all but words and telephone numbers, of which it sees more
/// than a row shows.
fn rest(filter: &Filter) -> Filter {
    let judged = |term: &&Term| {
        !term.invert
            && match &term.test {
                Test::Word(_) => true,
                Test::AnyOf(field, values) => {
                    field.name == "phone" && matches!(values.as_slice(), [one] if one != NONE)
                }
                Test::Compare(..) => false,
            }
    };
    Filter { terms: filter.terms.iter().filter(|term| !judged(term)).cloned().collect() }
}

impl State {
    /// It is shown now.
    pub fn shown(&mut self, cx: &mut Cx<'_>) {
        if !self.loaded && self.asked.is_none() {
            self.refresh(cx);
        }
    }

    /// Asks again.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) {
        let query = query(&self.filter);
        self.asked = cx.link.is_up().then(|| query.clone());
        self.ask_at = None;
        cx.ask(Request::Customers(Box::new(query)));
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

    /// Whether one is open.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        self.open
    }

    /// Filters by a text that parses; the daemon is asked a moment after the last key.
    pub fn set_filter(&mut self, text: &str, cx: &mut Cx<'_>) {
        let Ok(filter) = Filter::parse(&CUSTOMERS, text) else { return };
        text.trim().clone_into(&mut self.filter_text);
        let judge = rest(&filter);
        self.rows.retain(|row| judge.matches(&Judged(row, cx.ui.now)));
        self.filter = filter;
        self.cursor.keep(self.rows.len());
        self.ask_at = Some(cx.ui.now.plus_ms(ASK_AFTER_MS));
    }

    /// Opens one.
    pub fn open(&mut self, id: CustomerId, cx: &mut Cx<'_>) {
        self.open = true;
        if self.detail.as_ref().is_none_or(|detail| detail.id != id) {
            self.detail = None;
            self.revealed = false;
            cx.ask(Request::Customer(id));
        }
        if let Some(at) = self.rows.iter().position(|row| row.id == id) {
            self.cursor.at = at;
        }
    }

    /// When it wants to ask.
    #[must_use]
    pub fn wake_at(&self) -> Option<Time> {
        [self.ask_at, self.look_at].into_iter().flatten().min()
    }

    /// Time has passed.
    pub fn tick(&mut self, cx: &mut Cx<'_>) {
        if self.ask_at.is_some_and(|at| at <= cx.ui.now) {
            self.refresh(cx);
        }
        if self.look_at.is_some_and(|at| at <= cx.ui.now) {
            self.look_at = None;
            if let Some(id) = self.rows.get(self.cursor.at).map(|row| row.id)
                && self.detail.as_ref().is_none_or(|detail| detail.id != id)
            {
                cx.ask(Request::Customer(id));
            }
        }
    }

    /// An answer came. One to a question that was overtaken is dropped.
    pub fn answer(&mut self, request: &Request, payload: &Payload, cx: &mut Cx<'_>) {
        match (request, payload) {
            (Request::Customers(query), Payload::Customers(page)) => {
                let first = query.cursor.is_none();
                let current = self.asked.as_ref().is_some_and(|asked| same(asked, query));
                if !current {
                    return;
                }
                self.asked = None;
                self.loaded = true;
                if first {
                    self.rows.clear();
                }
                let judge = rest(&self.filter);
                self.rows
                    .extend(page.items.iter().filter(|row| judge.matches(&Judged(row, cx.ui.now))).cloned());
                self.next.clone_from(&page.next_cursor);
                self.cursor.keep(self.rows.len());
                self.look_at = Some(cx.ui.now);
                self.more(cx);
            }
            (Request::Customer(_) | Request::Reveal(_), Payload::Customer(customer)) => {
                let here =
                    self.open || self.rows.get(self.cursor.at).is_some_and(|row| row.id == customer.id);
                if here {
                    self.revealed = matches!(request, Request::Reveal(_));
                    self.detail = Some(customer.clone());
                }
            }
            _ => {}
        }
    }

    /// A question was not answered.
    pub fn failed(&mut self, request: &Request) {
        if matches!(request, Request::Customers(_)) {
            self.asked = None;
        }
    }

    /// Something happened somewhere.
    pub fn live(&mut self, event: &LiveEvent, cx: &mut Cx<'_>) {
        if event.subject_kind != SubjectKind::Customer || event.kind == "customer.revealed" {
            return;
        }
        if self.loaded && self.ask_at.is_none() {
            self.ask_at = Some(cx.ui.now.plus_ms(1_000));
        }
    }

    /// Loads the next page when the cursor comes near the end, or when too few of a page were kept.
    fn more(&mut self, cx: &mut Cx<'_>) {
        let near = self.cursor.at + self.cursor.height.max(20) >= self.rows.len();
        if near
            && self.asked.is_none()
            && cx.link.is_up()
            && let Some(next) = self.next.take()
        {
            let query = CustomerFilter { cursor: Some(next), ..query(&self.filter) };
            self.asked = Some(query.clone());
            cx.ask(Request::Customers(Box::new(query)));
        }
    }

    /// Moves the cursor.
    pub fn go(&mut self, movement: Move, cx: &mut Cx<'_>) {
        self.cursor.go(movement, self.rows.len());
        self.look_at = Some(cx.ui.now.plus_ms(REST_MS));
        self.more(cx);
    }

    /// Does what a key stands for.
    pub fn act(&mut self, act: Act, cx: &mut Cx<'_>) {
        let Some(row) = self.rows.get(self.cursor.at) else { return };
        let (id, number) = (row.id, row.number.clone());
        match act {
            Act::Open if self.open => {
                let Some(detail) = &self.detail else { return };
                cx.cmds.push(Cmd::FilterTickets(format!("cust:{}", detail.number)));
            }
            Act::Open => self.open(id, cx),
            Act::Reveal => {
                if self.revealed && self.detail.as_ref().is_some_and(|detail| detail.id == id) {
                    cx.ask(Request::Customer(id));
                } else {
                    cx.ask(Request::Reveal(id));
                    cx.toast(Role::Info, cx.ui.t(tx::REVEALING));
                }
            }
            Act::Copy => {
                cx.toast(Role::Ok, cx.ui.f(tx::COPIED, &[&number]));
                cx.cmds.push(Cmd::Copy(number));
            }
            _ => {}
        }
    }

    /// Steps back.
    pub fn back(&mut self, cx: &mut Cx<'_>) {
        if self.open {
            self.open = false;
            self.look_at = Some(cx.ui.now);
        } else if !self.filter_text.is_empty() {
            self.set_filter("", cx);
        }
    }
}

fn same(a: &CustomerFilter, b: &CustomerFilter) -> bool {
    a.q == b.q && a.status == b.status && a.tag == b.tag && a.cursor == b.cursor
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_daemon_narrows_and_we_judge_what_it_does_not_know() {
        let filter =
            Filter::parse(&CUSTOMERS, "budi status:isolir !area:barat tag:vip tag:fiber").expect("filter");
        let query = query(&filter);
        assert_eq!(query.q.as_deref(), Some("budi"));
        assert_eq!(query.status.map(|status| status.to_string()).as_deref(), Some("suspended"));
        assert_eq!(query.tag.as_deref(), Some("vip"));
        assert_eq!(rest(&filter).to_string(), "status:suspended !area:barat tag:vip tag:fiber");
        let none = Filter::parse(&CUSTOMERS, "tag:none phone:0812").expect("filter");
        assert_eq!((self::query(&none).tag, self::query(&none).q.as_deref()), (None, Some("0812")));
        assert_eq!(rest(&none).to_string(), "tag:none");
    }

    #[test]
    fn age_and_tags_are_judged_on_the_row() {
        let now = Time::from_ms(100 * 86_400_000);
        let row: CustomerSummary = serde_json::from_value(serde_json::json!({
            "id": 1, "number": "AGLS1", "name": "Budi", "phone": "0812", "address": "Jl. Mawar", "area_name": null,
            "package_name": null, "odp_name": null, "status": "active", "open_tickets": 0,
            "tags": ["fiber", "vip"], "created_at": Time::from_ms(90 * 86_400_000)
        }))
        .expect("row");
        for (text, kept) in [
            ("age>9d", true),
            ("age<9d", false),
            ("!age<9d", true),
            ("tag:vip tag:fiber", true),
            ("tag:vip tag:gold", false),
            ("tag:gold,vip", true),
            ("!tag:vip", false),
            ("!tag:gold", true),
            ("tag:none", false),
        ] {
            let filter = rest(&Filter::parse(&CUSTOMERS, text).expect(text));
            assert_eq!(filter.matches(&Judged(&row, now)), kept, "{text}");
        }
    }
}
