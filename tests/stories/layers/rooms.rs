//! The table of `ARCHITECTURE.md`: which room a file stands in, and what that room may name.

use std::collections::BTreeSet;

/// Where a module stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Room {
    /// Values with invariants.
    Types,
    /// Drivers, transactions, dialects; also `types/sql`, which teaches the values to the drivers.
    Db,
    /// A slice's types, state machines and pure rules; also shared pure code that is no slice.
    Rules(String),
    /// A slice's SQL.
    Store(String),
    /// A slice's use cases.
    Service(String),
    /// The event enum, the log, the reactions.
    Event,
    /// Jobs.
    Queue,
    /// The outside world.
    Provider,
    /// The typed API client.
    Client,
    /// What holds the rooms together and belongs to no slice: `app`, `config`, `error`, `hub` and the like.
    Frame(String),
    /// A route or a page of the daemon.
    Handler,
    /// The rest of the daemon.
    Daemon,
    /// A command of the command line.
    Command,
    /// The rest of the command line.
    CommandLine,
    /// The console, all of it.
    Console,
}

/// Modules of `core` that are neither slices nor rooms of their own.
const FRAME: &[&str] = &[
    "app",
    "config",
    "counter",
    "error",
    "health",
    "hub",
    "idempotency",
    "lib",
    "permission",
    "private",
    "secret",
    "tls",
];

/// What `core` is made of.
pub struct Map {
    /// Folders with a store or a service.
    pub slices: BTreeSet<String>,
    /// All modules; other names at the root are macros.
    pub modules: BTreeSet<String>,
}

impl Map {
    /// The room of a module of `core`, `path` without the crate.
    pub fn core(&self, path: &[String]) -> Room {
        // A part of a slice may have a store and a service of its own.
        let part = path.get(2).map_or("", String::as_str);
        let of_part = matches!(part, "store" | "service").then_some(part);
        let second = of_part.unwrap_or_else(|| path.get(1).map_or("", String::as_str));
        let first = match path.first() {
            Some(first) => first.as_str(),
            None => return Room::Frame("lib".into()),
        };
        match first {
            "types" if second == "sql" => Room::Db,
            "types" => Room::Types,
            "db" => Room::Db,
            "event" => Room::Event,
            "queue" => Room::Queue,
            "provider" => Room::Provider,
            "client" => Room::Client,
            name if FRAME.contains(&name) => Room::Frame(name.into()),
            slice if self.slices.contains(slice) && second.starts_with("store") => Room::Store(slice.into()),
            slice if self.slices.contains(slice) && second.starts_with("service") => {
                Room::Service(slice.into())
            }
            name if self.modules.contains(name) => Room::Rules(name.into()),
            _ => Room::Frame("lib".into()),
        }
    }
}

/// Whether `from` may name `to`, a room of `core`.
pub fn may_name(from: &Room, to: &Room) -> bool {
    use Room::*;
    if from == to {
        return true;
    }
    let everyone = matches!(to, Types) || matches!(to, Frame(f) if f == "error");
    match from {
        Types => false,
        Db => everyone || matches!(to, Frame(_)),
        Rules(_) => everyone || matches!(to, Rules(_)) || frame(to, &["permission"]),
        // A row holds other slices' values too, and whose rows may be read is said by `app::Scope`.
        Store(_) => everyone || matches!(to, Db | Rules(_)) || frame(to, &["app", "permission"]),
        Service(own) => match to {
            Store(s) => s == own,
            // The queue is named to write jobs down in the service's own transaction; nothing is done there.
            Provider | Client => false,
            _ => true,
        },
        Event => !matches!(to, Store(_) | Provider | Client),
        Queue => !matches!(to, Store(_) | Client),
        Provider => everyone || matches!(to, Rules(_) | Frame(_)),
        // The queue's types stand in one module with its inside, as those of events do.
        Client => everyone || matches!(to, Rules(_) | Event | Queue) || frame(to, &["permission", "tls"]),
        Frame(f) if f == "error" => matches!(to, Types | Db),
        Frame(_) => !matches!(to, Store(_) | Service(_) | Client),
        Handler | Daemon => !matches!(to, Store(_) | Client),
        Command | Console => {
            everyone || matches!(to, Client | Rules(_) | Event | Queue) || frame(to, &["permission", "tls"])
        }
        CommandLine => !matches!(to, Store(_)),
    }
}

fn frame(room: &Room, names: &[&str]) -> bool {
    matches!(room, Room::Frame(f) if names.contains(&f.as_str()))
}

/// Crates that only some rooms may name: database drivers and the network.
pub fn may_use_crate(from: &Room, name: &str) -> bool {
    use Room::*;
    match name {
        "sqlx" => matches!(from, Db),
        // A type that is both a row and an answer says so itself.
        "sqlx::FromRow" => matches!(from, Rules(_) | Store(_) | Frame(_) | Event | Queue | Db),
        "redis" => matches!(from, Queue | Provider) || frame(from, &["hub"]),
        "reqwest" => matches!(from, Provider | Client),
        "lettre" => matches!(from, Provider),
        "axum" => matches!(from, Handler | Daemon),
        "ratatui" | "crossterm" => matches!(from, Console),
        _ => true,
    }
}
