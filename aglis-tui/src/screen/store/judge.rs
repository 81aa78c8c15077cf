//! A filter made ready for a store: what depends on a name that repeats is decided once per name, what depends on a
//! choice once per choice, and only titles and numbers are read row by row.

use aglis_core::filter::{Facts, Filter, NONE, Needle, Order, Term, Test};
use aglis_core::tickets::{Channel, Priority, ServiceType, TicketStatus};

use super::{Packed, Store, TicketRow};

/// A filter, ready.
pub(super) struct Judge<'a> {
    store: &'a Store,
    now_s: i64,
    /// In the order of what they cost: the cheap ones throw out most rows before the dear ones are asked.
    terms: Vec<(bool, Ask<'a>)>,
}

/// What is asked of a row.
enum Ask<'a> {
    /// One of these values of a choice.
    Status(u32),
    Priority(u32),
    Kind(u32),
    Channel(u32),
    /// Time left or time passed.
    Amount(Amount, Order, i64),
    /// A name, by its number.
    Name(fn(&Packed) -> u16, Vec<bool>),
    /// A customer, by the place in the list.
    Customer(Vec<bool>),
    /// A word anywhere: decided for names and customers, to be looked for in number and title.
    Word {
        names: Vec<bool>,
        customers: Vec<bool>,
        needle: Needle<'a>,
    },
    /// Anything else, the slow way.
    Other(&'a Term),
}

#[derive(Clone, Copy)]
enum Amount {
    Left,
    Age,
}

/// A row that states one text of one field.
struct Only<'a>(&'a str, &'a str);

impl Facts for Only<'_> {
    fn any_text(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> bool {
        field == self.0 && test(self.1)
    }
    fn amount(&self, _field: &str) -> Option<i64> {
        None
    }
    fn any_word(&self, test: &mut dyn FnMut(&str) -> bool) -> bool {
        test(self.1)
    }
}

impl<'a> Judge<'a> {
    pub(super) fn new(store: &'a Store, filter: &'a Filter, now_s: i64) -> Self {
        let mut terms: Vec<(bool, Ask<'a>)> =
            filter.terms.iter().map(|term| (term.invert, ask(store, term))).collect();
        terms.sort_by_key(|(_, ask)| ask.cost());
        Self { store, now_s, terms }
    }

    pub(super) fn keeps(&self, row: &Packed) -> bool {
        self.terms.iter().all(|(invert, ask)| self.holds(row, ask) != *invert)
    }

    fn holds(&self, row: &Packed, ask: &Ask<'_>) -> bool {
        let is = |known: &[bool], at: usize| known.get(at).copied().unwrap_or(false);
        match ask {
            Ask::Status(among) => named(*among, row.status as u32),
            Ask::Priority(among) => named(*among, row.priority as u32),
            Ask::Kind(among) => named(*among, row.kind as u32),
            Ask::Channel(among) => named(*among, row.channel as u32),
            Ask::Amount(amount, order, right) => {
                let row = TicketRow { store: self.store, packed: row, now_s: self.now_s };
                let left = match amount {
                    Amount::Left => row.left_s(),
                    Amount::Age => Some(row.age_s()),
                };
                left.is_some_and(|left| order.holds(left, *right))
            }
            Ask::Name(number, known) => is(known, usize::from(number(row))),
            Ask::Customer(known) => is(known, row.customer as usize),
            Ask::Word { names, customers, needle } => {
                is(customers, row.customer as usize)
                    || is(names, usize::from(row.lead))
                    || is(names, usize::from(row.area))
                    || self.in_text(row, needle)
            }
            Ask::Other(term) => {
                let row = TicketRow { store: self.store, packed: row, now_s: self.now_s };
                // The sign is applied by whoever asked.
                term.matches(&row) != term.invert
            }
        }
    }

    fn in_text(&self, row: &Packed, needle: &Needle<'_>) -> bool {
        needle.starts_a_word_of_two(self.store.text.get(row.text), usize::from(row.number_length))
    }
}

impl Ask<'_> {
    const fn cost(&self) -> u8 {
        match self {
            Ask::Status(_) | Ask::Priority(_) | Ask::Kind(_) | Ask::Channel(_) => 0,
            Ask::Amount(..) => 1,
            Ask::Name(..) => 2,
            Ask::Customer(_) => 3,
            Ask::Word { .. } => 4,
            Ask::Other(_) => 5,
        }
    }
}

fn ask<'a>(store: &'a Store, term: &'a Term) -> Ask<'a> {
    match &term.test {
        Test::Word(word) => Ask::Word {
            names: by_name(store, |name| name.is_some_and(|name| holds(term, "", name))),
            customers: by_customer(store, |customer| {
                customer.is_some_and(|(number, name)| holds(term, "", name) || holds(term, "", number))
            }),
            needle: Needle::new(word),
        },
        Test::Compare(field, order, right) => match field.name {
            "sla" => Ask::Amount(Amount::Left, *order, *right),
            "age" => Ask::Amount(Amount::Age, *order, *right),
            _ => Ask::Other(term),
        },
        Test::AnyOf(field, values) => {
            let none = values.iter().any(|value| value == NONE);
            let name = |name: Option<&str>| name.map_or(none, |name| holds(term, field.name, name));
            match field.name {
                "status" => Ask::Status(choices(term, "status", TicketStatus::ALL, TicketStatus::as_str)),
                "prio" => Ask::Priority(choices(term, "prio", Priority::ALL, Priority::as_str)),
                "type" => Ask::Kind(choices(term, "type", ServiceType::ALL, ServiceType::as_str)),
                "chan" => Ask::Channel(choices(term, "chan", Channel::ALL, Channel::as_str)),
                "tech" => Ask::Name(|row| row.lead, by_name(store, name)),
                "area" => Ask::Name(|row| row.area, by_name(store, name)),
                "cat" => Ask::Name(|row| row.category, by_name(store, name)),
                "cust" => Ask::Customer(by_customer(store, |customer| {
                    customer.map_or(none, |(number, name)| {
                        holds(term, "cust", name) || holds(term, "cust", number)
                    })
                })),
                _ => Ask::Other(term),
            }
        }
    }
}

/// Whether a choice is among those that a term names.
const fn named(among: u32, choice: u32) -> bool {
    (among >> choice) & 1 == 1
}

/// Whether the term, its sign left aside, holds of a row with this one text.
fn holds(term: &Term, field: &str, text: &str) -> bool {
    term.matches(&Only(field, text)) != term.invert
}

/// The choices that a term names, a bit each.
fn choices<T: Copy>(term: &Term, field: &str, all: &[T], word: fn(T) -> &'static str) -> u32 {
    let bit = |(at, choice): (usize, &T)| u32::from(holds(term, field, word(*choice))) << at;
    all.iter().enumerate().map(bit).sum()
}

/// A verdict for every name by its number, 0 being no name.
fn by_name(store: &Store, test: impl Fn(Option<&str>) -> bool) -> Vec<bool> {
    std::iter::once(None).chain(store.names.iter().map(Some)).map(test).collect()
}

/// A verdict for every customer by its place, 0 being nobody.
fn by_customer(store: &Store, test: impl Fn(Option<(&str, &str)>) -> bool) -> Vec<bool> {
    let known = store
        .customers
        .iter()
        .map(|(text, number)| store.customer_text.get(*text).split_at_checked(usize::from(*number)));
    std::iter::once(None).chain(known).map(test).collect()
}
