//! SQL of queue control. Nothing here reads the whole table of jobs: lists are read in an index's order up to a limit,
//! counts stop, what was done is added up as it happens.

use super::{Batch, COUNTED_TO, MinuteStats, Pause};
use crate::{
    args,
    db::{DbError, Json, Query, Tx},
    queue::{JobPriority, JobState, JobView, QueueName},
    types::*,
};
use std::collections::BTreeMap;

// Pauses

/// Queues that stand still: their jobs are not to be claimed.
pub async fn paused(tx: &mut Tx) -> Result<Vec<QueueName>, DbError> {
    let rows: Vec<(QueueName,)> =
        tx.all("SELECT queue FROM queues WHERE paused_at IS NOT NULL ORDER BY queue", args![]).await?;
    Ok(rows.into_iter().map(|(queue,)| queue).collect())
}

/// Why which queues stand still.
pub(super) async fn pauses(tx: &mut Tx) -> Result<Vec<(QueueName, Pause)>, DbError> {
    let rows: Vec<(QueueName, Time, Option<String>, Option<String>)> = tx
        .all(
            "SELECT queue, paused_at, paused_by, pause_reason FROM queues WHERE paused_at IS NOT NULL",
            args![],
        )
        .await?;
    let pause = |at, by: Option<String>, reason| Pause { at, by: by.unwrap_or_default(), reason };
    Ok(rows.into_iter().map(|(queue, at, by, reason)| (queue, pause(at, by, reason))).collect())
}

/// Lets a queue stand still; false when it does already.
pub(super) async fn pause(
    tx: &mut Tx,
    queue: QueueName,
    by: &str,
    reason: Option<&str>,
    now: Time,
) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "INSERT INTO queues (queue, paused_at, paused_by, pause_reason, updated_at) VALUES ($1, $2, $3, $4, $2) \
             ON CONFLICT (queue) DO UPDATE SET paused_at = $2, paused_by = $3, pause_reason = $4, updated_at = $2 \
             WHERE queues.paused_at IS NULL",
            args![queue, now, by, reason.map(str::to_owned)],
        )
        .await?;
    Ok(rows == 1)
}

/// Lets a queue go on; false when it does already.
pub(super) async fn resume(tx: &mut Tx, queue: QueueName, now: Time) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "UPDATE queues SET paused_at = NULL, paused_by = NULL, pause_reason = NULL, updated_at = $2 \
             WHERE queue = $1 AND paused_at IS NOT NULL",
            args![queue, now],
        )
        .await?;
    Ok(rows == 1)
}

// What was done, minute by minute

const MINUTE_MS: i64 = 60_000;

/// The minute in which an instant lies.
pub(super) fn minute_of(at: Time) -> Time {
    Time::from_ms(at.ms().div_euclid(MINUTE_MS) * MINUTE_MS)
}

/// Adds to what was done in the minute of `minute`: jobs of a kind that were done, that were given up, and tries that
/// failed and will be repeated. Called once per kind and batch of ended jobs, kinds in order, as the last thing of the
/// transaction: other workers that add to the same minute wait from here to its end.
pub async fn note(
    tx: &mut Tx,
    minute: Time,
    kind: &str,
    done: i64,
    failed: i64,
    retried: i64,
) -> Result<(), DbError> {
    if done == 0 && failed == 0 && retried == 0 {
        return Ok(());
    }
    tx.run(
        "INSERT INTO job_minutes (minute, kind, done, failed, retried) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (minute, kind) DO UPDATE SET done = job_minutes.done + $3, \
           failed = job_minutes.failed + $4, retried = job_minutes.retried + $5",
        args![minute_of(minute), kind, done, failed, retried],
    )
    .await?;
    Ok(())
}

/// What was done since a time, by minute and kind.
pub(super) async fn minutes(tx: &mut Tx, since: Time) -> Result<Vec<(String, MinuteStats)>, DbError> {
    let rows: Vec<(Time, String, i64, i64, i64)> = tx
        .all(
            "SELECT minute, kind, done, failed, retried FROM job_minutes WHERE minute >= $1 ORDER BY minute, kind",
            args![minute_of(since)],
        )
        .await?;
    let row = |(minute, kind, done, failed, retried)| (kind, MinuteStats { minute, done, failed, retried });
    Ok(rows.into_iter().map(row).collect())
}

/// Forgets minutes before a time.
pub(super) async fn prune_minutes(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    tx.run("DELETE FROM job_minutes WHERE minute < $1", args![before]).await
}

// Batches

