//! What works on this machine without the daemon: the configuration, the schema, first accounts, the audit chain.
//!
//! The person at the command line acts as the Unix user, exactly as on the daemon's socket.

use crate::{
    cli::Global,
    clock::Clock,
    cmd::doctor::{Finding, Verdict},
    context::Context,
    failure::{Failure, Result},
    output::{Row, counted},
    owner::become_owner_of,
    table::{Cell, Tone},
};
use aglis_core::{
    accounts::{CreatedToken, NewToken, NewUser, User},
    app::{Actor, App, Clock as _, Ctx, Parts, RequestInfo, SystemClock, SystemRandom},
    client::Exit,
    config::{self, Config, ConfigError, Loaded, Sources},
    db::{DatabaseUrl, Db, DbError, migrate},
    error::Error,
    event::{self, ChainReport},
    files::Folder,
    hub::Hub,
    private, secret,
};
use serde::Serialize;
use std::{
    os::unix::fs::{DirBuilderExt, MetadataExt},
    path::Path,
};

/// Now.
pub fn now() -> aglis_core::types::Time {
    SystemClock.now()
}

/// Reads the daemon's configuration as the daemon would.
pub fn config(global: &Global) -> std::result::Result<Loaded, ConfigError> {
    let path =
        |path: &Option<std::path::PathBuf>| path.as_ref().map(|path| path.to_string_lossy().into_owned());
    let mut sources = Sources::from_env();
    sources.config = global.config.clone();
    config::load(&sources.flag("data", path(&global.data)).flag("socket", path(&global.socket)))
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::new(Exit::Usage, "bad_config", error.to_string())
    }
}

impl From<DbError> for Failure {
    fn from(error: DbError) -> Self {
        let (exit, code) = match &error {
            DbError::Unavailable(_) => (Exit::Unreachable, "database_unavailable"),
            DbError::NewerSchema { .. } => (Exit::Conflict, "newer_schema"),
            _ => (Exit::Failed, "database"),
        };
        Failure::new(exit, code, error.to_string())
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let (exit, code) = match &error {
            Error::Invalid(_) | Error::TooLarge(_) | Error::UnsupportedMedia(_) => (Exit::Usage, "invalid"),
            Error::Unauthenticated { code, .. } => (Exit::NotAllowed, *code),
            Error::Forbidden(_) => (Exit::NotAllowed, "forbidden"),
            Error::NotFound(_) => (Exit::NotFound, "not_found"),
            Error::Conflict { code, .. } => (Exit::Conflict, *code),
            Error::Unavailable(_) => (Exit::Unreachable, "unavailable"),
            Error::RateLimited { .. } | Error::Storage(_) | Error::Internal(_) => (Exit::Failed, "failed"),
        };
        Failure::new(exit, code, error.to_string())
    }
}

/// The database as it is. A SQLite file that is not there is not made.
async fn database(config: &Config) -> Result<Db> {
    if let DatabaseUrl::Sqlite(path) = &config.database.url
        && !path.exists()
    {
        let message = format!("there is no database at {}", path.display());
        return Err(Failure::new(Exit::NotFound, "no_database", message)
            .hint("name the data folder with --data DIR, or make a database with aglisctl migrate run"));
    }
    become_owner_of(&config.server.data)?;
    Ok(Db::open(&config.database.url, Hub::default()).await?)
}

/// The installation, at the newest schema, with this Unix user acting.
async fn installation(context: &Context) -> Result<Ctx> {
    let config = config(&context.global)?.config;
    // Whoever called is recorded, also when the work is done as the owner of the data.
    let actor = unix_actor()?;
    let folder = &config.server.data;
    become_owner_of(folder)?;
    std::fs::DirBuilder::new()
        .recursive(true)
        .mode(0o750)
        .create(folder)
        .map_err(|error| Failure::new(Exit::Failed, "io", format!("{}: {error}", folder.display())))?;
    private::database(&config.database.url)?;
    let db = Db::open(&config.database.url, Hub::default()).await?;
    let now = SystemClock.now();
    let applied = migrate::run(&db, now).await?;
    if !applied.is_empty() {
        context.out.remark(format!("the database was brought to the newest schema: {}", applied.join(", ")));
    }
    let secret = secret::load(&db, &config).await?;
    let zone = config.business.zone.clone();
    let uploads = &config.uploads;
    let files = Folder::open(&uploads.dir, uploads.quota.0)
        .map_err(|error| Failure::new(Exit::Failed, "io", format!("{}: {error}", uploads.dir.display())))?;
    let parts = Parts {
        db,
        clock: Box::new(SystemClock),
        random: Box::new(SystemRandom),
        config,
        zone,
        files,
        secret,
    };
    let app = App::new(parts);
    let request = RequestInfo {
        ip: "local".to_owned(),
        user_agent: concat!("aglisctl/", env!("CARGO_PKG_VERSION")).to_owned(),
        ..RequestInfo::default()
    };
    Ok(Ctx { app, actor, now, request })
}

