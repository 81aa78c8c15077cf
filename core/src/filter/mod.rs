//! The filter language, the same word for word in the web pages, the console and the command line.
//!
//! `prio:high sla<1h tech:none status:open budi` keeps what satisfies every term. `!` in front of a term inverts it,
//! a comma means "any of", quotes keep blanks together, and a bare word is looked for in everything a person would
//! read on the row, forgiving one slip of the finger from four letters on.
//!
//! A filter is pure: [`Filter::parse`] reads it, `Display` writes it back in its canonical form (which parses to the
//! same filter), [`Filter::matches`] judges one row through the [`Facts`] the row is willing to state.

mod complete;
mod parse;
mod schema;
mod words;

use std::fmt;

pub use complete::complete;
pub use parse::FilterError;
pub use schema::{AUDIT, CUSTOMERS, Choice, Field, JOBS, Kind, Schema, TICKETS};
pub use words::{Needle, contains_folded, starts_a_word};

/// A list of terms that must all hold. The empty filter keeps everything.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Filter {
    /// The terms in the order they were written.
    pub terms: Vec<Term>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq)]
pub struct Term {
    /// `!`: keep the rows for which the test fails.
    pub invert: bool,
    /// What is asked of the row.
    pub test: Test,
}

/// What a term asks.
#[derive(Debug, Clone, PartialEq)]
pub enum Test {
    /// A word that a person would read on the row begins so.
    Word(String),
    /// The field has one of these values; [`NONE`] stands for "has no value".
    AnyOf(&'static Field, Vec<String>),
    /// The field's amount compares like this. Spans of time are in seconds.
    Compare(&'static Field, Order, i64),
}

/// How an amount is compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Order {
    /// `<`
    Less,
    /// `<=`, and what `:` means on a span (`since:1d`)
    AtMost,
    /// `>`
    More,
    /// `>=`
    AtLeast,
    /// `=`, and what `:` means on a count
    Equal,
}

/// The value that stands for "no value", as in `tech:none`.
pub const NONE: &str = "none";
/// The value that stands for whoever asks, as in `tech:me`; see [`Filter::resolve_me`].
pub const ME: &str = "me";

/// What a row states about itself. Field names are those of its [`Schema`].
pub trait Facts {
    /// Shows every text value of `field` to `test` until it says yes. A field without a value shows nothing.
    fn any_text(&self, field: &str, test: &mut dyn FnMut(&str) -> bool) -> bool;
    /// The amount of `field`: seconds for spans, a plain number for counts; `None` when it has none.
    fn amount(&self, field: &str) -> Option<i64>;
    /// Whether the time of `field` had run out; where the clock stands still, before it was stopped.
    fn is_over(&self, field: &str) -> bool {
        self.amount(field).is_some_and(|left| left < 0)
    }
    /// Shows every text a bare word is looked for in to `test` until it says yes.
    fn any_word(&self, test: &mut dyn FnMut(&str) -> bool) -> bool;
}

impl Filter {
    /// Reads a filter of the given schema.
    ///
    /// # Errors
    /// The first term that cannot be understood, with what would have been.
    pub fn parse(schema: &'static Schema, text: &str) -> Result<Self, FilterError> {
        parse::filter(schema, text)
    }

    /// Whether the filter keeps everything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.terms.is_empty()
    }

    /// Whether the row satisfies every term.
    #[must_use]
    pub fn matches(&self, row: &impl Facts) -> bool {
        self.terms.iter().all(|term| term.matches(row))
    }

    /// The same, forgiving one slip in bare words: for when nothing satisfies every term exactly.
    #[must_use]
    pub fn matches_nearly(&self, row: &impl Facts) -> bool {
        self.terms.iter().all(|term| term.judges(row, &words::nearly_reads))
    }

    /// Whether there is a word in which a slip would be forgiven.
    #[must_use]
    pub fn forgives(&self) -> bool {
        self.terms.iter().any(|term| matches!(&term.test, Test::Word(word) if words::forgiving(word)))
    }

