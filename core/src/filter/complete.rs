//! What could be written next.

use super::{Kind, ME, NONE, Schema};

/// The ways to finish the last term of `text`, each as the whole new text. Empty when nothing is known to fit.
#[must_use]
pub fn complete(schema: &Schema, text: &str) -> Vec<String> {
    let start = text.rfind(char::is_whitespace).map_or(0, |at| at + 1);
    let (before, term) = text.split_at(start);
    let (bang, term) = term.strip_prefix('!').map_or(("", term), |rest| ("!", rest));
    let whole = |rest: String| format!("{before}{bang}{rest}");
    let Some(sign) = term.find([':', '<', '>', '=']) else {
        let term = term.to_lowercase();
        return schema
            .fields
            .iter()
            .filter(|field| field.name.starts_with(&term))
            .map(|field| {
                whole(format!("{}{}", field.name, if matches!(field.kind, Kind::Span) { "<" } else { ":" }))
            })
            .collect();
    };
    let Some(field) = schema.field(&term[..sign].to_lowercase()) else {
        return Vec::new();
    };
    let value = term[sign + 1..].rsplit(',').next().unwrap_or_default();
    let known: Vec<&str> = match field.kind {
        Kind::Choice(choices) => choices.iter().map(|choice| choice.name).collect(),
        Kind::Span if &term[sign..=sign] == ":" => vec!["overdue", NONE],
        Kind::Span => vec!["30m", "1h", "4h", "1d", "7d"],
        Kind::Name => vec![ME, NONE],
        Kind::Text | Kind::Count | Kind::Sought => Vec::new(),
    };
    let kept = &term[..term.len() - value.len()];
    let value = value.to_lowercase();
    known
        .into_iter()
        .filter(|name| name.starts_with(&value))
        .map(|name| whole(format!("{kept}{name}")))
        .collect()
}
