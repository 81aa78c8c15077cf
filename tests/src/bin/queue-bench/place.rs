//! Where the queue lies, and how much is asked of it.

use aglis_core::{
    app::{App, Parts, Secret, SystemClock, SystemRandom},
    config::{self, Sources},
    db::{DatabaseUrl, Db, migrate},
    files::Folder,
    hub::Hub,
    queue::Outbox,
    types::Zone,
};
use anyhow::Context;
use std::{fs::File, path::PathBuf, sync::Arc};

/// Connections to the database: enough for what is in flight, few enough for two cores.
const CONNECTIONS: u32 = 16;

pub struct Place {
    pub app: App,
    pub outbox: Arc<Outbox>,
}

/// A variable as a number.
pub fn number(name: &str, otherwise: usize) -> anyhow::Result<usize> {
    match std::env::var(name) {
        Ok(text) if !text.is_empty() => {
            text.parse().with_context(|| format!("{name} is no number: {text:?}"))
        }
        _ => Ok(otherwise),
    }
}

/// Whether a variable is `1`.
pub fn flag(name: &str) -> bool {
    std::env::var(name).is_ok_and(|text| text == "1")
}

/// The file that `BENCH_LOG` names, for lines at its end.
pub fn log() -> anyhow::Result<Option<File>> {
    let Some(path) = std::env::var_os("BENCH_LOG").filter(|path| !path.is_empty()) else { return Ok(None) };
    Ok(Some(File::options().append(true).create(true).open(path)?))
}

/// One JSON line.
pub fn say(value: &serde_json::Value) {
    use std::io::Write;
    let mut out = std::io::stdout().lock();
    let _ = writeln!(out, "{value}").and_then(|()| out.flush());
}

impl Place {
    /// Opens what `BENCH_URL`, `BENCH_REDIS_URL` and `BENCH_DIR` name.
    pub async fn open() -> anyhow::Result<Self> {
        aglis_core::tls::install();
        let dir = std::env::var_os("BENCH_DIR").map_or_else(std::env::temp_dir, PathBuf::from);
        let url: DatabaseUrl = std::env::var("BENCH_URL").context("BENCH_URL is not set")?.parse()?;
        let redis = std::env::var("BENCH_REDIS_URL").ok().filter(|url| !url.is_empty());
        let sources = Sources::default()
            .flag("data", Some(dir.to_string_lossy().into_owned()))
            .flag("redis.url", redis);
        let config = config::load(&sources)?.config;
        let app = App::new(Parts {
            db: Db::open_with(&url, CONNECTIONS, Hub::default()).await?,
            clock: Box::new(SystemClock),
            random: Box::new(SystemRandom),
            files: Folder::open(&config.uploads.dir, config.uploads.quota.0)?,
            config,
            zone: Zone::named("Asia/Jakarta")?,
            secret: Secret::new([7; 32]),
        });
        let outbox = Arc::new(Outbox::from_config(&app)?);
        Ok(Place { app, outbox })
    }

    pub async fn migrate(&self) -> anyhow::Result<()> {
        migrate::run(&self.app.db, self.app.now()).await?;
        Ok(())
    }

    pub async fn close(&self) {
        self.app.db.hub().stop();
        self.app.db.close().await;
    }
}
