//! Where a statement runs on SQLite.

use super::DbError;
use sqlx::sqlite::{Connection, Value};
use std::{
    borrow::Cow,
    collections::HashSet,
    hash::{BuildHasher, RandomState},
    sync::{
        PoisonError, RwLock,
        atomic::{AtomicBool, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::task::{consume_budget, spawn_blocking};

/// What takes longer than this keeps a thread of the runtime from its other work.
const SLOW: Duration = Duration::from_millis(4);
/// How many slow statements are remembered; statements that are put together differ without end.
const REMEMBERED: usize = 1000;

/// Something that holds a connection for itself.
pub(super) trait Place: Send + 'static {
    /// The connection.
    fn connection(&mut self) -> Result<&Connection, DbError>;
}

/// Statements that were slow the last time. They run on a blocking thread until they are found to be quick again.
#[derive(Default)]
pub(super) struct Slow {
    any: AtomicBool,
    hasher: RandomState,
    known: RwLock<HashSet<u64>>,
}

impl Slow {
    fn knows(&self, sql: &str) -> bool {
        self.any.load(Ordering::Relaxed)
            && self.known.read().unwrap_or_else(PoisonError::into_inner).contains(&self.hasher.hash_one(sql))
    }

    fn note(&self, sql: &str, slow: bool) {
        let mut known = self.known.write().unwrap_or_else(PoisonError::into_inner);
        if slow {
            if known.len() >= REMEMBERED {
                known.clear();
            }
            known.insert(self.hasher.hash_one(sql));
        } else {
            known.remove(&self.hasher.hash_one(sql));
        }
        self.any.store(!known.is_empty(), Ordering::Relaxed);
    }
}

/// Runs a statement: here, or on a blocking thread when it is known to be slow. The holder is back in its place when this
/// returns; when the future is dropped before that, the holder is dropped as soon as the statement has ended.
pub(super) async fn run<P: Place, T: Send + 'static>(
    place: &mut Option<P>,
    slow: &Slow,
    sql: Cow<'static, str>,
    args: Vec<Value>,
    work: fn(&Connection, &str, &[Value]) -> Result<T, sqlx::sqlite::Error>,
) -> Result<T, DbError> {
    // A long series of statements that never wait must let others have their turn.
    consume_budget().await;
    let lost = || DbError::Unavailable("the statement before was cut off".to_owned());
    let Some(mut held) = place.take() else { return Err(lost()) };
    if slow.knows(&sql) {
        let blocking = spawn_blocking(move || {
            let began = Instant::now();
            let result = held.connection().and_then(|connection| Ok(work(connection, &sql, &args)?));
            (held, result, sql, began.elapsed())
        });
        let (held, result, sql, took) = blocking.await.map_err(|_| lost())?;
        *place = Some(held);
        if took < SLOW {
            slow.note(&sql, false);
        }
        return result;
    }
    let began = Instant::now();
    let result = held.connection().and_then(|connection| Ok(work(connection, &sql, &args)?));
    *place = Some(held);
    if began.elapsed() >= SLOW {
        slow.note(&sql, true);
    }
    result
}
