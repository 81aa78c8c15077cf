//! Tickets in memory, small: a hundred thousand of them must fit beside everything else.
//!
//! A row is a few numbers; names that repeat (customers, technicians, areas, categories) are kept once, and titles
//! stand one after the other in large pieces of memory.

use std::collections::HashMap;

use aglis_core::filter::{Facts, Filter};
use aglis_core::tickets::{Channel, Priority, ServiceType, TicketStatus, TicketSummary};
use aglis_core::types::{CustomerId, TicketId};

/// Every ticket that was loaded.
#[derive(Debug, Default)]
pub struct Store {
    rows: Vec<Packed>,
    by_id: HashMap<i64, u32>,
    text: Pieces,
    names: Names,
    customers: HashMap<i64, (u32, u32)>,
}

#[derive(Debug, Clone, Copy)]
struct Packed {
    id: i64,
    customer: i64,
    text: Piece,
    number_length: u8,
    status: TicketStatus,
    priority: Priority,
    kind: ServiceType,
    channel: Channel,
    on_hold: bool,
    lead: u32,
    area: u32,
    category: u32,
    created: u32,
    due: u32,
    version: u32,
}

/// One ticket, read from the store.
#[derive(Debug, Clone, Copy)]
pub struct TicketRow<'a> {
    store: &'a Store,
    packed: &'a Packed,
    now_s: i64,
}

impl Store {
    /// Puts a ticket in, or in the place of its older version. Says its position, and whether it was new.
    pub fn put(&mut self, ticket: &TicketSummary) -> (u32, bool) {
        let text = [ticket.number.as_str(), ticket.title.as_str()];
        let known = self.by_id.get(&ticket.id.0).copied();
        let place = known.and_then(|at| self.rows.get(at as usize)).map(|row| row.text);
        let place = match place {
            Some(place) if self.text.is(place, &text) => place,
            _ => self.text.put(&text),
        };
        if let (Some(id), Some(number), Some(name)) =
            (ticket.customer_id, &ticket.customer_number, &ticket.customer_name)
        {
            let entry = (self.names.put(number), self.names.put(name));
            self.customers.insert(id.0, entry);
        }
        let row = Packed {
            id: ticket.id.0,
            customer: ticket.customer_id.map_or(0, |id| id.0),
            text: place,
            number_length: u8::try_from(ticket.number.len()).unwrap_or(u8::MAX),
            status: ticket.status,
            priority: ticket.priority,
            kind: ticket.service_type,
            channel: ticket.channel,
            on_hold: ticket.held_at.is_some(),
            lead: ticket.lead_name.as_deref().map_or(0, |name| self.names.put(name)),
            area: ticket.area_name.as_deref().map_or(0, |name| self.names.put(name)),
            category: self.names.put(&ticket.category),
            created: seconds(ticket.created_at.ms()),
            due: seconds(ticket.resolution_due_at.ms()),
            version: u32::try_from(ticket.version).unwrap_or(u32::MAX),
        };
        match known {
            Some(at) => {
                let old = &mut self.rows[at as usize];
                if old.version <= row.version {
                    *old = row;
                }
                (at, false)
            }
            None => {
                let at = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
                self.rows.push(row);
                self.by_id.insert(row.id, at);
                (at, true)
            }
        }
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// The ticket at a position.
    #[must_use]
    pub fn row(&self, at: u32, now_s: i64) -> Option<TicketRow<'_>> {
        self.rows.get(at as usize).map(|packed| TicketRow { store: self, packed, now_s })
    }

    /// Where a ticket stands.
    #[must_use]
    pub fn position(&self, id: TicketId) -> Option<u32> {
        self.by_id.get(&id.0).copied()
    }

    /// The ticket of this number.
    #[must_use]
    pub fn by_number(&self, number: &str) -> Option<TicketId> {
        let matches = |row: &&Packed| self.text.get(row.text).starts_with(number);
        let row =
            self.rows.iter().find(|row| usize::from(row.number_length) == number.len() && matches(row))?;
        Some(TicketId(row.id))
    }

