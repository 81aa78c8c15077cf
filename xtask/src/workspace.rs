//! Cargo as the chores call it: always in one shape, so that nothing is compiled twice.

use std::path::{Path, PathBuf};
use std::process::Command;

use anyhow::Context;

/// The workspace's folder.
pub fn root() -> PathBuf {
    let here = Path::new(env!("CARGO_MANIFEST_DIR"));
    here.parent().unwrap_or(here).to_path_buf()
}

/// The folder of the programs built with the profile this program was built with.
pub fn bin_dir() -> anyhow::Result<PathBuf> {
    let me = std::env::current_exe().context("the folder of built programs is unknown")?;
    Ok(me.parent().map(Path::to_path_buf).unwrap_or_default())
}

/// `cargo` in the workspace's folder, without what `cargo run` put into the environment: build scripts watch
/// some of these variables and would compile again.
pub fn cargo(args: &[&str]) -> Command {
    let program = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let mut command = Command::new(program);
    command.args(args).current_dir(root());
    for (name, _) in std::env::vars_os() {
        let name = name.to_string_lossy();
        let from_run = ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_"];
        if from_run.iter().any(|p| name.starts_with(p)) || name == "CARGO_PRIMARY_PACKAGE" {
            command.env_remove(&*name);
        }
    }
    command
}
