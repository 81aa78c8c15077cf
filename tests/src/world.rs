use aglis_core::{
    app::{Actor, App, Clock, Ctx, ManualClock, Parts, RequestInfo, Secret, SeededRandom},
    config::Config,
    db::{DatabaseUrl, Db, migrate},
    hub::Hub,
    queue::{self, Outbox},
    types::{Time, Zone},
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};

/// Which database a world stands on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Backend {
    /// A file in a temporary folder.
    Sqlite,
    /// A database of its own on the test server.
    Postgres,
}

/// The addresses of the servers that the test command started or was given.
#[derive(Debug, Clone)]
pub struct Server {
    /// PostgreSQL, as a superuser.
    pub postgres: String,
    /// Redis.
    pub redis: String,
}

impl Server {
    /// Reads the addresses; a test that needs a server fails where there is none, it is never skipped.
    pub fn from_env() -> Server {
        let var = |name: &str| {
            std::env::var(name)
                .unwrap_or_else(|_| panic!("{name} is not set: run the tests with `cargo xtask test`"))
        };
        Server { postgres: var("AGLIS_TEST_POSTGRES_URL"), redis: var("AGLIS_TEST_REDIS_URL") }
    }
}

static NEXT: AtomicU64 = AtomicU64::new(0);

/// An installation of its own: a fresh, migrated database, a clock that stands still, seeded chance.
pub struct World {
    /// The installation.
    pub app: App,
    /// Its clock.
    pub clock: Arc<ManualClock>,
    /// Its data folder.
    pub dir: tempfile::TempDir,
    /// Its database's address, for programs started beside.
    pub url: String,
    /// Which database it stands on.
    pub backend: Backend,
    /// The ways out to people: the sandbox.
    pub outbox: Arc<Outbox>,
}

struct SharedClock(Arc<ManualClock>);

impl Clock for SharedClock {
    fn now(&self) -> Time {
        self.0.now()
    }
}

fn installation(db: Db, clock: &Arc<ManualClock>, config: Config, seed: u64) -> App {
    App::new(Parts {
        db,
        clock: Box::new(SharedClock(clock.clone())),
        random: Box::new(SeededRandom::new(seed)),
        files: aglis_core::files::Folder::open(&config.uploads.dir, config.uploads.quota.0)
            .expect("an uploads folder"),
        config,
        zone: Zone::named("Asia/Jakarta").expect("a zone"),
        secret: Secret::new([7; 32]),
    })
}

impl World {
    /// Opens a world. It is Saturday 21 November 2026, 09:00 in Jakarta.
    pub async fn new(backend: Backend) -> World {
        aglis_core::tls::install();
        let dir = tempfile::tempdir().expect("a temporary folder");
        let url = fresh_database(backend, dir.path()).await;
        let clock = Arc::new(ManualClock::at("2026-11-21T02:00:00Z".parse().expect("an instant")));
        let db = Db::open(&url.parse::<DatabaseUrl>().expect("an address"), Hub::default())
            .await
            .expect("a database");
        migrate::run(&db, clock.now()).await.expect("migrations");
        let config = Config::defaults(dir.path()).expect("the defaults");
        let app = installation(db, &clock, config, 42);
        let outbox = Arc::new(Outbox::from_config(&app).expect("the sandbox"));
        World { app, clock, dir, url, backend, outbox }
    }

    /// The same installation, configured differently.
    pub fn with_config(&self, config: Config) -> App {
        installation(self.app.db.clone(), &self.clock, config, 43)
    }

    /// Another process on the same database.
    pub async fn beside(&self) -> App {
        self.beside_with(Config::defaults(self.dir.path()).expect("the defaults")).await
    }

    /// [`World::beside`], configured differently.
    pub async fn beside_with(&self, config: Config) -> App {
        let db = Db::open(&self.url.parse::<DatabaseUrl>().expect("an address"), Hub::default())
            .await
            .expect("a database");
        installation(db, &self.clock, config, 44)
    }

    /// A context in which an actor acts now.
    pub fn ctx(&self, actor: Actor) -> Ctx {
        Ctx {
            app: self.app.clone(),
            actor,
            now: self.app.now(),
            request: RequestInfo {
                ip: "192.0.2.7".into(),
                user_agent: "stories".into(),
                id: "test".into(),
                ..RequestInfo::default()
            },
        }
    }

    /// A context in which root acts on the local socket.
    pub fn root(&self) -> Ctx {
        self.ctx(Actor::Unix { uid: 0, name: "root".into() })
    }

    /// Does all that is due, and all that follows from it. Returns how many tries that took.
    pub async fn drain(&self) -> usize {
        queue::drain(&self.app, &self.outbox).await.expect("the queue")
    }

    /// Lets time pass.
    pub fn pass(&self, duration: Duration) {
        self.clock.advance_ms(i64::try_from(duration.as_millis()).expect("a duration of this age"));
    }
}

/// The address of an empty database.
pub async fn fresh_database(backend: Backend, dir: &std::path::Path) -> String {
    match backend {
        Backend::Sqlite => format!("sqlite:{}", dir.join("aglis.db").display()),
        Backend::Postgres => {
            let server = Server::from_env().postgres;
            // Process numbers come again on a server that lives long; the folder's name does not.
            let folder = dir.file_name().unwrap_or_default().to_string_lossy().to_lowercase();
            let folder: String = folder.chars().filter(char::is_ascii_alphanumeric).collect();
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("aglis_test_{}_{number}_{folder}", std::process::id());
            let admin = Db::open(&server.parse().expect("an address"), Hub::default())
                .await
                .expect("the test PostgreSQL");
            let mut connection = admin.read().await.expect("a connection");
            // Sorted as people sort: what relies on the order of bytes has to say so.
            let create = format!(
                "CREATE DATABASE {name} TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER icu ICU_LOCALE 'en-US'"
            );
            connection.run(create, vec![]).await.expect("a database");
            drop(connection);
            admin.close().await;
            let (base, query) =
                server.split_once('?').map_or((server.as_str(), None), |(base, query)| (base, Some(query)));
            let (root, _) = base.rsplit_once('/').expect("an address with a database");
            query.map_or_else(|| format!("{root}/{name}"), |query| format!("{root}/{name}?{query}"))
        }
    }
}

/// Tells a story on SQLite and then on PostgreSQL.
pub async fn both<F: AsyncFn(World)>(story: F) {
    for backend in [Backend::Sqlite, Backend::Postgres] {
        let world = World::new(backend).await;
        let db = world.app.db.clone();
        story(world).await;
        db.close().await;
    }
}
