//! `cargo xtask bench`: the numbers, measured on release programs.

use std::ffi::OsString;
use std::process::ExitCode;

use anyhow::bail;

use crate::child::{code, run};
use crate::test::BIN_DIR;
use crate::workspace;

/// Runs the benches named, or all.
pub fn measure(names: &[OsString]) -> anyhow::Result<ExitCode> {
    let built = run(&mut workspace::cargo(&["build", "--workspace", "--release", "--bins"]))?;
    if !built.success() {
        bail!("the workspace does not build");
    }
    // The release programs stand beside the folder of the ones this program was built with.
    let release = workspace::bin_dir()?.with_file_name("release");
    let mut bench = workspace::cargo(&["bench", "--workspace", "--bench", "numbers", "--"]);
    bench.args(names).env(BIN_DIR, release);
    Ok(ExitCode::from(code(run(&mut bench)?)))
}
