//! When a person is asked before something is done.
//!
//! One thing that can be undone: never. Up to 20: yes or no, no being the answer of an empty line. More, or what
//! cannot be undone: the number of things is typed.

use crate::{
    context::Context,
    failure::{Failure, Result},
};
use aglis_core::client::Exit;
use std::{
    fs::File,
    io::{self, BufRead, BufReader, IsTerminal, Write},
};

/// What is about to be done.
pub struct Plan<'a> {
    /// In words, such as `set 5 tickets to in_progress`.
    pub what: &'a str,
    /// To how many things.
    pub count: usize,
    /// Whether it can be taken back.
    pub undoable: bool,
    /// The things, for the preview.
    pub items: &'a [String],
}

/// Asks where the rules say so; an error when the answer is no or nobody can be asked.
pub fn confirm(context: &Context, plan: &Plan<'_>) -> Result<()> {
    if context.global.yes || (plan.count <= 1 && plan.undoable) {
        return Ok(());
    }
    let needed = || {
        Failure::new(
            Exit::Unconfirmed,
            "confirmation_needed",
            format!("to {} needs a confirmation", plan.what),
        )
        .hint("look at it with --dry-run, then add --yes")
    };
    if context.global.no_input || !io::stderr().is_terminal() {
        return Err(needed());
    }
    // Standard input may carry the ids.
    let mut terminal = BufReader::new(File::open("/dev/tty").map_err(|_| needed())?);
    let mut err = io::stderr().lock();
    writeln!(err, "About to {}:", plan.what)?;
    for item in plan.items.iter().take(20) {
        writeln!(err, "  {item}")?;
    }
    if plan.items.len() > 20 {
        writeln!(err, "  … and {} more", plan.items.len() - 20)?;
    }
    let typed = plan.count > 20 || !plan.undoable;
    let wanted = plan.count.to_string();
    if typed {
        let lasting = if plan.undoable { "" } else { "This cannot be undone. " };
        write!(err, "{lasting}Type {wanted} to go on: ")?;
    } else {
        write!(err, "Go on? [y/N] ")?;
    }
    err.flush()?;
    let mut answer = String::new();
    terminal.read_line(&mut answer)?;
    let answer = answer.trim();
    let agreed = if typed { answer == wanted } else { matches!(answer, "y" | "Y" | "yes") };
    if agreed { Ok(()) } else { Err(Failure::new(Exit::Failed, "cancelled", "cancelled; nothing was done")) }
}
