//! Installing what is missing, or saying exactly what to install.

use std::fmt::Write;
use std::fs::File;
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, bail};
use signal_hook::consts::SIGINT;

use crate::child::{Guard, Tie};
use crate::programs::{self, Program};
use crate::report::say;
use crate::scratch::{Scratch, tail};
use crate::sys;

/// A package manager killed half-way leaves a mess: it may finish, whatever happens to us.
const APT: Tie = Tie { stop_with: SIGINT, grace: Duration::from_secs(600), die_with_parent: false };

/// Makes sure that every one of `needed` is there.
pub fn provide(needed: &[&'static Program], scratch: &Scratch) -> anyhow::Result<()> {
    let missing = missing(needed);
    if missing.is_empty() {
        return Ok(());
    }
    let packages: Vec<&str> = missing.iter().map(|p| p.package).collect();
    let apt = programs::find(&Program { names: &["apt-get"], package: "apt", purpose: "installing" });
    let Some(apt) = apt.filter(|_| sys::is_root()) else {
        bail!("{}", advice(&missing));
    };
    say(format!("installing {}", packages.join(" ")));
    let log = scratch.file("apt.log");
    // A stale or empty list of packages is the usual reason for an installation to fail; one broken source is not.
    let _ = run(&apt, &["update"], &log)?;
    let options = ["install", "--yes", "--no-install-recommends"];
    if !run(&apt, &[&options[..], &packages].concat(), &log)? {
        bail!("apt-get could not install {}:\n{}", packages.join(" "), tail(&log));
    }
    let still = self::missing(needed);
    if !still.is_empty() {
        bail!("{}", advice(&still));
    }
    Ok(())
}

fn missing(needed: &[&'static Program]) -> Vec<&'static Program> {
    let there = |p: &Program| match p.package == programs::POSTGRES.package {
        true => programs::postgres_bin().is_some(),
        false => programs::find(p).is_some(),
    };
    needed.iter().copied().filter(|p| !there(p)).collect()
}

/// Its output goes to a file: services it starts would otherwise hold our pipe open for ever.
fn run(apt: &std::path::Path, args: &[&str], log: &std::path::Path) -> anyhow::Result<bool> {
    let file = File::create(log).with_context(|| format!("{} cannot be written", log.display()))?;
    let mut command = Command::new(apt);
    command
        .args(["-o", "DPkg::Lock::Timeout=300"])
        .args(args)
        .env("DEBIAN_FRONTEND", "noninteractive")
        .stdout(file.try_clone()?)
        .stderr(file);
    Ok(Guard::start(&mut command, APT)?.wait()?.success())
}

fn advice(missing: &[&Program]) -> String {
    let mut text = String::from("the tests need programs that are not installed:\n");
    for p in missing {
        let _ = writeln!(text, "  {:16} {}", p.names[0], p.purpose);
    }
    let packages: Vec<&str> = missing.iter().map(|p| p.package).collect();
    let _ = write!(
        text,
        "install them and run again; on Debian or Ubuntu:\n  sudo apt-get update && sudo apt-get install --no-install-recommends {}",
        packages.join(" ")
    );
    text
}
