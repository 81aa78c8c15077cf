//! Use cases of queue control.

pub use super::{
    batches::{cancel as cancel_batch, create as create_batch, get as batch, list as batches},
    figures::Told,
};

use super::{
    BULK_MOST, CleanJobs, JobAction, JobBulk, JobBulkAnswer, JobDetail, JobFilter, JobRetried, JobsCleaned,
    PauseQueue, QueueCounts, QueueFigures, QueueStats, ResumeQueue, Snooze,
    bulk::{self, Order},
    figures, list as lists, store,
};
use crate::{
    app::{App, Ctx},
    error::{Checker, Error, Result},
    event::{Event, Subject, emit},
    messages,
    queue::{JobState, JobView, QueueName, run::message_of},
    types::*,
};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// Days for which jobs that ended well, were cancelled or discarded are kept.
pub const KEPT_DAYS: i64 = 7;
/// Days for which dead letters, and batches whose jobs are gone, are kept.
pub const DEAD_KEPT_DAYS: i64 = 90;
/// Days for which is kept what was done in each minute.
const MINUTES_KEPT_DAYS: i64 = 2;

const DAY_S: i64 = 86_400;
/// Jobs that one transaction of cleaning deletes.
const CLEAN_CHUNK: i64 = 1000;
/// How long one call cleans.
const CLEAN_TIME: Duration = Duration::from_secs(20);
/// How long the scheduled job cleans.
const PRUNE_TIME: Duration = Duration::from_secs(500);

/// The queue in figures.
pub async fn stats(ctx: &Ctx) -> Result<QueueStats> {
    figures::stats(ctx).await
}

/// The queue as the live streams tell it, at most a second old.
pub async fn counts(app: &App) -> Result<QueueCounts> {
    app.db.hub().queue().counts(app).await
}

/// Since when the oldest due job has been waiting.
pub async fn oldest_due(app: &App) -> Result<Option<Time>> {
    let mut tx = app.db.read().await?;
    figures::oldest(&mut tx, app.now()).await
}

/// A page of the jobs of one state: waiting ones in the order in which they will run, others the latest first.
pub async fn list(ctx: &Ctx, state: JobState, filter: &JobFilter) -> Result<Page<JobView>> {
    lists::page(ctx, state, filter).await
}

/// One job with its message and the tries to send it.
pub async fn get(ctx: &Ctx, id: JobId) -> Result<JobDetail> {
    let mut tx = ctx.app.db.read().await?;
    let job = store::get(&mut tx, id).await?.ok_or(Error::NotFound("job"))?;
    drop(tx);
    let Some(message) = message_of(&job.payload) else {
        return Ok(JobDetail { job, message: None, message_attempts: Vec::new() });
    };
    // A job outlives a message that retention took.
    let message = match messages::service::get(ctx, message).await {
        Ok(message) => Some(message),
        Err(Error::NotFound(_)) => None,
        Err(error) => return Err(error),
    };
    let message_attempts = match &message {
        Some(message) => messages::service::attempts(ctx, message.id).await?,
        None => Vec::new(),
    };
    Ok(JobDetail { job, message, message_attempts })
}

/// Puts a dead, cancelled or discarded job back, with all its tries.
pub async fn retry(ctx: &Ctx, id: JobId) -> Result<JobRetried> {
    let job = act(ctx, JobAction::Retry, id, None).await?;
    Ok(JobRetried { id: job.id, state: job.state })
}

/// Calls a waiting job off. The message it was to send has failed then.
pub async fn cancel(ctx: &Ctx, id: JobId) -> Result<JobView> {
    act(ctx, JobAction::Cancel, id, None).await
}

/// Takes a dead job off the dead letters.
pub async fn discard(ctx: &Ctx, id: JobId) -> Result<JobView> {
    act(ctx, JobAction::Discard, id, None).await
}

/// Lets a waiting job wait until a time, and its message be of use until then.
pub async fn snooze(ctx: &Ctx, id: JobId, snooze: Snooze) -> Result<JobView> {
    act(ctx, JobAction::Snooze, id, Some(snooze.until)).await
}

/// Does a waiting job now whose time has not come.
pub async fn run_now(ctx: &Ctx, id: JobId) -> Result<JobView> {
    act(ctx, JobAction::Run, id, None).await
}

async fn act(ctx: &Ctx, action: JobAction, id: JobId, until: Option<Time>) -> Result<JobView> {
    bulk::one(ctx, Order::new(action, until, ctx.now)?, id).await
}

/// Does something with many jobs. Each is judged like one alone, and one that is refused undoes nothing.
///
/// # Errors
/// [`Error::Conflict`] `unexpected_count` when it is another number than expected; nothing is done then.
pub async fn bulk(ctx: &Ctx, action: JobAction, request: &JobBulk) -> Result<JobBulkAnswer> {
    bulk::many(ctx, action, request).await
}

