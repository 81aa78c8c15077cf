use super::{Error, Sqlite, Value};
use rusqlite::{Statement, types::ValueRef as Raw};
use sqlx_core::{column::Column, row::Row, type_info::TypeInfo, value::ValueRef};
use std::{borrow::Cow, fmt, sync::Arc};

/// What kind of value stands in a row; SQLite decides per value, not per column.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SqliteTypeInfo {
    /// NULL
    Null,
    /// A whole number
    Integer,
    /// A floating-point number
    Real,
    /// Text
    Text,
    /// Bytes
    Blob,
}

impl SqliteTypeInfo {
    fn of(value: &Value) -> Self {
        match value {
            Value::Null => SqliteTypeInfo::Null,
            Value::Integer(_) => SqliteTypeInfo::Integer,
            Value::Real(_) => SqliteTypeInfo::Real,
            Value::Text(_) => SqliteTypeInfo::Text,
            Value::Blob(_) => SqliteTypeInfo::Blob,
        }
    }
}

impl fmt::Display for SqliteTypeInfo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

impl TypeInfo for SqliteTypeInfo {
    fn is_null(&self) -> bool {
        *self == SqliteTypeInfo::Null
    }

    fn name(&self) -> &str {
        match self {
            SqliteTypeInfo::Null => "NULL",
            SqliteTypeInfo::Integer => "INTEGER",
            SqliteTypeInfo::Real => "REAL",
            SqliteTypeInfo::Text => "TEXT",
            SqliteTypeInfo::Blob => "BLOB",
        }
    }
}

/// A column of a statement's rows.
#[derive(Debug)]
pub struct SqliteColumn {
    ordinal: usize,
    name: Box<str>,
}

impl Column for SqliteColumn {
    type Database = Sqlite;

    fn ordinal(&self) -> usize {
        self.ordinal
    }

    fn name(&self) -> &str {
        &self.name
    }

    fn type_info(&self) -> &SqliteTypeInfo {
        &SqliteTypeInfo::Null
    }
}

/// The columns that all rows of a statement share.
#[derive(Debug)]
pub(super) struct Columns(Box<[SqliteColumn]>);

impl Columns {
    pub(super) fn of(statement: &Statement<'_>) -> Self {
        let columns = statement.column_names().enumerate();
        Columns(columns.map(|(ordinal, name)| SqliteColumn { ordinal, name: name.into() }).collect())
    }

    pub(super) fn len(&self) -> usize {
        self.0.len()
    }
}

/// A row, by itself: it outlives its statement.
#[derive(Debug)]
pub struct SqliteRow {
    columns: Arc<Columns>,
    values: Box<[Value]>,
}

impl SqliteRow {
    pub(super) fn new(columns: Arc<Columns>, values: Box<[Value]>) -> Self {
        SqliteRow { columns, values }
    }
}

impl Row for SqliteRow {
    type Database = Sqlite;

    fn columns(&self) -> &[SqliteColumn] {
        &self.columns.0
    }

    fn try_get_raw<I>(&self, index: I) -> Result<SqliteValueRef<'_>, sqlx_core::Error>
    where
        I: sqlx_core::column::ColumnIndex<Self>,
    {
        Ok(SqliteValueRef(&self.values[index.index(self)?]))
    }
}

impl sqlx_core::column::ColumnIndex<SqliteRow> for &str {
    fn index(&self, row: &SqliteRow) -> Result<usize, sqlx_core::Error> {
        let found = row.columns.0.iter().position(|column| *column.name == **self);
        found.ok_or_else(|| sqlx_core::Error::ColumnNotFound((*self).to_owned()))
    }
}

sqlx_core::impl_column_index_for_row!(SqliteRow);

/// A value by itself.
#[derive(Debug, Clone)]
pub struct SqliteValue(Value);

impl sqlx_core::value::Value for SqliteValue {
    type Database = Sqlite;

    fn as_ref(&self) -> SqliteValueRef<'_> {
        SqliteValueRef(&self.0)
    }

    fn type_info(&self) -> Cow<'_, SqliteTypeInfo> {
        Cow::Owned(SqliteTypeInfo::of(&self.0))
    }

    fn is_null(&self) -> bool {
        self.0 == Value::Null
    }
}

/// A value in a row.
#[derive(Debug, Clone, Copy)]
pub struct SqliteValueRef<'r>(pub(super) &'r Value);

impl<'r> ValueRef<'r> for SqliteValueRef<'r> {
    type Database = Sqlite;

    fn to_owned(&self) -> SqliteValue {
        SqliteValue(self.0.clone())
    }

    fn type_info(&self) -> Cow<'_, SqliteTypeInfo> {
        Cow::Owned(SqliteTypeInfo::of(self.0))
    }

    fn is_null(&self) -> bool {
        *self.0 == Value::Null
    }
}

/// Takes a value out of SQLite's hands.
pub(super) fn value(index: usize, raw: Raw<'_>) -> Result<Value, Error> {
    Ok(match raw {
        Raw::Null => Value::Null,
        Raw::Integer(value) => Value::Integer(value),
        Raw::Real(value) => Value::Real(value),
        Raw::Text(bytes) => Value::Text(
            std::str::from_utf8(bytes).map_err(|error| Error::Utf8Error(index, error))?.to_owned(),
        ),
        Raw::Blob(bytes) => Value::Blob(bytes.to_vec()),
    })
}
