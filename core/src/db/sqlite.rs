//! SQLite's one writer, and the commits it shares.
//!
//! A commit costs one fsync however much it holds. So writers that come close together do not commit one by one: each
//! works in a savepoint of one open transaction, which is committed for all as soon as nobody else comes to join. Each is
//! answered only after that commit, so an answered write is on disk. A writer that fails or is dropped undoes its own
//! savepoint and nobody else's.
//!
//! Statements run on the thread that calls: most take less time than waking another thread. So do commits where the disk
//! is as quick; where it is not, they run on blocking threads.

use super::{DbError, place::Place as Statements};
use sqlx::sqlite::{Connection, Options};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{
    sync::{Mutex, OwnedMutexGuard, oneshot},
    task::{spawn_blocking, yield_now},
    time::sleep,
};

/// A group is committed at the latest when it has this many members …
const GROUP_MEMBERS: usize = 128;
/// … or has gathered for this many times as long as the last commit took. Then commits take a quarter of the time at most,
/// and while some writers are answered and come back, others already write.
const GROUP_COMMITS: u32 = 3;
const GROUP_AGE: Duration = Duration::from_millis(5);
/// A commit that takes longer than this keeps a thread of the runtime from its other work.
const SLOW_COMMIT: Duration = Duration::from_millis(1);
/// How long to wait while another process writes, and how long between two looks.
const BUSY: Duration = Duration::from_secs(5);
const BUSY_LOOK: Duration = Duration::from_millis(2);

pub(super) struct Writer {
    state: Arc<Mutex<State>>,
    /// Counts the groups that were ended.
    generation: AtomicU64,
}

struct State {
    /// None after [`Writer::close`], and while a commit is under way.
    connection: Option<Connection>,
    group: Option<Group>,
    /// How long the last commit took.
    last_commit: Duration,
}

struct Group {
    begun: Instant,
    /// After this time it takes no more members.
    gathers: Duration,
    members: Vec<oneshot::Sender<Result<(), Arc<DbError>>>>,
}

impl Group {
    fn is_full(&self) -> bool {
        self.members.len() >= GROUP_MEMBERS || self.begun.elapsed() >= self.gathers
    }
}

impl Writer {
    /// Opens the connection.
    pub(super) async fn open(options: Options) -> Result<Arc<Writer>, DbError> {
        let open = move || {
            let connection = Connection::open(&options)?;
            // From now on other processes' locks are waited for in `begin`, without holding up a thread.
            connection.set_busy_timeout(Duration::ZERO)?;
            Ok::<_, DbError>(connection)
        };
        let connection = spawn_blocking(open).await.map_err(|_| closed())??;
        Ok(Arc::new(Writer {
            state: Arc::new(Mutex::new(State {
                connection: Some(connection),
                group: None,
                last_commit: SLOW_COMMIT,
            })),
            generation: AtomicU64::new(1),
        }))
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(super) async fn begin(writer: &Arc<Writer>) -> Result<WriteGuard, DbError> {
        let state = writer.state.clone().lock_owned().await;
        let mut guard = WriteGuard { writer: writer.clone(), state: Some(state) };
        // From here the guard undoes whatever was begun, should one of these fail or the future be dropped.
        if guard.state_mut()?.group.is_none() {
            let since = Instant::now();
            while let Err(error) = guard.execute("BEGIN IMMEDIATE") {
                if !matches!(error, DbError::Unavailable(_)) || since.elapsed() >= BUSY {
                    return Err(error);
                }
                sleep(BUSY_LOOK).await;
            }
            let state = guard.state_mut()?;
            let gathers = (state.last_commit * GROUP_COMMITS).max(GROUP_AGE);
            state.group = Some(Group { begun: Instant::now(), gathers, members: Vec::new() });
            tokio::spawn(close_group(writer.clone()));
        }
        guard.execute("SAVEPOINT member")?;
        Ok(guard)
    }

    pub(super) async fn close(&self) {
        let mut state = self.state.lock().await;
        commit_group(self, &mut state).await;
        if let Some(connection) = state.connection.take() {
            let _ = spawn_blocking(move || connection.rows("PRAGMA wal_checkpoint(TRUNCATE)", &[], 1)).await;
        }
    }
}

fn execute(connection: &Connection, sql: &'static str) -> Result<(), DbError> {
    connection.run(sql, &[])?;
    Ok(())
}

/// The right to write, held by one member of the group at a time.
pub(crate) struct WriteGuard {
    writer: Arc<Writer>,
    /// None only once the member has ended.
    state: Option<OwnedMutexGuard<State>>,
}

fn closed() -> DbError {
    DbError::Unavailable("the database is closed".to_owned())
}

impl WriteGuard {
    fn state_mut(&mut self) -> Result<&mut State, DbError> {
        self.state.as_deref_mut().ok_or_else(closed)
    }

