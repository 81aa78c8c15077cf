//! SQL of the queue. Indexes are partial by state, so that claiming costs the same however many jobs have ended.

use super::{JobPriority, QueueName};
use crate::{
    args,
    db::{DbError, Json, Query, Tx},
    types::*,
};
use std::collections::HashMap;

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

/// Jobs written down by one statement.
const ROWS: usize = 1000;

/// Writes jobs down; `None` for each that has the key of one that waits or runs.
pub(super) async fn insert(tx: &mut Tx, jobs: Vec<NewJob>, now: Time) -> Result<Vec<Option<JobId>>, DbError> {
    let mut ids = vec![None; jobs.len()];
    let (keyed, plain): (Vec<_>, Vec<_>) =
        jobs.into_iter().enumerate().partition(|(_, job)| job.unique_key.is_some());
    let mut plain = plain.into_iter();
    loop {
        let (places, rows): (Vec<usize>, Vec<NewJob>) = plain.by_ref().take(ROWS).unzip();
        if rows.is_empty() {
            break;
        }
        // Numbers are given in the order of the rows; the order in which they are told is nobody's promise.
        let mut given: Vec<(JobId,)> = tx.all_of(insert_query(rows, now, "")).await?;
        given.sort_unstable();
        for (place, (id,)) in places.into_iter().zip(given) {
            ids[place] = Some(id);
        }
    }
    let once = " ON CONFLICT (kind, unique_key) WHERE unique_key IS NOT NULL AND outcome IS NULL DO NOTHING";
    let mut keyed = keyed.into_iter();
    loop {
        let some: Vec<(usize, NewJob)> = keyed.by_ref().take(ROWS).collect();
        if some.is_empty() {
            break;
        }
        let keys: Vec<(usize, &str, String)> = some
            .iter()
            .map(|(place, job)| (*place, job.kind, job.unique_key.clone().unwrap_or_default()))
            .collect();
        let rows = some.into_iter().map(|(_, job)| job).collect();
        let given: Vec<(JobId, String, String)> = tx.all_of(insert_query(rows, now, once)).await?;
        let mut given: HashMap<(String, String), JobId> =
            given.into_iter().map(|(id, kind, key)| ((kind, key), id)).collect();
        for (place, kind, key) in keys {
            // Of two with one key in the same call the first is written down.
            ids[place] = given.remove(&(kind.to_owned(), key));
        }
    }
    Ok(ids)
}

fn insert_query(jobs: Vec<NewJob>, now: Time, once: &str) -> Query {
    let mut query = Query::new(
        "INSERT INTO jobs (kind, queue, priority, payload, unique_key, run_at, max_attempts, created_at, batch_id) \
         VALUES ",
    );
    for (n, job) in jobs.into_iter().enumerate() {
        query.push(if n == 0 { "(" } else { ", (" }).bind(job.kind).push(", ").bind(job.queue);
        query.push(", ").bind(job.priority.rank()).push(", ").bind(job.payload);
        query.push(", ").bind(job.unique_key).push(", ").bind(job.run_at);
        query.push(", ").bind(job.max_attempts).push(", ").bind(now).push(", ").bind(job.batch_id).push(")");
    }
    query.push(once).push(if once.is_empty() { " RETURNING id" } else { " RETURNING id, kind, unique_key" });
    query
}

/// A job in this process's hands.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Claimed {
    pub id: JobId,
    pub kind: String,
    pub payload: Json<serde_json::Value>,
    pub attempts: i64,
    pub max_attempts: i64,
    pub batch_id: Option<BatchId>,
    /// The fencing token.
    pub claim_id: i64,
}

const CLAIMED: &str = "id, kind, payload, attempts, max_attempts, batch_id, claim_id";

/// Which (queue, priority) pairs have a job that is due: one look into the index for each.
pub(super) async fn due(tx: &mut Tx, now: Time) -> Result<Vec<(QueueName, i64)>, DbError> {
    let mut query = Query::new("SELECT v.column1, v.column2 FROM (VALUES ");
    let pairs =
        QueueName::ALL.iter().flat_map(|queue| JobPriority::ALL.iter().map(move |p| (*queue, p.rank())));
    for (n, (queue, rank)) in pairs.enumerate() {
        query.push(if n == 0 { "(" } else { ", (" }).bind(queue).push(", ").bind(rank).push(")");
    }
    query.push(
        ") AS v WHERE NOT EXISTS (SELECT 1 FROM queues WHERE queue = v.column1 AND paused_at IS NOT NULL) \
         AND EXISTS (SELECT 1 FROM jobs WHERE outcome IS NULL AND claim_id IS NULL AND queue = v.column1 \
         AND priority = v.column2 AND run_at <= ",
    );
    query.bind(now).push(") ORDER BY v.column2");
    tx.all_of(query).await
}

