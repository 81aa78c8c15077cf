//! `aglisctl tui`

use crate::{
    cli::Global,
    context::Context,
    failure::{Failure, Result},
};
use aglis_core::client::Exit;
use clap::Args;
use std::{ffi::OsString, io::ErrorKind, os::unix::process::CommandExt, path::PathBuf, process::Command};

/// Opens the live console of the same daemon.
#[derive(Debug, Args)]
pub struct Tui {
    /// Options of aglis-tui, such as --read-only or --lang id
    #[arg(value_name = "OPTION", trailing_var_arg = true, allow_hyphen_values = true)]
    option: Vec<OsString>,
}

/// Becomes the console.
pub fn run(context: &Context, tui: &Tui) -> Result {
    let program = program();
    let args = args(&context.global, &tui.option);
    if context.global.dry_run {
        let line: Vec<_> = args.iter().map(|arg| arg.to_string_lossy()).collect();
        context.out.remark(format!("dry run: would run {} {}", program.display(), line.join(" ")));
        return Ok(Exit::Done);
    }
    let error = Command::new(&program).args(args).exec();
    let failure =
        Failure::new(Exit::Failed, "no_console", format!("cannot run {}: {error}", program.display()));
    Err(if error.kind() == ErrorKind::NotFound {
        failure.hint("install aglis-tui beside aglisctl or in a folder of PATH")
    } else {
        failure
    })
}

/// The console beside this program, else the one on the path.
fn program() -> PathBuf {
    let beside = std::env::current_exe().ok().map(|path| path.with_file_name("aglis-tui"));
    beside.filter(|path| path.is_file()).unwrap_or_else(|| PathBuf::from("aglis-tui"))
}

/// What says which daemon, then what was given for the console.
fn args(global: &Global, options: &[OsString]) -> Vec<OsString> {
    let path = |path: &Option<PathBuf>| path.as_ref().map(|path| path.clone().into_os_string());
    let target = [
        ("--server", global.server.clone().map(OsString::from)),
        ("--token-file", path(&global.token_file)),
        ("--socket", path(&global.socket)),
        ("--data", path(&global.data)),
        ("--profile", global.profile.clone().map(OsString::from)),
    ];
    let target = target.into_iter().filter_map(|(flag, value)| Some([flag.into(), value?]));
    target.flatten().chain(options.iter().cloned()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_console_is_told_which_daemon() {
        let global = Global { data: Some("data".into()), profile: Some("isp".into()), ..Global::default() };
        let options = ["--read-only".into()];
        assert_eq!(args(&global, &options), ["--data", "data", "--profile", "isp", "--read-only"]);
        assert_eq!(args(&Global::default(), &[]), Vec::<OsString>::new());
    }
}
