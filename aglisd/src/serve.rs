//! Starting and stopping.

use crate::{alone, cli::Serve, http};
use aglis_core::{
    app::{App, Parts, SystemClock, SystemRandom},
    config::{self, Config, Sources},
    db::{Db, DbError, migrate},
    event::seal,
    files::Folder,
    hub::Hub,
    private,
    queue::Outbox,
};
use std::{path::Path, process::ExitCode, sync::Arc, time::Duration};
use tokio::signal::unix::{SignalKind, signal};

/// Why the daemon did not start or did not end well; one line for people, one code for scripts.
#[derive(Debug, thiserror::Error)]
pub enum ServeError {
    /// The configuration.
    #[error("{0}")]
    Config(#[from] config::ConfigError),
    /// A folder that must be there and writable.
    #[error("the {what} folder {folder} {reason}")]
    Folder {
        /// `data` or `uploads`.
        what: &'static str,
        /// Which.
        folder: String,
        /// What is wrong.
        reason: String,
    },
    /// The database.
    #[error("{0}")]
    Database(#[from] DbError),
    /// A provider's settings.
    #[error("{0}")]
    Outbox(String),
    /// A socket.
    #[error("{0}")]
    Bind(String),
    /// Another process has the SQLite file.
    #[error("{0}")]
    Taken(String),
    /// Anything else.
    #[error("{0}")]
    Other(String),
}

impl From<aglis_core::error::Error> for ServeError {
    fn from(error: aglis_core::error::Error) -> Self {
        ServeError::Other(error.to_string())
    }
}

impl From<alone::Refused> for ServeError {
    fn from(refused: alone::Refused) -> Self {
        match refused {
            alone::Refused::Database(error) => ServeError::Database(error),
            taken @ alone::Refused::Taken(_) => ServeError::Taken(taken.to_string()),
        }
    }
}

impl ServeError {
    fn exit_code(&self) -> u8 {
        match self {
            ServeError::Config(_) | ServeError::Outbox(_) => 2,
            ServeError::Bind(_) | ServeError::Taken(_) => 6,
            ServeError::Database(DbError::Unavailable(_)) => 7,
            _ => 1,
        }
    }
}

/// The demo is the same for everybody.
const DEMO_SEED: u64 = 20_251_101;

/// Runs `aglisd serve`.
pub fn main(flags: &Serve) -> ExitCode {
    block_on(run(flags))
}

/// Runs a command to its end; its error is one line and one code.
pub(crate) fn block_on(command: impl Future<Output = Result<(), ServeError>>) -> ExitCode {
    crate::allocator::give_back();
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => {
            eprintln!("aglisd: {error}");
            return ExitCode::FAILURE;
        }
    };
    let ended = runtime.block_on(command);
    runtime.shutdown_timeout(Duration::from_secs(1));
    match ended {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("aglisd: {error}");
            ExitCode::from(error.exit_code())
        }
    }
}

pub(crate) fn configuration(flags: &Serve) -> Result<Config, ServeError> {
    let path =
        |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
    let mut sources = Sources::from_env();
    if let Some(file) = &flags.config {
        sources.config = Some(file.clone());
    }
    let sources = sources
        .flag("data", path(&flags.data))
        .flag("listen", flags.listen.map(|address| address.to_string()))
        .flag("socket", path(&flags.socket));
    Ok(config::load(&sources)?.config)
}

/// Makes a folder and proves that it can be written, so that a full or read-only disk is said at once.
pub(crate) fn prepare(what: &'static str, folder: &Path) -> Result<(), ServeError> {
    use std::{io::Write, os::unix::fs::DirBuilderExt};
    let refuse = |reason: String| ServeError::Folder { what, folder: folder.display().to_string(), reason };
    // Others on this machine have no business in it.
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o750)
        .create(folder)
        .map_err(|error| refuse(format!("cannot be made: {error}")))?;
    let probe = folder.join(".write-probe");
    let written = std::fs::File::create(&probe).and_then(|mut file| {
        file.write_all(&[0; 4096])?;
        file.sync_all()
    });
    let _ = std::fs::remove_file(&probe);
    written.map_err(|error| refuse(in_the_way(&error)))
}

/// Why a folder cannot be written, and what helps.
fn in_the_way(error: &std::io::Error) -> String {
    use std::io::ErrorKind as E;
    match error.kind() {
        E::StorageFull | E::QuotaExceeded => "is on a full disk; free some space".to_owned(),
        E::ReadOnlyFilesystem => "is on a read-only disk".to_owned(),
        E::PermissionDenied => "cannot be written by this user; see its owner and mode".to_owned(),
        _ => format!("cannot be written: {error}"),
    }
}

/// Asks for as many open files as the system lets this process have: what a shell gives by default is less than the
/// connections that may be open.
pub(crate) fn open_files() {
    use rustix::process::{Resource, Rlimit, getrlimit, setrlimit};
    let limit = getrlimit(Resource::Nofile);
    if let Err(error) = setrlimit(Resource::Nofile, Rlimit { current: limit.maximum, ..limit }) {
        tracing::debug!("the limit of open files stays {:?}: {error}", limit.current);
    }
}

