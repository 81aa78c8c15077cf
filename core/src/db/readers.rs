//! SQLite's connections for reading.

use super::{DbError, place::Place};
use sqlx::sqlite::{Connection, Options};
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{
    sync::{OwnedSemaphorePermit, Semaphore},
    task::spawn_blocking,
    time::timeout,
};

/// How long to wait for a connection when all are in use.
const PATIENCE: Duration = Duration::from_secs(10);

/// A pool of connections that cannot write.
pub(super) struct Readers {
    options: Options,
    most: u32,
    permits: Arc<Semaphore>,
    /// The one used last is on top: its cache is warm.
    idle: Mutex<Vec<Connection>>,
}

impl Readers {
    /// Opens the first connection; the others are opened when they are needed.
    pub(super) async fn open(options: Options, most: u32) -> Result<Arc<Readers>, DbError> {
        let permits = Arc::new(Semaphore::new(most as usize));
        let readers = Arc::new(Readers { options, most, permits, idle: Mutex::default() });
        drop(Readers::acquire(&readers).await?);
        Ok(readers)
    }

    /// A connection to read with.
    pub(super) async fn acquire(readers: &Arc<Readers>) -> Result<Reader, DbError> {
        let permit = match timeout(PATIENCE, readers.permits.clone().acquire_owned()).await {
            Ok(permit) => permit.map_err(|_| DbError::Unavailable("the database is closed".to_owned()))?,
            Err(_) => return Err(DbError::Unavailable("all connections are in use".to_owned())),
        };
        let idle = readers.idle().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => {
                let options = readers.options.clone();
                let opened = spawn_blocking(move || Connection::open(&options)).await;
                opened.map_err(|_| DbError::Unavailable("a connection could not be opened".to_owned()))??
            }
        };
        Ok(Reader { connection: Some(connection), readers: readers.clone(), _permit: permit })
    }

    /// Waits until all connections are back and closes them.
    pub(super) async fn close(&self) {
        let all = self.permits.acquire_many(self.most).await;
        self.permits.close();
        drop(all);
        self.idle().clear();
    }

    fn idle(&self) -> MutexGuard<'_, Vec<Connection>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A connection for reading; back in the pool when dropped.
pub(super) struct Reader {
    /// None only while it is dropped.
    connection: Option<Connection>,
    readers: Arc<Readers>,
    _permit: OwnedSemaphorePermit,
}

impl Place for Reader {
    fn connection(&mut self) -> Result<&Connection, DbError> {
        self.connection.as_ref().ok_or_else(|| DbError::Unavailable("the connection is closed".to_owned()))
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        if let Some(connection) = self.connection.take().filter(|_| !self.readers.permits.is_closed()) {
            self.readers.idle().push(connection);
        }
    }
}
