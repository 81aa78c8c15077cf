//! The tree of commands and the flags that all of them share.

use crate::cmd;
use clap::{
    Args, Parser, Subcommand,
    builder::{PossibleValuesParser, TypedValueParser},
};
use std::{path::PathBuf, time::Duration};

/// Administers an AGLIS installation: tickets, customers, messages and their queue, accounts, tokens, audit trail.
///
/// Talks to aglisd on its Unix socket, where root and the group aglis need no password, or to a server address with a
/// token.
#[derive(Debug, Parser)]
#[command(
    name = "aglisctl",
    version,
    propagate_version = false,
    subcommand_required = true,
    arg_required_else_help = true
)]
pub struct Cli {
    /// Shared flags.
    #[command(flatten)]
    pub global: Global,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// Flags of every command.
#[derive(Debug, Clone, Default, Args)]
#[command(next_help_heading = "Shared options")]
pub struct Global {
    /// Print JSON, and errors as {code,message,hint}; the same as -o json
    #[arg(long, global = true, conflicts_with = "output")]
    pub json: bool,
    /// Output format: a table on a terminal unless the profile says otherwise
    #[arg(short, long, global = true, value_name = "FORMAT", value_parser = Format::parser())]
    pub output: Option<Format>,
    /// Print results and errors only
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// No colours; so does the variable NO_COLOR
    #[arg(long, global = true)]
    pub no_color: bool,
    /// Take every confirmation for given
    #[arg(short, long, global = true)]
    pub yes: bool,
    /// Never ask; end with code 8 where a confirmation is needed
    #[arg(long, global = true)]
    pub no_input: bool,
    /// Say what would be done and do nothing
    #[arg(long, global = true)]
    pub dry_run: bool,
    /// Address of the daemon, such as https://ops.isp.id [variable AGLIS_SERVER]
    #[arg(long, global = true, value_name = "URL")]
    pub server: Option<String>,
    /// File with the API token for --server [variable AGLIS_TOKEN holds the token itself]
    #[arg(long, global = true, value_name = "FILE")]
    pub token_file: Option<PathBuf>,
    /// The daemon's Unix socket [variable AGLIS_SOCKET]
    #[arg(long, global = true, value_name = "PATH")]
    pub socket: Option<PathBuf>,
    /// The daemon's data folder, which holds its socket [variable AGLIS_DATA]
    #[arg(long, global = true, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Profile of profiles.toml [variable AGLIS_PROFILE]
    #[arg(long, global = true, value_name = "NAME")]
    pub profile: Option<String>,
    /// The daemon's configuration file, for work without the daemon [variable AGLIS_CONFIG]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How long one request may take, such as 30s
    #[arg(long, global = true, value_name = "TIME", value_parser = duration)]
    pub timeout: Option<Duration>,
}

/// How results are printed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Columns for people
    Table,
    /// One JSON document
    Json,
    /// One JSON object a line
    Ndjson,
    /// Comma separated, with a header; cells that a spreadsheet would run are disarmed
    Csv,
    /// Identifiers only, one a line, for pipes
    Id,
}

impl Format {
    /// Every format by its name.
    const ALL: [(&str, Format); 5] = [
        ("table", Format::Table),
        ("json", Format::Json),
        ("ndjson", Format::Ndjson),
        ("csv", Format::Csv),
        ("id", Format::Id),
    ];

    /// The format of a name.
    pub fn named(name: &str) -> Option<Format> {
        Self::ALL.iter().find(|(known, _)| *known == name).map(|(_, format)| *format)
    }

    fn parser() -> impl TypedValueParser<Value = Format> {
        PossibleValuesParser::new(Self::ALL.map(|(name, _)| name))
            .map(|name| Format::named(&name).unwrap_or(Format::Table))
    }
}

/// The nouns.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Tickets: list, view, assign, move on, complete
    #[command(subcommand)]
    Ticket(cmd::ticket::Verb),
    /// Customers: list, view, create, change
    #[command(subcommand)]
    Customer(cmd::customer::Verb),
    /// The queue: how it stands, pause and resume, batches
    #[command(subcommand)]
    Queue(cmd::queue::Verb),
    /// Jobs of the queue: list, view, retry, cancel, discard, snooze, clean
    #[command(subcommand)]
    Job(cmd::job::Verb),
    /// Messages to and from people
    #[command(subcommand)]
    Message(cmd::message::Verb),
    /// Conversations with customers: list, view, reply, close
    #[command(subcommand)]
    Conversation(cmd::conversation::Verb),
    /// Texts of messages: list, view, edit, preview, test, check
    #[command(subcommand)]
    Template(cmd::template::Verb),
    /// Staff accounts
    #[command(subcommand)]
    User(cmd::user::Verb),
    /// API tokens for scripts
    #[command(subcommand)]
    Token(cmd::token::Verb),
    /// Providers of WhatsApp messages: state, limits, which one goes first
    #[command(subcommand)]
    Provider(cmd::provider::Verb),
    /// The record of who did what
    #[command(subcommand)]
    Audit(cmd::audit::Verb),
    /// The daemon's configuration
    #[command(subcommand)]
    Config(cmd::config::Verb),
    /// The database's schema
    #[command(subcommand)]
    Migrate(cmd::migrate::Verb),
    /// Look for what is wrong with this installation
    Doctor(cmd::doctor::Doctor),
    /// Open the live console
    Tui(cmd::tui::Tui),
    /// Call the HTTP API directly
    Api(cmd::api::Api),
    /// Print a completion script for a shell
    Completion(cmd::completion::Completion),
    /// Write the manual pages
    Man(cmd::man::Man),
}

/// Things to act on, given as arguments or by the line from a file or a pipe.
#[derive(Debug, Clone, Default, Args)]
pub struct Chosen {
    /// Numbers or ids of what to act on
    #[arg(value_name = "ID", required_unless_present = "ids")]
    pub id: Vec<String>,
    #[command(flatten)]
    pub many: Many,
}

/// How many things are acted on at once.
#[derive(Debug, Clone, Default, Args)]
pub struct Many {
    /// Read ids from a file, one a line; - for standard input
    #[arg(long, value_name = "FILE")]
    pub ids: Option<PathBuf>,
    /// Do nothing unless exactly this many are chosen
    #[arg(long, value_name = "N")]
    pub expect: Option<usize>,
    /// Go on with an operation that was interrupted: what it has done is skipped
    #[arg(long, value_name = "OPERATION")]
    pub operation: Option<String>,
}

/// Reads `30`, `30s`, `5m`, `2h`, `500ms`.
pub fn duration(text: &str) -> Result<Duration, String> {
    let digits = text.trim_end_matches(|c: char| c.is_ascii_alphabetic());
    let number: u64 = digits.parse().map_err(|_| "expects a time such as 30s, 5m or 2h".to_owned())?;
    let time = match &text[digits.len()..] {
        "ms" => Duration::from_millis(number),
        "" | "s" => Duration::from_secs(number),
        "m" => Duration::from_secs(number.saturating_mul(60)),
        "h" => Duration::from_secs(number.saturating_mul(3600)),
        "d" => Duration::from_secs(number.saturating_mul(86_400)),
        _ => return Err("expects a time such as 30s, 5m or 2h".to_owned()),
    };
    if time.is_zero() { Err("must be more than nothing".to_owned()) } else { Ok(time) }
}
