//! Changed fields by the names that people know them by.

use super::Change;
use crate::i18n::Locale;

/// The names of changed fields, each once, in the order of the changes.
pub fn field_names(locale: Locale, changes: &[Change]) -> String {
    let mut names: Vec<String> = Vec::new();
    for change in changes {
        let key = format!("event-field-{}", change.field.replace('_', "-"));
        // What another version of the program wrote may have fields that this one does not know.
        let name = locale.try_t(&key).unwrap_or_else(|| change.field.replace('_', " "));
        if !names.contains(&name) {
            names.push(name);
        }
    }
    names.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn change(field: &str) -> Change {
        Change { field: field.to_owned(), from: None, to: None }
    }

    /// What stands between quotes after each occurrence of a mark.
    fn quoted<'a>(text: &'a str, mark: &'a str) -> impl Iterator<Item = &'a str> {
        text.match_indices(mark).filter_map(move |(at, _)| text[at + mark.len()..].split('"').next())
    }

    /// Every field of customers and tickets whose change is told on a timeline, as their services write them.
    fn told() -> Vec<String> {
        let customers = include_str!("../customers/service/fields.rs");
        let tickets = include_str!("../tickets/service/creating.rs");
        let (_, rest) = customers.split_once("    personal!(").expect("personal fields");
        let (personal, rest) = rest.split_once(");").expect("their end");
        let (_, plain) = rest.split_once("plain! {").expect("plain fields");
        let plain = plain.lines().filter_map(|line| line.trim().strip_prefix('"')?.split('"').next());
        let mut fields: Vec<&str> = personal.split(',').map(str::trim).chain(plain).collect();
        assert!(fields.len() >= 21, "the fields of customers are written otherwise: {fields:?}");
        let of_tickets: Vec<&str> =
            quoted(tickets, "note(&mut changes, \"").chain(quoted(tickets, "changed(\"")).collect();
        assert!(of_tickets.len() >= 5, "the fields of tickets are written otherwise: {of_tickets:?}");
        fields.extend(of_tickets);
        fields.into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn every_changed_field_has_a_name_in_both_languages() {
        for field in told() {
            for locale in Locale::ALL {
                let key = format!("event-field-{}", field.replace('_', "-"));
                assert!(locale.try_t(&key).is_some(), "{key} is missing in {locale}");
            }
        }
    }

    #[test]
    fn two_halves_of_one_thing_are_named_once() {
        let place = [change("latitude"), change("longitude"), change("area_id")];
        assert_eq!(field_names(Locale::Id, &place), "koordinat, area");
        assert_eq!(field_names(Locale::En, &[change("of_tomorrow")]), "of tomorrow");
    }
}
