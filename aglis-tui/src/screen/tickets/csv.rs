//! The list as comma separated values.

use aglis_core::csv;
use aglis_core::types::Time;

use super::State;
use crate::app::Ui;

const HEAD: [&str; 13] = [
    "number",
    "status",
    "priority",
    "type",
    "category",
    "channel",
    "customer_number",
    "customer",
    "area",
    "technician",
    "reported",
    "due",
    "title",
];

impl State {
    /// The marked tickets, else those that are shown, with a head; and how many they are.
    #[must_use]
    pub fn csv(&self, ui: &Ui) -> (String, usize) {
        let marked: Vec<u32> = self.marks.iter().filter_map(|id| self.store.position(*id)).collect();
        let places = if marked.is_empty() { &self.shown } else { &marked };
        let time = |ms: i64| ui.zone.at(Time::from_ms(ms)).strftime("%Y-%m-%d %H:%M").to_string();
        let mut text = csv::line(HEAD);
        for row in places.iter().filter_map(|at| self.store.row(*at, ui.now_s())) {
            let (number, name) = row.customer().unwrap_or_default();
            text.push_str(&csv::line([
                row.number(),
                row.status().as_str(),
                row.priority().as_str(),
                row.kind().as_str(),
                row.category(),
                row.channel().as_str(),
                number,
                name,
                row.area().unwrap_or_default(),
                row.lead().unwrap_or_default(),
                &time(row.created_ms()),
                &time(row.due_ms()),
                row.title(),
            ]));
        }
        (text, places.len())
    }
}
