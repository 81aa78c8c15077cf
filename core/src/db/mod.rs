//! The only place that names a database driver.
//!
//! Services open a transaction with [`Db::write`], pass it to store functions and [`Tx::commit`] it; a dropped
//! transaction is rolled back. Reads use [`Db::read`]. The same SQL runs on SQLite and on PostgreSQL; where the
//! dialects must differ, a statement holds one of these tokens and the transaction puts in what its database wants:
//!
//! | token | SQLite | PostgreSQL | why |
//! |---|---|---|---|
//! | `{lock}` | nothing | `FOR UPDATE` | SQLite has one writer at a time anyway |
//! | `{skip_locked}` | nothing | `FOR UPDATE SKIP LOCKED` | several claimers share a queue |
//! | `{elements}` | `json_each` | `jsonb_array_elements_text` | a list in a column |
//! | `{among(}$1{)among}` | `IN (SELECT …)` | `= ANY(ARRAY(SELECT …))` | numbers in a list of any length as one parameter, looked up by the index there too |
//! | `{ms(}a - b)` | `(a - b)` | the same in milliseconds | instants are numbers here, and intervals lie between them there |
//!
//! Migrations use `{id}`, `{time}`, `{json}` and `{text_c}` in the same way, see [`migrate`].

mod error;
mod listen;
pub mod migrate;
mod place;
mod readers;
mod sqlite;
mod url;
mod value;

pub use error::DbError;
pub use listen::Listener;
pub use sqlx::types::Json;
pub(crate) use url::without_password;
pub use url::{DatabaseUrl, DatabaseUrlError};
pub use value::{Kind, Param, Query, Value};

use place::Slow;
use readers::{Reader, Readers};
use sqlx::{
    AssertSqlSafe, ConnectOptions, FromRow, Postgres,
    pool::PoolConnection,
    postgres::{PgConnectOptions, PgPoolOptions, PgRow},
    sqlite::{Options, SqliteRow, Value as SqliteValue},
};
use std::{borrow::Cow, path::Path, pin::Pin, str::FromStr, sync::Arc, time::Duration};

pub(crate) use sqlite::WriteGuard;

/// A type that can be read from a row of either database.
pub trait Row: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> {}
impl<T: Send + Unpin + for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow>> Row for T {}

/// What the database will answer. The box keeps the drivers' code in one place: without it every caller in every crate
/// is compiled with a copy of its own.
pub type Pending<'a, T> = Pin<Box<dyn Future<Output = Result<T, DbError>> + Send + 'a>>;

/// The text of a statement.
#[derive(Debug, Clone)]
pub struct Sql(Cow<'static, str>);

impl From<&'static str> for Sql {
    fn from(text: &'static str) -> Self {
        Sql(Cow::Borrowed(text))
    }
}

impl From<String> for Sql {
    fn from(text: String) -> Self {
        Sql(Cow::Owned(text))
    }
}

/// Which database a connection talks to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// SQLite
    Sqlite,
    /// PostgreSQL
    Postgres,
}

#[derive(Clone)]
enum Driver {
    Sqlite { readers: Arc<Readers>, writer: Arc<sqlite::Writer>, slow: Arc<Slow> },
    Postgres(sqlx::PgPool),
}

/// Connections where nobody asked for more or fewer.
const DEFAULT_CONNECTIONS: u32 = 8;

/// A database: a pool of readers and, on SQLite, one writer whose commits are shared.
#[derive(Clone)]
pub struct Db {
    driver: Driver,
    hub: crate::hub::Hub,
}

impl Db {
    /// Opens the database without migrating it. On SQLite the file and its folder are created.
    pub async fn open(url: &DatabaseUrl, hub: crate::hub::Hub) -> Result<Db, DbError> {
        Db::open_with(url, DEFAULT_CONNECTIONS, hub).await
    }

