//! The command line of AGLIS: noun, then verb.
//!
//! [`cli`] is the tree of commands, `cmd/` has one file per noun. A command reads its input, makes calls of the
//! client and renders; what works without the daemon goes through [`local`].

pub mod cli;
mod clock;
mod cmd;
mod confirm;
mod context;
mod examples;
mod export;
mod failure;
mod lists;
mod local;
mod manual;
mod many;
mod operation;
mod output;
mod owner;
mod table;

pub use context::Context;
pub use failure::Failure;
pub use manual::pages;

use aglis_core::client::Exit;
use clap::FromArgMatches;
use std::{ffi::OsString, process::ExitCode};

/// Runs the program with the process's arguments.
pub fn main() -> ExitCode {
    ExitCode::from(run(std::env::args_os().collect()) as u8)
}

/// Runs one command line and gives its exit code; results go to standard output, everything else to standard error.
pub fn run(args: Vec<OsString>) -> Exit {
    let wants_json = wants_json(&args);
    let parsed = examples::command().try_get_matches_from(args);
    let cli = match parsed.and_then(|matches| cli::Cli::from_arg_matches(&matches)) {
        Ok(cli) => cli,
        Err(error) if !error.use_stderr() => {
            // Help and version; a pipe that was closed early is no failure.
            let _ = error.print();
            return Exit::Done;
        }
        Err(error) if wants_json => {
            let text = error.render().to_string();
            let message = text.lines().next().unwrap_or_default().trim_start_matches("error: ").to_owned();
            return Failure::usage(message).report(true);
        }
        Err(error) => {
            let _ = error.print();
            return Exit::Usage;
        }
    };
    let context = match Context::new(&cli.global) {
        Ok(context) => context,
        Err(failure) => return failure.report(wants_json),
    };
    let as_json = context.out.errors_as_json();
    match cmd::run(&context, cli.command) {
        Ok(exit) => exit,
        Err(failure) => failure.report(as_json),
    }
}

/// Whether a command line asks for JSON, which must be known before it is understood: what is wrong with it is told
/// as JSON too.
fn wants_json(args: &[OsString]) -> bool {
    let mut args = args.iter().skip(1).filter_map(|arg| arg.to_str()).take_while(|arg| *arg != "--");
    let mut found = false;
    while let Some(arg) = args.next() {
        let format = match arg.strip_prefix("--") {
            Some("json") => Some("json"),
            Some("output") => args.next(),
            Some(long) => long.strip_prefix("output="),
            None => match short_output(arg) {
                Some("") => args.next(),
                joined => joined,
            },
        };
        if let Some(format) = format {
            found = matches!(format, "json" | "ndjson");
        }
    }
    found
}

/// What follows the `o` of a short flag: `-ojson`, `-o=json`, `-qo` with flags in front that take no value.
fn short_output(arg: &str) -> Option<&str> {
    let flags = arg.strip_prefix('-').filter(|flags| !flags.is_empty())?;
    let rest = flags.trim_start_matches(['q', 'y']).strip_prefix('o')?;
    Some(rest.strip_prefix('=').unwrap_or(rest))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_asked_for_in_many_ways() {
        let asks = |line: &str| wants_json(&line.split(' ').map(OsString::from).collect::<Vec<_>>());
        for line in [
            "aglisctl --json ticket frobnicate",
            "aglisctl ticket frobnicate -o json",
            "aglisctl ticket frobnicate -ojson",
            "aglisctl ticket frobnicate -o=ndjson",
            "aglisctl ticket frobnicate -qyojson",
            "aglisctl ticket frobnicate -qo json",
            "aglisctl --output json ticket frobnicate",
            "aglisctl ticket frobnicate --output=ndjson",
        ] {
            assert!(asks(line), "{line}");
        }
        for line in [
            "aglisctl ticket frobnicate",
            "aglisctl ticket list -o table",
            "aglisctl ticket list --output csv",
            "aglisctl ticket note 1 -- --json",
            "aglisctl ticket list --order json",
        ] {
            assert!(!asks(line), "{line}");
        }
    }
}
