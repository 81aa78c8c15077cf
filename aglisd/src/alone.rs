//! One process per SQLite file: its worker takes over at once what the one before it was doing.

use aglis_core::db::{DatabaseUrl, DbError};
use std::{
    ffi::OsString,
    fs::{File, OpenOptions, TryLockError},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

/// Why this process may not work on the database.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// Another one does.
    #[error(
        "another aglisd works on {}: one process per SQLite file; stop it, or set database.url to PostgreSQL, which several share",
        .0.display()
    )]
    Taken(PathBuf),
    /// The file or the lock beside it cannot be made.
    #[error(transparent)]
    Database(#[from] DbError),
}

/// Takes a SQLite file for this process, until what is returned is dropped or the process ends, however it ends. Nothing
/// is taken on PostgreSQL. The lock lies beside the file: closing the file itself would end the locks of SQLite.
///
/// # Errors
/// [`Refused`] when another process has taken it, or it cannot be written.
pub fn take(url: &DatabaseUrl) -> Result<Option<File>, Refused> {
    let DatabaseUrl::Sqlite(path) = url else { return Ok(None) };
    aglis_core::private::database(url)?;
    let refuse = |path: &Path, error: std::io::Error| {
        Refused::Database(DbError::CannotWrite(format!("{}: {error}", path.display())))
    };
    // Two names of one file are one file.
    let real = std::fs::canonicalize(path).map_err(|error| refuse(path, error))?;
    let mut beside = OsString::from(&real);
    beside.push(".lock");
    let beside = PathBuf::from(beside);
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false).mode(0o600);
    let lock = options.open(&beside).map_err(|error| refuse(&beside, error))?;
    match lock.try_lock() {
        Ok(()) => Ok(Some(lock)),
        Err(TryLockError::WouldBlock) => Err(Refused::Taken(path.clone())),
        Err(TryLockError::Error(error)) => Err(refuse(&beside, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sqlite_file_is_taken_once_under_whatever_name_and_given_back() {
        let dir = std::env::temp_dir().join(format!("aglisd-alone-{}", std::process::id()));
        let _ = std::fs::remove_dir_all(&dir);
        let file = dir.join("aglis.db");
        let url = DatabaseUrl::Sqlite(file.clone());
        let taken = take(&url).unwrap();
        assert!(taken.is_some());
        let link = dir.join("link.db");
        std::os::unix::fs::symlink(&file, &link).unwrap();
        for name in [&file, &link] {
            let refused = take(&DatabaseUrl::Sqlite(name.clone())).unwrap_err().to_string();
            assert!(refused.contains("PostgreSQL") && !refused.contains('\n'), "{refused}");
        }
        drop(taken);
        assert!(take(&url).unwrap().is_some());
        std::fs::remove_dir_all(&dir).unwrap();
    }

    #[test]
    fn postgresql_is_shared() {
        let url = DatabaseUrl::Postgres("postgres://localhost/aglis".to_owned());
        assert!(take(&url).unwrap().is_none() && take(&url).unwrap().is_none());
    }
}
