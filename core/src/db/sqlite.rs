//! SQLite's one writer, and the commits it shares.
//!
//! A commit costs one fsync however much it holds. So writers that come while another one writes do not commit one by
//! one: each works in a savepoint of one open transaction, and whoever finds nobody waiting behind it commits for all.
//! Each is answered only after that commit, so an answered write is on disk. A writer that fails or is dropped undoes
//! its own savepoint and nobody else's.

use super::DbError;
use sqlx::{
    AssertSqlSafe, ConnectOptions, Connection, Executor, SqliteConnection, sqlite::SqliteConnectOptions,
};
use std::{
    sync::{
        Arc,
        atomic::{AtomicU64, AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::sync::{Mutex, OwnedMutexGuard, oneshot};

/// A group is committed at the latest when it has this many members …
const GROUP_MEMBERS: usize = 128;
/// … or is this old, so that the first member's answer is not put off for the last one's sake.
const GROUP_AGE: Duration = Duration::from_millis(15);

pub(super) struct Writer {
    state: Arc<Mutex<State>>,
    waiting: AtomicUsize,
    /// Counts the groups that were ended.
    generation: AtomicU64,
}

struct State {
    /// None after [`Writer::close`].
    connection: Option<SqliteConnection>,
    group: Option<Group>,
}

struct Group {
    begun: Instant,
    members: Vec<oneshot::Sender<Result<(), Arc<DbError>>>>,
}

/// Holds a writer's place in the queue; leaving the queue unserved must not leave a group uncommitted.
struct Place<'a> {
    writer: &'a Arc<Writer>,
    served: bool,
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let before = self.writer.waiting.fetch_sub(1, Ordering::AcqRel);
        if !self.served && before == 1 {
            let writer = self.writer.clone();
            tokio::spawn(async move {
                let mut state = writer.state.clone().lock_owned().await;
                if writer.waiting.load(Ordering::Acquire) == 0 {
                    commit_group(&writer, &mut state).await;
                }
            });
        }
    }
}

impl Writer {
    pub(super) async fn open(options: &SqliteConnectOptions) -> Result<Arc<Writer>, DbError> {
        let connection = options.connect().await?;
        Ok(Arc::new(Writer {
            state: Arc::new(Mutex::new(State { connection: Some(connection), group: None })),
            waiting: AtomicUsize::new(0),
            generation: AtomicU64::new(1),
        }))
    }

    pub(super) fn generation(&self) -> u64 {
        self.generation.load(Ordering::Acquire)
    }

    pub(super) async fn begin(writer: &Arc<Writer>) -> Result<WriteGuard, DbError> {
        writer.waiting.fetch_add(1, Ordering::AcqRel);
        let mut place = Place { writer, served: false };
        let state = writer.state.clone().lock_owned().await;
        place.served = true;
        drop(place);
        let mut guard = WriteGuard { writer: writer.clone(), state: Some(state) };
        // From here the guard undoes whatever was begun, should one of these fail or the future be dropped.
        if guard.state_mut()?.group.is_none() {
            execute(guard.connected()?, "BEGIN IMMEDIATE").await.inspect_err(|_| ())?;
            guard.state_mut()?.group = Some(Group { begun: Instant::now(), members: Vec::new() });
        }
        execute(guard.connected()?, "SAVEPOINT member").await?;
        Ok(guard)
    }

    pub(super) async fn close(&self) {
        let mut state = self.state.lock().await;
        commit_group(self, &mut state).await;
        if let Some(mut connection) = state.connection.take() {
            let _ = execute(&mut connection, "PRAGMA wal_checkpoint(TRUNCATE)").await;
            let _ = connection.close().await;
        }
    }
}

async fn execute(connection: &mut SqliteConnection, sql: &'static str) -> Result<(), DbError> {
    connection.execute(sqlx::query(AssertSqlSafe(sql))).await?;
    Ok(())
}

/// The right to write, held by one member of the group at a time.
pub(crate) struct WriteGuard {
    writer: Arc<Writer>,
    /// None only once handed to the task that ends the member.
    state: Option<OwnedMutexGuard<State>>,
}

fn closed() -> DbError {
    DbError::Unavailable("the database is closed".to_owned())
}

impl WriteGuard {
    fn state_mut(&mut self) -> Result<&mut State, DbError> {
        self.state.as_deref_mut().ok_or_else(closed)
    }

    fn connected(&mut self) -> Result<&mut SqliteConnection, DbError> {
        self.state_mut()?.connection.as_mut().ok_or_else(closed)
    }

    /// The connection, inside the member's savepoint.
    #[expect(
        clippy::expect_used,
        reason = "begin() made sure of the connection, and nobody else can take it while the guard lives"
    )]
    pub(super) fn connection(&mut self) -> &mut SqliteConnection {
        self.connected().expect("the guard holds the open connection")
    }

    /// Keeps the member's changes and waits until they are on disk.
    ///
    /// The end runs in a task of its own, so that a caller who goes away cannot leave it half done.
    pub(super) async fn commit(mut self) -> Result<(), DbError> {
        let Some(mut state) = self.state.take() else { return Err(closed()) };
        let writer = self.writer.clone();
        let (answer, answered) = oneshot::channel();
        tokio::spawn(async move {
            let Some(connection) = state.connection.as_mut() else { return };
            if let Err(error) = execute(connection, "RELEASE member").await {
                let _ = answer.send(Err(Arc::new(error)));
                undo_member(&mut state).await;
            } else if let Some(group) = &mut state.group {
                group.members.push(answer);
            }
            end_turn(&writer, state).await;
        });
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

impl Drop for WriteGuard {
    fn drop(&mut self) {
        if let Some(mut state) = self.state.take() {
            let writer = self.writer.clone();
            if let Ok(runtime) = tokio::runtime::Handle::try_current() {
                runtime.spawn(async move {
                    undo_member(&mut state).await;
                    end_turn(&writer, state).await;
                });
            }
        }
    }
}

/// Undoes the member's savepoint. Where SQLite has undone the whole transaction by itself (disk full, I/O error), the
/// other members are told.
async fn undo_member(state: &mut State) {
    let Some(connection) = state.connection.as_mut() else { return };
    let undone = match execute(connection, "ROLLBACK TO member").await {
        Ok(()) => execute(connection, "RELEASE member").await,
        Err(error) => Err(error),
    };
    if let Err(error) = undone {
        let members = state.group.as_ref().map_or(0, |group| group.members.len());
        let _ = execute(connection, "ROLLBACK").await;
        if members > 0 {
            tracing::error!(members, "a shared commit was lost: {error}");
        }
        answer(state.group.take(), Err(Arc::new(error)));
    }
}

/// Commits for the group unless somebody is already waiting who can do so later.
async fn end_turn(writer: &Writer, mut state: OwnedMutexGuard<State>) {
    let full = state
        .group
        .as_ref()
        .is_some_and(|group| group.members.len() >= GROUP_MEMBERS || group.begun.elapsed() >= GROUP_AGE);
    if full || writer.waiting.load(Ordering::Acquire) == 0 {
        commit_group(writer, &mut state).await;
    }
}

async fn commit_group(writer: &Writer, state: &mut State) {
    let Some(group) = state.group.take() else { return };
    let Some(connection) = state.connection.as_mut() else { return };
    let result = if group.members.is_empty() {
        execute(connection, "ROLLBACK").await
    } else {
        execute(connection, "COMMIT").await
    };
    // Before the members hear of it: whoever was answered must not be shown what was before.
    writer.generation.fetch_add(1, Ordering::AcqRel);
    if let Err(error) = result {
        let _ = execute(connection, "ROLLBACK").await;
        answer(Some(group), Err(Arc::new(error)));
    } else {
        answer(Some(group), Ok(()));
    }
}

fn answer(group: Option<Group>, result: Result<(), Arc<DbError>>) {
    for member in group.into_iter().flat_map(|group| group.members) {
        let _ = member.send(result.clone());
    }
}
