//! Doing jobs that were claimed and writing down how they ended; shared by the worker and by [`drain`].

use super::{
    JobError, JobSpec, Outbox, REGISTRY, Run, backoff_ms, control,
    store::{self, Claimed},
};
use crate::{
    app::{App, Ctx},
    db::Tx,
    error::Result,
    event::{Event, Subject, SubjectKind, emit},
    messages,
    types::*,
};
use std::{collections::BTreeMap, sync::Arc, time::Duration};
use tokio::task::JoinSet;

/// Longest failure text that is kept, in characters.
const ERROR_CHARACTERS: usize = 500;

/// How long a kind of job that this program does not know is left for one that does.
const FOREIGN: Duration = Duration::from_secs(30);

/// How a claimed job ended.
#[derive(Debug, Clone)]
pub(super) enum Outcome {
    Done,
    Failed(JobError),
    /// Cut off by the end of this process.
    Interrupted,
}

/// A job and how it ended.
#[derive(Debug, Clone)]
pub(super) struct Ended {
    pub job: Claimed,
    pub outcome: Outcome,
}

/// The kinds of job that a worker knows.
pub type Registry = &'static [JobSpec];

/// Does one job, within its time. A panic comes out of the task that runs this.
pub(super) async fn execute(registry: Registry, app: App, outbox: Arc<Outbox>, job: Claimed) -> Outcome {
    let Some(spec) = registry.iter().find(|spec| spec.kind == job.kind) else {
        let reason = format!("this version knows no {}", job.kind);
        return Outcome::Failed(JobError::Later { reason, after: FOREIGN });
    };
    let run = Run { app, outbox, id: job.id, attempt: job.attempts, max_attempts: job.max_attempts };
    let started = tokio::time::Instant::now();
    let result = tokio::time::timeout(spec.timeout, (spec.run)(job.payload.0, run)).await;
    let outcome = match result {
        Ok(Ok(())) => Outcome::Done,
        Ok(Err(error)) => Outcome::Failed(error),
        Err(_) => Outcome::Failed(JobError::retry("it took too long")),
    };
    let word = match &outcome {
        Outcome::Done => "done",
        Outcome::Failed(JobError::Retry { .. }) => "retry",
        Outcome::Failed(JobError::GiveUp(_)) => "gave_up",
        Outcome::Failed(JobError::Later { .. }) => "later",
        Outcome::Interrupted => "interrupted",
    };
    metrics::counter!("aglis_jobs_total", "kind" => spec.kind, "outcome" => word).increment(1);
    metrics::histogram!("aglis_job_seconds", "kind" => spec.kind).record(started.elapsed().as_secs_f64());
    outcome
}

/// What ended jobs add to the figures.
#[derive(Debug, Default)]
pub(super) struct Tally {
    kinds: BTreeMap<String, [i64; 3]>,
    batches: BTreeMap<BatchId, [i64; 2]>,
}

impl Tally {
    fn done(&mut self, kind: &str, batch: Option<BatchId>, jobs: u64) {
        let jobs = i64::try_from(jobs).unwrap_or(i64::MAX);
        self.kind(kind)[0] += jobs;
        if let Some(batch) = batch {
            self.batches.entry(batch).or_default()[0] += jobs;
        }
    }

    fn dead(&mut self, job: &Claimed) {
        self.kind(&job.kind)[1] += 1;
        if let Some(batch) = job.batch_id {
            self.batches.entry(batch).or_default()[1] += 1;
        }
    }

    fn kind(&mut self, kind: &str) -> &mut [i64; 3] {
        if !self.kinds.contains_key(kind) {
            self.kinds.insert(kind.to_owned(), [0; 3]);
        }
        self.kinds.entry(kind.to_owned()).or_default()
    }

    /// Writes the figures down: the last thing of a transaction, and in order, because others add to the same rows.
    pub(super) async fn note(self, tx: &mut Tx, now: Time) -> Result<()> {
        for (batch, [done, dead]) in self.batches {
            control::store::note_batch(tx, batch, done, dead).await?;
        }
        for (kind, [done, dead, retried]) in self.kinds {
            control::store::note(tx, now, &kind, done, dead, retried).await?;
        }
        Ok(())
    }
}

/// Writes down how jobs ended. A job that somebody else has taken over meanwhile is left to them.
pub(super) async fn settle(tx: &mut Tx, ctx: &Ctx, ended: &[Ended]) -> Result<Tally> {
    let mut tally = Tally::default();
    let mut done: BTreeMap<(i64, &str, Option<BatchId>), Vec<JobId>> = BTreeMap::new();
    for Ended { job, .. } in ended.iter().filter(|end| matches!(end.outcome, Outcome::Done)) {
        done.entry((job.claim_id, &job.kind, job.batch_id)).or_default().push(job.id);
    }
    for ((claim, kind, batch), jobs) in done {
        let jobs = store::complete(tx, claim, &jobs, ctx.now).await?;
        tally.done(kind, batch, jobs);
    }
    for end in ended {
        match &end.outcome {
            Outcome::Done => {}
            Outcome::Interrupted => {
                store::put_back(tx, held(&end.job), ctx.now, None, true).await?;
            }
            Outcome::Failed(error) => settle_failure(tx, ctx, &end.job, error, &mut tally).await?,
        }
    }
    Ok(tally)
}

fn held(job: &Claimed) -> (JobId, i64) {
    (job.id, job.claim_id)
}