/// Lets queues stand still: what runs goes on to its end, nothing more is begun. Gives all queues.
pub async fn pause(ctx: &Ctx, request: &PauseQueue) -> Result<Vec<QueueFigures>> {
    let mut check = Checker::new();
    let reason = request.reason.as_deref().map(|reason| check.optional_text("reason", reason, 200));
    check.finish()?;
    let reason = reason.filter(|reason| !reason.is_empty());
    let mut tx = ctx.app.db.write().await?;
    let mut paused = 0;
    for queue in chosen(request.queue) {
        if store::pause(&mut tx, queue, ctx.actor.name(), reason.as_deref(), ctx.now).await? {
            let event = Event::QueuePaused { queue: queue.to_string(), reason: reason.clone() };
            emit(&mut tx, ctx, &Subject::system(queue.to_string()), event).await?;
            paused += 1;
        }
    }
    if paused == 0 {
        return Err(already(request.queue, "paused"));
    }
    tx.wake_jobs();
    tx.commit().await?;
    Ok(figures::stats(ctx).await?.queues)
}

/// Lets paused queues go on. Gives all queues.
pub async fn resume(ctx: &Ctx, request: &ResumeQueue) -> Result<Vec<QueueFigures>> {
    let mut tx = ctx.app.db.write().await?;
    let mut resumed = 0;
    for queue in chosen(request.queue) {
        if store::resume(&mut tx, queue, ctx.now).await? {
            let event = Event::QueueResumed { queue: queue.to_string() };
            emit(&mut tx, ctx, &Subject::system(queue.to_string()), event).await?;
            resumed += 1;
        }
    }
    if resumed == 0 {
        return Err(already(request.queue, "running"));
    }
    tx.wake_jobs();
    tx.commit().await?;
    Ok(figures::stats(ctx).await?.queues)
}

fn chosen(queue: Option<QueueName>) -> Vec<QueueName> {
    queue.map_or_else(|| QueueName::ALL.to_vec(), |queue| vec![queue])
}

fn already(queue: Option<QueueName>, word: &str) -> Error {
    let what = queue.map_or_else(|| "every queue".to_owned(), |queue| format!("the queue {queue}"));
    Error::conflict("illegal_transition", format!("{what} is {word} already"))
}

/// Forgets ended jobs, some at a time with a pause after each, so that sending goes on. Takes 20 seconds at most and says
/// whether there are more.
pub async fn clean(ctx: &Ctx, request: &CleanJobs) -> Result<JobsCleaned> {
    let mut check = Checker::new();
    let days = request.older_than_days.unwrap_or(KEPT_DAYS);
    check.range("older_than_days", days, 0, 36_500);
    check.finish()?;
    // Zero days means all that ended until now, this very millisecond too.
    let before = if days == 0 { ctx.now.plus_ms(1) } else { ctx.now.plus_seconds(-days * DAY_S) };
    if request.dry_run {
        let most = BULK_MOST as i64;
        let mut tx = ctx.app.db.read().await?;
        let found = store::count_cleanable(&mut tx, request.dead, before, most + 1).await?;
        return Ok(JobsCleaned { removed: found.min(most), more: found > most });
    }
    let cleaned = sweep(&ctx.app, request.dead, before, CLEAN_TIME).await?;
    let mut tx = ctx.app.db.write().await?;
    let event = Event::QueueCleaned { removed: cleaned.removed, older_than_days: days, dead: request.dead };
    emit(&mut tx, ctx, &Subject::system("queue"), event).await?;
    tx.commit().await?;
    Ok(cleaned)
}

/// Deletes chunk by chunk until nothing is left or the time is up.
async fn sweep(app: &App, dead: bool, before: Time, time: Duration) -> Result<JobsCleaned> {
    let end = Instant::now() + time;
    let mut removed = 0;
    loop {
        let begun = Instant::now();
        let mut tx = app.db.write().await?;
        let some = store::clean(&mut tx, dead, before, CLEAN_CHUNK).await?;
        tx.commit().await?;
        removed += i64::try_from(some).unwrap_or(0);
        if some < CLEAN_CHUNK.unsigned_abs() {
            return Ok(JobsCleaned { removed, more: false });
        }
        if Instant::now() >= end {
            return Ok(JobsCleaned { removed, more: true });
        }
        // As long as it took, others have the database to themselves.
        sleep(begun.elapsed().clamp(Duration::from_millis(1), Duration::from_millis(100))).await;
    }
}

/// Forgets what is older than it is kept: jobs that ended, dead letters, minutes, batches. What is not done within some
/// minutes is left to the next time. Returns how many jobs that were.
pub async fn prune(app: &App) -> Result<i64> {
    let now = app.now();
    let days_ago = |days: i64| now.plus_seconds(-days * DAY_S);
    let ended = sweep(app, false, days_ago(KEPT_DAYS), PRUNE_TIME).await?;
    if ended.more {
        return Ok(ended.removed);
    }
    let dead = sweep(app, true, days_ago(DEAD_KEPT_DAYS), Duration::from_secs(60)).await?;
    let mut tx = app.db.write().await?;
    store::prune_minutes(&mut tx, days_ago(MINUTES_KEPT_DAYS)).await?;
    store::prune_batches(&mut tx, days_ago(DEAD_KEPT_DAYS), CLEAN_CHUNK).await?;
    tx.commit().await?;
    Ok(ended.removed + dead.removed)
}
