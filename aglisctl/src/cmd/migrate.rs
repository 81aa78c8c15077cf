//! `aglisctl migrate`

use crate::{context::Context, failure::Result, local};
use clap::Subcommand;

/// What can be done with the schema.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show which migrations the database has and lacks
    Status,
    /// Bring the database to the newest schema; aglisd does so by itself when it starts
    Run,
}

/// Runs a verb.
pub fn run(context: &Context, verb: &Verb) -> Result {
    context.block_on(async {
        match verb {
            Verb::Status => local::migrations(context).await,
            Verb::Run => local::migrate(context).await,
        }
    })
}