async fn settle_failure(
    tx: &mut Tx,
    ctx: &Ctx,
    job: &Claimed,
    error: &JobError,
    tally: &mut Tally,
) -> Result<()> {
    let text: String = error.to_string().chars().take(ERROR_CHARACTERS).collect();
    match error {
        JobError::Later { after, .. } => {
            let at = ctx.now.plus_ms(i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
            store::put_back(tx, held(job), at, Some(&text), false).await?;
        }
        JobError::Retry { after, .. } if job.attempts < job.max_attempts => {
            let backoff = backoff_ms(job.attempts, ctx.app.random_below(1001));
            let asked = after.map_or(0, |after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
            let at = ctx.now.plus_ms(backoff.max(asked));
            if store::put_back(tx, held(job), at, Some(&text), true).await? {
                tally.kind(&job.kind)[2] += 1;
            }
        }
        JobError::Retry { .. } | JobError::GiveUp(_) => bury(tx, ctx, job, &text, tally).await?,
    }
    Ok(())
}

/// Gives a job up, says so, and lets what it was for know.
async fn bury(tx: &mut Tx, ctx: &Ctx, job: &Claimed, error: &str, tally: &mut Tally) -> Result<()> {
    if !store::bury(tx, held(job), error, ctx.now).await? {
        return Ok(());
    }
    tally.dead(job);
    tracing::warn!(job = job.id.0, kind = %job.kind, error, "a job was given up");
    if let Some(message) = message_of(&job.payload.0) {
        messages::service::abandon(tx, ctx, message, error).await?;
    }
    let subject = Subject::new(SubjectKind::Job, job.id.0, job.kind.clone());
    let event = Event::JobDied { job_kind: job.kind.clone(), error: error.to_owned() };
    emit(tx, ctx, &subject, event).await?;
    Ok(())
}

/// The message that a job sends, for jobs that send one.
pub(super) fn message_of(payload: &serde_json::Value) -> Option<MessageId> {
    payload.get("message_id")?.as_i64().map(MessageId)
}

/// Puts back, or gives up, jobs whose worker is gone. Returns how many there were.
pub(super) async fn recover(app: &App, me: i64, everything: bool) -> Result<usize> {
    let ctx = app.system("worker");
    let mut probe = app.db.read().await?;
    let anybody = !store::dead_workers(&mut probe, me, ctx.now, everything).await?.is_empty();
    drop(probe);
    if !anybody {
        return Ok(0);
    }
    let mut tx = app.db.write().await?;
    let mut tally = Tally::default();
    let mut jobs = 0;
    for worker in store::dead_workers(&mut tx, me, ctx.now, everything).await? {
        let claims = store::claims_of(&mut tx, worker).await?;
        for claim in &claims {
            jobs += take_back(&mut tx, &ctx, *claim, &mut tally).await?;
        }
        store::drop_claims(&mut tx, &claims).await?;
        store::unregister(&mut tx, worker).await?;
    }
    tally.note(&mut tx, ctx.now).await?;
    tx.wake_jobs();
    tx.commit().await?;
    Ok(jobs)
}

/// Puts back, or gives up, what a claim that nobody works on any more still holds.
async fn take_back(tx: &mut Tx, ctx: &Ctx, claim: i64, tally: &mut Tally) -> Result<usize> {
    let jobs = store::claimed(tx, claim).await?;
    for job in &jobs {
        if job.attempts < job.max_attempts {
            store::put_back(tx, held(job), ctx.now, None, true).await?;
        } else {
            bury(tx, ctx, job, "its worker stopped in the middle of the last try", tally).await?;
        }
    }
    Ok(jobs.len())
}

/// Does every job that is due, and what these cause, until nothing is due any more. For tests and for commands that
/// work without a daemon. Returns how many tries that took.
pub async fn drain(app: &App, outbox: &Arc<Outbox>) -> Result<usize> {
    let mut tries = 0;
    let ctx = app.system("worker");
    let mut tx = app.db.write().await?;
    let worker = store::NewWorker { name: "drain", host: "", places: 50 };
    let me = store::register(&mut tx, worker, ctx.now, ctx.now.plus_seconds(600)).await?;
    tx.commit().await?;
    loop {
        let ctx = app.system("worker");
        let mut tx = app.db.write().await?;
        let mut ids = Vec::new();
        for (queue, priority) in store::due(&mut tx, ctx.now).await? {
            ids.extend(store::pick(&mut tx, queue, priority, 50, ctx.now).await?);
        }
        if ids.is_empty() {
            store::unregister(&mut tx, me).await?;
            tx.commit().await?;
            return Ok(tries);
        }
        let claimed = store::claim(&mut tx, me, &ids, ctx.now).await?;
        tx.commit().await?;
        tries += claimed.len();
        let claims: Vec<i64> = claimed.first().map(|job| job.claim_id).into_iter().collect();
        let mut running = JoinSet::new();
        for job in claimed {
            let (app, outbox) = (app.clone(), outbox.clone());
            running.spawn(async move {
                let outcome = tokio::spawn(execute(REGISTRY, app, outbox, job.clone())).await;
                let outcome = outcome.unwrap_or_else(|_| Outcome::Failed(JobError::retry("it panicked")));
                Ended { job, outcome }
            });
        }
        let ended = running.join_all().await;
        let ctx = app.system("worker");
        let mut tx = app.db.write().await?;
        let tally = settle(&mut tx, &ctx, &ended).await?;
        store::drop_claims(&mut tx, &claims).await?;
        tally.note(&mut tx, ctx.now).await?;
        tx.commit().await?;
    }
}
