//! The real programs, started as their users start them.

use crate::world::{Backend, Server, fresh_database};
use aglis_core::{
    app::{App, Parts, Secret, SystemClock, SystemRandom},
    config::Config,
    db::{DatabaseUrl, Db},
    hub::Hub,
};
use std::{
    io::Write,
    path::{Path, PathBuf},
    process::{Child, Command, Output, Stdio},
    time::{Duration, Instant},
};

/// Where the built programs lie.
pub fn program(name: &str) -> PathBuf {
    let folder = std::env::var_os("AGLIS_TEST_BIN_DIR").map_or_else(
        || {
            let test = std::env::current_exe().expect("the test's own path");
            test.parent().and_then(Path::parent).expect("target/debug").to_owned()
        },
        PathBuf::from,
    );
    let path = folder.join(name);
    assert!(path.exists(), "{} is not built: run the tests with `cargo xtask test`", path.display());
    path
}

/// A port that nobody listens on just now.
pub fn free_port() -> u16 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    listener.local_addr().expect("its address").port()
}

/// A running `aglisd` with a data folder and database of its own; killed when dropped.
pub struct Daemon {
    /// Its data folder.
    pub dir: tempfile::TempDir,
    /// Its address, `http://127.0.0.1:PORT`.
    pub url: String,
    /// Which database it uses.
    pub backend: Backend,
    database: String,
    port: u16,
    flags: Vec<String>,
    env: Vec<(String, String)>,
    child: Option<Child>,
}

impl Daemon {
    /// Starts a daemon and waits until it is healthy. On PostgreSQL it uses Redis too.
    pub async fn start(backend: Backend, flags: &[&str]) -> Daemon {
        Daemon::start_with(backend, flags, &[]).await
    }

    /// [`Daemon::start`] with more variables.
    pub async fn start_with(backend: Backend, flags: &[&str], env: &[(&str, &str)]) -> Daemon {
        aglis_core::tls::install();
        let dir = tempfile::tempdir().expect("a temporary folder");
        let database = fresh_database(backend, dir.path()).await;
        let port = free_port();
        let mut daemon = Daemon {
            url: format!("http://127.0.0.1:{port}"),
            dir,
            backend,
            database,
            port,
            flags: flags.iter().map(|flag| (*flag).to_owned()).collect(),
            env: env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
            child: None,
        };
        daemon.restart().await;
        daemon
    }

