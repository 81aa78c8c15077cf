//! `aglisctl config`

use crate::{context::Context, failure::Result, local};
use clap::Subcommand;

/// What can be done with the configuration.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Say what is wrong with the configuration, if anything
    Check,
    /// Show every setting in force and where it was written; secrets are masked
    Show,
    /// Print an example of aglis.toml with every setting
    Example,
}

/// Runs a verb.
pub fn run(context: &Context, verb: &Verb) -> Result {
    match verb {
        Verb::Check => local::check_config(context),
        Verb::Show => local::show_config(context),
        Verb::Example => local::example_config(context),
    }
}
