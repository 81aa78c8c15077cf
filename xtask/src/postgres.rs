//! A private PostgreSQL.

use std::fs::{self, File};
use std::net::TcpListener;
use std::os::unix::fs::chown;
use std::os::unix::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use anyhow::{Context, bail};
use signal_hook::consts::SIGINT;

use crate::child::{Guard, TOOL, Tie};
use crate::scratch::{Scratch, tail};
use crate::{programs, stop, sys};

/// SIGINT is PostgreSQL's fast shutdown: it disconnects everybody and stops.
const TIE: Tie = Tie { stop_with: SIGINT, grace: Duration::from_secs(15), die_with_parent: true };
const TRIES: usize = 5;
const OLDEST: u32 = 15;

/// A running server with a throw-away cluster, stopped when dropped.
pub struct Postgres {
    _server: Guard,
    pub url: String,
}

/// The account a server may run under: PostgreSQL refuses to run as root.
struct Account {
    uid: u32,
    gid: u32,
}

/// Makes a cluster and starts it on a free loopback port and a socket in the same folder.
pub fn start(scratch: &Scratch) -> anyhow::Result<Postgres> {
    let bin = programs::postgres_bin().context("PostgreSQL is not installed")?;
    check_version(&bin)?;
    let account = if sys::is_root() { Some(account()?) } else { None };
    let dir = scratch.folder("postgres")?;
    if let Some(a) = &account {
        chown(&dir, Some(a.uid), Some(a.gid))?;
    }
    let place = Place { bin, dir, account, log: scratch.file("postgres.log") };
    let data = place.dir.join("data");

    let mut initdb = place.command("initdb")?;
    // Sorted as people sort, whatever locales this machine has.
    initdb.arg("--pgdata").arg(&data).args([
        "--username=postgres",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale-provider=icu",
        "--icu-locale=en-US",
    ]);
    initdb.args(["--no-sync", "--no-instructions"]);
    if !Guard::start(&mut initdb, TOOL)?.wait()?.success() {
        bail!("initdb failed:\n{}", tail(&place.log));
    }
    append(&data.join("postgresql.conf"), &settings(&place.dir))?;

    for _ in 0..TRIES {
        let port = free_port()?;
        let mut command = place.command("postgres")?;
        command.arg("-D").arg(&data).args(["-p", &port.to_string()]);
        let mut server = Guard::start(&mut command, TIE)?;
        let end = Instant::now() + Duration::from_secs(30);
        while server.ended()?.is_none() && Instant::now() < end {
            if place.answers(port)? {
                return Ok(Postgres {
                    _server: server,
                    url: format!("postgres://postgres@127.0.0.1:{port}/postgres"),
                });
            }
            stop::sleep(Duration::from_millis(50))?;
        }
    }
    bail!("the private PostgreSQL does not start:\n{}", tail(&place.log))
}

/// A port nobody listens on now. Somebody may take it before we do, so callers try again.
pub fn free_port() -> anyhow::Result<u16> {
    let socket = TcpListener::bind(("127.0.0.1", 0)).context("no loopback port is free")?;
    Ok(socket.local_addr()?.port())
}

struct Place {
    bin: PathBuf,
    dir: PathBuf,
    account: Option<Account>,
    log: PathBuf,
}

impl Place {
    fn command(&self, program: &str) -> anyhow::Result<Command> {
        let log = File::options().create(true).append(true).open(&self.log)?;
        let mut command = Command::new(self.bin.join(program));
        command.current_dir(&self.dir).stdout(log.try_clone()?).stderr(log).env("LC_ALL", "C");
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("PG") {
                command.env_remove(&name);
            }
        }
        if let Some(a) = &self.account {
            command.uid(a.uid).gid(a.gid);
        }
        Ok(command)
    }

    fn answers(&self, port: u16) -> anyhow::Result<bool> {
        let mut ready = self.command("pg_isready")?;
        ready.args(["--quiet", "--host=127.0.0.1", "--username=postgres", "--dbname=postgres"]);
        ready.arg(format!("--port={port}"));
        Ok(Guard::start(&mut ready, TOOL)?.wait()?.success())
    }
}

/// Durability is of no use to a cluster that is thrown away; speed is.
fn settings(dir: &Path) -> String {
    let cores = std::thread::available_parallelism().map_or(2, usize::from);
    let connections = (100 + 40 * cores).min(1000);
    format!(
        "\nlisten_addresses = '127.0.0.1'\nunix_socket_directories = '{}'\nmax_connections = {connections}\n\
         fsync = off\nsynchronous_commit = off\nfull_page_writes = off\nwal_level = minimal\nmax_wal_senders = 0\n\
         jit = off\nlog_checkpoints = off\n",
        dir.display()
    )
}

fn append(path: &Path, text: &str) -> anyhow::Result<()> {
    let mut all = fs::read_to_string(path).with_context(|| format!("{} cannot be read", path.display()))?;
    all.push_str(text);
    fs::write(path, all).with_context(|| format!("{} cannot be written", path.display()))
}

fn check_version(bin: &Path) -> anyhow::Result<()> {
    let out = Command::new(bin.join("postgres")).arg("--version").output()?;
    let text = String::from_utf8_lossy(&out.stdout);
    let number = text.split_whitespace().find_map(|w| w.split('.').next()?.parse::<u32>().ok());
    match number {
        Some(n) if n >= OLDEST => Ok(()),
        _ => bail!(
            "{} is too old or unknown ({}): PostgreSQL {OLDEST} or later is needed",
            bin.display(),
            text.trim()
        ),
    }
}

fn account() -> anyhow::Result<Account> {
    let users = fs::read_to_string("/etc/passwd").context("/etc/passwd cannot be read")?;
    let find = |name: &str| {
        users.lines().map(|l| l.split(':').collect::<Vec<_>>()).find_map(|f| match f[..] {
            [user, _, uid, gid, ..] if user == name => {
                Some(Account { uid: uid.parse().ok()?, gid: gid.parse().ok()? })
            }
            _ => None,
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .context("there is no user postgres or nobody to run PostgreSQL as")
}
