//! SQL of the queue. Indexes are partial by state, so that claiming costs the same however many jobs have ended.

use super::{JobPriority, JobState, JobView, KindStats, QueueName};
use crate::{
    args,
    db::{DbError, Json, Query, Tx},
    types::*,
};

/// A job to be written down.
pub(super) struct NewJob {
    pub kind: &'static str,
    pub queue: QueueName,
    pub priority: JobPriority,
    pub payload: serde_json::Value,
    pub unique_key: Option<String>,
    pub run_at: Time,
    pub max_attempts: i64,
}

/// Writes a job down; `None` when one with the same key waits or runs.
pub(super) async fn insert(tx: &mut Tx, job: NewJob, now: Time) -> Result<Option<JobId>, DbError> {
    let row: Option<(JobId,)> = tx
        .opt(
            "INSERT INTO jobs (kind, queue, priority, state, payload, unique_key, run_at, max_attempts, created_at) \
             VALUES ($1, $2, $3, 'waiting', $4, $5, $6, $7, $8) \
             ON CONFLICT (kind, unique_key) WHERE unique_key IS NOT NULL AND state IN ('waiting', 'running') \
             DO NOTHING RETURNING id",
            args![
                job.kind,
                job.queue,
                job.priority.rank(),
                job.payload,
                job.unique_key,
                job.run_at,
                job.max_attempts,
                now
            ],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

/// A job in this process's hands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Claimed {
    pub id: JobId,
    pub kind: String,
    pub payload: Json<serde_json::Value>,
    pub run_at: Time,
    pub attempts: i64,
    pub max_attempts: i64,
    pub lease_token: i64,
}

/// Which (queue, priority) pairs have a job that is due: one look into the index for each.
pub(super) async fn due(tx: &mut Tx, now: Time) -> Result<Vec<(QueueName, i64)>, DbError> {
    let mut query = Query::new("SELECT v.column1, v.column2 FROM (VALUES ");
    let pairs =
        QueueName::ALL.iter().flat_map(|queue| JobPriority::ALL.iter().map(move |p| (*queue, p.rank())));
    for (n, (queue, rank)) in pairs.enumerate() {
        query.push(if n == 0 { "(" } else { ", (" }).bind(queue).push(", ").bind(rank).push(")");
    }
    query.push(
        ") AS v WHERE EXISTS (SELECT 1 FROM jobs WHERE state = 'waiting' AND queue = v.column1 \
         AND priority = v.column2 AND run_at <= ",
    );
    query.bind(now).push(") ORDER BY v.column2");
    tx.all_of(query).await
}

/// Takes up to `limit` due jobs of one queue and priority under a lease. Each claim counts as a try and gets a new
/// fencing token.
pub(super) async fn claim(
    tx: &mut Tx,
    queue: QueueName,
    priority: i64,
    limit: i64,
    owner: &str,
    now: Time,
    lease_until: Time,
) -> Result<Vec<Claimed>, DbError> {
    let mut claimed: Vec<Claimed> = tx
        .all(
            "WITH picked AS MATERIALIZED (\
               SELECT id FROM jobs WHERE state = 'waiting' AND queue = $1 AND priority = $2 AND run_at <= $3 \
               ORDER BY run_at, id LIMIT $4 {skip_locked}) \
             UPDATE jobs SET state = 'running', attempts = attempts + 1, lease_token = lease_token + 1, \
               lease_owner = $5, lease_until = $6 \
             FROM picked WHERE jobs.id = picked.id \
             RETURNING jobs.id, jobs.kind, jobs.payload, jobs.run_at, jobs.attempts, \
               jobs.max_attempts, jobs.lease_token",
            args![queue, priority, now, limit, owner, lease_until],
        )
        .await?;
    claimed.sort_by_key(|job| (job.run_at, job.id));
    Ok(claimed)
}

/// Keeps the leases of everything this process runs; gives the jobs it still holds.
pub(super) async fn heartbeat(tx: &mut Tx, owner: &str, until: Time) -> Result<Vec<(JobId, i64)>, DbError> {
    tx.all(
        "UPDATE jobs SET lease_until = $1 WHERE state = 'running' AND lease_owner = $2 RETURNING id, lease_token",
        args![until, owner],
    )
    .await
}

/// Ends jobs that were done; only those whose token still holds.
pub(super) async fn complete(tx: &mut Tx, jobs: &[(JobId, i64)], now: Time) -> Result<u64, DbError> {
    if jobs.is_empty() {
        return Ok(0);
    }
    let mut query =
        Query::new("UPDATE jobs SET state = 'done', lease_owner = NULL, lease_until = NULL, finished_at = ");
    query.bind(now).push(" FROM (VALUES ");
    for (n, (id, token)) in jobs.iter().enumerate() {
        query.push(if n == 0 { "(" } else { ", (" }).bind(*id).push(", ").bind(*token).push(")");
    }
    query
        .push(") AS v WHERE jobs.id = v.column1 AND jobs.lease_token = v.column2 AND jobs.state = 'running'");
    tx.run_of(query).await
}

/// Puts a job back for later. `counts` says whether this claim was a try.
pub(super) async fn put_back(
    tx: &mut Tx,
    (id, token): (JobId, i64),
    run_at: Time,
    error: Option<&str>,
    counts: bool,
) -> Result<bool, DbError> {
    let back = i64::from(!counts);
    let rows = tx
        .run(
            "UPDATE jobs SET state = 'waiting', run_at = $3, attempts = attempts - $4, \
             last_error = COALESCE($5, last_error), lease_owner = NULL, lease_until = NULL \
             WHERE id = $1 AND lease_token = $2 AND state = 'running'",
            args![id, token, run_at, back, error.map(str::to_owned)],
        )
        .await?;
    Ok(rows == 1)
}

/// Gives a job up.
pub(super) async fn bury(
    tx: &mut Tx,
    (id, token): (JobId, i64),
    error: &str,
    now: Time,
) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "UPDATE jobs SET state = 'dead', last_error = $3, lease_owner = NULL, lease_until = NULL, \
             finished_at = $4 WHERE id = $1 AND lease_token = $2 AND state = 'running'",
            args![id, token, error, now],
        )
        .await?;
    Ok(rows == 1)
}