/// Up to `limit` due jobs of one queue and priority that nobody does, the next ones first.
pub(super) async fn pick(
    tx: &mut Tx,
    queue: QueueName,
    priority: i64,
    limit: i64,
    now: Time,
) -> Result<Vec<JobId>, DbError> {
    let rows: Vec<(JobId,)> = tx
        .all(
            "SELECT id FROM jobs WHERE outcome IS NULL AND claim_id IS NULL AND queue = $1 AND priority = $2 \
             AND run_at <= $3 ORDER BY run_at, id LIMIT $4 {skip_locked}",
            args![queue, priority, now, limit],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

fn array(ids: &[JobId]) -> serde_json::Value {
    ids.iter().map(|id| id.0).collect()
}

/// Writes down that a worker does these jobs, which counts as a try of each. Their rows are changed where they lie: no
/// index knows who does a job, only the claim does.
pub(super) async fn claim(
    tx: &mut Tx,
    worker: i64,
    ids: &[JobId],
    now: Time,
) -> Result<Vec<Claimed>, DbError> {
    let (claim,): (i64,) = tx
        .one(
            "INSERT INTO claims (worker_id, jobs, claimed_at) VALUES ($1, $2, $3) RETURNING id",
            args![worker, array(ids), now],
        )
        .await?;
    let mut claimed: Vec<Claimed> = tx
        .all(
            format!(
                "UPDATE jobs SET attempts = attempts + 1, claim_id = $1 \
                 WHERE id {{among(}}$2{{)among}} AND outcome IS NULL AND claim_id IS NULL RETURNING {CLAIMED}"
            ),
            args![claim, array(ids)],
        )
        .await?;
    let places: HashMap<JobId, usize> = ids.iter().enumerate().map(|(n, id)| (*id, n)).collect();
    claimed.sort_by_key(|job| places.get(&job.id).copied());
    Ok(claimed)
}

/// Ends jobs of one claim that were done, as far as the claim still holds; how many that are.
pub(super) async fn complete(tx: &mut Tx, claim: i64, jobs: &[JobId], now: Time) -> Result<u64, DbError> {
    tx.run(
        "UPDATE jobs SET outcome = 'done', finished_at = $1 WHERE claim_id = $2 AND outcome IS NULL \
         AND id {among(}$3{)among}",
        args![now, claim, array(jobs)],
    )
    .await
}

/// Puts a job back for later. `counts` says whether this claim was a try.
pub(super) async fn put_back(
    tx: &mut Tx,
    (id, claim): (JobId, i64),
    run_at: Time,
    error: Option<&str>,
    counts: bool,
) -> Result<bool, DbError> {
    let back = i64::from(!counts);
    let rows = tx
        .run(
            "UPDATE jobs SET claim_id = NULL, run_at = $3, attempts = attempts - $4, \
             last_error = COALESCE($5, last_error) WHERE id = $1 AND claim_id = $2 AND outcome IS NULL",
            args![id, claim, run_at, back, error.map(str::to_owned)],
        )
        .await?;
    Ok(rows == 1)
}

/// Gives a job up.
pub(super) async fn bury(
    tx: &mut Tx,
    (id, claim): (JobId, i64),
    error: &str,
    now: Time,
) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "UPDATE jobs SET outcome = 'dead', last_error = $3, finished_at = $4 \
             WHERE id = $1 AND claim_id = $2 AND outcome IS NULL",
            args![id, claim, error, now],
        )
        .await?;
    Ok(rows == 1)
}

/// Forgets claims of which every job has ended or was put back.
pub(super) async fn drop_claims(tx: &mut Tx, claims: &[i64]) -> Result<(), DbError> {
    if !claims.is_empty() {
        let claims: serde_json::Value = claims.iter().copied().collect();
        tx.run("DELETE FROM claims WHERE id {among(}$1{)among}", args![claims]).await?;
    }
    Ok(())
}

/// A process that does jobs.
pub(super) struct NewWorker<'a> {
    pub name: &'a str,
    pub host: &'a str,
    pub places: i64,
}

/// Writes a worker down; the number under which it claims.
pub(super) async fn register(
    tx: &mut Tx,
    worker: NewWorker<'_>,
    now: Time,
    alive_until: Time,
) -> Result<i64, DbError> {
    let (id,): (i64,) = tx
        .one(
            "INSERT INTO workers (name, pid, host, places, started_at, alive_until) \
             VALUES ($1, $2, $3, $4, $5, $6) RETURNING id",
            args![worker.name, std::process::id(), worker.host, worker.places, now, alive_until],
        )
        .await?;
    Ok(id)
}

/// Says that a worker lives; false when others have taken it for dead.
pub(super) async fn beat(tx: &mut Tx, worker: i64, alive_until: Time) -> Result<bool, DbError> {
    let rows =
        tx.run("UPDATE workers SET alive_until = $2 WHERE id = $1", args![worker, alive_until]).await?;
    Ok(rows == 1)
}

/// Forgets a worker, whose claims must be gone.
pub(super) async fn unregister(tx: &mut Tx, worker: i64) -> Result<(), DbError> {
    tx.run("DELETE FROM workers WHERE id = $1", args![worker]).await?;
    Ok(())
}

/// Workers that have not said for too long that they live, or, when `everything` is set, all but `me`.
pub(super) async fn dead_workers(
    tx: &mut Tx,
    me: i64,
    now: Time,
    everything: bool,
) -> Result<Vec<i64>, DbError> {
    let rows: Vec<(i64,)> = tx
        .all(
            "SELECT id FROM workers WHERE id <> $1 AND (alive_until < $2 OR $3) ORDER BY id LIMIT 100 {skip_locked}",
            args![me, now, everything],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// A worker's claims.
pub(super) async fn claims_of(tx: &mut Tx, worker: i64) -> Result<Vec<i64>, DbError> {
    let rows: Vec<(i64,)> =
        tx.all("SELECT id FROM claims WHERE worker_id = $1 ORDER BY id", args![worker]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The jobs of a claim that have not ended.
pub(super) async fn claimed(tx: &mut Tx, claim: i64) -> Result<Vec<Claimed>, DbError> {
    tx.all(
        format!(
            "SELECT {CLAIMED} FROM jobs WHERE claim_id = $1 AND outcome IS NULL AND id IN \
             (SELECT CAST(e.value AS BIGINT) FROM claims c, {{elements}}(c.jobs) e WHERE c.id = $1) ORDER BY id"
        ),
        args![claim],
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