    /// The variables under which every program of this installation runs.
    fn environment(&self, command: &mut Command) {
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("AGLIS_")) {
            command.env_remove(name);
        }
        command.env("AGLIS_DATA", self.dir.path()).env("NO_COLOR", "1");
        if self.backend == Backend::Postgres {
            command
                .env("AGLIS_DATABASE_URL", &self.database)
                .env("AGLIS_REDIS_URL", Server::from_env().redis);
        }
        command.envs(self.env.iter().map(|(name, value)| (name, value)));
    }

    /// Starts the daemon again on the same data and port, and waits until it is healthy.
    pub async fn restart(&mut self) {
        assert!(self.child.is_none(), "the daemon is still running");
        let log =
            std::fs::OpenOptions::new().create(true).append(true).open(self.log_path()).expect("the log");
        let out =
            std::fs::OpenOptions::new().create(true).append(true).open(self.out_path()).expect("the output");
        let mut command = Command::new(program("aglisd"));
        self.environment(&mut command);
        command.arg("serve").args(&self.flags).arg("--listen").arg(format!("127.0.0.1:{}", self.port));
        command.stdin(Stdio::null()).stdout(out).stderr(log);
        self.child = Some(command.spawn().expect("aglisd starts"));
        let begun = Instant::now();
        let client = reqwest::Client::new();
        loop {
            let healthy = client.get(format!("{}/api/health/ready", self.url)).send().await;
            if healthy.is_ok_and(|response| response.status().is_success()) {
                return;
            }
            if let Some(status) = self.child.as_mut().and_then(|child| child.try_wait().expect("its state")) {
                panic!("aglisd ended with {status}:\n{}", self.log());
            }
            assert!(
                begun.elapsed() < Duration::from_secs(60),
                "aglisd did not become healthy:\n{}",
                self.log()
            );
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
    }

    /// The daemon's database, opened from here as another program would.
    pub async fn app(&self) -> App {
        let db = Db::open(&self.database.parse::<DatabaseUrl>().expect("an address"), Hub::default())
            .await
            .expect("the daemon's database");
        let config = Config::defaults(self.dir.path()).expect("the defaults");
        let zone = config.business.zone.clone();
        App::new(Parts {
            db,
            clock: Box::new(SystemClock),
            random: Box::new(SystemRandom),
            files: aglis_core::files::Folder::open(&config.uploads.dir, config.uploads.quota.0)
                .expect("an uploads folder"),
            config,
            zone,
            secret: Secret::new([7; 32]),
        })
    }

    /// Kills the daemon as a power cut would: it notices nothing.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks the daemon to stop and waits until it has.
    pub async fn stop(&mut self) -> std::process::ExitStatus {
        terminate(self.child.take().expect("the daemon runs")).await
    }

    /// Starts another process of this installation, such as `work`, on the same data and database, and waits until it
    /// says that it is ready. Its log is kept under the name.
    pub async fn beside(&self, name: &str, args: &[&str], env: &[(&str, &str)]) -> Beside {
        let path = self.dir.path().join(format!("{name}.log"));
        let log = std::fs::File::create(&path).expect("the log");
        let mut command = self.command("aglisd");
        command.args(args).envs(env.iter().copied());
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(log);
        let mut beside = Beside { log: path, child: Some(command.spawn().expect("aglisd starts")) };
        let begun = Instant::now();
        while !beside.log().lines().any(|line| line.contains(" ready ")) {
            if let Some(status) = beside.child.as_mut().and_then(|child| child.try_wait().expect("its state"))
            {
                panic!("aglisd {args:?} ended with {status}:\n{}", beside.log());
            }
            assert!(begun.elapsed() < Duration::from_secs(60), "aglisd {args:?}:\n{}", beside.log());
            tokio::time::sleep(Duration::from_millis(25)).await;
        }
        beside
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("the daemon runs").id()
    }

    fn log_path(&self) -> PathBuf {
        self.dir.path().join("aglisd.log")
    }

    fn out_path(&self) -> PathBuf {
        self.dir.path().join("aglisd.out")
    }

    /// What the daemon has logged since its first start.
    pub fn log(&self) -> String {
        std::fs::read_to_string(self.log_path()).unwrap_or_default()
    }

    /// What the daemon has printed since its first start.
    pub fn output(&self) -> String {
        std::fs::read_to_string(self.out_path()).unwrap_or_default()
    }

    /// A command of this installation, not yet run.
    pub fn command(&self, name: &str) -> Command {
        let mut command = Command::new(program(name));
        self.environment(&mut command);
        command
    }

    /// Runs `aglisctl` with something on its standard input.
    pub fn ctl_with(&self, args: &[&str], stdin: &str) -> Output {
        let mut command = self.command("aglisctl");
        command.args(args).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("aglisctl starts");
        child.stdin.take().expect("its input").write_all(stdin.as_bytes()).expect("writing to it");
        child.wait_with_output().expect("its end")
    }

    /// Runs `aglisctl`, which must succeed; gives its standard output.
    pub fn ctl(&self, args: &[&str]) -> String {
        let output = self.ctl_with(args, "");
        assert!(
            output.status.success(),
            "aglisctl {args:?} ended with {}:\n{}\n{}",
            output.status,
            String::from_utf8_lossy(&output.stdout),
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("UTF-8")
    }

    /// Runs `aglisctl … -o json` and reads the answer.
    pub fn ctl_json(&self, args: &[&str]) -> serde_json::Value {
        let text = self.ctl(&[args, &["-o", "json"]].concat());
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("aglisctl {args:?}: {error}:\n{text}"))
    }

    /// An HTTP client over the local socket, where the caller acts as an administrator.
    pub fn local(&self) -> reqwest::Client {
        reqwest::Client::builder().unix_socket(self.dir.path().join("aglisd.sock")).build().expect("a client")
    }

    /// GET over the local socket; the answer must be JSON with a good status.
    pub async fn get(&self, path: &str) -> serde_json::Value {
        let response = self.local().get(format!("http://local{path}")).send().await.expect("an answer");
        let status = response.status();
        let text = response.text().await.expect("a body");
        assert!(status.is_success(), "GET {path}: {status}: {text}");
        serde_json::from_str(&text).unwrap_or_else(|error| panic!("GET {path}: {error}: {text}"))
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the daemon's log:\n{}", self.log());
        }
        self.kill();
    }
}

async fn terminate(mut child: Child) -> std::process::ExitStatus {
    #[expect(unsafe_code, reason = "std can only kill")]
    // SAFETY: a signal to a child we have not waited for yet.
    unsafe {
        libc::kill(libc::pid_t::try_from(child.id()).expect("a pid"), libc::SIGTERM);
    }
    tokio::task::spawn_blocking(move || child.wait().expect("its end")).await.expect("waiting")
}

/// Another process of a [`Daemon`]'s installation; killed when dropped.
pub struct Beside {
    log: PathBuf,
    child: Option<Child>,
}

impl Beside {
    /// Kills it as a power cut would.
    pub fn kill(&mut self) {
        if let Some(mut child) = self.child.take() {
            let _ = child.kill();
            let _ = child.wait();
        }
    }

    /// Asks it to stop and waits until it has.
    pub async fn stop(&mut self) -> std::process::ExitStatus {
        terminate(self.child.take().expect("it runs")).await
    }

    /// The process's number.
    pub fn pid(&self) -> u32 {
        self.child.as_ref().expect("it runs").id()
    }

    /// What it has logged.
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }
}

impl Drop for Beside {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("the log of the process beside:\n{}", self.log());
        }
        self.kill();
    }
}

/// Tries until a closure gives something, for at most a while.
pub async fn eventually<T, F: AsyncFnMut() -> Option<T>>(what: &str, mut attempt: F) -> T {
    let begun = Instant::now();
    loop {
        if let Some(found) = attempt().await {
            return found;
        }
        assert!(begun.elapsed() < Duration::from_secs(20), "waited in vain for {what}");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
