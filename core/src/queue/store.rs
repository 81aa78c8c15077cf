//! SQL of the queue. Indexes are partial by state, so that claiming costs the same however many jobs have ended.

use super::{JobPriority, QueueName};
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
    pub batch_id: Option<BatchId>,
}

/// Writes a job down; `None` when one with the same key waits or runs.
pub(super) async fn insert(tx: &mut Tx, job: NewJob, now: Time) -> Result<Option<JobId>, DbError> {
    let row: Option<(JobId,)> = tx
        .opt(
            "INSERT INTO jobs (kind, queue, priority, payload, unique_key, run_at, max_attempts, created_at, batch_id) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9) \
             ON CONFLICT (kind, unique_key) WHERE unique_key IS NOT NULL AND outcome IS NULL \
             DO NOTHING RETURNING id",
            args![
                job.kind,
                job.queue,
                job.priority.rank(),
                job.payload,
                job.unique_key,
                job.run_at,
                job.max_attempts,
                now,
                job.batch_id
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
