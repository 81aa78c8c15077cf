//! `cargo xtask test`: the servers, the build, the run, and nothing left behind.

use std::ffi::{OsStr, OsString};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitCode};
use std::time::Instant;

use anyhow::bail;

use crate::child::{self, code};
use crate::postgres::{self, Postgres};
use crate::programs::{self, Program};
use crate::redis::{self, Redis};
use crate::report::{say, stdout};
use crate::scratch::Scratch;
use crate::{apt, workspace};

/// A server other than ours to test against.
pub const POSTGRES_URL: &str = "AGLIS_TEST_POSTGRES_URL";
/// A Redis other than ours to test against.
pub const REDIS_URL: &str = "AGLIS_TEST_REDIS_URL";
/// Where the stories find the programs.
pub const BIN_DIR: &str = "AGLIS_TEST_BIN_DIR";

/// Runs all tests, or those that match `filter`.
pub fn run(filter: &[OsString]) -> anyhow::Result<ExitCode> {
    let start = Instant::now();
    let servers = Servers::start()?;
    build()?;

    let documented = if filter.is_empty() {
        servers.run(workspace::cargo(&["test", "--workspace", "--doc"]))?
    } else {
        0
    };
    let told = servers.run(runner(filter))?;
    drop(servers);

    let took = format!("{:.0} s", start.elapsed().as_secs_f64());
    match (documented, told) {
        (0, 0) => say(format!("all tests passed in {took}")),
        (_, 0) => say(format!("documentation examples failed (after {took})")),
        _ => say(format!("tests failed (after {took})")),
    }
    Ok(ExitCode::from(if told == 0 { documented } else { told }))
}

/// Builds everything in the one shape all commands here use.
pub fn build() -> anyhow::Result<()> {
    let status = child::run(workspace::cargo(&["build", "--workspace", "--all-targets"]).stderr(stdout()?))?;
    if !status.success() {
        bail!("the workspace does not build");
    }
    Ok(())
}

fn runner(filter: &[OsString]) -> Command {
    let nextest = programs::find(&Program { names: &["cargo-nextest"], package: "", purpose: "" })
        .or_else(cargo_home_nextest);
    let mut command = match nextest {
        Some(_) => workspace::cargo(&["nextest", "run", "--workspace", "--no-fail-fast"]),
        None => workspace::cargo(&["test", "--workspace", "--lib", "--bins", "--tests", "--no-fail-fast"]),
    };
    command.args(filter);
    command
}

fn cargo_home_nextest() -> Option<PathBuf> {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| Some(Path::new(&std::env::var_os("HOME")?).join(".cargo")))?;
    Some(home.join("bin/cargo-nextest")).filter(|p| p.is_file())
}

/// What the tests talk to. Fields are dropped in this order: servers before their folder.
pub struct Servers {
    postgres: Option<Postgres>,
    redis: Option<Redis>,
    temporary: PathBuf,
    _scratch: Scratch,
}

impl Servers {
    /// Installs what is missing and starts the servers nobody configured.
    pub fn start() -> anyhow::Result<Self> {
        let scratch = Scratch::new()?;
        let (own_postgres, own_redis) = (!configured(POSTGRES_URL), !configured(REDIS_URL));
        let mut needed: Vec<&'static Program> = programs::STORIES.iter().collect();
        needed.extend(own_postgres.then_some(&programs::POSTGRES));
        needed.extend(own_redis.then_some(&programs::REDIS));
        apt::provide(&needed, &scratch)?;

        let postgres = if own_postgres { Some(postgres::start(&scratch)?) } else { None };
        let redis = if own_redis { Some(redis::start(&scratch)?) } else { None };
        for url in [postgres.as_ref().map(|p| &p.url), redis.as_ref().map(|r| &r.url)].into_iter().flatten() {
            say(format!("private server: {url}"));
        }
        let temporary = scratch.folder("tmp")?;
        Ok(Self { postgres, redis, temporary, _scratch: scratch })
    }

    /// Runs a command with the servers in its environment; all it prints goes to standard output.
    pub fn run(&self, mut command: Command) -> anyhow::Result<u8> {
        // A developer's own settings must not steer the programs under test.
        for (name, _) in std::env::vars_os() {
            let text = name.to_string_lossy();
            if text.starts_with("AGLIS_") && !text.starts_with("AGLIS_TEST_") {
                command.env_remove(&name);
            }
        }
        if let Some(p) = &self.postgres {
            command.env(POSTGRES_URL, &p.url);
        }
        if let Some(r) = &self.redis {
            command.env(REDIS_URL, &r.url);
        }
        command.env(BIN_DIR, workspace::bin_dir()?).env("TMPDIR", &self.temporary).stderr(stdout()?);
        Ok(code(child::run(&mut command)?))
    }
}

fn configured(name: impl AsRef<OsStr>) -> bool {
    std::env::var_os(name).is_some_and(|v| !v.is_empty())
}