/// Opens the installation that a configuration describes: database at the newest schema, secret, clock.
pub async fn open(config: Config) -> Result<App, ServeError> {
    prepare("data", &config.server.data)?;
    prepare("uploads", &config.uploads.dir)?;
    private::database(&config.database.url)?;
    let db = Db::open_with(&config.database.url, config.database.connections, Hub::default()).await?;
    let clock = SystemClock;
    let applied = migrate::run(&db, aglis_core::app::Clock::now(&clock)).await?;
    if !applied.is_empty() {
        tracing::info!(migrations = applied.join(", "), "the database was brought to the newest schema");
    }
    let uploads = &config.uploads;
    let files = Folder::open(&uploads.dir, uploads.quota.0).map_err(|error| ServeError::Folder {
        what: "uploads",
        folder: uploads.dir.display().to_string(),
        reason: format!("cannot be used: {error}"),
    })?;
    let secret = aglis_core::secret::load(&db, &config).await?;
    let zone = config.business.zone.clone();
    Ok(App::new(Parts {
        db,
        clock: Box::new(clock),
        random: Box::new(SystemRandom),
        config,
        zone,
        files,
        secret,
    }))
}

async fn run(flags: &Serve) -> Result<(), ServeError> {
    let config = configuration(flags)?;
    crate::log::start(&config);
    open_files();
    if config.metrics.listen.is_some() {
        crate::metrics::start();
    }
    // The socket is taken before the database is touched: a second daemon on the same folder must not get that far.
    prepare("data", &config.server.data)?;
    prepare("uploads", &config.uploads.dir)?;
    let listeners = http::bind(config.server.listen, &config.server.socket)
        .await
        .map_err(|error| ServeError::Bind(error.to_string()))?;
    let alone = alone::take(&config.database.url)?;
    let app = open(config).await?;
    let hub = app.db.hub().clone();
    metrics(&app).await?;

    let sealer = tokio::spawn(seal::run(app.db.clone()));
    // The demo is filled before anybody can look, and before the worker could send a month's messages again.
    let demo = if flags.demo { Some(aglis_core::demo::service::fill(&app, DEMO_SEED).await?) } else { None };
    let outbox = Outbox::from_config(&app).map_err(|error| ServeError::Outbox(error.to_string()))?;
    let background = crate::worker::start(&app, Arc::new(outbox));
    let address = listeners.address().map_err(|error| ServeError::Bind(error.to_string()))?;
    // Whoever sees that it serves may also tell it to stop.
    let told_to_stop = told_to_stop()?;
    let service = crate::api::routes().merge(crate::page::routes(&app.config)).into_service(&app);
    let most = usize::try_from(app.config.http.connections).unwrap_or(usize::MAX);
    let server = tokio::spawn(http::serve(listeners, service, hub.stopping(), app.config.queue.drain, most));
    tracing::info!(%address, socket = %app.config.server.socket.display(), version = env!("CARGO_PKG_VERSION"), "ready");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Ready]);
    let watchdog = tokio::spawn(watchdog(background.pulse()));
    let greeting = match &demo {
        Some(demo) => Some(crate::greet::demo(&app, demo).await?),
        None => crate::greet::production(&app).await?,
    };
    if let Some(text) = greeting {
        use std::io::Write;
        // Nobody reading it is no reason to stop.
        let _ = std::io::stdout().write_all(text.as_bytes());
    }

    crate::allocator::give_back_all();
    told_to_stop.await;
    tracing::info!("stopping");
    let _ = sd_notify::notify(&[sd_notify::NotifyState::Stopping]);
    hub.stop();
    watchdog.abort();
    let _ = server.await;
    background.ended().await;
    let _ = sealer.await;
    app.db.close().await;
    drop(alone);
    Ok(())
}

/// Serves the figures where an address is set for them.
pub(crate) async fn metrics(app: &App) -> Result<(), ServeError> {
    let Some(address) = app.config.metrics.listen else { return Ok(()) };
    crate::metrics::serve(address, app.db.hub().stopping()).await.map_err(|error| {
        ServeError::Bind(format!(
            "cannot listen on {address} for metrics: {error}; each process needs an address of its own, set AGLIS_METRICS_LISTEN"
        ))
    })
}

/// Tells systemd that we live, as long as this runtime turns and the background work goes on. A database that is away is
/// no reason to be killed: we wait for it and answer meanwhile that it is away.
pub(crate) async fn watchdog(pulse: crate::worker::Pulse) {
    let Some(period) = sd_notify::watchdog_enabled() else { return };
    let mut every = tokio::time::interval(period / 2);
    loop {
        every.tick().await;
        if pulse.beats() {
            let _ = sd_notify::notify(&[sd_notify::NotifyState::Watchdog]);
        }
    }
}

/// Ends when the process is told to stop, from this call on and not only from the first time it is waited for.
pub(crate) fn told_to_stop() -> Result<impl Future<Output = ()>, ServeError> {
    let failed = |error: std::io::Error| ServeError::Other(format!("signals cannot be received: {error}"));
    let mut terminate = signal(SignalKind::terminate()).map_err(failed)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(failed)?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::io::{Error, ErrorKind as E};

    #[test]
    fn what_is_in_the_way_of_a_folder_is_said_with_what_helps() {
        for (kind, words) in [
            (E::StorageFull, "full disk; free some space"),
            (E::QuotaExceeded, "full disk"),
            (E::ReadOnlyFilesystem, "read-only disk"),
            (E::PermissionDenied, "by this user"),
            (E::NotADirectory, "cannot be written: "),
        ] {
            let said = in_the_way(&Error::from(kind));
            assert!(said.contains(words) && !said.contains('\n'), "{said}");
        }
    }
}
