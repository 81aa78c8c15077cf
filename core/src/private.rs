//! Files of the installation that nobody but its owner reads.

use crate::db::{DatabaseUrl, DbError};
use std::{
    fs::{DirBuilder, OpenOptions},
    io::ErrorKind,
    os::unix::fs::{DirBuilderExt, OpenOptionsExt},
};

/// Makes the file of a SQLite database before the driver opens it, which would let everybody on the machine read it.
/// What SQLite puts beside it (`-wal`, `-shm`) gets the file's mode. A file that is there stays as it is.
///
/// # Errors
/// [`DbError::CannotWrite`] when the file or its folder cannot be made.
pub fn database(url: &DatabaseUrl) -> Result<(), DbError> {
    let DatabaseUrl::Sqlite(path) = url else { return Ok(()) };
    let refuse = |error: std::io::Error| DbError::CannotWrite(format!("{}: {error}", path.display()));
    if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
        DirBuilder::new().recursive(true).mode(0o750).create(folder).map_err(refuse)?;
    }
    match OpenOptions::new().write(true).create_new(true).mode(0o600).open(path) {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(refuse(error)),
        _ => Ok(()),
    }
}
