//! The ODPs that may be meant by what stands in a line. The daemon looks for them: there may be thousands.

use aglis_core::catalog::Odp;
use aglis_core::types::{OdpId, Page, Time};

use crate::app::Ui;
use crate::lang::texts as tx;

/// The daemon is asked when nobody has typed for this long.
const ASK_AFTER_MS: i64 = 120;

/// What the daemon found for which text.
#[derive(Debug, Default)]
pub struct Odps {
    ask_at: Option<Time>,
    asked: Option<String>,
    answered: Option<String>,
    found: Vec<Odp>,
    more: bool,
}

/// What is known of a text.
#[derive(Debug, PartialEq, Eq)]
pub enum Known {
    /// It means this one.
    One(OdpId),
    /// It means none, or several; in words.
    Refused(String),
    /// The daemon has not said yet.
    NotYet,
}

impl Odps {
    /// The text changed: it is asked for once nobody types any more.
    pub fn typed(&mut self, now: Time) {
        self.ask_at = Some(now.plus_ms(ASK_AFTER_MS));
    }

    /// It is asked for at the next occasion.
    pub const fn wanted(&mut self, now: Time) {
        self.ask_at = Some(now);
    }

    /// When it wants to ask.
    pub const fn wake_at(&self) -> Option<Time> {
        self.ask_at
    }

    /// What to ask the daemon for now, unless it was asked already. A number is an identifier and needs no looking for.
    pub fn ask(&mut self, text: &str, now: Time) -> Option<String> {
        self.ask_at.take_if(|at| *at <= now)?;
        let new = text.parse::<i64>().is_err() && self.asked.as_deref() != Some(text);
        new.then(|| self.asked.insert(text.to_owned()).clone())
    }

    /// An answer came; one to a question that was overtaken is dropped.
    pub fn arrived(&mut self, text: &str, page: &Page<Odp>) {
        if self.asked.as_deref() == Some(text) {
            self.answered = self.asked.clone();
            self.found.clone_from(&page.items);
            self.more = page.next_cursor.is_some();
        }
    }

    /// A question was not answered: it may be asked again.
    pub fn failed(&mut self, text: &str) {
        if self.asked.as_deref() == Some(text) {
            self.asked.clone_from(&self.answered);
        }
    }

    /// Names to choose from.
    pub fn names(&self, most: usize) -> Vec<&str> {
        self.found.iter().take(most).map(|odp| odp.name.as_str()).collect()
    }

    /// The ODP of a number, of a name, or of the start of a word in only one name.
    pub fn known(&self, ui: &Ui, text: &str) -> Known {
        if let Ok(id) = text.parse() {
            return Known::One(OdpId(id));
        }
        if self.answered.as_deref() != Some(text) {
            return Known::NotYet;
        }
        let exactly = self.found.iter().find(|odp| odp.name == text);
        let exactly = exactly.or_else(|| self.found.iter().find(|odp| same(&odp.name, text)));
        if let Some(odp) = exactly {
            return Known::One(odp.id);
        }
        let word = text.to_lowercase();
        let mut like = self.found.iter().filter(|odp| aglis_core::filter::starts_a_word(&odp.name, &word));
        match (like.next(), like.next()) {
            (Some(one), None) if !self.more => Known::One(one.id),
            _ if self.found.is_empty() => Known::Refused(ui.f(tx::NO_SUCH_ODP, &[text])),
            _ => Known::Refused(ui.f(tx::WHICH_ODP, &[&self.names(3).join(", ")])),
        }
    }
}

fn same(name: &str, text: &str) -> bool {
    name.to_lowercase() == text.to_lowercase()
}
