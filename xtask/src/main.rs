//! Chores of the repository: `cargo xtask test`, `generate` and `bench`.

mod apt;
mod bench;
mod child;
mod generate;
mod postgres;
mod programs;
mod redis;
mod report;
mod scratch;
mod stop;
mod sys;
mod test;
mod workspace;

use std::ffi::OsString;
use std::process::ExitCode;

use clap::{Parser, Subcommand};

use crate::report::say;

#[derive(Parser)]
#[command(name = "cargo xtask", bin_name = "cargo xtask", about = "Chores of the AGLIS repository")]
struct Cli {
    #[command(subcommand)]
    chore: Chore,
}

#[derive(Subcommand)]
enum Chore {
    /// Run every test, with a private PostgreSQL and Redis unless others are configured
    ///
    /// AGLIS_TEST_POSTGRES_URL and AGLIS_TEST_REDIS_URL name servers to use instead of private ones.
    Test {
        /// Passed on to the test runner, for example a part of a test's name
        #[arg(last = true)]
        filter: Vec<OsString>,
    },
    /// Measure release programs against references built into the bench; misses are said, not failed
    Bench {
        /// start, list, writers, portal, console; all when none is named
        names: Vec<OsString>,
    },
    /// Write the committed files that the programs generate: manual pages and the OpenAPI document
    Generate {
        /// Only say what differs, and fail when something does
        #[arg(long)]
        check: bool,
        /// Use the programs as they are built now
        #[arg(long)]
        built: bool,
    },
}

fn main() -> ExitCode {
    let cli = Cli::parse();
    let outcome = stop::listen().and_then(|()| match cli.chore {
        Chore::Test { filter } => test::run(&filter),
        Chore::Bench { names } => bench::measure(&names),
        Chore::Generate { check, built } => generate::run(check, built),
    });
    match outcome {
        Ok(code) => code,
        Err(error) if error.is::<stop::Stopped>() => {
            say("stopped; everything started here has been stopped too");
            stop::exit_code()
        }
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}