const BATCH: &str =
    "SELECT id, name, total, done, dead, cancelled, created_by, created_at, cancelled_at FROM batches";

/// Writes a batch down, for the jobs that carry its number.
pub(super) async fn insert_batch(
    tx: &mut Tx,
    name: &str,
    total: i64,
    by: &str,
    now: Time,
) -> Result<BatchId, DbError> {
    let (id,): (BatchId,) = tx
        .one(
            "INSERT INTO batches (name, total, created_by, created_at) VALUES ($1, $2, $3, $4) RETURNING id",
            args![name, total, by, now],
        )
        .await?;
    Ok(id)
}

/// Adds to a batch's counters: jobs done and jobs given up. Called once per batch and transaction that ends jobs, in the
/// order of the batches' numbers.
pub async fn note_batch(tx: &mut Tx, batch_id: BatchId, done: i64, dead: i64) -> Result<(), DbError> {
    tx.run(
        "UPDATE batches SET done = done + $2, dead = dead + $3 WHERE id = $1",
        args![batch_id, done, dead],
    )
    .await?;
    Ok(())
}

/// Moves jobs of a batch between its counters after staff put some back, called some off or discarded some.
pub(super) async fn move_batch(
    tx: &mut Tx,
    batch_id: BatchId,
    dead: i64,
    cancelled: i64,
) -> Result<(), DbError> {
    tx.run(
        "UPDATE batches SET dead = dead + $2, cancelled = cancelled + $3 WHERE id = $1",
        args![batch_id, dead, cancelled],
    )
    .await?;
    Ok(())
}

/// One batch.
pub(super) async fn batch(tx: &mut Tx, id: BatchId) -> Result<Option<Batch>, DbError> {
    tx.opt(format!("{BATCH} WHERE id = $1"), args![id]).await
}

/// Batches, the newest first.
pub(super) async fn batches(tx: &mut Tx, before: Option<BatchId>, limit: i64) -> Result<Vec<Batch>, DbError> {
    let mut query = Query::new(BATCH);
    if let Some(id) = before {
        query.push(" WHERE id < ").bind(id);
    }
    query.push(" ORDER BY id DESC LIMIT ").bind(limit);
    tx.all_of(query).await
}

/// Notes that a batch was called off; false when it was already.
pub(super) async fn cancel_batch(tx: &mut Tx, id: BatchId, now: Time) -> Result<bool, DbError> {
    let rows = tx
        .run("UPDATE batches SET cancelled_at = $2 WHERE id = $1 AND cancelled_at IS NULL", args![id, now])
        .await?;
    Ok(rows == 1)
}

/// Forgets batches made before a time of which no job is left.
pub(super) async fn prune_batches(tx: &mut Tx, before: Time, limit: i64) -> Result<u64, DbError> {
    tx.run(
        "DELETE FROM batches WHERE id IN (SELECT b.id FROM batches b WHERE b.created_at < $1 \
         AND NOT EXISTS (SELECT 1 FROM jobs j WHERE j.batch_id = b.id) ORDER BY b.created_at LIMIT $2)",
        args![before, limit],
    )
    .await
}

// Jobs

const JOB: &str = "SELECT j.id, j.kind, j.queue, j.priority, j.payload, j.unique_key, j.batch_id, j.run_at, \
                   j.attempts, j.max_attempts, j.claim_id, j.outcome, j.last_error, j.created_at, j.finished_at, \
                   (SELECT w.name FROM claims c JOIN workers w ON w.id = c.worker_id WHERE c.id = j.claim_id) \
                   AS worker FROM jobs j";

#[derive(sqlx::FromRow)]
struct JobRow {
    id: JobId,
    kind: String,
    queue: QueueName,
    priority: i64,
    payload: Json<serde_json::Value>,
    unique_key: Option<String>,
    batch_id: Option<BatchId>,
    run_at: Time,
    attempts: i64,
    max_attempts: i64,
    claim_id: Option<i64>,
    outcome: Option<JobState>,
    last_error: Option<String>,
    created_at: Time,
    finished_at: Option<Time>,
    worker: Option<String>,
}

impl From<JobRow> for JobView {
    fn from(row: JobRow) -> Self {
        let state = match (row.outcome, row.claim_id) {
            (Some(outcome), _) => outcome,
            (None, Some(_)) => JobState::Running,
            (None, None) => JobState::Waiting,
        };
        JobView {
            id: row.id,
            kind: row.kind,
            queue: row.queue,
            priority: JobPriority::from_rank(row.priority),
            state,
            payload: row.payload.0,
            unique_key: row.unique_key,
            batch_id: row.batch_id,
            run_at: row.run_at,
            attempts: row.attempts,
            max_attempts: row.max_attempts,
            worker: row.worker.filter(|_| state == JobState::Running),
            last_error: row.last_error,
            created_at: row.created_at,
            finished_at: row.finished_at,
        }
    }
}

