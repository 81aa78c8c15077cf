//! The layers of `ARCHITECTURE.md`, kept by reading what every source file names.

mod imports;
mod rooms;

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use rooms::{Map, Room, may_name, may_use_crate};

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap().flatten() {
        let path = entry.path();
        let name = entry.file_name().into_string().unwrap();
        if path.is_dir() && name != "tests" {
            found.extend(sources(&path));
        } else if name.ends_with(".rs") && name != "tests.rs" {
            found.push(path);
        }
    }
    found.sort();
    found
}

/// `tickets/service/assign.rs` as `[tickets, service, assign]`.
fn module(file: &Path) -> Vec<String> {
    let mut parts: Vec<String> =
        file.with_extension("").iter().map(|p| p.to_string_lossy().into_owned()).collect();
    if parts.last().is_some_and(|l| ["mod", "lib", "main"].contains(&l.as_str())) {
        parts.pop();
    }
    parts
}

fn map() -> Map {
    let is_slice =
        |p: &Path| ["store.rs", "service.rs", "store", "service"].iter().any(|f| p.join(f).exists());
    let mut map = Map { slices: BTreeSet::new(), modules: BTreeSet::new() };
    for entry in fs::read_dir(root().join("core/src")).unwrap().flatten() {
        let name = entry.path().with_extension("").file_name().unwrap().to_string_lossy().into_owned();
        if is_slice(&entry.path()) {
            map.slices.insert(name.clone());
        }
        map.modules.insert(name);
    }
    map
}

fn room_of(program: &str, module: &[String], map: &Map) -> Room {
    match (program, module.first().map_or("", String::as_str)) {
        ("core", _) => map.core(module),
        ("aglisd", "api" | "page") => Room::Handler,
        ("aglisd", _) => Room::Daemon,
        ("aglisctl", "cmd") => Room::Command,
        ("aglisctl", _) => Room::CommandLine,
        _ => Room::Console,
    }
}

/// The crate's name, with the one path of it that has a rule of its own.
fn krate(name: &str, path: &[String]) -> String {
    if path == ["sqlx", "FromRow"] { path.join("::") } else { name.to_owned() }
}

/// What `source` names although its room may not, one line each.
fn trespasses(program: &str, file: &Path, source: &str, map: &Map) -> Vec<String> {
    let module = module(file);
    let from = room_of(program, &module, map);
    let full: Vec<&str> = std::iter::once("crate").chain(module.iter().map(String::as_str)).collect();
    let mut bad = BTreeSet::new();
    for named in imports::named(source, &full) {
        let target = match named.path[0].as_str() {
            "crate" if program == "core" => Some(map.core(&named.path[1..])),
            "aglis_core" => Some(map.core(&named.path[1..])),
            other if !may_use_crate(&from, &krate(other, &named.path)) => {
                bad.insert((named.line, format!("the crate {other}")));
                None
            }
            _ => None,
        };
        if let Some(to) = target.filter(|to| *to != Room::Frame("lib".into()) && !may_name(&from, to)) {
            bad.insert((named.line, format!("{} ({to:?})", named.path.join("::"))));
        }
    }
    let place = |line| format!("{program}/src/{}:{line}", file.display());
    bad.into_iter()
        .map(|(line, what)| format!("{} is {from:?} and may not name {what}", place(line)))
        .collect()
}

#[test]
fn every_file_names_only_what_its_room_may() {
    let map = map();
    let mut bad = Vec::new();
    for program in ["core", "aglisd", "aglisctl", "aglis-tui"] {
        let src = root().join(program).join("src");
        for file in sources(&src) {
            let text = fs::read_to_string(&file).unwrap();
            bad.extend(trespasses(program, file.strip_prefix(&src).unwrap(), &text, &map));
        }
    }
    assert!(bad.is_empty(), "the layers of ARCHITECTURE.md are broken:\n{}", bad.join("\n"));
}