fn unix_actor() -> Result<Actor> {
    let uid = std::fs::metadata("/proc/self")?.uid();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let name = users.lines().find_map(|line| {
        let mut fields = line.split(':');
        let name = fields.next()?;
        (fields.nth(1)?.parse() == Ok(uid)).then(|| name.to_owned())
    });
    Ok(Actor::Unix { uid, name: name.unwrap_or_else(|| format!("uid{uid}")) })
}

/// Makes an account in the database itself.
pub async fn create_user(context: &Context, new: NewUser) -> Result<User> {
    let ctx = installation(context).await?;
    let user = aglis_core::accounts::service::create_user(&ctx, new).await?;
    close(&ctx).await?;
    Ok(user)
}

/// Makes a token in the database itself.
pub async fn create_token(context: &Context, new: NewToken) -> Result<CreatedToken> {
    let ctx = installation(context).await?;
    let created = aglis_core::accounts::service::create_token(&ctx, new).await?;
    close(&ctx).await?;
    Ok(created)
}

/// Seals what was recorded, as the daemon would, and closes the database.
async fn close(ctx: &Ctx) -> Result<()> {
    event::seal::seal_waiting(&ctx.app.db).await?;
    ctx.app.db.close().await;
    Ok(())
}

/// Checks the audit chain in the database itself.
pub async fn verify_audit(context: &Context) -> Result<ChainReport> {
    let db = database(&config(&context.global)?.config).await?;
    let pending = migrate::status(&db).await?.iter().any(|migration| migration.applied_at.is_none());
    if pending {
        return Err(Failure::new(Exit::Conflict, "older_schema", "the database has an older schema")
            .hint("bring it up with aglisctl migrate run"));
    }
    let report = event::verify(&db).await?;
    db.close().await;
    Ok(report)
}

#[derive(Serialize)]
struct Migration {
    version: i64,
    name: &'static str,
    applied_at: Option<aglis_core::types::Time>,
}

impl Row for Migration {
    const COLUMNS: &'static [&'static str] = &["VERSION", "NAME", "APPLIED"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        let applied = self.applied_at.map_or_else(|| Cell::toned("pending", Tone::Warn), |at| clock.cell(at));
        vec![Cell::new(self.version), Cell::new(self.name), applied]
    }

    fn id(&self) -> String {
        self.version.to_string()
    }
}

/// `migrate status`; the exit code is 6 when migrations are pending.
pub async fn migrations(context: &Context) -> Result {
    let db = database(&config(&context.global)?.config).await?;
    let mut list = context.out.list();
    let mut pending = false;
    for migrate::Status { version, name, applied_at } in migrate::status(&db).await? {
        pending |= applied_at.is_none();
        list.row(&Migration { version, name, applied_at })?;
    }
    list.end()?;
    db.close().await;
    Ok(if pending { Exit::Conflict } else { Exit::Done })
}

/// `migrate run`
pub async fn migrate(context: &Context) -> Result {
    let config = config(&context.global)?.config;
    if context.global.dry_run {
        return migrations(context).await.map(|_| Exit::Done);
    }
    become_owner_of(&config.server.data)?;
    private::database(&config.database.url)?;
    let db = Db::open(&config.database.url, Hub::default()).await?;
    let applied = migrate::run(&db, SystemClock.now()).await?;
    db.close().await;
    let said = if applied.is_empty() {
        "nothing to do".to_owned()
    } else {
        format!("applied {}", applied.join(", "))
    };
    if context.out.is_table() {
        context.out.remark(said);
    } else {
        context.out.text(&format!("{}\n", serde_json::json!({ "applied": applied })))?;
    }
    Ok(Exit::Done)
}

