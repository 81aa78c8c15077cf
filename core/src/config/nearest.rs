//! "Did you mean": the known name nearest to an unknown one.

use super::{
    error::Problem,
    table::{SECTIONS, SETTINGS},
};

/// How alike two names must be, from 0 to 1, before one is offered for the other.
const ALIKE: f64 = 0.8;

fn nearest<'a>(wanted: &str, known: impl Iterator<Item = &'a str>) -> Option<&'a str> {
    known
        .map(|name| (strsim::jaro_winkler(wanted, name), name))
        .filter(|(alike, _)| *alike >= ALIKE)
        .max_by(|a, b| a.0.total_cmp(&b.0))
        .map(|(_, name)| name)
}

fn shown(section: &str, key: &str) -> String {
    if section.is_empty() { key.to_owned() } else { format!("{section}.{key}") }
}

/// What to say about a key that is not in the table.
pub(super) fn unknown_key(section: &str, key: &str) -> String {
    if !SECTIONS.iter().any(|known| known.name == section) {
        let hint = nearest(section, SECTIONS.iter().map(|known| known.name).filter(|name| !name.is_empty()));
        let hint = hint.map_or_else(String::new, |name| format!("; did you mean [{name}]?"));
        return format!("unknown section [{section}]{hint}");
    }
    let unknown = format!("unknown key {}", shown(section, key));
    let own = SETTINGS.iter().filter(|def| def.section == section).map(|def| def.key);
    if let Some(name) = nearest(key, own) {
        return format!("{unknown}; did you mean {}?", shown(section, name));
    }
    if let Some(def) = SETTINGS.iter().find(|def| def.key == key) {
        return format!("{unknown}; did you mean {}?", def.name());
    }
    let names: Vec<String> = SETTINGS.iter().map(|def| def.name()).collect();
    let hint = nearest(&shown(section, key), names.iter().map(String::as_str));
    hint.map_or(unknown.clone(), |name| format!("{unknown}; did you mean {name}?"))
}

/// What to say about an `AGLIS_…` variable that sets nothing. It is no error: container hosts make such names up.
pub(super) fn odd_variable(name: &str) -> Option<Problem> {
    let names: Vec<String> = SETTINGS.iter().map(|def| def.env()).collect();
    let hint = nearest(name, names.iter().map(String::as_str));
    let hint = hint.map_or_else(String::new, |known| format!("; did you mean {known}?"));
    Some(Problem::new(name, None, format!("sets nothing{hint}")))
}
