//! Keeps the catalogues alike, and the keys that are asked for in existence.

use super::*;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every key of a language with the file it stands in and the variables it takes.
fn catalogue(language: &str) -> BTreeMap<String, (String, BTreeSet<String>)> {
    let mut keys = BTreeMap::new();
    for path in files(&root().join("locales").join(language), &["ftl"]) {
        let area = path.file_stem().unwrap().to_string_lossy().into_owned();
        let mut current = None;
        for line in fs::read_to_string(&path).unwrap().lines() {
            let begins = line.split_once('=').map(|(key, _)| key.trim()).filter(|key| {
                !line.starts_with([' ', '#', '-']) && !key.is_empty() && !key.contains(char::is_whitespace)
            });
            if let Some(key) = begins {
                let twice = keys.insert(key.to_owned(), (area.clone(), BTreeSet::new()));
                assert!(twice.is_none(), "{language}: {key} stands twice");
                current = Some(key.to_owned());
            }
            if let Some((_, variables)) = current.as_ref().and_then(|key| keys.get_mut(key)) {
                let names = line.split('$').skip(1).map(|rest| {
                    rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')
                        .next()
                        .unwrap_or_default()
                });
                variables.extend(names.map(str::to_owned));
            }
        }
    }
    keys
}

fn files(folder: &Path, endings: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        let name = entry.file_name().to_string_lossy().into_owned();
        if path.is_dir() && name != "target" && !name.starts_with('.') {
            found.extend(files(&path, endings));
        } else if path.extension().is_some_and(|ext| endings.iter().any(|ending| ext == *ending)) {
            found.push(path);
        }
    }
    found
}

#[test]
fn both_languages_say_the_same_things() {
    let (id, en) = (catalogue("id"), catalogue("en"));
    for (key, (area, variables)) in &id {
        let other = en.get(key).unwrap_or_else(|| panic!("en/{area}.ftl lacks {key}"));
        assert_eq!(&other.0, area, "{key} stands in different files");
        assert_eq!(&other.1, variables, "{key} takes different variables");
        assert!(key.starts_with(&format!("{area}-")), "{key} in {area}.ftl must begin with {area}-");
    }
    for (key, (area, _)) in &en {
        assert!(id.contains_key(key), "id/{area}.ftl lacks {key}");
    }
}

#[test]
fn every_text_can_be_written() {
    for (locale, language) in [(Locale::Id, "id"), (Locale::En, "en")] {
        for (key, (_, variables)) in catalogue(language) {
            let args = variables.iter().map(|name| (Cow::Owned(name.clone()), Arg::from(3))).collect();
            let language = if locale == Locale::Id { &ID } else { &EN };
            let text = TEXTS.lookup_single_language::<Cow<'static, str>>(language, &key, Some(&args));
            assert!(text.is_ok(), "{key} in {locale}: {text:?}");
        }
    }
}

/// The keys of calls such as `l.t("portal-title")`, `ta("…", …)`, `frame.t1("…", …)`, `frame.count("…", n)`,
/// `t(locale, "…", &[])` in a source text.
fn asked(text: &str) -> Vec<String> {
    let mut keys = Vec::new();
    for call in ["t(", "ta(", "t1(", "count("] {
        for (at, _) in text.match_indices(call) {
            let before = text[..at].chars().next_back();
            if before.is_some_and(|c| c.is_alphanumeric() || c == '_' || c == '!') {
                continue;
            }
            let rest = &text[at + call.len()..];
            let first = rest.split_once('"').filter(|(lead, _)| {
                lead.len() < 60 && !lead.contains([')', '(', ';', '{', '\n'])
                    || lead.trim().is_empty() && lead.len() < 60
            });
            let key = first.and_then(|(_, rest)| Some(rest.split_once('"')?.0)).unwrap_or_default();
            let plain = key.contains('-') && key.chars().all(|c| matches!(c, 'a'..='z' | '0'..='9' | '-'));
            keys.extend(plain.then(|| key.to_owned()));
        }
    }
    keys
}

#[test]
fn finds_the_keys_that_are_asked_for() {
    let text = r#"l.t("portal-title") t(locale, "msg-x-1", &[]) {{ l.ta("staff-n", &[("n", 2.into())]) }} assert("not-a-key") .t(
        "portal-far") format("a-b") t("Plain words")"#;
    assert_eq!(asked(text), ["portal-title", "msg-x-1", "portal-far", "staff-n"]);
}

#[test]
fn every_text_that_is_asked_for_exists() {
    let known = catalogue("id");
    let mut missing = Vec::new();
    for path in files(&root().join(".."), &["rs", "html", "txt", "xml"]) {
        if path.ends_with("i18n/tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap_or_default();
        let code: Vec<&str> = text.lines().filter(|line| !line.trim_start().starts_with("//")).collect();
        for key in asked(&code.join("\n")) {
            if !known.contains_key(&key) {
                missing.push(format!("{}: {key}", path.display()));
            }
        }
    }
    assert!(missing.is_empty(), "{}", missing.join("\n"));
}

/// The codes of conflicts that a source text makes, such as `Error::conflict("too_late", …)`.
fn conflicts(text: &str) -> Vec<String> {
    let mut codes = Vec::new();
    for (call, most) in [("Error::conflict(", 40), ("Error::Conflict {", 60)] {
        for (at, _) in text.match_indices(call) {
            let rest = &text[at + call.len()..];
            let Some((lead, rest)) = rest.split_once('"').filter(|(lead, _)| lead.len() < most) else {
                continue;
            };
            if lead.trim().is_empty() || lead.trim() == "code:" {
                codes.extend(rest.split_once('"').map(|(code, _)| code.to_owned()));
            }
        }
    }
    codes
}

/// Those of the start and of the command line, which no page meets.
const NOT_ON_PAGES: [&str; 3] = ["other_secret", "bad_secret", "not_empty"];
/// The use cases that customers have on the portal, and what of them only staff can meet.
const OF_CUSTOMERS: [&str; 5] =
    ["commenting.rs", "completing.rs", "moving.rs", "portal/service.rs", "service/contact.rs"];
const ONLY_STAFF: [&str; 2] = ["completion_needed", "nobody_assigned"];
/// What only customers can meet.
const ONLY_CUSTOMERS: [&str; 1] = ["phone_taken"];

#[test]
fn every_conflict_has_words_for_people() {
    let known = catalogue("id");
    let (mut missing, mut found) = (BTreeSet::new(), 0);
    for path in files(&root().join("src"), &["rs"]) {
        if path.ends_with("i18n/tests.rs") {
            continue;
        }
        let text = fs::read_to_string(&path).unwrap();
        let customers = OF_CUSTOMERS.iter().any(|name| path.ends_with(name));
        for code in conflicts(&text).into_iter().filter(|code| !NOT_ON_PAGES.contains(&code.as_str())) {
            found += 1;
            let portal = customers && !ONLY_STAFF.contains(&code.as_str());
            let staff = !ONLY_CUSTOMERS.contains(&code.as_str());
            let met = |area: &&str| if *area == "staff" { staff } else { portal };
            for area in ["staff", "portal"].into_iter().filter(met) {
                let key = format!("{area}-conflict-{}", code.replace('_', "-"));
                if !known.contains_key(&key) {
                    missing.insert(key);
                }
            }
        }
    }
    assert!(found > 20, "the codes are written otherwise than this test reads them: {found}");
    assert!(missing.is_empty(), "{missing:?}");
}
