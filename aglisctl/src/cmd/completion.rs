//! `aglisctl completion`

use crate::{context::Context, examples, failure::Result};
use aglis_core::client::Exit;
use clap::Args;
use clap_complete::Shell;

/// Prints a completion script.
#[derive(Debug, Args)]
pub struct Completion {
    /// The shell
    #[arg(value_parser = ["bash", "zsh", "fish"])]
    shell: String,
}

/// Prints the script.
pub fn run(context: &Context, completion: &Completion) -> Result {
    let shell = match completion.shell.as_str() {
        "zsh" => Shell::Zsh,
        "fish" => Shell::Fish,
        _ => Shell::Bash,
    };
    let mut script = Vec::new();
    clap_complete::generate(shell, &mut examples::command(), "aglisctl", &mut script);
    context.out.text(&String::from_utf8_lossy(&script))?;
    Ok(Exit::Done)
}