    /// [`Db::open`] with a number of connections: readers beside the one writer on SQLite, the whole pool on PostgreSQL.
    pub async fn open_with(url: &DatabaseUrl, connections: u32, hub: crate::hub::Hub) -> Result<Db, DbError> {
        let driver = match url {
            DatabaseUrl::Sqlite(path) => {
                if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
                    std::fs::create_dir_all(folder)
                        .map_err(|error| DbError::CannotWrite(format!("{}: {error}", folder.display())))?;
                }
                let writer = sqlite::Writer::open(sqlite_options(path, "")).await?;
                let readers =
                    Readers::open(sqlite_options(path, "PRAGMA query_only = ON;"), connections).await?;
                Driver::Sqlite { readers, writer, slow: Arc::default() }
            }
            DatabaseUrl::Postgres(url) => {
                let options = PgConnectOptions::from_str(url)?
                    .application_name("aglis")
                    .options([("timezone", "UTC"), ("lock_timeout", "10s"), ("statement_timeout", "60s")])
                    .disable_statement_logging();
                let pool = PgPoolOptions::new()
                    .max_connections(connections)
                    .test_before_acquire(false)
                    .acquire_timeout(Duration::from_secs(5))
                    .connect_with(options)
                    .await?;
                Driver::Postgres(pool)
            }
        };
        Ok(Db { driver, hub })
    }

    /// Which database this is.
    pub fn dialect(&self) -> Dialect {
        match self.driver {
            Driver::Sqlite { .. } => Dialect::Sqlite,
            Driver::Postgres(_) => Dialect::Postgres,
        }
    }

    /// A connection for reading. Each statement sees what was committed when it began.
    pub fn read(&self) -> Pending<'_, Tx> {
        Box::pin(async move {
            let inner = match &self.driver {
                Driver::Sqlite { readers, slow, .. } => {
                    Inner::SqliteRead(Some(Readers::acquire(readers).await?), slow.clone())
                }
                Driver::Postgres(pool) => Inner::PgRead(pool.acquire().await?),
            };
            Ok(Tx { inner, wake: Wake::default(), hub: self.hub.clone() })
        })
    }

    /// Begins a writing transaction.
    pub fn write(&self) -> Pending<'_, Tx> {
        Box::pin(async move {
            let inner = match &self.driver {
                Driver::Sqlite { writer, slow, .. } => {
                    Inner::SqliteWrite(Some(sqlite::Writer::begin(writer).await?), slow.clone())
                }
                Driver::Postgres(pool) => Inner::PgWrite(pool.begin().await?),
            };
            Ok(Tx { inner, wake: Wake::default(), hub: self.hub.clone() })
        })
    }

    /// A transaction of one statement. PostgreSQL commits it when the statement has ended, without being told to begin and
    /// to end: a third of the way.
    pub fn write_one(&self) -> Pending<'_, Tx> {
        Box::pin(async move {
            let Driver::Postgres(pool) = &self.driver else { return self.write().await };
            let inner = Inner::PgOne(pool.acquire().await?);
            Ok(Tx { inner, wake: Wake::default(), hub: self.hub.clone() })
        })
    }

    /// A number that is another one after each commit, so that what was read is known to be still true. None on
    /// PostgreSQL, where other processes commit too.
    pub fn generation(&self) -> Option<u64> {
        match &self.driver {
            Driver::Sqlite { writer, .. } => Some(writer.generation()),
            Driver::Postgres(_) => None,
        }
    }

    /// The hub that is woken after commits.
    pub fn hub(&self) -> &crate::hub::Hub {
        &self.hub
    }

    /// The PostgreSQL pool, for `LISTEN`; none on SQLite.
    pub fn postgres(&self) -> Option<&sqlx::PgPool> {
        match &self.driver {
            Driver::Postgres(pool) => Some(pool),
            Driver::Sqlite { .. } => None,
        }
    }

    /// Closes every connection after what runs has ended; on SQLite the write-ahead log is folded into the file.
    pub async fn close(&self) {
        match &self.driver {
            Driver::Sqlite { readers, writer, .. } => {
                readers.close().await;
                writer.close().await;
            }
            Driver::Postgres(pool) => pool.close().await,
        }
    }
}

/// What both kinds of connection are set to.
const PRAGMAS: &str = "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON; \
                       PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4096; PRAGMA mmap_size = 268435456; \
                       PRAGMA wal_autocheckpoint = 1000; PRAGMA journal_size_limit = 67108864;";

fn sqlite_options(path: &Path, also: &str) -> Options {
    let pragmas = format!("{PRAGMAS} {also}");
    Options { path: path.to_owned(), busy_timeout: Duration::from_secs(5), pragmas }
}

/// What a transaction wakes once it is on disk.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Wake {
    /// Jobs were queued.
    pub jobs: bool,
    /// Events were appended.
    pub events: bool,
}