fn views(rows: Vec<JobRow>) -> Vec<JobView> {
    rows.into_iter().map(JobView::from).collect()
}

/// One job.
pub(super) async fn get(tx: &mut Tx, id: JobId) -> Result<Option<JobView>, DbError> {
    let row: Option<JobRow> = tx.opt(format!("{JOB} WHERE j.id = $1"), args![id]).await?;
    Ok(row.map(JobView::from))
}

/// Some jobs, held for the rest of the transaction, in the order of their numbers.
pub(super) async fn hold(tx: &mut Tx, ids: &[JobId]) -> Result<Vec<JobView>, DbError> {
    let mut query = Query::new(JOB);
    query.push(" WHERE j.id IN ").bind_list(ids.iter().copied()).push(" ORDER BY j.id {lock}");
    Ok(views(tx.all_of(query).await?))
}

/// A place in a list: the sort key of its last row.
pub type Place = (String, i64, Option<Time>, JobId);

/// The place of a job in the list of its state, or of its batch.
pub(super) fn place(state: JobState, job: &JobView) -> Place {
    let at = if state == JobState::Waiting { Some(job.run_at) } else { job.finished_at };
    (job.queue.to_string(), job.priority.rank(), at, job.id)
}

/// What is read to list jobs.
#[derive(Debug, Clone, Copy)]
pub enum Source {
    /// Waiting ones, the next to run first; of one queue or of all.
    Waiting(Option<QueueName>),
    /// Those that ended so, the latest first.
    Ended(JobState),
    /// A batch's, the newest first.
    Batch(BatchId),
}

/// The statement behind a list: up to `limit` jobs after a place.
pub fn walk_query(source: Source, after: Option<&Place>, limit: i64) -> Query {
    let mut query = Query::new(JOB);
    match source {
        Source::Waiting(queue) => {
            query.push(" WHERE j.outcome IS NULL AND j.claim_id IS NULL");
            if let Some(queue) = queue {
                query.push(" AND j.queue = ").bind(queue);
            }
            if let Some((queue, priority, at, id)) = after {
                query.push(" AND (j.queue, j.priority, j.run_at, j.id) > (").bind(queue);
                query.push(", ").bind(*priority).push(", ").bind(*at).push(", ").bind(*id).push(")");
            }
            query.push(" ORDER BY j.queue, j.priority, j.run_at, j.id LIMIT ");
        }
        Source::Ended(state) => {
            // The words of the partial indexes, so that SQLite sees that they serve.
            query.push(match state {
                JobState::Dead => " WHERE j.outcome = 'dead'",
                JobState::Cancelled => {
                    " WHERE j.outcome IN ('cancelled', 'discarded') AND j.outcome = 'cancelled'"
                }
                JobState::Discarded => {
                    " WHERE j.outcome IN ('cancelled', 'discarded') AND j.outcome = 'discarded'"
                }
                JobState::Done | JobState::Waiting | JobState::Running => {
                    " WHERE j.outcome IN ('done', 'cancelled', 'discarded') AND j.outcome = 'done'"
                }
            });
            if let Some((_, _, at, id)) = after {
                query.push(" AND (j.finished_at, j.id) < (").bind(*at).push(", ").bind(*id).push(")");
            }
            query.push(" ORDER BY j.finished_at DESC, j.id DESC LIMIT ");
        }
        Source::Batch(batch) => {
            query.push(" WHERE j.batch_id = ").bind(batch);
            if let Some((.., id)) = after {
                query.push(" AND j.id < ").bind(*id);
            }
            query.push(" ORDER BY j.id DESC LIMIT ");
        }
    }
    query.bind(limit);
    query
}

/// Up to `limit` jobs after a place.
pub(super) async fn walk(
    tx: &mut Tx,
    source: Source,
    after: Option<&Place>,
    limit: i64,
) -> Result<Vec<JobView>, DbError> {
    Ok(views(tx.all_of(walk_query(source, after, limit)).await?))
}

/// Claims and who has them; the most that are read, which is more than there can be sensibly.
const CLAIMS_MOST: i64 = 10_000;

/// Jobs asked for in one statement.
const AT_ONCE: usize = 500;

