//! Queueing, and what staff do with jobs.

use super::{
    Extra, JobFilter, JobPriority, JobRetried, JobState, JobType, JobView, QueueStats,
    run::message_of,
    store::{self, NewJob, Place},
};
use crate::{
    app::{App, Ctx},
    db::Tx,
    error::{Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    messages,
    types::*,
};

/// Writes a job down in the caller's transaction. `None` when one with the same key waits or runs already.
pub async fn enqueue<J: JobType>(tx: &mut Tx, now: Time, job: &J) -> Result<Option<JobId>> {
    enqueue_with(tx, now, job, Extra::default()).await
}

/// [`enqueue`] with another time, priority or key than the kind's own.
pub async fn enqueue_with<J: JobType>(
    tx: &mut Tx,
    now: Time,
    job: &J,
    extra: Extra,
) -> Result<Option<JobId>> {
    let payload =
        serde_json::to_value(job).map_err(|error| Error::Internal(format!("job {}: {error}", J::KIND)))?;
    let job = NewJob {
        kind: J::KIND,
        queue: J::QUEUE,
        priority: extra.priority.unwrap_or(J::PRIORITY),
        payload,
        unique_key: extra.unique_key.or_else(|| job.unique_key()),
        run_at: extra.run_at.unwrap_or(now),
        max_attempts: J::ATTEMPTS,
    };
    let id = store::insert(tx, job, now).await?;
    tx.wake_jobs();
    Ok(id)
}

/// The queue in figures.
pub async fn stats(ctx: &Ctx) -> Result<QueueStats> {
    let now = ctx.now;
    let mut tx = ctx.app.db.read().await?;
    let kinds = store::kinds(&mut tx).await?;
    let delayed = store::delayed(&mut tx, now).await?;
    let hour = store::done_since(&mut tx, now.plus_seconds(-3600)).await?;
    let five_minutes = store::done_since(&mut tx, now.plus_seconds(-300)).await?;
    let oldest = oldest(&mut tx, now).await?;
    let oldest_critical = store::oldest_due(&mut tx, JobPriority::Critical, now).await?;
    let age = |at: Option<Time>| at.map_or(0, |at| now.since_ms(at).max(0));
    Ok(QueueStats {
        waiting: kinds.iter().map(|kind| kind.waiting).sum::<i64>() - delayed,
        delayed,
        running: kinds.iter().map(|kind| kind.running).sum(),
        dead: kinds.iter().map(|kind| kind.dead).sum(),
        done_last_hour: hour,
        per_minute: five_minutes as f64 / 5.0,
        oldest_waiting_ms: age(oldest),
        oldest_critical_ms: age(oldest_critical),
        kinds,
    })
}

/// Since when the oldest due job has been waiting.
pub async fn oldest_due(app: &App) -> Result<Option<Time>> {
    let mut tx = app.db.read().await?;
    oldest(&mut tx, app.now()).await
}

async fn oldest(tx: &mut Tx, now: Time) -> Result<Option<Time>> {
    let mut oldest = None;
    for priority in JobPriority::ALL {
        let at = store::oldest_due(tx, *priority, now).await?;
        oldest = oldest.into_iter().chain(at).min();
    }
    Ok(oldest)
}

/// A page of the jobs of one state: waiting ones in the order in which they will run, others the latest first.
pub async fn list(ctx: &Ctx, state: JobState, filter: &JobFilter) -> Result<Page<JobView>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let after = page.after::<Place>()?;
    let mut tx = ctx.app.db.read().await?;
    let rows = store::list(&mut tx, state, filter.kind.as_deref(), after, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |job| -> Place {
        let at = if state == JobState::Waiting { Some(job.run_at) } else { job.finished_at };
        (job.queue.to_string(), job.priority.rank(), at, job.id)
    }))
}

/// One job.
pub async fn get(ctx: &Ctx, id: JobId) -> Result<JobView> {
    let mut tx = ctx.app.db.read().await?;
    store::get(&mut tx, id, false).await?.ok_or(Error::NotFound("job"))
}

/// Puts a dead or cancelled job back, with all its tries.
pub async fn retry(ctx: &Ctx, id: JobId) -> Result<JobRetried> {
    let mut tx = ctx.app.db.write().await?;
    let job = store::get(&mut tx, id, true).await?.ok_or(Error::NotFound("job"))?;
    if !matches!(job.state, JobState::Dead | JobState::Cancelled) {
        return Err(Error::conflict(
            "illegal_transition",
            format!("the job is {}: only dead and cancelled jobs can be retried", job.state),
        ));
    }
    if let Some(message) = message_of(&job.payload) {
        messages::service::requeue(&mut tx, ctx, message).await?;
    }
    store::revive(&mut tx, id, ctx.now).await.map_err(|error| {
        if error.is_constraint("jobs_unique") || error.is_constraint("unique_key") {
            Error::conflict("taken", "another job with the same key is already waiting or running")
        } else {
            error.into()
        }
    })?;
    emit(&mut tx, ctx, &subject(&job), Event::JobRetried { job_kind: job.kind.clone() }).await?;
    tx.wake_jobs();
    tx.commit().await?;
    Ok(JobRetried { id, state: JobState::Waiting })
}

/// Calls a waiting job off. The message it was to send has failed then.
pub async fn cancel(ctx: &Ctx, id: JobId) -> Result<JobView> {
    let mut tx = ctx.app.db.write().await?;
    let mut job = store::get(&mut tx, id, true).await?.ok_or(Error::NotFound("job"))?;
    if job.state != JobState::Waiting {
        return Err(Error::conflict(
            "illegal_transition",
            format!("the job is {}: only waiting jobs can be cancelled", job.state),
        ));
    }
    store::cancel(&mut tx, id, ctx.now).await?;
    if let Some(message) = message_of(&job.payload) {
        messages::service::abandon(&mut tx, ctx, message, "its job was called off").await?;
    }
    emit(&mut tx, ctx, &subject(&job), Event::JobCancelled { job_kind: job.kind.clone() }).await?;
    tx.commit().await?;
    job.state = JobState::Cancelled;
    job.finished_at = Some(ctx.now);
    Ok(job)
}

fn subject(job: &JobView) -> Subject {
    Subject::new(SubjectKind::Job, job.id.0, job.kind.clone())
}
