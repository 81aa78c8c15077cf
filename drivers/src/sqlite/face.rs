//! What sqlx's traits ask of a database beside its rows. Statements go through [`super::Connection`], so nobody ever
//! holds one of these.

use super::{Sqlite, SqliteColumn, SqliteRow, SqliteTypeInfo, SqliteValue, SqliteValueRef};
use sqlx_core::{
    Either, Error, Url,
    arguments::Arguments,
    connection::{ConnectOptions, Connection},
    database::Database,
    encode::Encode,
    error::BoxDynError,
    impl_statement_query,
    sql_str::SqlStr,
    statement::Statement,
    transaction::{Transaction, TransactionManager},
    types::Type,
};
use std::{str::FromStr, time::Duration};

impl Database for Sqlite {
    type Connection = Nobody;
    type TransactionManager = Nobody;
    type Row = SqliteRow;
    type QueryResult = Nothing;
    type Column = SqliteColumn;
    type TypeInfo = SqliteTypeInfo;
    type Value = SqliteValue;
    type ValueRef<'r> = SqliteValueRef<'r>;
    type Arguments = Nothing;
    type ArgumentBuffer = ();
    type Statement = Nobody;

    const NAME: &'static str = "SQLite";
    const URL_SCHEMES: &'static [&'static str] = &["sqlite"];
}

/// A connection, transaction or statement of sqlx's: there is none.
#[derive(Debug, Clone, Copy)]
pub enum Nobody {}

/// Arguments and results of sqlx's: they hold nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Nothing;

fn refused() -> Error {
    Error::Configuration("SQLite is not reached through sqlx".into())
}

impl Connection for Nobody {
    type Database = Sqlite;
    type Options = Nobody;

    async fn close(self) -> Result<(), Error> {
        match self {}
    }

    async fn close_hard(self) -> Result<(), Error> {
        match self {}
    }

    async fn ping(&mut self) -> Result<(), Error> {
        match *self {}
    }

    async fn begin(&mut self) -> Result<Transaction<'_, Sqlite>, Error> {
        match *self {}
    }

    fn shrink_buffers(&mut self) {
        match *self {}
    }

    async fn flush(&mut self) -> Result<(), Error> {
        match *self {}
    }

    fn should_flush(&self) -> bool {
        match *self {}
    }
}

impl FromStr for Nobody {
    type Err = Error;

    fn from_str(_: &str) -> Result<Self, Error> {
        Err(refused())
    }
}

impl ConnectOptions for Nobody {
    type Connection = Nobody;

    fn from_url(_: &Url) -> Result<Self, Error> {
        Err(refused())
    }

    async fn connect(&self) -> Result<Nobody, Error> {
        match *self {}
    }

    fn log_statements(self, _: log::LevelFilter) -> Self {
        self
    }

    fn log_slow_statements(self, _: log::LevelFilter, _: Duration) -> Self {
        self
    }
}

impl TransactionManager for Nobody {
    type Database = Sqlite;

    async fn begin(connection: &mut Nobody, _: Option<SqlStr>) -> Result<(), Error> {
        match *connection {}
    }

    async fn commit(connection: &mut Nobody) -> Result<(), Error> {
        match *connection {}
    }

    async fn rollback(connection: &mut Nobody) -> Result<(), Error> {
        match *connection {}
    }

    fn start_rollback(connection: &mut Nobody) {
        match *connection {}
    }

    fn get_transaction_depth(connection: &Nobody) -> usize {
        match *connection {}
    }
}

impl Statement for Nobody {
    type Database = Sqlite;

    fn into_sql(self) -> SqlStr {
        match self {}
    }

    fn sql(&self) -> &SqlStr {
        match *self {}
    }

    fn parameters(&self) -> Option<Either<&[SqliteTypeInfo], usize>> {
        match *self {}
    }

    fn columns(&self) -> &[SqliteColumn] {
        match *self {}
    }

    impl_statement_query!(Nothing);
}

impl Arguments for Nothing {
    type Database = Sqlite;

    fn reserve(&mut self, _: usize, _: usize) {}

    fn add<'t, T: Encode<'t, Sqlite> + Type<Sqlite>>(&mut self, _: T) -> Result<(), BoxDynError> {
        Err(refused().into())
    }

    fn len(&self) -> usize {
        0
    }
}

sqlx_core::impl_into_arguments_for_arguments!(Nothing);

impl Extend<Nothing> for Nothing {
    fn extend<I: IntoIterator<Item = Nothing>>(&mut self, _: I) {}
}
