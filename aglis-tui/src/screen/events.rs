//! Events as one line each, for the live stream, the audit trail and timelines.

use std::collections::VecDeque;

use aglis_core::event::Outcome;
use serde_json::Value;

use crate::theme::{Role, Theme};

/// The weight of an event, for its glyph.
#[must_use]
pub fn role(kind: &str, outcome: Outcome) -> Role {
    match (kind, outcome) {
        (_, Outcome::Failed | Outcome::Denied) => Role::Bad,
        ("ticket.completed" | "ticket.rated", _) => Role::Ok,
        (
            "job.died"
            | "provider.disconnected"
            | "user.locked"
            | "customer.sign_in_failed"
            | "user.sign_in_failed",
            _,
        ) => Role::Bad,
        ("ticket.created" | "ticket.reopened" | "message.received", _) => Role::Info,
        ("ticket.cancelled" | "customer.revealed" | "data.exported", _) => Role::Warn,
        _ => Role::Text,
    }
}

/// The glyph of an event.
#[must_use]
pub fn glyph(theme: Theme, kind: &str, outcome: Outcome) -> (&'static str, Role) {
    let role = role(kind, outcome);
    let glyph = match kind {
        "ticket.assigned" | "ticket.status_changed" => theme.pick("→", ">"),
        "ticket.commented" | "message.status_changed" => theme.pick("✉", "@"),
        _ => theme.glyph(role),
    };
    (glyph, role)
}

/// What changed, in a few words, from an event's data.
#[must_use]
pub fn detail(data: &Value) -> String {
    let text = |name: &str| data.get(name).and_then(Value::as_str).filter(|text| !text.is_empty());
    let mut parts: Vec<String> = Vec::new();
    if let (Some(from), Some(to)) = (text("from"), text("to")) {
        parts.push(format!("{from} → {to}"));
    } else if let Some(to) = text("to") {
        parts.push(to.to_owned());
    }
    for name in
        ["title", "lead_name", "template", "status", "code", "operation", "what", "key", "tag", "name"]
    {
        parts.extend(text(name).map(str::to_owned));
    }
    if let Some(rating) = data.get("rating").and_then(Value::as_i64) {
        parts.push(format!("{rating}/5"));
    }
    if let Some(changes) = data.get("changes").and_then(Value::as_array) {
        let fields = changes.iter().filter_map(|change| change.get("field").and_then(Value::as_str));
        parts.push(fields.collect::<Vec<_>>().join(", "));
    }
    if let Some(fields) = data.get("fields").and_then(Value::as_array) {
        parts.push(fields.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(", "));
    }
    parts.extend(text("reason").or_else(|| text("error")).map(|reason| format!("({reason})")));
    parts.join(" · ")
}

/// The latest of a stream, the newest first; what comes while it is frozen waits.
#[derive(Debug)]
pub struct Stream<T> {
    shown: VecDeque<T>,
    waiting: VecDeque<T>,
    frozen: bool,
    most: usize,
}

impl<T> Stream<T> {
    /// An empty stream that keeps so many.
    #[must_use]
    pub const fn keeping(most: usize) -> Self {
        Self { shown: VecDeque::new(), waiting: VecDeque::new(), frozen: false, most }
    }

    /// Something came.
    pub fn push(&mut self, item: T) {
        let list = if self.frozen { &mut self.waiting } else { &mut self.shown };
        list.push_front(item);
        list.truncate(self.most);
    }

    /// Freezes it, or shows what waited.
    pub fn freeze(&mut self, frozen: bool) {
        self.frozen = frozen;
        if !frozen {
            while let Some(item) = self.waiting.pop_back() {
                self.shown.push_front(item);
            }
            self.shown.truncate(self.most);
        }
    }

    /// Whether it is frozen.
    #[must_use]
    pub const fn is_frozen(&self) -> bool {
        self.frozen
    }

    /// How many wait.
    #[must_use]
    pub fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// What is shown, the newest first.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.shown.iter()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frozen_stream_loses_nothing_it_can_hold() {
        let mut stream = Stream::keeping(3);
        stream.push(1);
        stream.freeze(true);
        (2..=3).for_each(|n| stream.push(n));
        assert_eq!((stream.iter().copied().collect::<Vec<_>>(), stream.waiting()), (vec![1], 2));
        stream.freeze(false);
        assert_eq!(stream.iter().copied().collect::<Vec<_>>(), [3, 2, 1]);
        stream.push(4);
        assert_eq!(stream.iter().copied().collect::<Vec<_>>(), [4, 3, 2]);
    }

    #[test]
    fn details_say_what_changed() {
        let detail = |text: &str| detail(&serde_json::from_str(text).expect("json"));
        assert_eq!(detail(r#"{"from":"open","to":"assigned","reason":null}"#), "open → assigned");
        assert_eq!(detail(r#"{"changes":[{"field":"phone"},{"field":"name"}]}"#), "phone, name");
        assert_eq!(detail(r#"{"reason":"double","from":"open"}"#), "(double)");
        assert_eq!(detail("null"), "");
    }
}
