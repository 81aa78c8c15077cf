//! Programs under measurement.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, bail};

use crate::http::{Connection, get};

/// The word that makes this program the reference instead of the bench.
pub const REFERENCE: &str = "reference-server";
/// The word that makes it write until it is killed.
pub const WRITERS: &str = "writers-process";

/// A running server, stopped when dropped.
pub struct Server {
    child: Child,
    pub address: String,
    /// From the start of the process to the first healthy answer.
    pub took: Duration,
}

/// Where the programs stand: beside the bench, or where `AGLIS_TEST_BIN_DIR` says.
pub fn program(name: &str) -> anyhow::Result<PathBuf> {
    let folder = match std::env::var_os("AGLIS_TEST_BIN_DIR") {
        Some(folder) => PathBuf::from(folder),
        None => std::env::current_exe()?.ancestors().nth(2).map(Path::to_path_buf).unwrap_or_default(),
    };
    let path = folder.join(name);
    anyhow::ensure!(path.exists(), "{} is not built; run `cargo xtask bench`", path.display());
    Ok(path)
}

/// A free loopback address.
pub fn free_address() -> anyhow::Result<String> {
    Ok(TcpListener::bind("127.0.0.1:0")?.local_addr()?.to_string())
}

/// `aglisd` on a data folder.
pub fn aglisd(data: &Path) -> anyhow::Result<Server> {
    let address = free_address()?;
    let mut command = Command::new(program("aglisd")?);
    command.arg("serve").arg("--data").arg(data).args(["--listen", &address]);
    Server::start(command, address, "/api/health")
}

impl Server {
    /// Starts a server and waits until `path` answers 200.
    pub fn start(mut command: Command, address: String, path: &str) -> anyhow::Result<Self> {
        let start = Instant::now();
        let child = command
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .with_context(|| format!("{command:?} cannot be started"))?;
        let mut server = Self { child, address, took: Duration::ZERO };
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let request = get(path, &[]);
        while !runtime.block_on(healthy(&server.address, &request)) {
            if let Some(status) = server.child.try_wait()? {
                bail!("{command:?} ended: {status}");
            }
            if start.elapsed() > Duration::from_secs(60) {
                bail!("{command:?} does not answer");
            }
            std::thread::sleep(Duration::from_millis(1));
        }
        server.took = start.elapsed();
        Ok(server)
    }

    /// Its process number.
    pub fn pid(&self) -> u32 {
        self.child.id()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

async fn healthy(address: &str, request: &[u8]) -> bool {
    match Connection::open(address).await {
        Ok(mut connection) => {
            connection.ask(request).await.is_ok_and(|a| a.status == 200 && !a.body.is_empty())
        }
        Err(_) => false,
    }
}

/// A process's resident memory in megabytes (10⁶ bytes).
pub fn memory(pid: u32) -> anyhow::Result<f64> {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status"))?;
    let line = status.lines().find_map(|l| l.strip_prefix("VmRSS:")).context("no VmRSS")?;
    let kib: f64 = line.trim().trim_end_matches(" kB").parse()?;
    Ok(kib * 1024.0 / 1e6)
}
