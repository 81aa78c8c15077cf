//! The database drivers of AGLIS: PostgreSQL through [sqlx](https://docs.rs/sqlx), SQLite through
//! [rusqlite](https://docs.rs/rusqlite), with sqlx's derive macro reading the rows of both.
//!
//! The crate `sqlx` brings macros that check queries while they are compiled, and with them every driver, TLS and an
//! SQLite built a second time for the compiler's own use. AGLIS checks its SQL in tests, so it takes the driver and the
//! derive macro by themselves: a first build is that much shorter.
//!
//! sqlx's own SQLite driver sends each statement to a thread and waits for its answer. Where a statement takes less time
//! than waking a thread does, that is most of what it costs, so [`sqlite`] runs statements where they are called.

pub mod sqlite;

pub use sqlite::Sqlite;
pub use sqlx_core::{
    Error, Result,
    arguments::Arguments,
    column::ColumnIndex,
    connection::{ConnectOptions, Connection},
    decode::Decode,
    encode::Encode,
    error,
    executor::Executor,
    from_row::FromRow,
    pool,
    query::{query, query_with},
    raw_sql::raw_sql,
    row::Row,
    sql_str::AssertSqlSafe,
    transaction::Transaction,
    type_info::TypeInfo,
    types::Type,
};
pub use sqlx_macros::FromRow;
pub use sqlx_postgres::{self as postgres, PgPool, Postgres};

/// Values of columns.
pub mod types {
    pub use sqlx_core::types::*;
}

/// Reading values.
pub mod decode {
    pub use sqlx_core::decode::Decode;
}

/// Writing values.
pub mod encode {
    pub use sqlx_core::encode::{Encode, IsNull};
}
