//! Tickets in memory, small: a hundred thousand of them must fit beside everything else.
//!
//! A row is a few numbers; names that repeat (customers, technicians, areas, categories) are kept once, and titles
//! stand one after the other in large pieces of memory.

mod judge;
mod memory;

use std::collections::HashMap;

use aglis_core::filter::{Facts, Filter};
use aglis_core::tickets::{Channel, Priority, ServiceType, SlaState, TicketStatus, TicketSummary, sla};
use aglis_core::types::{TicketId, Time};

use judge::Judge;
use memory::{Names, Piece, Pieces, Rows};

/// Every ticket that was loaded.
#[derive(Debug, Default)]
pub struct Store {
    rows: Rows<Packed>,
    by_id: HashMap<u32, u32>,
    text: Pieces,
    /// Names of technicians, areas and categories: few, on many tickets.
    names: Names,
    /// The text of each customer and how much of it is the number; 0 is nobody.
    customers: Vec<(Piece, u8)>,
    customer_places: HashMap<u32, u32>,
    customer_text: Pieces,
}

#[derive(Debug, Clone, Copy)]
struct Packed {
    id: u32,
    customer: u32,
    text: Piece,
    created: u32,
    due: u32,
    at_risk: u32,
    version: u32,
    lead: u16,
    area: u16,
    category: u16,
    number_length: u8,
    status: TicketStatus,
    priority: Priority,
    kind: ServiceType,
    channel: Channel,
    /// The due time had passed when it was put on hold.
    held_late: bool,
}

/// One ticket, read from the store.
#[derive(Debug, Clone, Copy)]
pub struct TicketRow<'a> {
    store: &'a Store,
    packed: &'a Packed,
    now_s: i64,
}

impl Store {
    /// Puts a ticket in, or in the place of its older version, and says where it stands. None for a ticket whose
    /// number of identification is beyond the four billion this store counts to.
    pub fn put(&mut self, ticket: &TicketSummary) -> Option<u32> {
        let id = u32::try_from(ticket.id.0).ok()?;
        let customer = self.put_customer(ticket);
        let text = [ticket.number.as_str(), ticket.title.as_str()];
        let known = self.by_id.get(&id).copied();
        let text = match known.and_then(|at| self.rows.get(at)).map(|row| row.text) {
            Some(place) if self.text.is(place, &text) => place,
            _ => self.text.put(&text),
        };
        let row = Packed {
            id,
            customer,
            text,
            created: seconds(ticket.created_at.ms()),
            due: seconds(ticket.resolution_due_at.ms()),
            at_risk: seconds(ticket.at_risk_at.ms()),
            version: u32::try_from(ticket.version).unwrap_or(u32::MAX),
            lead: ticket.lead_name.as_deref().map_or(0, |name| self.names.put(name)),
            area: ticket.area_name.as_deref().map_or(0, |name| self.names.put(name)),
            category: self.names.put(&ticket.category),
            number_length: u8::try_from(ticket.number.len()).unwrap_or(u8::MAX),
            status: ticket.status,
            priority: ticket.priority,
            kind: ticket.service_type,
            channel: ticket.channel,
            held_late: ticket.held_at.is_some_and(|at| at > ticket.resolution_due_at),
        };
        let Some(at) = known else {
            let at = u32::try_from(self.rows.len()).ok()?;
            self.rows.push(row);
            self.by_id.insert(id, at);
            return Some(at);
        };
        if let Some(old) = self.rows.get_mut(at).filter(|old| old.version <= row.version) {
            *old = row;
        }
        Some(at)
    }

    fn put_customer(&mut self, ticket: &TicketSummary) -> u32 {
        let id = ticket.customer_id.and_then(|id| u32::try_from(id.0).ok());
        let (Some(id), Some(number), Some(name)) = (id, &ticket.customer_number, &ticket.customer_name)
        else {
            return 0;
        };
        let text = [number.as_str(), name.as_str()];
        let length = u8::try_from(number.len()).unwrap_or(u8::MAX);
        let place = *self.customer_places.entry(id).or_insert_with(|| {
            self.customers.push((self.customer_text.put(&text), length));
            u32::try_from(self.customers.len()).unwrap_or(0)
        });
        let known = (place as usize).checked_sub(1).and_then(|at| self.customers.get_mut(at));
        if let Some(known) = known.filter(|(piece, _)| !self.customer_text.is(*piece, &text)) {
            *known = (self.customer_text.put(&text), length);
        }
        place
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.len() == 0
    }

