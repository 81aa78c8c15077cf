//! `aglis.toml` as a flat list of entries with their lines.

use super::{error::Problem, value::Raw};
use std::path::Path;
use toml::de::{DeTable, DeValue};

/// One line of the file that sets something.
pub(super) struct Entry {
    pub section: String,
    pub key: String,
    pub raw: Raw,
    pub line: usize,
}

/// Reads the file's text; a text that is not TOML gives one problem with its line.
pub(super) fn entries(path: &Path, text: &str) -> Result<Vec<Entry>, Problem> {
    let line_at =
        |offset: usize| text.as_bytes().iter().take(offset).filter(|byte| **byte == b'\n').count() + 1;
    let root = DeTable::parse(text).map_err(|error| {
        let line = error.span().map_or(1, |span| line_at(span.start));
        Problem::at_line(path, line, error.message().trim().replace('\n', ", "))
    })?;
    let mut entries = Vec::new();
    for (name, value) in root.get_ref() {
        let mut add = |section: &str, key: &str, value: &DeValue<'_>, offset| {
            entries.push(Entry {
                section: section.into(),
                key: key.into(),
                raw: raw(value),
                line: line_at(offset),
            });
        };
        match value.get_ref() {
            DeValue::Table(section) => {
                for (key, value) in section {
                    add(name.get_ref(), key.get_ref(), value.get_ref(), key.span().start);
                }
                if section.is_empty() {
                    add(name.get_ref(), "", value.get_ref(), name.span().start);
                }
            }
            plain => add("", name.get_ref(), plain, name.span().start),
        }
    }
    entries.sort_by_key(|entry| entry.line);
    Ok(entries)
}

fn raw(value: &DeValue<'_>) -> Raw {
    match value {
        DeValue::String(text) => Raw::Text(text.to_string()),
        DeValue::Boolean(value) => Raw::Bool(*value),
        DeValue::Integer(digits) => match i64::from_str_radix(digits.as_str(), digits.radix()) {
            Ok(number) => Raw::Integer(number),
            Err(_) => Raw::Other("number that is too large"),
        },
        DeValue::Float(_) => Raw::Other("number with a fraction"),
        DeValue::Datetime(_) => Raw::Other("date or time without quotes"),
        DeValue::Table(_) => Raw::Other("section"),
        DeValue::Array(items) => {
            let texts: Option<Vec<String>> =
                items.iter().map(|item| item.get_ref().as_str().map(str::to_owned)).collect();
            texts.map_or(Raw::Other("list of something else than texts"), Raw::List)
        }
    }
}