/// Jobs whose lease ran out, or, when `everything` is set, all that run under another owner. Their workers are gone.
pub(super) async fn stalled(
    tx: &mut Tx,
    owner: &str,
    now: Time,
    everything: bool,
) -> Result<Vec<Claimed>, DbError> {
    tx.all(
        "SELECT id, kind, payload, run_at, attempts, max_attempts, lease_token FROM jobs \
         WHERE state = 'running' AND lease_owner <> $1 AND (lease_until < $2 OR $3) \
         ORDER BY lease_until, id LIMIT 500 {skip_locked}",
        args![owner, now, everything],
    )
    .await
}

const COLUMNS: &str = "SELECT id, kind, queue, priority, state, payload, unique_key, run_at, attempts, max_attempts, \
                       last_error, created_at, finished_at FROM jobs";

#[derive(sqlx::FromRow)]
struct JobRow {
    id: JobId,
    kind: String,
    queue: QueueName,
    priority: i64,
    state: JobState,
    payload: Json<serde_json::Value>,
    unique_key: Option<String>,
    run_at: Time,
    attempts: i64,
    max_attempts: i64,
    last_error: Option<String>,
    created_at: Time,
    finished_at: Option<Time>,
}

impl From<JobRow> for JobView {
    fn from(row: JobRow) -> Self {
        JobView {
            id: row.id,
            kind: row.kind,
            queue: row.queue,
            priority: JobPriority::from_rank(row.priority),
            state: row.state,
            payload: row.payload.0,
            unique_key: row.unique_key,
            run_at: row.run_at,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            last_error: row.last_error,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

/// One job.
pub(super) async fn get(tx: &mut Tx, id: JobId, lock: bool) -> Result<Option<JobView>, DbError> {
    let lock = if lock { "{lock}" } else { "" };
    let row: Option<JobRow> = tx.opt(format!("{COLUMNS} WHERE id = $1 {lock}"), args![id]).await?;
    Ok(row.map(JobView::from))
}

/// A place in a list: the sort key of its last row.
pub(super) type Place = (String, i64, Option<Time>, JobId);

/// Jobs of one state, in the order that matters for it: the next to run first, else the latest first.
pub(super) async fn list(
    tx: &mut Tx,
    state: JobState,
    kind: Option<&str>,
    after: Option<Place>,
    limit: i64,
) -> Result<Vec<JobView>, DbError> {
    let mut query = Query::new(COLUMNS);
    query.push(" WHERE ").push(match state {
        JobState::Waiting => "state = 'waiting'",
        JobState::Running => "state = 'running'",
        JobState::Dead => "state = 'dead'",
        JobState::Done => "state IN ('done', 'cancelled') AND state = 'done'",
        JobState::Cancelled => "state IN ('done', 'cancelled') AND state = 'cancelled'",
    });
    if let Some(kind) = kind {
        query.push(" AND kind = ").bind(kind);
    }
    if let Some((queue, priority, at, id)) = after {
        match state {
            JobState::Waiting => {
                query.push(" AND (queue, priority, run_at, id) > (").bind(queue).push(", ").bind(priority);
                query.push(", ").bind(at).push(", ").bind(id).push(")");
            }
            JobState::Done | JobState::Cancelled => {
                query.push(" AND (finished_at, id) < (").bind(at).push(", ").bind(id).push(")");
            }
            JobState::Running | JobState::Dead => {
                query.push(" AND id < ").bind(id);
            }
        }
    }
    query.push(match state {
        JobState::Waiting => " ORDER BY queue, priority, run_at, id LIMIT ",
        JobState::Done | JobState::Cancelled => " ORDER BY finished_at DESC, id DESC LIMIT ",
        JobState::Running | JobState::Dead => " ORDER BY id DESC LIMIT ",
    });
    query.bind(limit);
    let rows: Vec<JobRow> = tx.all_of(query).await?;
    Ok(rows.into_iter().map(JobView::from).collect())
}

/// Puts a dead or cancelled job back with all its tries.
pub(super) async fn revive(tx: &mut Tx, id: JobId, now: Time) -> Result<(), DbError> {
    tx.run(
        "UPDATE jobs SET state = 'waiting', attempts = 0, run_at = $2, finished_at = NULL WHERE id = $1",
        args![id, now],
    )
    .await?;
    Ok(())
}

/// Calls a waiting job off.
pub(super) async fn cancel(tx: &mut Tx, id: JobId, now: Time) -> Result<(), DbError> {
    tx.run("UPDATE jobs SET state = 'cancelled', finished_at = $2 WHERE id = $1", args![id, now]).await?;
    Ok(())
}

/// Deletes up to `limit` jobs that ended well before a time.
pub(super) async fn prune(tx: &mut Tx, before: Time, limit: i64) -> Result<u64, DbError> {
    tx.run(
        "DELETE FROM jobs WHERE id IN (SELECT id FROM jobs WHERE state IN ('done', 'cancelled') \
         AND finished_at < $1 ORDER BY finished_at LIMIT $2)",
        args![before, limit],
    )
    .await
}

/// Counts by kind of what has not ended well.
pub(super) async fn kinds(tx: &mut Tx) -> Result<Vec<KindStats>, DbError> {
    let rows: Vec<(String, String, i64)> = tx
        .all(
            "SELECT kind, 'waiting', COUNT(*) FROM jobs WHERE state = 'waiting' GROUP BY kind \
             UNION ALL SELECT kind, 'running', COUNT(*) FROM jobs WHERE state = 'running' GROUP BY kind \
             UNION ALL SELECT kind, 'dead', COUNT(*) FROM jobs WHERE state = 'dead' GROUP BY kind",
            args![],
        )
        .await?;
    let mut kinds: std::collections::BTreeMap<String, KindStats> = std::collections::BTreeMap::new();
    for (kind, state, count) in rows {
        let entry = kinds.entry(kind.clone()).or_insert(KindStats { kind, waiting: 0, running: 0, dead: 0 });
        match state.as_str() {
            "waiting" => entry.waiting = count,
            "running" => entry.running = count,
            _ => entry.dead = count,
        }
    }
    Ok(kinds.into_values().collect())
}

/// Jobs that wait for their time.
pub(super) async fn delayed(tx: &mut Tx, now: Time) -> Result<i64, DbError> {
    let (count,): (i64,) =
        tx.one("SELECT COUNT(*) FROM jobs WHERE state = 'waiting' AND run_at > $1", args![now]).await?;
    Ok(count)
}

/// Jobs done since a time.
pub(super) async fn done_since(tx: &mut Tx, since: Time) -> Result<i64, DbError> {
    let (count,): (i64,) = tx
        .one(
            "SELECT COUNT(*) FROM jobs WHERE state IN ('done', 'cancelled') AND state = 'done' \
             AND finished_at >= $1",
            args![since],
        )
        .await?;
    Ok(count)
}

/// Since when the oldest due job of a priority waits; each is one look into the index.
pub(super) async fn oldest_due(
    tx: &mut Tx,
    priority: JobPriority,
    now: Time,
) -> Result<Option<Time>, DbError> {
    let mut oldest: Option<Time> = None;
    for queue in QueueName::ALL {
        let row: Option<(Time,)> = tx
            .opt(
                "SELECT run_at FROM jobs WHERE state = 'waiting' AND queue = $1 AND priority = $2 \
                 AND run_at <= $3 ORDER BY run_at LIMIT 1",
                args![*queue, priority.rank(), now],
            )
            .await?;
        oldest = oldest.into_iter().chain(row.map(|(at,)| at)).min();
    }
    Ok(oldest)
}

/// Takes or keeps a lease row; false while somebody else holds it.
pub(super) async fn hold_lease(
    tx: &mut Tx,
    name: &str,
    owner: &str,
    now: Time,
    until: Time,
) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "INSERT INTO leases (name, owner, token, expires_at) VALUES ($1, $2, 1, $4) \
             ON CONFLICT (name) DO UPDATE SET owner = $2, token = leases.token + 1, expires_at = $4 \
             WHERE leases.owner = $2 OR leases.expires_at < $3",
            args![name, owner, now, until],
        )
        .await?;
    Ok(rows == 1)
}

/// Gives a lease row back.
pub(super) async fn free_lease(tx: &mut Tx, name: &str, owner: &str) -> Result<(), DbError> {
    tx.run("DELETE FROM leases WHERE name = $1 AND owner = $2", args![name, owner]).await?;
    Ok(())
}

/// When each scheduled job was last due and seen to.
pub(super) async fn schedule_runs(tx: &mut Tx) -> Result<Vec<(String, Time)>, DbError> {
    tx.all("SELECT name, last_due_at FROM schedule_runs", args![]).await
}

/// Notes that a due time is seen to; false when it (or a later one) already was.
pub(super) async fn note_run(tx: &mut Tx, name: &str, due: Time, now: Time) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "INSERT INTO schedule_runs (name, last_due_at, last_run_at) VALUES ($1, $2, $3) \
             ON CONFLICT (name) DO UPDATE SET last_due_at = $2, last_run_at = $3 \
             WHERE schedule_runs.last_due_at < $2",
            args![name, due, now],
        )
        .await?;
    Ok(rows == 1)
}
