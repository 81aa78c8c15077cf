use super::{
    Error, SqliteRow, Value,
    row::{Columns, value},
};
use rusqlite::{CachedStatement, OpenFlags};
use std::{cell::RefCell, collections::HashMap, path::PathBuf, sync::Arc, time::Duration};

/// Prepared statements kept per connection.
const STATEMENTS: usize = 256;

/// How a connection is opened.
#[derive(Debug, Clone)]
pub struct Options {
    /// The file; created when it is not there.
    pub path: PathBuf,
    /// How long to wait, on the calling thread, for another process's lock.
    pub busy_timeout: Duration,
    /// Statements run first, one `PRAGMA` a line.
    pub pragmas: String,
}

/// A connection. Statements run on the thread that calls.
#[derive(Debug)]
pub struct Connection {
    inner: rusqlite::Connection,
    known: RefCell<HashMap<Box<str>, Known>>,
}

/// What is known of a statement, so that it is not worked out each time.
#[derive(Debug, Clone)]
struct Known {
    /// Its text as SQLite wants it.
    text: Arc<str>,
    /// The columns of its rows, once it has run.
    columns: Option<Arc<Columns>>,
}

impl Connection {
    /// Opens the file.
    ///
    /// # Errors
    /// What SQLite says when the file cannot be opened or is no database.
    pub fn open(options: &Options) -> Result<Self, Error> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
            | OpenFlags::SQLITE_OPEN_CREATE
            | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let connection = rusqlite::Connection::open_with_flags(&options.path, flags)?;
        connection.busy_timeout(options.busy_timeout)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        connection.execute_batch(&options.pragmas)?;
        Ok(Connection { inner: connection, known: RefCell::default() })
    }

    fn known(&self, sql: &str) -> Known {
        let mut known = self.known.borrow_mut();
        if let Some(one) = known.get(sql) {
            return one.clone();
        }
        // Statements that are put together differ without end.
        if known.len() >= 2 * STATEMENTS {
            known.clear();
        }
        let one = Known { text: numbered(sql).into(), columns: None };
        known.insert(sql.into(), one.clone());
        one
    }

    /// Changes how long to wait for another process's lock.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn set_busy_timeout(&self, timeout: Duration) -> Result<(), Error> {
        self.inner.busy_timeout(timeout)
    }

    /// The rows that a statement gives, `most` of them at most.
    ///
    /// # Errors
    /// What SQLite says; a value that is not UTF-8.
    pub fn rows(&self, sql: &str, args: &[Value], most: usize) -> Result<Vec<SqliteRow>, Error> {
        let known = self.known(sql);
        let mut statement = self.inner.prepare_cached(&known.text)?;
        bind(&mut statement, args)?;
        let width = statement.column_count();
        let columns = match known.columns.filter(|columns| columns.len() == width) {
            Some(columns) => columns,
            None => {
                let columns = Arc::new(Columns::of(&statement));
                if let Some(one) = self.known.borrow_mut().get_mut(sql) {
                    one.columns = Some(columns.clone());
                }
                columns
            }
        };
        let mut rows = statement.raw_query();
        let mut out = Vec::new();
        while out.len() < most {
            let Some(row) = rows.next()? else { break };
            let mut values = Vec::with_capacity(width);
            for index in 0..width {
                values.push(value(index, row.get_ref(index)?)?);
            }
            out.push(SqliteRow::new(columns.clone(), values.into_boxed_slice()));
        }
        Ok(out)
    }

    /// Runs a statement to its end; how many rows it changed.
    ///
    /// # Errors
    /// What SQLite says.
    pub fn run(&self, sql: &str, args: &[Value]) -> Result<u64, Error> {
        let mut statement = self.inner.prepare_cached(&self.known(sql).text)?;
        bind(&mut statement, args)?;
        let mut rows = statement.raw_query();
        while rows.next()?.is_some() {}
        drop(rows);
        drop(statement);
        Ok(self.inner.changes())
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// What SQLite says to the first that fails.
    pub fn script(&self, sql: &str) -> Result<(), Error> {
        // It may change what columns there are.
        self.known.borrow_mut().clear();
        self.inner.execute_batch(sql)
    }
}

