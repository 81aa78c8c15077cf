use super::Sql;
use crate::types::{Time, sql::PgTime};
use sqlx::{Arguments, postgres::PgArguments, sqlite::Value as SqliteValue};

/// The type of a value, known also when the value is NULL, because PostgreSQL wants to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// `BOOLEAN`
    Bool,
    /// `BIGINT`
    Int,
    /// `DOUBLE PRECISION`
    Real,
    /// `TEXT`
    Text,
    /// `{time}`
    Time,
    /// `{json}`
    Json,
}

/// One bound parameter.
#[derive(Debug, Clone, PartialEq)]
pub enum Value {
    /// NULL of a type.
    Null(Kind),
    /// `BOOLEAN`
    Bool(bool),
    /// `BIGINT`
    Int(i64),
    /// `DOUBLE PRECISION`
    Real(f64),
    /// `TEXT`
    Text(String),
    /// `{time}`
    Time(Time),
    /// `{json}`
    Json(serde_json::Value),
}

/// A Rust type that can be bound as a parameter.
pub trait Param: Sized {
    /// The column type it belongs to.
    const KIND: Kind;
    /// The parameter.
    fn value(self) -> Value;
}

impl<T: Param> Param for Option<T> {
    const KIND: Kind = T::KIND;
    fn value(self) -> Value {
        self.map_or(Value::Null(T::KIND), T::value)
    }
}

macro_rules! params {
    ($($ty:ty => $kind:ident, |$v:ident| $make:expr;)+) => {$(
        impl Param for $ty {
            const KIND: Kind = Kind::$kind;
            fn value(self) -> Value { let $v = self; Value::$kind($make) }
        }
    )+};
}

params! {
    bool => Bool, |v| v;
    i64 => Int, |v| v;
    i32 => Int, |v| i64::from(v);
    u32 => Int, |v| i64::from(v);
    f64 => Real, |v| v;
    String => Text, |v| v;
    &str => Text, |v| v.to_owned();
    &String => Text, |v| v.clone();
    Time => Time, |v| v;
    serde_json::Value => Json, |v| v;
}

impl Param for Value {
    const KIND: Kind = Kind::Text;
    fn value(self) -> Value {
        self
    }
}

/// The parameters of a statement: `args![id, now, &name]`.
#[macro_export]
macro_rules! args {
    ($($value:expr),* $(,)?) => { vec![$($crate::db::Param::value($value)),*] };
}

pub(super) fn sqlite_arguments(values: Vec<Value>) -> Vec<SqliteValue> {
    let bind = |value| match value {
        Value::Null(_) => SqliteValue::Null,
        Value::Bool(v) => SqliteValue::Integer(i64::from(v)),
        Value::Int(v) => SqliteValue::Integer(v),
        Value::Real(v) => SqliteValue::Real(v),
        Value::Text(v) => SqliteValue::Text(v),
        Value::Time(v) => SqliteValue::Integer(v.ms()),
        Value::Json(v) => SqliteValue::Text(v.to_string()),
    };
    values.into_iter().map(bind).collect()
}

pub(super) fn pg_arguments(values: Vec<Value>) -> Result<PgArguments, sqlx::error::BoxDynError> {
    let mut out = PgArguments::default();
    for value in values {
        match value {
            Value::Null(Kind::Bool) => out.add(Option::<bool>::None)?,
            Value::Null(Kind::Int) => out.add(Option::<i64>::None)?,
            Value::Null(Kind::Real) => out.add(Option::<f64>::None)?,
            Value::Null(Kind::Text) => out.add(Option::<String>::None)?,
            Value::Null(Kind::Time) => out.add(Option::<PgTime>::None)?,
            Value::Null(Kind::Json) => out.add(Option::<sqlx::types::Json<serde_json::Value>>::None)?,
            Value::Bool(v) => out.add(v)?,
            Value::Int(v) => out.add(v)?,
            Value::Real(v) => out.add(v)?,
            // PostgreSQL has no NUL in text; no input that reaches a service may hold one, and none may break a statement.
            Value::Text(v) => out.add(if v.contains('\0') { v.replace('\0', "\u{fffd}") } else { v })?,
            Value::Time(v) => out.add(PgTime(v))?,
            Value::Json(v) => out.add(sqlx::types::Json(v))?,
        }
    }
    Ok(out)
}

/// A statement that grows by conditions, with its parameters numbered as they come.
///
/// ```
/// use aglis_core::db::Query;
/// let mut query = Query::new("SELECT id FROM tickets WHERE TRUE");
/// query.push(" AND status = ").bind("open");
/// query.push(" ORDER BY id DESC LIMIT ").bind(51_i64);
/// assert_eq!(query.text(), "SELECT id FROM tickets WHERE TRUE AND status = $1 ORDER BY id DESC LIMIT $2");
/// ```
#[derive(Debug, Clone, Default)]
pub struct Query {
    text: String,
    values: Vec<Value>,
}

impl Query {
    /// Begins with a piece of SQL.
    pub fn new(text: &str) -> Self {
        Query { text: text.to_owned(), values: Vec::new() }
    }

    /// Adds a piece of SQL. Never pass text that came from outside; that is what [`Query::bind`] is for.
    pub fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    /// Adds a placeholder and its value.
    pub fn bind(&mut self, value: impl Param) -> &mut Self {
        self.values.push(value.value());
        self.text.push('$');
        self.text.push_str(&self.values.len().to_string());
        self
    }

    /// Adds `(…, …)` with one placeholder per value; an empty list becomes `(NULL)`, which nothing equals.
    pub fn bind_list<P: Param>(&mut self, values: impl IntoIterator<Item = P>) -> &mut Self {
        self.text.push('(');
        let mut any = false;
        for value in values {
            if any {
                self.text.push_str(", ");
            }
            any = true;
            self.bind(value);
        }
        self.text.push_str(if any { ")" } else { "NULL)" });
        self
    }

    /// The SQL so far.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// The statement and its parameters.
    pub fn into_parts(self) -> (Sql, Vec<Value>) {
        (Sql::from(self.text), self.values)
    }
}