    /// The ticket at a position.
    #[must_use]
    pub fn row(&self, at: u32, now_s: i64) -> Option<TicketRow<'_>> {
        self.rows.get(at).map(|packed| TicketRow { store: self, packed, now_s })
    }

    /// Where a ticket stands.
    #[must_use]
    pub fn position(&self, id: TicketId) -> Option<u32> {
        self.by_id.get(&u32::try_from(id.0).ok()?).copied()
    }

    /// The ticket of this number.
    #[must_use]
    pub fn by_number(&self, number: &str) -> Option<TicketId> {
        let matches = |row: &&Packed| self.text.get(row.text).starts_with(number);
        let row =
            self.rows.iter().find(|row| usize::from(row.number_length) == number.len() && matches(row))?;
        Some(TicketId(i64::from(row.id)))
    }

    /// The positions of those a filter keeps, out of some.
    #[must_use]
    pub fn filter(&self, filter: &Filter, among: &[u32], now_s: i64) -> Vec<u32> {
        if filter.is_empty() {
            return among.to_vec();
        }
        let judge = Judge::new(self, filter, now_s);
        if among.len() < self.rows.len() / 4 {
            let keeps = |at: &u32| self.rows.get(*at).is_some_and(|row| judge.keeps(row));
            return among.iter().copied().filter(keeps).collect();
        }
        // Many are read fastest in the order in which they lie in memory.
        let kept: Vec<bool> = self.rows.iter().map(|row| judge.keeps(row)).collect();
        among.iter().copied().filter(|at| kept.get(*at as usize).is_some_and(|kept| *kept)).collect()
    }

    /// The positions a filter nearly keeps, out of some; see [`Filter::matches_nearly`].
    #[must_use]
    pub fn filter_nearly(&self, filter: &Filter, among: &[u32], now_s: i64) -> Vec<u32> {
        let keeps = |at: &u32| self.row(*at, now_s).is_some_and(|row| filter.matches_nearly(&row));
        among.iter().copied().filter(keeps).collect()
    }

    /// Every position: unfinished ones by due time, then finished ones, the newest first.
    #[must_use]
    pub fn by_due(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX)).collect();
        order.sort_unstable_by_key(|at| self.rank(*at));
        order
    }

    /// What decides where a ticket stands in that order.
    fn rank(&self, at: u32) -> (bool, u32, u32) {
        self.rows.get(at).map_or((true, u32::MAX, u32::MAX), |row| {
            let open = row.status.is_open();
            (!open, if open { row.due } else { u32::MAX - row.created }, u32::MAX - row.id)
        })
    }

    /// Puts a position where it belongs in a list in that order, wherever it stood, or takes it out.
    pub fn place(&self, list: &mut Vec<u32>, at: u32, wanted: bool) {
        if let Some(stood) = list.iter().position(|other| *other == at) {
            list.remove(stood);
        }
        if wanted {
            let rank = self.rank(at);
            let place = list.partition_point(|other| self.rank(*other) < rank);
            list.insert(place, at);
        }
    }
}

fn seconds(ms: i64) -> u32 {
    u32::try_from(ms / 1000).unwrap_or(0)
}

impl<'a> TicketRow<'a> {
    /// Identifier.
    #[must_use]
    pub const fn id(&self) -> TicketId {
        TicketId(self.packed.id as i64)
    }
    /// Number.
    #[must_use]
    pub fn number(&self) -> &'a str {
        self.store
            .text
            .get(self.packed.text)
            .get(..usize::from(self.packed.number_length))
            .unwrap_or_default()
    }
    /// What it is about.
    #[must_use]
    pub fn title(&self) -> &'a str {
        self.store
            .text
            .get(self.packed.text)
            .get(usize::from(self.packed.number_length)..)
            .unwrap_or_default()
    }
    /// Where it stands.
    #[must_use]
    pub const fn status(&self) -> TicketStatus {
        self.packed.status
    }
    /// How urgent.
    #[must_use]
    pub const fn priority(&self) -> Priority {
        self.packed.priority
    }
    /// Kind of work.
    #[must_use]
    pub const fn kind(&self) -> ServiceType {
        self.packed.kind
    }
    /// How it reached us.
    #[must_use]
    pub const fn channel(&self) -> Channel {
        self.packed.channel
    }
    /// The customer's number and name.
    #[must_use]
    pub fn customer(&self) -> Option<(&'a str, &'a str)> {
        let (text, number) = self.store.customers.get((self.packed.customer as usize).checked_sub(1)?)?;
        self.store.customer_text.get(*text).split_at_checked(usize::from(*number))
    }
    /// Who leads the work.
    #[must_use]
    pub fn lead(&self) -> Option<&'a str> {
        self.store.names.get(self.packed.lead)
    }
    /// The customer's area.
    #[must_use]
    pub fn area(&self) -> Option<&'a str> {
        self.store.names.get(self.packed.area)
    }
    /// Category.
    #[must_use]
    pub fn category(&self) -> &'a str {
        self.store.names.get(self.packed.category).unwrap_or_default()
    }
    /// Seconds left until it is due, negative when past; none when finished or on hold.
    #[must_use]
    pub fn left_s(&self) -> Option<i64> {
        (self.packed.status.is_open() && self.packed.status != TicketStatus::OnHold)
            .then(|| i64::from(self.packed.due) - self.now_s)
    }
    /// How it stands against its due time, while work is to be done.
    #[must_use]
    pub fn sla(&self) -> Option<SlaState> {
        let row = self.packed;
        let at = |seconds: i64| Time::from_ms(seconds * 1000);
        let due = i64::from(row.due);
        let held = (row.status == TicketStatus::OnHold).then(|| at(due + i64::from(row.held_late)));
        let marks = (at(i64::from(row.at_risk)), at(due));
        row.status.is_open().then(|| sla::state(row.status, marks, held, None, at(self.now_s)))
    }
    /// Seconds since it was reported.
    #[must_use]
    pub fn age_s(&self) -> i64 {
        self.now_s - i64::from(self.packed.created)
    }
    /// When it was reported, in milliseconds.
    #[must_use]
    pub const fn created_ms(&self) -> i64 {
        self.packed.created as i64 * 1000
    }
    /// When it is due, in milliseconds.
    #[must_use]
    pub const fn due_ms(&self) -> i64 {
        self.packed.due as i64 * 1000
    }
}

