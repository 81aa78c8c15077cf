//! The parts of [sqlx](https://docs.rs/sqlx) that AGLIS uses, under the names they have there.
//!
//! The crate `sqlx` brings macros that check queries while they are compiled, and with them every driver, TLS and an
//! SQLite built a second time for the compiler's own use. AGLIS checks its SQL in tests, so it takes the drivers and the
//! derive macro by themselves: a first build is that much shorter.

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
pub use sqlx_sqlite::{self as sqlite, Sqlite, SqliteConnection, SqlitePool};

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