    /// Puts the caller's own name in the place of `me`.
    #[must_use]
    pub fn resolve_me(mut self, name: &str) -> Self {
        for term in &mut self.terms {
            if let Test::AnyOf(_, values) = &mut term.test {
                for value in values.iter_mut().filter(|value| *value == ME) {
                    name.clone_into(value);
                }
            }
        }
        self
    }

    /// Whether every row `self` keeps is also kept by `wider`: true when `self` only adds terms at the end, or
    /// lengthens a trailing word. Lets a list narrow what it already found instead of starting over.
    #[must_use]
    pub fn narrows(&self, wider: &Self) -> bool {
        wider.terms.iter().enumerate().all(|(at, was)| match self.terms.get(at) {
            Some(is) if is == was => true,
            Some(Term { invert: false, test: Test::Word(is) }) => match was {
                Term { invert: false, test: Test::Word(was) } => is.starts_with(was.as_str()),
                _ => false,
            },
            _ => false,
        })
    }
}

impl Term {
    /// Whether the row satisfies it.
    #[must_use]
    pub fn matches(&self, row: &impl Facts) -> bool {
        self.judges(row, &words::starts_a_word)
    }

    fn judges(&self, row: &impl Facts, reads: &impl Fn(&str, &str) -> bool) -> bool {
        let holds = match &self.test {
            Test::Word(word) => row.any_word(&mut |text| reads(text, word)),
            Test::AnyOf(field, values) => values.iter().any(|value| holds(row, field, value)),
            Test::Compare(field, order, right) => {
                row.amount(field.name).is_some_and(|left| order.holds(left, *right))
            }
        };
        holds != self.invert
    }
}

fn holds(row: &impl Facts, field: &Field, value: &str) -> bool {
    match field.kind {
        Kind::Choice(choices) => {
            let members =
                choices.iter().find(|choice| choice.name == value).map_or(&[][..], |choice| choice.members);
            row.any_text(field.name, &mut |text| text == value || members.contains(&text))
        }
        Kind::Text | Kind::Name if value == NONE => !row.any_text(field.name, &mut |_| true),
        Kind::Text => row.any_text(field.name, &mut |text| words::contains_folded(text, value)),
        Kind::Name => row.any_text(field.name, &mut |text| words::starts_a_word(text, value)),
        Kind::Span | Kind::Count if value == NONE => row.amount(field.name).is_none(),
        Kind::Span => value == schema::OVERDUE && row.is_over(field.name),
        Kind::Count => false,
        Kind::Sought => true,
    }
}

impl Order {
    /// Whether the two amounts stand in this order.
    #[must_use]
    pub const fn holds(self, left: i64, right: i64) -> bool {
        match self {
            Self::Less => left < right,
            Self::AtMost => left <= right,
            Self::More => left > right,
            Self::AtLeast => left >= right,
            Self::Equal => left == right,
        }
    }

    /// The sign as it is written.
    #[must_use]
    pub const fn sign(self) -> &'static str {
        match self {
            Self::Less => "<",
            Self::AtMost => "<=",
            Self::More => ">",
            Self::AtLeast => ">=",
            Self::Equal => "=",
        }
    }
}

impl fmt::Display for Filter {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, term) in self.terms.iter().enumerate() {
            if at > 0 {
                f.write_str(" ")?;
            }
            write!(f, "{term}")?;
        }
        Ok(())
    }
}

impl fmt::Display for Term {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.invert {
            f.write_str("!")?;
        }
        match &self.test {
            Test::Word(word) => f.write_str(&parse::quoted(word, true)),
            Test::AnyOf(field, values) => {
                write!(f, "{}:", field.name)?;
                for (at, value) in values.iter().enumerate() {
                    if at > 0 {
                        f.write_str(",")?;
                    }
                    f.write_str(&parse::quoted(value, false))?;
                }
                Ok(())
            }
            Test::Compare(field, order, amount) => {
                write!(f, "{}{}", field.name, order.sign())?;
                match field.kind {
                    Kind::Span => f.write_str(&parse::span_text(*amount)),
                    _ => write!(f, "{amount}"),
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
