//! What several staff pages show alike.

use crate::page::{Frame, mark::Mark};
use aglis_core::{
    app::Ctx,
    tickets::{SlaState, TicketSummary},
    types::{Locale, Phone, Time},
};

/// Whether messages go to the sandbox instead of to people.
pub fn sandboxed(ctx: &Ctx) -> bool {
    ctx.app.config.whatsapp.provider.is_sandbox()
}

/// A choice of words in a form.
pub struct Choice {
    /// The field.
    pub name: &'static str,
    /// Its label.
    pub label: String,
    /// The words.
    pub options: Vec<Opt>,
}

/// One word of a choice.
pub struct Opt {
    /// What is sent.
    pub value: String,
    /// What is shown.
    pub text: String,
    /// Whether it is chosen.
    pub selected: bool,
}

/// The languages by their own names.
pub fn languages(chosen: &str) -> Vec<Opt> {
    [(Locale::Id, "Bahasa Indonesia"), (Locale::En, "English")]
        .map(|(locale, name)| Opt {
            value: locale.to_string(),
            text: name.to_owned(),
            selected: locale.as_str() == chosen,
        })
        .into()
}

/// Options under a heading.
pub struct Group {
    /// The heading.
    pub label: String,
    /// What stands under it.
    pub options: Vec<Opt>,
}

impl Choice {
    /// A choice among the words of a fixed list, shown as `<area>-<word>`; with an empty first one where `any` names it.
    pub fn of<T: ToString + Copy>(
        frame: &Frame,
        name: &'static str,
        label: &str,
        area: &str,
        words: &[T],
        chosen: &str,
        any: Option<&str>,
    ) -> Choice {
        let first =
            any.map(|key| Opt { value: String::new(), text: frame.t(key), selected: chosen.is_empty() });
        let words = words.iter().map(|word| {
            let value = word.to_string();
            Opt { text: frame.word(area, &value), selected: value == chosen, value }
        });
        Choice { name, label: frame.t(label), options: first.into_iter().chain(words).collect() }
    }

    /// A choice among named rows.
    pub fn among(
        frame: &Frame,
        name: &'static str,
        label: &str,
        rows: impl IntoIterator<Item = (String, String)>,
        chosen: &str,
        any: &str,
    ) -> Choice {
        let first = Opt { value: String::new(), text: frame.t(any), selected: chosen.is_empty() };
        let rows = rows.into_iter().map(|(value, text)| Opt { selected: value == chosen, value, text });
        Choice { name, label: frame.t(label), options: std::iter::once(first).chain(rows).collect() }
    }
}

/// A name and a value.
pub struct Fact {
    /// The name.
    pub name: String,
    /// The value.
    pub value: String,
}

/// Facts of those that have a value.
pub fn facts(frame: &Frame, pairs: impl IntoIterator<Item = (&'static str, Option<String>)>) -> Vec<Fact> {
    pairs
        .into_iter()
        .filter_map(|(key, value)| {
            Some(Fact { name: frame.t(key), value: value.filter(|value| !value.is_empty())? })
        })
        .collect()
}

/// A telephone number as people write it; a masked one stays as it is.
pub fn local_phone(text: &str) -> String {
    text.parse::<Phone>().map_or_else(|_| text.to_owned(), |phone| phone.local())
}

/// A ticket in a table.
pub struct TicketRow {
    /// Identifier.
    pub id: i64,
    /// Number.
    pub number: String,
    /// Title.
    pub title: String,
    /// Customer's name, or none.
    pub customer: String,
    /// Area.
    pub area: String,
    /// Leading technician.
    pub lead: String,
    /// Urgency.
    pub priority: Mark,
    /// Status.
    pub status: Mark,
    /// Standing.
    pub sla: Mark,
    /// Standing in words.
    pub sla_text: String,
    /// How long ago it was reported.
    pub age: String,
    /// Whether work is still to be done.
    pub open: bool,
}

impl TicketRow {
    /// The row of a ticket in a list, which tells the time left by the clock on the wall; a ticket's own page knows the
    /// working time, see [`TicketRow::with`].
    pub fn new(frame: &Frame, ticket: &TicketSummary) -> TicketRow {
        let left = ticket.resolution_due_at.since_ms(ticket.held_at.unwrap_or(frame.now));
        TicketRow::with(frame, ticket, ticket.sla_state(frame.now), left)
    }

    /// The row of a ticket whose standing was computed.
    pub fn with(frame: &Frame, ticket: &TicketSummary, state: SlaState, left_ms: i64) -> TicketRow {
        let sla_text = match state {
            SlaState::Breached => frame.t1("staff-sla-over", "span", frame.span(&-left_ms)),
            SlaState::OnTrack | SlaState::AtRisk | SlaState::Paused => {
                frame.t1("staff-sla-left", "span", frame.span(&left_ms))
            }
            SlaState::Met | SlaState::Missed | SlaState::Void => String::new(),
        };
        TicketRow {
            id: ticket.id.0,
            number: ticket.number.clone(),
            title: ticket.title.clone(),
            customer: ticket.customer_name.clone().unwrap_or_default(),
            area: ticket.area_name.clone().unwrap_or_default(),
            lead: ticket.lead_name.clone().unwrap_or_default(),
            priority: Mark::priority(frame, "staff-priority", ticket.priority),
            status: Mark::ticket(frame, "staff-status", ticket.status),
            sla: Mark::sla(frame, "staff-sla", state),
            sla_text,
            age: frame.ago(&ticket.created_at),
            open: ticket.status.is_open(),
        }
    }
}

/// An instant as a field for date and time holds it, in the business zone; empty for none.
pub fn local_input(frame: &Frame, at: Option<Time>) -> String {
    at.map(|at| frame.ctx().app.zone.at(at).strftime("%Y-%m-%dT%H:%M").to_string()).unwrap_or_default()
}

/// The address of a list with its filters, without the empty ones and, unless given, without a cursor.
pub fn address(path: &str, filters: &[(&str, &str)], cursor: Option<&str>) -> String {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    pairs.extend_pairs(filters.iter().filter(|(_, value)| !value.is_empty()));
    if let Some(cursor) = cursor {
        pairs.append_pair("cursor", cursor);
    }
    let query = pairs.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