enum Inner {
    // The place is empty only while a statement runs on another thread.
    SqliteRead(Option<Reader>, Arc<Slow>),
    SqliteWrite(Option<WriteGuard>, Arc<Slow>),
    PgRead(PoolConnection<Postgres>),
    PgOne(PoolConnection<Postgres>),
    PgWrite(sqlx::Transaction<'static, Postgres>),
}

/// A transaction, or a connection for reading. Dropping it undoes what it wrote.
pub struct Tx {
    inner: Inner,
    wake: Wake,
    hub: crate::hub::Hub,
}

/// The one match on the driver: runs a query on whichever connection the transaction has.
macro_rules! on {
    ($self:ident, $sql:ident, $args:ident, sqlite $sqlite:expr, postgres |$query:ident, $conn:ident| $postgres:expr) => {{
        let sql = expand($sql, $self.dialect());
        match &mut $self.inner {
            Inner::SqliteRead(place, slow) => {
                place::run(place, slow, sql, value::sqlite_arguments($args), $sqlite).await?
            }
            Inner::SqliteWrite(place, slow) => {
                place::run(place, slow, sql, value::sqlite_arguments($args), $sqlite).await?
            }
            Inner::PgRead(conn) | Inner::PgOne(conn) => {
                let $conn = &mut **conn;
                let $query = sqlx::query_with::<Postgres, _>(
                    AssertSqlSafe(sql.into_owned()),
                    value::pg_arguments($args)?,
                );
                $postgres
            }
            Inner::PgWrite(tx) => {
                let $conn = &mut **tx;
                let $query = sqlx::query_with::<Postgres, _>(
                    AssertSqlSafe(sql.into_owned()),
                    value::pg_arguments($args)?,
                );
                $postgres
            }
        }
    }};
}

/// Rows as the driver gave them.
enum Rows {
    Sqlite(Vec<SqliteRow>),
    Postgres(Vec<PgRow>),
}

impl Rows {
    fn read<T: Row>(self) -> Result<Vec<T>, DbError> {
        let rows: Result<Vec<T>, sqlx::Error> = match self {
            Rows::Sqlite(rows) => rows.iter().map(T::from_row).collect(),
            Rows::Postgres(rows) => rows.iter().map(T::from_row).collect(),
        };
        Ok(rows?)
    }
}

impl Tx {
    /// Which database this transaction talks to.
    pub fn dialect(&self) -> Dialect {
        match self.inner {
            Inner::SqliteRead(..) | Inner::SqliteWrite(..) => Dialect::Sqlite,
            Inner::PgRead(_) | Inner::PgOne(_) | Inner::PgWrite(_) => Dialect::Postgres,
        }
    }

    fn fetch_all(&mut self, sql: Sql, args: Vec<Value>) -> Pending<'_, Rows> {
        Box::pin(async move {
            Ok(on!(
                self,
                sql,
                args,
                sqlite | conn,
                sql,
                args | conn.rows(sql, args, usize::MAX).map(Rows::Sqlite),
                postgres | query,
                conn | Rows::Postgres(query.fetch_all(conn).await?)
            ))
        })
    }

