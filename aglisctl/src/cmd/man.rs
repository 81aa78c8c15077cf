//! `aglisctl man`

use crate::{
    context::Context,
    failure::{Failure, Result},
    manual,
    output::counted,
};
use aglis_core::client::Exit;
use clap::Args;
use std::path::PathBuf;

/// Writes the manual pages of aglisctl, of every command, and of aglis.toml.
#[derive(Debug, Args)]
pub struct Man {
    /// Folder to write to
    #[arg(long, value_name = "DIR", default_value = "man")]
    dir: PathBuf,
}

/// Writes the pages.
pub fn run(context: &Context, man: &Man) -> Result {
    let pages = manual::pages()?;
    let all = counted(pages.len(), "page", "pages");
    let failed = |error: std::io::Error| {
        Failure::new(Exit::Failed, "io", format!("cannot write to {}: {error}", man.dir.display()))
    };
    if context.global.dry_run {
        context.out.remark(format!("dry run: would write {all} to {}", man.dir.display()));
        return Ok(Exit::Done);
    }
    std::fs::create_dir_all(&man.dir).map_err(failed)?;
    for (name, text) in &pages {
        std::fs::write(man.dir.join(name), text).map_err(failed)?;
    }
    context.out.remark(format!("{all} in {}", man.dir.display()));
    Ok(Exit::Done)
}