/// What is claimed: worker and jobs.
async fn claimed(tx: &mut Tx) -> Result<Vec<(i64, i64, Vec<i64>)>, DbError> {
    let rows: Vec<(i64, i64, Json<Vec<i64>>)> =
        tx.all("SELECT id, worker_id, jobs FROM claims ORDER BY id LIMIT $1", args![CLAIMS_MOST]).await?;
    Ok(rows.into_iter().map(|(id, worker, jobs)| (id, worker, jobs.0)).collect())
}

/// Jobs that run, the newest first.
pub(super) async fn running(tx: &mut Tx) -> Result<Vec<JobView>, DbError> {
    let mut ids: Vec<i64> = claimed(tx).await?.into_iter().flat_map(|(.., jobs)| jobs).collect();
    ids.sort_unstable_by(|a, b| b.cmp(a));
    ids.dedup();
    let mut jobs = Vec::new();
    for some in ids.chunks(AT_ONCE) {
        let mut query = Query::new(JOB);
        query.push(" WHERE j.outcome IS NULL AND j.claim_id IS NOT NULL AND j.id IN ");
        query.bind_list(some.iter().copied()).push(" ORDER BY j.id DESC");
        jobs.extend(views(tx.all_of(query).await?));
    }
    Ok(jobs)
}

/// How many jobs run by queue and kind, and by worker.
#[derive(Debug, Default)]
pub(super) struct Running {
    pub kinds: BTreeMap<(QueueName, String), i64>,
    pub workers: BTreeMap<i64, i64>,
}

/// How many jobs run.
pub(super) async fn count_running(tx: &mut Tx) -> Result<Running, DbError> {
    let mut running = Running::default();
    let mut claims = BTreeMap::new();
    let mut ids = Vec::new();
    for (claim, worker, jobs) in claimed(tx).await? {
        claims.insert(claim, worker);
        ids.extend(jobs);
    }
    for some in ids.chunks(AT_ONCE) {
        let mut query = Query::new(
            "SELECT queue, kind, claim_id FROM jobs WHERE outcome IS NULL AND claim_id IS NOT NULL AND id IN ",
        );
        query.bind_list(some.iter().copied());
        let rows: Vec<(QueueName, String, i64)> = tx.all_of(query).await?;
        for (queue, kind, claim) in rows {
            *running.kinds.entry((queue, kind)).or_default() += 1;
            if let Some(worker) = claims.get(&claim) {
                *running.workers.entry(*worker).or_default() += 1;
            }
        }
    }
    Ok(running)
}

/// A worker's row.
#[derive(Debug, sqlx::FromRow)]
pub(super) struct WorkerRow {
    pub id: i64,
    pub name: String,
    pub pid: i64,
    pub host: String,
    pub places: i64,
    pub started_at: Time,
    pub alive_until: Time,
}

/// Who does jobs, the longest at work first.
pub(super) async fn workers(tx: &mut Tx) -> Result<Vec<WorkerRow>, DbError> {
    tx.all(
        "SELECT id, name, pid, host, places, started_at, alive_until FROM workers ORDER BY started_at, id LIMIT 1000",
        args![],
    )
    .await
}

/// Jobs of a kind, as far as they were counted.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Counted {
    pub queue: QueueName,
    pub priority: i64,
    pub later: bool,
    pub kind: String,
    pub jobs: i64,
}

/// The statement that counts waiting jobs: due and delayed ones of each queue and priority apart, each up to one more
/// than [`COUNTED_TO`].
pub fn waiting_query(now: Time) -> Query {
    let mut query = Query::default();
    let pairs =
        QueueName::ALL.iter().flat_map(|queue| JobPriority::ALL.iter().map(move |p| (*queue, p.rank())));
    for (n, (queue, rank)) in pairs.enumerate() {
        for later in [false, true] {
            if n > 0 || later {
                query.push(" UNION ALL ");
            }
            query.push("SELECT CAST(").bind(queue).push(" AS TEXT) AS queue, CAST(").bind(rank);
            query.push(" AS BIGINT) AS priority, ").push(if later { "TRUE" } else { "FALSE" });
            query.push(" AS later, kind, COUNT(*) AS jobs FROM (SELECT kind FROM jobs WHERE outcome IS NULL");
            query.push(" AND claim_id IS NULL AND queue = ").bind(queue).push(" AND priority = ").bind(rank);
            query.push(if later { " AND run_at > " } else { " AND run_at <= " }).bind(now);
            query.push(" ORDER BY run_at, id LIMIT ").bind(COUNTED_TO + 1).push(") AS counted GROUP BY kind");
        }
    }
    query
}

