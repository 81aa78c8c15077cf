//! The daemon's command line.

use clap::{Args, CommandFactory, Parser, Subcommand};
use std::{net::SocketAddr, path::PathBuf, process::ExitCode};

/// Runs an internet service provider: HTTP API, customer portal, staff web, message worker and scheduler.
#[derive(Debug, Parser)]
#[command(name = "aglisd", version, arg_required_else_help = true, after_help = EXIT_CODES)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

const EXIT_CODES: &str = "Exit status: 0 stopped as asked, 1 failed, 2 usage or configuration, 6 address, data folder or SQLite file in use, 7 database unreachable.";

#[derive(Debug, Subcommand)]
enum Command {
    /// Run the daemon until it is told to stop (SIGTERM or Ctrl-C).
    #[command(
        after_help = "Examples:\n  aglisd serve --demo                       try everything on made-up data\n  aglisd serve --config /etc/aglis/aglis.toml\n  aglisd serve --data /srv/aglis --listen 127.0.0.1:9000"
    )]
    Serve(Serve),
    /// Run a worker without HTTP beside other daemons on one PostgreSQL: messages, jobs and schedules.
    ///
    /// Any number of processes share the work; what one that dies was doing is taken over when its lease (queue.lease)
    /// ends. SIGTERM lets running jobs end within queue.drain. All of them need the same secret (security.secret, or
    /// the same secret.key in the data folder) and the same uploads folder. A SQLite file belongs to one process: use
    /// `aglisd serve` alone, which works too.
    #[command(
        after_help = "Examples:\n  aglisd work --config /etc/aglis/aglis.toml\n  AGLIS_DATABASE_URL=postgres://aglis@db/aglis aglisd work --data /var/lib/aglis\n  AGLIS_QUEUE_WORKERS=32 AGLIS_METRICS_LISTEN=127.0.0.1:9465 aglisd work"
    )]
    Work(Work),
    /// Print the OpenAPI document.
    #[command(hide = true)]
    Openapi,
    /// Write the manual pages.
    #[command(hide = true)]
    Man {
        /// Folder to write to.
        #[arg(long, default_value = "man")]
        dir: PathBuf,
    },
}

/// Flags of `aglisd serve`.
#[derive(Debug, Clone, Default, Args)]
pub struct Serve {
    /// Fill an empty installation with a made-up provider, and print how to sign in.
    #[arg(long)]
    pub demo: bool,
    /// Configuration file [default: /etc/aglis/aglis.toml where it exists; variable AGLIS_CONFIG].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data folder: database file, uploads, socket [variable AGLIS_DATA].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
    /// Address of the HTTP server [default: 127.0.0.1:8080; variable AGLIS_LISTEN].
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
    /// Local socket [default: DIR/aglisd.sock; variable AGLIS_SOCKET].
    #[arg(long, value_name = "PATH")]
    pub socket: Option<PathBuf>,
}

/// Flags of `aglisd work`.
#[derive(Debug, Clone, Default, Args)]
pub struct Work {
    /// Configuration file [default: /etc/aglis/aglis.toml where it exists; variable AGLIS_CONFIG].
    #[arg(long, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Data folder: key and uploads [variable AGLIS_DATA].
    #[arg(long, value_name = "DIR")]
    pub data: Option<PathBuf>,
}

impl From<&Work> for Serve {
    fn from(flags: &Work) -> Serve {
        Serve { config: flags.config.clone(), data: flags.data.clone(), ..Serve::default() }
    }
}

/// Runs the program.
pub fn main() -> ExitCode {
    aglis_core::tls::install();
    match Cli::parse().command {
        Command::Serve(flags) => crate::serve::main(&flags),
        Command::Work(flags) => crate::work::main(&flags),
        Command::Openapi => print(crate::api::document::json()),
        Command::Man { dir } => match manual(&dir) {
            Ok(()) => ExitCode::SUCCESS,
            Err(error) => {
                eprintln!("aglisd: {}: {error}", dir.display());
                ExitCode::FAILURE
            }
        },
    }
}

fn print(text: &str) -> ExitCode {
    use std::io::Write;
    match std::io::stdout().write_all(text.as_bytes()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(_) => ExitCode::FAILURE,
    }
}

/// The date the manual pages bear: that of the release.
const DATE: &str = "2026-11-21";

fn manual(dir: &std::path::Path) -> std::io::Result<()> {
    std::fs::create_dir_all(dir)?;
    let mut command = Cli::command();
    command.build();
    page(dir, &command, "aglisd")?;
    for sub in command.get_subcommands().filter(|sub| !sub.is_hide_set() && sub.get_name() != "help") {
        page(dir, sub, &format!("aglisd-{}", sub.get_name()))?;
    }
    Ok(())
}

fn page(dir: &std::path::Path, command: &clap::Command, name: &str) -> std::io::Result<()> {
    let mut text = Vec::new();
    clap_mangen::Man::new(command.clone().display_name(name.to_owned()))
        .title(name.to_uppercase())
        .date(DATE)
        .source(format!("AGLIS {}", env!("CARGO_PKG_VERSION")))
        .manual("AGLIS manual")
        .render(&mut text)?;
    std::fs::write(dir.join(format!("{name}.1")), text)
}
