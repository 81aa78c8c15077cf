//! Doing jobs that were claimed and writing down how they ended; shared by the worker and by [`drain`].

use super::{
    JobError, JobSpec, Outbox, REGISTRY, Run, backoff_ms,
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
use std::{sync::Arc, time::Duration};
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

fn spec(kind: &str) -> Option<&'static JobSpec> {
    REGISTRY.iter().find(|spec| spec.kind == kind)
}

/// Does one job, within its time. A panic comes out of the task that runs this.
pub(super) async fn execute(app: App, outbox: Arc<Outbox>, job: Claimed) -> Outcome {
    let Some(spec) = spec(&job.kind) else {
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

/// Writes down how jobs ended. A job that somebody else has taken over meanwhile is left to them.
pub(super) async fn settle(tx: &mut Tx, ctx: &Ctx, ended: &[Ended]) -> Result<()> {
    let done: Vec<(JobId, i64)> = ended
        .iter()
        .filter(|end| matches!(end.outcome, Outcome::Done))
        .map(|end| (end.job.id, end.job.lease_token))
        .collect();
    store::complete(tx, &done, ctx.now).await?;
    for end in ended {
        match &end.outcome {
            Outcome::Done => {}
            Outcome::Interrupted => {
                store::put_back(tx, held(&end.job), ctx.now, None, true).await?;
            }
            Outcome::Failed(error) => settle_failure(tx, ctx, &end.job, error).await?,
        }
    }
    Ok(())
}

fn held(job: &Claimed) -> (JobId, i64) {
    (job.id, job.lease_token)
}

async fn settle_failure(tx: &mut Tx, ctx: &Ctx, job: &Claimed, error: &JobError) -> Result<()> {
    let text: String = error.to_string().chars().take(ERROR_CHARACTERS).collect();
    match error {
        JobError::Later { after, .. } => {
            let at = ctx.now.plus_ms(i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
            store::put_back(tx, held(job), at, Some(&text), false).await?;
        }
        JobError::Retry { after, .. } if job.attempts < job.max_attempts => {
            let backoff = backoff_ms(job.attempts, ctx.app.random_below(1001));
            let asked = after.map_or(0, |after| i64::try_from(after.as_millis()).unwrap_or(i64::MAX));
            store::put_back(tx, held(job), ctx.now.plus_ms(backoff.max(asked)), Some(&text), true).await?;
        }
        JobError::Retry { .. } | JobError::GiveUp(_) => bury(tx, ctx, job, &text).await?,
    }
    Ok(())
}

/// Gives a job up, says so, and lets what it was for know.
pub(super) async fn bury(tx: &mut Tx, ctx: &Ctx, job: &Claimed, error: &str) -> Result<()> {
    if !store::bury(tx, held(job), error, ctx.now).await? {
        return Ok(());
    }
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
pub(super) async fn recover(app: &App, owner: &str, everything: bool) -> Result<usize> {
    let ctx = app.system("worker");
    let mut probe = app.db.read().await?;
    if store::stalled(&mut probe, owner, ctx.now, everything).await?.is_empty() {
        return Ok(0);
    }
    drop(probe);
    let mut tx = app.db.write().await?;
    let stalled = store::stalled(&mut tx, owner, ctx.now, everything).await?;
    for job in &stalled {
        if job.attempts < job.max_attempts {
            store::put_back(&mut tx, held(job), ctx.now, None, true).await?;
        } else {
            bury(&mut tx, &ctx, job, "its worker stopped in the middle of the last try").await?;
        }
    }
    tx.wake_jobs();
    tx.commit().await?;
    Ok(stalled.len())
}

/// Does every job that is due, and what these cause, until nothing is due any more. For tests and for commands that
/// work without a daemon. Returns how many tries that took.
pub async fn drain(app: &App, outbox: &Arc<Outbox>) -> Result<usize> {
    let owner = format!("drain-{}", app.random_token());
    let mut tries = 0;
    loop {
        let ctx = app.system("worker");
        let mut tx = app.db.write().await?;
        let mut claimed = Vec::new();
        for (queue, priority) in store::due(&mut tx, ctx.now).await? {
            let until = ctx.now.plus_seconds(600);
            claimed.extend(store::claim(&mut tx, queue, priority, 50, &owner, ctx.now, until).await?);
        }
        tx.commit().await?;
        if claimed.is_empty() {
            return Ok(tries);
        }
        tries += claimed.len();
        let mut running = JoinSet::new();
        for job in claimed {
            let (app, outbox) = (app.clone(), outbox.clone());
            running.spawn(async move {
                let outcome = tokio::spawn(execute(app, outbox, job.clone())).await;
                let outcome = outcome.unwrap_or_else(|_| Outcome::Failed(JobError::retry("it panicked")));
                Ended { job, outcome }
            });
        }
        let ended = running.join_all().await;
        let ctx = app.system("worker");
        let mut tx = app.db.write().await?;
        settle(&mut tx, &ctx, &ended).await?;
        tx.commit().await?;
    }
}