impl Facts for TicketRow<'_> {
    fn any_text(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> bool {
        match field {
            "status" => test(self.status().as_str()),
            "prio" => test(self.priority().as_str()),
            "type" => test(self.kind().as_str()),
            "chan" => test(self.channel().as_str()),
            "cat" => test(self.category()),
            "tech" => self.lead().is_some_and(test),
            "area" => self.area().is_some_and(test),
            "no" => test(self.number()),
            "cust" => self.customer().is_some_and(|(number, name)| test(name) || test(number)),
            _ => false,
        }
    }
    fn amount(&self, field: &str) -> Option<i64> {
        match field {
            "sla" => self.left_s(),
            "age" => Some(self.age_s()),
            _ => None,
        }
    }
    fn is_over(&self, field: &str) -> bool {
        field == "sla" && self.sla() == Some(SlaState::Breached)
    }
    fn any_word(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(self.title())
            || test(self.number())
            || self.customer().is_some_and(|(number, name)| test(name) || test(number))
            || self.lead().is_some_and(&mut *test)
            || self.area().is_some_and(test)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use aglis_core::filter::TICKETS;

    fn ticket(n: i64, due_s: i64, version: i64) -> TicketSummary {
        serde_json::from_value(serde_json::json!({
            "id": n, "number": format!("TKT20261121{n:03}"), "type": "repair", "category": "cable", "priority": "high",
            "status": if n % 5 == 0 { "completed" } else { "open" }, "title": format!("Lampu merah {n}"),
            "channel": "portal", "customer_id": n % 7 + 1, "customer_number": "AGLS1", "customer_name": "Budi",
            "area_name": "Karawang", "lead_id": null, "lead_name": null, "response_due_at": Time::from_ms(0),
            "resolution_due_at": Time::from_ms(due_s * 1000), "at_risk_at": Time::from_ms(due_s * 800),
            "responded_at": null, "held_at": null,
            "completed_at": null, "version": version, "created_at": Time::from_ms(n * 1000),
            "updated_at": Time::from_ms(0)
        }))
        .expect("ticket")
    }

    #[test]
    fn a_row_is_small() {
        assert!(size_of::<Packed>() <= 44, "{} bytes", size_of::<Packed>());
    }

    #[test]
    fn older_versions_do_not_replace_newer_ones() {
        let mut store = Store::default();
        store.put(&ticket(1, 100, 3));
        store.put(&ticket(1, 50, 2));
        let row = store.row(0, 0).expect("row");
        assert_eq!((store.len(), row.left_s(), row.title()), (1, Some(100), "Lampu merah 1"));
        assert_eq!(row.customer(), Some(("AGLS1", "Budi")));
        assert_eq!(store.by_number("TKT20261121001"), Some(TicketId(1)));
        assert_eq!(store.by_number("TKT2026112100"), None);
    }

    #[test]
    fn standing_is_the_clocks_and_not_a_fixed_hour() {
        let mut store = Store::default();
        store.put(&ticket(1, 10_000, 1));
        let mut held = ticket(2, 100, 1);
        held.status = TicketStatus::OnHold;
        for (at, expected, overdue) in [(90, SlaState::Paused, 0), (101, SlaState::Breached, 1)] {
            held.held_at = Some(Time::from_ms(at * 1000));
            store.put(&held);
            assert_eq!(store.row(1, 500).and_then(|row| row.sla()), Some(expected));
            let filter = Filter::parse(&TICKETS, "sla:overdue").expect("a filter");
            assert_eq!(store.filter(&filter, &[0, 1], 500).len(), overdue);
        }
        for (now, expected) in
            [(7_999, SlaState::OnTrack), (8_000, SlaState::AtRisk), (10_001, SlaState::Breached)]
        {
            assert_eq!(store.row(0, now).and_then(|row| row.sla()), Some(expected));
        }
    }

    #[test]
    fn placing_one_gives_the_order_sorting_all_gives() {
        let mut store = Store::default();
        (1..=5_000).for_each(|n| assert!(store.put(&ticket(n, (n * 7919) % 10_000, 1)).is_some()));
        let mut order = store.by_due();
        for n in [17, 4_000, 2_501, 5] {
            let at = store.put(&ticket(n, (n * 31) % 9_000, 2)).expect("at");
            store.place(&mut order, at, true);
        }
        assert_eq!(order, store.by_due());
        store.place(&mut order, 3, false);
        assert_eq!(order.len(), 4_999);
    }

    #[test]
    fn the_filter_sees_what_is_shown() {
        let mut store = Store::default();
        (1..=10).for_each(|n| assert!(store.put(&ticket(n, 3_600, 1)).is_some()));
        let order = store.by_due();
        let count = |text: &str| {
            let filter = Filter::parse(&TICKETS, text).expect(text);
            store.filter(&filter, &order, 0).len()
        };
        assert_eq!((count("status:open"), count("tech:none"), count("cust:budi")), (8, 10, 10));
        assert_eq!((count("sla<2h"), count("sla:overdue"), count("merah karawang")), (8, 0, 10));
    }

    #[test]
    fn a_filter_made_ready_keeps_what_the_filter_keeps() {
        let mut store = Store::default();
        for n in 1..=400_i64 {
            let mut value = serde_json::to_value(ticket(n, (n * 37) % 7_200, 1)).expect("ticket");
            let pick = |words: &[&str]| words[n as usize % words.len()].to_owned();
            value["priority"] = pick(&["critical", "high", "normal", "low"]).into();
            value["status"] = pick(&["open", "assigned", "in_progress", "on_hold", "completed"]).into();
            value["held_at"] = if n % 5 == 3 { value["created_at"].clone() } else { serde_json::Value::Null };
            value["type"] = pick(&["repair", "installation", "survey"]).into();
            value["channel"] = pick(&["portal", "phone"]).into();
            value["category"] = pick(&["cable", "slow_speed", "new"]).into();
            value["title"] =
                pick(&["Lampu merah", "MERAH total", "kamerahan", "Kédai merah-putih", ""]).into();
            value["lead_name"] = [None, Some("Andi Wijaya"), Some("merah")][n as usize % 3].into();
            value["area_name"] = [Some("Karawang Barat"), None][n as usize % 2].into();
            if n % 6 == 0 {
                value["customer_id"] = serde_json::Value::Null;
            }
            value["customer_name"] = format!("Budi {}", n % 7).into();
            assert!(store.put(&serde_json::from_value(value).expect("ticket")).is_some());
        }
        let order = store.by_due();
        for text in [
            "merah",
            "!merah",
            "mer",
            "erah",
            "putih",
            "kéd",
            "tkt20261121007",
            "tkt budi",
            "nobody",
            "prio:high",
            "!prio:high,low sla<1h",
            "status:active",
            "!status:closed",
            "sla:overdue",
            "sla:none",
            "sla>=30m",
            "age<1d",
            "!age>5m",
            "tech:none",
            "tech:andi,none",
            "!tech:wij",
            "area:barat",
            "area:none",
            "cat:slow",
            "cat:cable,new",
            "cat:none",
            "type:repair chan:phone",
            "cust:budi",
            "cust:none",
            "!cust:budi",
            "cust:\"budi 3\",agls1",
            "no:2100",
            "merah andi !prio:low sla<2h cust:budi",
        ] {
            let filter = Filter::parse(&TICKETS, text).expect(text);
            let plainly = |at: &u32| filter.matches(&store.row(*at, 3_000).expect("row"));
            let expected: Vec<u32> = order.iter().copied().filter(plainly).collect();
            assert_eq!(store.filter(&filter, &order, 3_000), expected, "{text}");
            let few: Vec<u32> = order[..50].to_vec();
            let expected: Vec<u32> = few.iter().copied().filter(plainly).collect();
            assert_eq!(store.filter(&filter, &few, 3_000), expected, "{text} among a few");
        }
    }
}
