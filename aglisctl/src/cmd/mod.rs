//! One file per noun.

pub mod api;
pub mod audit;
pub mod completion;
pub mod config;
pub mod conversation;
pub mod customer;
pub mod doctor;
pub mod job;
pub mod man;
pub mod message;
pub mod migrate;
pub mod provider;
pub mod queue;
pub mod template;
pub mod ticket;
pub mod token;
pub mod tui;
pub mod user;

use crate::{
    cli::Command,
    context::Context,
    failure::{Failure, Result},
};
use std::{io::Read, path::Path};

/// Runs a command.
pub fn run(context: &Context, command: Command) -> Result {
    match command {
        Command::Ticket(verb) => ticket::run(context, verb),
        Command::Template(verb) => template::run(context, verb),
        Command::Customer(verb) => customer::run(context, verb),
        Command::Queue(verb) => queue::run(context, verb),
        Command::Job(verb) => job::run(context, verb),
        Command::Message(verb) => message::run(context, verb),
        Command::Conversation(verb) => conversation::run(context, verb),
        Command::User(verb) => user::run(context, verb),
        Command::Token(verb) => token::run(context, verb),
        Command::Provider(verb) => provider::run(context, verb),
        Command::Audit(verb) => audit::run(context, verb),
        Command::Config(verb) => config::run(context, &verb),
        Command::Migrate(verb) => migrate::run(context, &verb),
        Command::Doctor(_) => doctor::run(context),
        Command::Tui(tui) => tui::run(context, &tui),
        Command::Api(call) => api::run(context, call),
        Command::Completion(shell) => completion::run(context, &shell),
        Command::Man(man) => man::run(context, &man),
    }
}

/// A text from an argument, or from a file, `-` being standard input. One end of line at the end is dropped.
fn text_of(argument: Option<String>, file: Option<&Path>, what: &str) -> Result<String> {
    let text = match (argument, file) {
        (Some(text), _) => text,
        (None, Some(path)) => read(path)?,
        (None, None) => return Err(Failure::usage(format!("give the {what} as an argument or with --file"))),
    };
    let text = text.trim_end_matches(['\n', '\r']).to_owned();
    if text.trim().is_empty() { Err(Failure::usage(format!("the {what} is empty"))) } else { Ok(text) }
}

/// A file's text, or standard input's for `-`.
fn read(path: &Path) -> Result<String> {
    if path == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    std::fs::read_to_string(path)
        .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))
}

/// A secret's first line from a file or standard input.
fn secret(path: &Path) -> Result<String> {
    let text = read(path)?;
    let line = text.lines().next().unwrap_or_default().to_owned();
    if line.is_empty() { Err(Failure::usage(format!("{} is empty", path.display()))) } else { Ok(line) }
}