/// Counts waiting jobs.
pub(super) async fn count_waiting(tx: &mut Tx, now: Time) -> Result<Vec<Counted>, DbError> {
    tx.all_of(waiting_query(now)).await
}

/// The statement that counts dead letters, the latest first, up to one more than [`COUNTED_TO`].
pub fn dead_query() -> Query {
    let mut query = Query::new(
        "SELECT queue, kind, COUNT(*) AS jobs FROM (SELECT queue, kind FROM jobs WHERE outcome = 'dead' \
         ORDER BY finished_at DESC, id DESC LIMIT ",
    );
    query.bind(COUNTED_TO + 1).push(") AS latest GROUP BY queue, kind");
    query
}

/// Counts dead letters by queue and kind.
pub(super) async fn count_dead(tx: &mut Tx) -> Result<Vec<(QueueName, String, i64)>, DbError> {
    tx.all_of(dead_query()).await
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
                "SELECT run_at FROM jobs WHERE outcome IS NULL AND claim_id IS NULL AND queue = $1 \
                 AND priority = $2 AND run_at <= $3 ORDER BY run_at LIMIT 1",
                args![*queue, priority.rank(), now],
            )
            .await?;
        oldest = oldest.into_iter().chain(row.map(|(at,)| at)).min();
    }
    Ok(oldest)
}

/// Whether a job with this key waits or runs.
pub(super) async fn is_taken(tx: &mut Tx, kind: &str, key: &str) -> Result<bool, DbError> {
    let row: Option<(JobId,)> = tx
        .opt(
            "SELECT id FROM jobs WHERE kind = $1 AND unique_key = $2 AND unique_key IS NOT NULL AND outcome IS NULL",
            args![kind, key],
        )
        .await?;
    Ok(row.is_some())
}

/// Puts an ended job back with all its tries.
pub(super) async fn revive(tx: &mut Tx, id: JobId, now: Time) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "UPDATE jobs SET outcome = NULL, claim_id = NULL, attempts = 0, run_at = $2, finished_at = NULL \
             WHERE id = $1 AND outcome IN ('dead', 'cancelled', 'discarded')",
            args![id, now],
        )
        .await?;
    Ok(rows == 1)
}

/// Ends a waiting job as called off.
pub(super) async fn cancel(tx: &mut Tx, id: JobId, now: Time) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "UPDATE jobs SET outcome = 'cancelled', finished_at = $2 \
             WHERE id = $1 AND outcome IS NULL AND claim_id IS NULL",
            args![id, now],
        )
        .await?;
    Ok(rows == 1)
}

/// Takes a dead job off the dead letters.
pub(super) async fn discard(tx: &mut Tx, id: JobId, now: Time) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "UPDATE jobs SET outcome = 'discarded', finished_at = $2 WHERE id = $1 AND outcome = 'dead'",
            args![id, now],
        )
        .await?;
    Ok(rows == 1)
}

/// Gives a waiting job another time.
pub(super) async fn set_run_at(tx: &mut Tx, id: JobId, at: Time) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "UPDATE jobs SET run_at = $2 WHERE id = $1 AND outcome IS NULL AND claim_id IS NULL",
            args![id, at],
        )
        .await?;
    Ok(rows == 1)
}

/// The statement that finds what to clean: before `$1`, up to `$2`.
pub fn clean_query(dead: bool) -> &'static str {
    if dead {
        "SELECT id FROM jobs WHERE outcome = 'dead' AND finished_at < $1 ORDER BY finished_at, id LIMIT $2"
    } else {
        "SELECT id FROM jobs WHERE outcome IN ('done', 'cancelled', 'discarded') AND finished_at < $1 \
         ORDER BY finished_at, id LIMIT $2"
    }
}

/// Deletes up to `limit` jobs that ended before a time, the oldest first.
pub(super) async fn clean(tx: &mut Tx, dead: bool, before: Time, limit: i64) -> Result<u64, DbError> {
    let found = clean_query(dead);
    tx.run(format!("DELETE FROM jobs WHERE id IN ({found})"), args![before, limit]).await
}

/// Counts, up to `limit`, jobs that ended before a time.
pub(super) async fn count_cleanable(
    tx: &mut Tx,
    dead: bool,
    before: Time,
    limit: i64,
) -> Result<i64, DbError> {
    let found = clean_query(dead);
    let (count,): (i64,) =
        tx.one(format!("SELECT COUNT(*) FROM ({found}) AS found"), args![before, limit]).await?;
    Ok(count)
}
