//! The command line of AGLIS: noun, then verb.
//!
//! [`cli`] is the tree of commands, `cmd/` has one file per noun. A command reads its input, makes calls of the
//! client and renders; what works without the daemon goes through [`local`].

pub mod cli;
mod cmd;
mod confirm;
mod context;
mod examples;
mod failure;
mod lists;
mod local;
mod manual;
mod many;
mod output;
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
    let wants_json = args.iter().any(|arg| arg == "--json")
        || args.windows(2).any(|pair| pair[0] == "-o" && pair[1] == "json");
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