/// `$3` is the third argument wherever it stands, as in PostgreSQL. SQLite says `?3` for that; `$3` would be a name to it,
/// numbered as it comes and looked up one by one.
fn numbered(sql: &str) -> String {
    let mut out = String::with_capacity(sql.len());
    let mut rest = sql;
    while let Some(at) = rest.find('$') {
        let is_number = rest.as_bytes().get(at + 1).is_some_and(u8::is_ascii_digit);
        out.push_str(&rest[..at]);
        out.push(if is_number { '?' } else { '$' });
        rest = &rest[at + 1..];
    }
    out.push_str(rest);
    out
}

fn bind(statement: &mut CachedStatement<'_>, args: &[Value]) -> Result<(), Error> {
    let wanted = statement.parameter_count();
    if wanted > args.len() {
        return Err(Error::InvalidParameterCount(args.len(), wanted));
    }
    for (index, value) in args.iter().enumerate().take(wanted) {
        statement.raw_bind_parameter(index + 1, value)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Row;

    fn memory() -> Connection {
        let options =
            Options { path: ":memory:".into(), busy_timeout: Duration::ZERO, pragmas: String::new() };
        Connection::open(&options).unwrap()
    }

    #[test]
    fn parameters_go_by_their_number_and_values_come_back() {
        let args = [Value::Integer(1), Value::Text("dua".into()), Value::Null, Value::Real(2.5)];
        let rows =
            memory().rows("SELECT $2 AS two, $1 AS one, $2, $3 AS none, $4 AS real", &args, 9).unwrap();
        let row = &rows[0];
        assert_eq!(row.try_get::<String, _>("two").unwrap(), "dua");
        assert_eq!(row.try_get::<i64, _>("one").unwrap(), 1);
        assert_eq!(row.try_get::<&str, _>(2).unwrap(), "dua");
        assert_eq!(row.try_get::<Option<i64>, _>("none").unwrap(), None);
        assert!((row.try_get::<f64, _>("real").unwrap() - 2.5).abs() < f64::EPSILON);
        assert!(row.try_get::<bool, _>("one").unwrap());
    }

    #[test]
    fn only_numbers_after_a_dollar_are_parameters() {
        assert_eq!(numbered("SELECT $12, '$.a', '€$', $1"), "SELECT ?12, '$.a', '€$', ?1");
    }

    #[test]
    fn what_does_not_fit_is_an_error() {
        let connection = memory();
        assert!(connection.rows("SELECT $2", &[Value::Integer(1)], 1).is_err());
        let rows = connection.rows("SELECT 1 AS one, NULL AS none, 'x' AS text", &[], 1).unwrap();
        assert!(rows[0].try_get::<String, _>("one").is_err());
        assert!(rows[0].try_get::<i64, _>("none").is_err());
        assert!(rows[0].try_get::<i64, _>("text").is_err());
        assert!(rows[0].try_get::<i64, _>("absent").is_err());
        assert!(rows[0].try_get::<i64, _>(3).is_err());
    }

    #[test]
    fn changes_are_counted_also_where_rows_come_back() {
        let connection = memory();
        connection.script("CREATE TABLE t (n INTEGER); CREATE INDEX i ON t (n)").unwrap();
        assert_eq!(connection.run("INSERT INTO t VALUES ($1), ($2)", &[1.into(), 2.into()]).unwrap(), 2);
        assert_eq!(connection.run("UPDATE t SET n = n + 1 RETURNING n", &[]).unwrap(), 2);
        let rows = connection.rows("INSERT INTO t VALUES (9) RETURNING n", &[], 1).unwrap();
        assert_eq!(rows.len(), 1);
        assert_eq!(connection.rows("SELECT n FROM t", &[], 2).unwrap().len(), 2);
    }
}
