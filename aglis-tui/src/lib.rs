//! The AGLIS live console.
//!
//! One channel brings everything that happens ([`app::Event`]); [`app::Model::update`] says what follows from it;
//! [`app::Model::view`] draws; the loop in [`runtime`] carries it out. Nothing here waits for the network.

pub mod app;
pub mod keymap;
pub mod lang;
pub mod man;
pub mod net;
pub mod options;
pub mod pace;
pub mod runtime;
pub mod screen;
pub mod term;
pub mod text;
pub mod theme;
pub mod widget;

use std::io::Write as _;
use std::process::ExitCode;

use aglis_core::client::{Client, Endpoint};
use aglis_core::types::Time;
use clap::Parser as _;

use app::{Drafts, Model, Ui};
use options::{Options, Other};
use term::Caps;
use theme::{Paper, Theme};

/// Runs the program with the arguments and the environment it was started with.
#[must_use]
pub fn main() -> ExitCode {
    let options = Options::parse();
    let result = match &options.other {
        Some(Other::Man { dir }) => man::write_all(dir)
            .map(|()| ExitCode::SUCCESS)
            .map_err(|error| format!("{}: {error}", dir.display())),
        Some(Other::Keys) => print_keys(&options),
        None => console(&options),
    };
    match result {
        Ok(code) => code,
        Err(problem) => {
            let _ = writeln!(std::io::stderr(), "aglis-tui: {problem}");
            ExitCode::from(2)
        }
    }
}

/// The time. The console is the edge of the program: what it shows is compared with the wall.
#[allow(clippy::disallowed_methods)]
fn now() -> Time {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap_or_default();
    Time::from_ms(i64::try_from(since.as_millis()).unwrap_or(0))
}

fn console(options: &Options) -> Result<ExitCode, String> {
    let env = |name: &str| std::env::var(name).ok();
    let file = options.file()?;
    let found = options.target().map_err(|error| error.to_string())?;
    let caps = Caps::from_env(&env);
    let paper = options.paper(&file)?;
    let guess = theme::paper_from_env(env("COLORFGBG").as_deref());
    let zone = options.zone(&file)?;
    let server = match &found.endpoint {
        Endpoint::Socket(_) => String::new(),
        Endpoint::Server { url, .. } => url.split("://").last().unwrap_or_default().to_owned(),
    };
    let ui = Ui {
        lang: options.language(&file, &env)?,
        theme: Theme::new(caps, paper.or(guess).unwrap_or(Paper::Dark)),
        paper_fixed: paper.is_some(),
        keymap: file.keymap()?,
        zone_fixed: zone.is_some(),
        zone: zone.unwrap_or_default(),
        read_only: options.read_only,
        mouse: file.mouse,
        size: (80, 24),
        now: now(),
        server,
    };
    let drafts = Drafts::open(options::drafts_file(), &found.endpoint.to_string());
    let client = Client::with_timeout(found.endpoint, found.timeout).map_err(|error| error.to_string())?;
    match runtime::run(Model::new(ui, drafts), client, &now) {
        Ok(runtime::End::Quit) => Ok(ExitCode::SUCCESS),
        Ok(runtime::End::Lost) => Ok(ExitCode::FAILURE),
        Err(error) => Err(error.to_string()),
    }
}

fn print(write: impl FnOnce(&mut dyn std::io::Write) -> std::io::Result<()>) -> Result<ExitCode, String> {
    let mut out = std::io::stdout().lock();
    match write(&mut out).and_then(|()| out.flush()) {
        Err(error) if error.kind() != std::io::ErrorKind::BrokenPipe => Err(error.to_string()),
        _ => Ok(ExitCode::SUCCESS),
    }
}

fn print_keys(options: &Options) -> Result<ExitCode, String> {
    let file = options.file()?;
    let (map, lang) = (file.keymap()?, options.language(&file, &|name| std::env::var(name).ok())?);
    print(|out| {
        for action in keymap::ACTIONS {
            writeln!(out, "{:<18} {:<16} {}", action.name, map.all_hints(action.act), lang.t(action.help))?;
        }
        Ok(())
    })
}