/// `config check`
pub fn check_config(context: &Context) -> Result {
    let loaded = config(&context.global)?;
    for warning in &loaded.warnings {
        context.out.remark(format!("warning: {warning}"));
    }
    let file = loaded.file.as_ref().map(|path| path.display().to_string());
    if context.out.is_table() {
        context.out.remark(format!("{}: good", file.as_deref().unwrap_or("no file, variables and defaults")));
    } else {
        let warnings: Vec<String> = loaded.warnings.iter().map(ToString::to_string).collect();
        let report = serde_json::json!({ "good": true, "file": file, "warnings": warnings });
        context.out.text(&format!("{report}\n"))?;
    }
    Ok(Exit::Done)
}

/// `config show`
pub fn show_config(context: &Context) -> Result {
    let loaded = config(&context.global)?;
    if context.out.is_table() {
        context.out.text(&config::show(&loaded))?;
        return Ok(Exit::Done);
    }
    let mut list = context.out.list();
    for shown in loaded.shown {
        list.row(&Setting(shown))?;
    }
    list.end()?;
    Ok(Exit::Done)
}

#[derive(Serialize)]
struct Setting(config::Shown);

impl Row for Setting {
    const COLUMNS: &'static [&'static str] = &["SETTING", "VALUE", "FROM"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        vec![Cell::new(&self.0.name), Cell::new(&self.0.value), Cell::new(&self.0.origin)]
    }

    fn id(&self) -> String {
        self.0.name.clone()
    }
}

/// `config example`
pub fn example_config(context: &Context) -> Result {
    context.out.text(&config::example())?;
    Ok(Exit::Done)
}

/// The part of `doctor` that looks at this machine.
pub async fn examine(context: &Context, running: bool, findings: &mut Vec<Finding>) {
    let mut find = |check: &str, verdict, detail: String| findings.push(Finding::new(check, verdict, detail));
    let loaded = match config(&context.global) {
        Ok(loaded) => loaded,
        Err(error) => return find("configuration", Verdict::Bad, error.to_string().replace('\n', "; ")),
    };
    let file = loaded.file.as_ref().map_or_else(|| "no file".to_owned(), |path| path.display().to_string());
    find("configuration", Verdict::Ok, file);
    for warning in &loaded.warnings {
        find("configuration", Verdict::Warn, warning.to_string());
    }
    let config = &loaded.config;
    let (verdict, detail) = folder(&config.server.data);
    find("data folder", verdict, detail);
    if config.whatsapp.provider.is_sandbox() {
        find("whatsapp", Verdict::Warn, "sandbox: messages are shown on a page and not sent".to_owned());
    }
    if running {
        return;
    }
    let (verdict, detail) = match database(config).await {
        Ok(db) => {
            let found = match migrate::status(&db).await {
                Ok(all) => match all.iter().filter(|migration| migration.applied_at.is_none()).count() {
                    0 => (Verdict::Ok, format!("{}, newest schema", config.database.url)),
                    n => (
                        Verdict::Warn,
                        format!(
                            "{} to apply; aglisd does it when it starts",
                            counted(n, "migration", "migrations")
                        ),
                    ),
                },
                Err(error) => (Verdict::Bad, error.to_string()),
            };
            db.close().await;
            found
        }
        Err(failure) if failure.code == "no_database" => {
            (Verdict::Warn, format!("{}; aglisd makes one", failure.message))
        }
        Err(failure) => (Verdict::Bad, failure.message),
    };
    find("database", verdict, detail);
}

fn folder(path: &Path) -> (Verdict, String) {
    let shown = path.display();
    match std::fs::metadata(path) {
        Ok(meta) if !meta.is_dir() => (Verdict::Bad, format!("{shown} is no folder")),
        Ok(meta) if meta.mode() & 0o002 != 0 => {
            (Verdict::Bad, format!("{shown} can be written by everybody; chmod 750 {shown}"))
        }
        Ok(meta) if meta.mode() & 0o004 != 0 => {
            (Verdict::Warn, format!("{shown} can be read by everybody; chmod 750 {shown}"))
        }
        Ok(_) => (Verdict::Ok, shown.to_string()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            (Verdict::Warn, format!("{shown} does not exist; aglisd makes it"))
        }
        Err(error) => (Verdict::Bad, format!("{shown}: {error}")),
    }
}