    fn fetch_first(&mut self, sql: Sql, args: Vec<Value>) -> Pending<'_, Rows> {
        Box::pin(async move {
            Ok(on!(
                self,
                sql,
                args,
                sqlite | conn,
                sql,
                args | conn.rows(sql, args, 1).map(Rows::Sqlite),
                postgres | query,
                conn | Rows::Postgres(query.fetch_optional(conn).await?.into_iter().collect())
            ))
        })
    }

    fn execute(&mut self, sql: Sql, args: Vec<Value>) -> Pending<'_, u64> {
        Box::pin(async move {
            Ok(on!(
                self,
                sql,
                args,
                sqlite | conn,
                sql,
                args | conn.run(sql, args),
                postgres | query,
                conn | query.execute(conn).await?.rows_affected()
            ))
        })
    }

    /// Every row of a statement. Give it a LIMIT.
    pub async fn all<T: Row>(&mut self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<Vec<T>, DbError> {
        self.fetch_all(sql.into(), args).await?.read()
    }

    /// The first row, if there is one.
    pub async fn opt<T: Row>(&mut self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<Option<T>, DbError> {
        Ok(self.fetch_first(sql.into(), args).await?.read()?.pop())
    }

    /// The one row the statement must give; none is a defect.
    pub async fn one<T: Row>(&mut self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<T, DbError> {
        self.opt(sql, args)
            .await?
            .ok_or_else(|| DbError::Defect("a statement that always gives a row gave none".to_owned()))
    }

    /// Runs a statement and tells how many rows it changed.
    pub async fn run(&mut self, sql: impl Into<Sql>, args: Vec<Value>) -> Result<u64, DbError> {
        self.execute(sql.into(), args).await
    }

    /// [`Tx::all`] for a built statement.
    pub async fn all_of<T: Row>(&mut self, query: Query) -> Result<Vec<T>, DbError> {
        let (sql, args) = query.into_parts();
        self.all(sql, args).await
    }

    /// [`Tx::opt`] for a built statement.
    pub async fn opt_of<T: Row>(&mut self, query: Query) -> Result<Option<T>, DbError> {
        let (sql, args) = query.into_parts();
        self.opt(sql, args).await
    }

    /// [`Tx::run`] for a built statement.
    pub async fn run_of(&mut self, query: Query) -> Result<u64, DbError> {
        let (sql, args) = query.into_parts();
        self.run(sql, args).await
    }

    /// Runs several statements without parameters, for migrations.
    pub(crate) async fn script(&mut self, sql: String) -> Result<(), DbError> {
        use sqlx::Executor;
        fn run(
            conn: &sqlx::sqlite::Connection,
            sql: &str,
            _: &[SqliteValue],
        ) -> Result<(), sqlx::sqlite::Error> {
            conn.script(sql)
        }
        match &mut self.inner {
            Inner::SqliteRead(place, slow) => place::run(place, slow, sql.into(), Vec::new(), run).await?,
            Inner::SqliteWrite(place, slow) => place::run(place, slow, sql.into(), Vec::new(), run).await?,
            Inner::PgRead(conn) | Inner::PgOne(conn) => {
                (&mut **conn).execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop)?
            }
            Inner::PgWrite(tx) => (&mut **tx).execute(sqlx::raw_sql(AssertSqlSafe(sql))).await.map(drop)?,
        }
        Ok(())
    }

    /// Lets only one transaction at a time be between this call and its end for the same text. SQLite has one writer
    /// at a time anyway.
    pub async fn serialize_on(&mut self, text: &str) -> Result<(), DbError> {
        if self.dialect() == Dialect::Postgres {
            self.run(
                "SELECT pg_advisory_xact_lock(hashtextextended($1, 0))",
                vec![Value::Text(text.to_owned())],
            )
            .await?;
        }
        Ok(())
    }

    /// After the commit, wake the workers.
    pub fn wake_jobs(&mut self) {
        self.wake.jobs = true;
    }

    /// After the commit, wake those who follow the events.
    pub fn wake_events(&mut self) {
        self.wake.events = true;
    }

    /// Makes the changes durable; when this returns `Ok` they are on disk. Then workers and listeners are woken.
    pub fn commit(self) -> Pending<'static, ()> {
        Box::pin(async move {
            match self.inner {
                Inner::SqliteRead(..) | Inner::PgRead(_) => return Ok(()),
                Inner::SqliteWrite(Some(guard), _) => guard.commit().await?,
                Inner::SqliteWrite(None, _) => {
                    return Err(DbError::Unavailable("the statement before was cut off".to_owned()));
                }
                Inner::PgOne(_) => {}
                Inner::PgWrite(tx) => tx.commit().await?,
            }
            self.hub.wake(self.wake);
            Ok(())
        })
    }
}

fn expand(sql: Sql, dialect: Dialect) -> Cow<'static, str> {
    let text = sql.0;
    if !text.contains('{') {
        return text;
    }
    let tokens: [(&str, &str); 6] = match dialect {
        Dialect::Sqlite => [
            ("{lock}", ""),
            ("{skip_locked}", ""),
            ("{elements}", "json_each"),
            ("{among(}", "IN (SELECT value FROM json_each("),
            ("{)among}", "))"),
            ("{ms(}", "("),
        ],
        Dialect::Postgres => [
            ("{lock}", "FOR UPDATE"),
            ("{skip_locked}", "FOR UPDATE SKIP LOCKED"),
            ("{elements}", "jsonb_array_elements_text"),
            ("{among(}", "= ANY(ARRAY(SELECT CAST(one AS BIGINT) FROM jsonb_array_elements_text("),
            ("{)among}", ") one))"),
            ("{ms(}", "1000 * date_part('epoch', "),
        ],
    };
    tokens.iter().fold(text.into_owned(), |text, (token, sql)| text.replace(token, sql)).into()
}