    fn execute(&mut self, sql: &'static str) -> Result<(), DbError> {
        execute(self.connection()?, sql)
    }

    /// Keeps the member's changes and waits until they are on disk. A caller who goes away leaves nothing half done.
    pub(super) async fn commit(mut self) -> Result<(), DbError> {
        let Some(mut state) = self.state.take() else { return Err(closed()) };
        let (answer, answered) = oneshot::channel();
        let released = state
            .connection
            .as_ref()
            .ok_or_else(closed)
            .and_then(|connection| execute(connection, "RELEASE member"));
        match released {
            Err(error) => {
                let _ = answer.send(Err(Arc::new(error)));
                undo_member(&mut state);
            }
            Ok(()) => {
                if let Some(group) = &mut state.group {
                    group.members.push(answer);
                }
            }
        }
        if state.group.as_ref().is_some_and(Group::is_full) {
            let writer = self.writer.clone();
            tokio::spawn(async move { commit_group(&writer, &mut state).await });
        } else {
            drop(state);
        }
        match answered.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => Err(match &*error {
                DbError::CannotWrite(text) => DbError::CannotWrite(text.clone()),
                other => DbError::Unavailable(other.to_string()),
            }),
            Err(_) => Err(closed()),
        }
    }
}

impl Statements for WriteGuard {
    fn connection(&mut self) -> Result<&Connection, DbError> {
        self.state_mut()?.connection.as_ref().ok_or_else(closed)
    }
}

impl Drop for WriteGuard {
    fn drop(&mut self) {
        if let Some(mut state) = self.state.take() {
            undo_member(&mut state);
        }
    }
}

/// Undoes the member's savepoint. Where SQLite has undone the whole transaction by itself (disk full, I/O error), the
/// other members are told.
fn undo_member(state: &mut State) {
    let Some(connection) = state.connection.as_ref().filter(|_| state.group.is_some()) else { return };
    let undone =
        execute(connection, "ROLLBACK TO member").and_then(|()| execute(connection, "RELEASE member"));
    if let Err(error) = undone {
        let members = state.group.as_ref().map_or(0, |group| group.members.len());
        let _ = execute(connection, "ROLLBACK");
        if members > 0 {
            tracing::error!(members, "a shared commit was lost: {error}");
        }
        answer(state.group.take(), &Err(Arc::new(error)));
    }
}

/// Commits the group once everybody who was about to write has joined it: when all other tasks have had their turn and
/// nobody came. Those who wait for the lock get it first.
async fn close_group(writer: Arc<Writer>) {
    let mut joined = 0;
    loop {
        yield_now().await;
        let mut state = writer.state.lock().await;
        let Some(group) = &state.group else { return };
        if group.members.len() == joined || group.is_full() {
            return commit_group(&writer, &mut state).await;
        }
        joined = group.members.len();
    }
}

async fn commit_group(writer: &Writer, state: &mut State) {
    let Some(group) = state.group.take() else { return };
    let Some(connection) = state.connection.take() else { return };
    let begun = Instant::now();
    let result = if group.members.is_empty() {
        let result = execute(&connection, "ROLLBACK");
        state.connection = Some(connection);
        result
    } else if state.last_commit < SLOW_COMMIT {
        let result = end(&connection);
        state.connection = Some(connection);
        result
    } else {
        let work = spawn_blocking(move || {
            let result = end(&connection);
            (connection, result)
        });
        match work.await {
            Ok((connection, result)) => {
                state.connection = Some(connection);
                result
            }
            Err(_) => Err(closed()),
        }
    };
    state.last_commit = begun.elapsed();
    // Before the members hear of it: whoever was answered must not be shown what was before.
    writer.generation.fetch_add(1, Ordering::AcqRel);
    answer(Some(group), &result.map_err(Arc::new));
}

fn end(connection: &Connection) -> Result<(), DbError> {
    let result = execute(connection, "COMMIT");
    if result.is_err() {
        let _ = execute(connection, "ROLLBACK");
    }
    result
}

fn answer(group: Option<Group>, result: &Result<(), Arc<DbError>>) {
    for member in group.into_iter().flat_map(|group| group.members) {
        let _ = member.send(result.clone());
    }
}
