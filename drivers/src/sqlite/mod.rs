//! SQLite: connections that run statements where they are called, and rows that sqlx's derive macro can read.

mod connection;
mod face;
mod row;
mod values;

pub use connection::{Connection, Options};
pub use row::{SqliteColumn, SqliteRow, SqliteTypeInfo, SqliteValue, SqliteValueRef};
pub use rusqlite::{Error, ErrorCode, types::Value};

/// SQLite, as sqlx's traits name it.
#[derive(Debug)]
pub struct Sqlite;