    /// The positions of those a filter keeps, out of some.
    #[must_use]
    pub fn filter(&self, filter: &Filter, among: &[u32], now_s: i64) -> Vec<u32> {
        if filter.is_empty() {
            return among.to_vec();
        }
        among
            .iter()
            .copied()
            .filter(|at| self.row(*at, now_s).is_some_and(|row| filter.matches(&row)))
            .collect()
    }

    /// Every position: unfinished ones by due time, then finished ones, the newest first.
    #[must_use]
    pub fn by_due(&self) -> Vec<u32> {
        let mut order: Vec<u32> = (0..u32::try_from(self.rows.len()).unwrap_or(u32::MAX)).collect();
        order.sort_by_cached_key(|at| {
            let row = &self.rows[*at as usize];
            let open = row.status.is_open();
            (!open, if open { row.due } else { u32::MAX - row.created }, -row.id)
        });
        order
    }
}

fn seconds(ms: i64) -> u32 {
    u32::try_from(ms / 1000).unwrap_or(0)
}

impl<'a> TicketRow<'a> {
    /// Identifier.
    #[must_use]
    pub const fn id(&self) -> TicketId {
        TicketId(self.packed.id)
    }
    /// Whose it is.
    #[must_use]
    pub fn customer_id(&self) -> Option<CustomerId> {
        (self.packed.customer != 0).then_some(CustomerId(self.packed.customer))
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
        let (number, name) = self.store.customers.get(&self.packed.customer)?;
        Some((self.store.names.get(*number)?, self.store.names.get(*name)?))
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
        (self.packed.status.is_open() && !self.packed.on_hold)
            .then(|| i64::from(self.packed.due) - self.now_s)
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
    fn any_word(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(self.title())
            || test(self.number())
            || self.customer().is_some_and(|(number, name)| test(name) || test(number))
            || self.lead().is_some_and(&mut *test)
            || self.area().is_some_and(test)
    }
}

/// Names that repeat, kept once. Number 0 is no name.
#[derive(Debug, Default)]
struct Names {
    list: Vec<std::sync::Arc<str>>,
    numbers: HashMap<std::sync::Arc<str>, u32>,
}

impl Names {
    fn put(&mut self, name: &str) -> u32 {
        if let Some(number) = self.numbers.get(name) {
            return *number;
        }
        let name: std::sync::Arc<str> = name.into();
        self.list.push(name.clone());
        let number = u32::try_from(self.list.len()).unwrap_or(0);
        self.numbers.insert(name, number);
        number
    }

    fn get(&self, number: u32) -> Option<&str> {
        self.list.get((number as usize).checked_sub(1)?).map(|name| &**name)
    }
}

#[derive(Debug, Clone, Copy)]
struct Piece {
    chunk: u16,
    length: u16,
    start: u32,
}

/// Texts one after the other, in chunks that never move.
#[derive(Debug, Default)]
struct Pieces {
    chunks: Vec<String>,
}

const CHUNK: usize = 256 * 1024;

impl Pieces {
    fn put(&mut self, parts: &[&str]) -> Piece {
        let length: usize = parts.iter().map(|part| part.len()).sum();
        if self.chunks.last().is_none_or(|chunk| chunk.len() + length > CHUNK) {
            self.chunks.push(String::with_capacity(CHUNK.max(length)));
        }
        let number = u16::try_from(self.chunks.len() - 1).unwrap_or(u16::MAX);
        let Some(chunk) = self.chunks.last_mut() else { return Piece { chunk: 0, length: 0, start: 0 } };
        let start = u32::try_from(chunk.len()).unwrap_or(0);
        for part in parts {
            chunk.push_str(part);
        }
        Piece { chunk: number, length: u16::try_from(length).unwrap_or(u16::MAX), start }
    }

    fn get(&self, piece: Piece) -> &str {
        let start = piece.start as usize;
        self.chunks
            .get(usize::from(piece.chunk))
            .and_then(|chunk| chunk.get(start..start + usize::from(piece.length)))
            .unwrap_or_default()
    }

    fn is(&self, piece: Piece, parts: &[&str]) -> bool {
        let mut rest = self.get(piece);
        parts.iter().all(|part| match rest.strip_prefix(part) {
            Some(tail) => {
                rest = tail;
                true
            }
            None => false,
        }) && rest.is_empty()
    }
}
