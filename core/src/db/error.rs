use thiserror::Error;

/// What the database answered instead of rows.
#[derive(Debug, Error)]
pub enum DbError {
    /// The database cannot be reached, is locked for too long or is shutting down: try again.
    #[error("the database is unavailable: {0}")]
    Unavailable(String),
    /// The disk is full or read-only: nothing was written.
    #[error("the database cannot write: {0}")]
    CannotWrite(String),
    /// A unique or foreign key said no; holds the constraint's or column's name.
    #[error("constraint {0}")]
    Constraint(String),
    /// Two transactions got in each other's way: try again.
    #[error("the transaction met another one: {0}")]
    Serialization(String),
    /// The statement or the row is not what the program expects: a defect.
    #[error("{0}")]
    Defect(String),
    /// The database was migrated by a newer program.
    #[error(
        "the database has schema {found}, this program knows schemas up to {known}: install the newer program"
    )]
    NewerSchema {
        /// The schema's version in the database.
        found: i64,
        /// The newest version this program has.
        known: i64,
    },
    /// A migration that was applied is not the one this program has.
    #[error(
        "migration {0} in the database differs from this program's: restore the original program or database"
    )]
    ChangedMigration(String),
}

impl DbError {
    /// Whether a unique constraint with this column or constraint name refused the row.
    pub fn is_constraint(&self, name: &str) -> bool {
        matches!(self, DbError::Constraint(found) if found.contains(name))
    }
}

impl From<sqlx::error::BoxDynError> for DbError {
    fn from(error: sqlx::error::BoxDynError) -> Self {
        DbError::Defect(error.to_string())
    }
}

impl From<sqlx::sqlite::Error> for DbError {
    fn from(error: sqlx::sqlite::Error) -> Self {
        use sqlx::sqlite::ErrorCode as Code;
        let text = error.to_string();
        match error.sqlite_error_code() {
            Some(Code::DatabaseBusy | Code::DatabaseLocked | Code::CannotOpen) => DbError::Unavailable(text),
            Some(Code::ReadOnly | Code::SystemIoFailure | Code::DiskFull) => DbError::CannotWrite(text),
            // Only the message names the columns.
            Some(Code::ConstraintViolation) => {
                DbError::Constraint(text.replace("UNIQUE constraint failed: ", ""))
            }
            _ => DbError::Defect(text),
        }
    }
}

impl From<sqlx::Error> for DbError {
    fn from(error: sqlx::Error) -> Self {
        use sqlx::Error as E;
        match &error {
            E::Database(db) => {
                let code = db.code().unwrap_or_default();
                let message = db.message();
                match code.as_ref() {
                    "23505" | "23503" | "23514" | "23P01" => DbError::Constraint(format!(
                        "{} {}",
                        db.constraint().unwrap_or_default(),
                        db.table().unwrap_or_default()
                    )),
                    "40001" | "40P01" | "55P03" => DbError::Serialization(message.to_owned()),
                    "53100" | "25006" => DbError::CannotWrite(message.to_owned()),
                    c if c.starts_with("08") || c.starts_with("57P") || c.starts_with("53") => {
                        DbError::Unavailable(message.to_owned())
                    }
                    _ => DbError::Defect(error.to_string()),
                }
            }
            E::Io(_) | E::Tls(_) | E::PoolTimedOut | E::PoolClosed | E::WorkerCrashed | E::Protocol(_) => {
                DbError::Unavailable(error.to_string())
            }
            _ => DbError::Defect(error.to_string()),
        }
    }
}