#[test]
fn a_trespass_is_seen_and_named() {
    let slices: BTreeSet<String> = ["tickets", "customers"].map(String::from).into();
    let map = Map { slices: slices.clone(), modules: slices };
    let bad = |program: &str, file: &str, source: &str| trespasses(program, Path::new(file), source, &map);

    for (program, file, source) in [
        ("core", "types/money.rs", "use crate::db::Tx;"),
        ("core", "tickets/mod.rs", "use crate::db::Tx;"),
        ("core", "tickets/mod.rs", "pub use service::assign; use crate::tickets::service::assign as a;"),
        ("core", "tickets/store.rs", "use crate::customers::store;"),
        ("core", "tickets/store.rs", "use sqlx::query;"),
        ("core", "tickets/service.rs", "use crate::{customers::{Customer, store}};"),
        ("core", "tickets/service.rs", "fn f() { crate::provider::whatsapp::send(); }"),
        ("core", "provider/mail.rs", "use crate::db::Db;"),
        ("aglisd", "api/tickets.rs", "use aglis_core::tickets::store;"),
        ("aglisd", "page/staff/home.rs", "use aglis_core::tickets; fn f() { tickets::store::find(); }"),
        ("aglisctl", "cmd/ticket.rs", "use aglis_core::tickets::service;"),
        ("aglis-tui", "screen/tickets.rs", "use aglis_core::db::Db;"),
        ("aglis-tui", "screen/tickets.rs", "use reqwest::Client;"),
    ] {
        assert!(!bad(program, file, source).is_empty(), "{program}/src/{file}: {source}");
    }
    for (program, file, source) in [
        ("core", "tickets/store.rs", "use super::Ticket; use crate::{args, db::Tx}; use crate::types::Id;"),
        ("core", "tickets/mod.rs", "#[derive(sqlx::FromRow)] struct Row;"),
        ("core", "tickets/service.rs", "use super::{store, Ticket}; use crate::customers::service;"),
        ("aglisd", "api/tickets.rs", "use aglis_core::tickets::{service, Ticket}; use axum::Json;"),
        ("aglisctl", "cmd/ticket.rs", "use aglis_core::client::Client; use aglis_core::tickets::Status;"),
    ] {
        assert_eq!(bad(program, file, source), Vec::<String>::new(), "{program}/src/{file}: {source}");
    }
    assert_eq!(
        bad("core", "tickets/store.rs", "\nuse crate::event::emit;"),
        ["core/src/tickets/store.rs:2 is Store(\"tickets\") and may not name crate::event::emit (Event)"]
    );
}

/// A new event has to be answered by whoever adds it, not by a wildcard.
#[test]
fn reactions_have_no_wildcard() {
    let file = root().join("core/src/event/reactions.rs");
    let text = fs::read_to_string(&file).unwrap();
    let (_, table) = text.split_once("    match event {\n").expect("reactions.rs holds one `match event`");
    // The arms of that match stand eight spaces in; rustfmt sees to it.
    let wild: Vec<&str> = table.lines().filter(|l| l.starts_with("        _ ")).collect();
    assert!(wild.is_empty(), "event/reactions.rs decides every event by name, without: {wild:?}");
}

/// The console links no database driver.
#[test]
fn the_console_links_no_driver() {
    let tree = std::process::Command::new(env!("CARGO"))
        .args(["tree", "--offline", "--package", "aglis-tui", "--edges", "normal", "--prefix", "none"])
        .current_dir(root())
        .output()
        .unwrap();
    assert!(tree.status.success(), "{}", String::from_utf8_lossy(&tree.stderr));
    let text = String::from_utf8_lossy(&tree.stdout).into_owned();
    let linked: Vec<&str> = text
        .lines()
        .filter(|l| ["sqlx", "libsqlite3-sys", "axum"].iter().any(|d| l.starts_with(d)))
        .collect();
    assert!(linked.is_empty(), "aglis-tui links {linked:?}");
}
