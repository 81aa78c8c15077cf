//! What staff do with jobs, one or many. Each job of many is judged by the rule of the one; none undoes another.

use super::{BULK_MOST, JobAction, JobBulk, JobBulkAnswer, JobBulkResult, list, store};
use crate::{
    app::Ctx,
    db::Tx,
    error::{Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    messages,
    queue::{JobState, JobView, run::message_of},
    types::*,
};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Jobs that one transaction changes.
const CHUNK: usize = 200;

/// Longest time ahead, in seconds.
const YEAR_S: i64 = 366 * 86_400;

/// What is to be done, checked.
#[derive(Debug, Clone, Copy)]
pub(super) struct Order {
    action: JobAction,
    /// For `snooze`: not before.
    until: Time,
}

impl Order {
    /// Checks that an action has what it needs.
    pub(super) fn new(action: JobAction, until: Option<Time>, now: Time) -> Result<Order> {
        match (action, until) {
            (JobAction::Snooze, Some(until)) if until > now && until <= now.plus_seconds(YEAR_S) => {
                Ok(Order { action, until })
            }
            (JobAction::Snooze, Some(_)) => {
                Err(Error::field("until", "out_of_range", "give a time in the future, at most a year ahead"))
            }
            (JobAction::Snooze, None) => {
                Err(Error::field("until", "required", "give the time until which the jobs are to wait"))
            }
            (_, Some(_)) => {
                Err(Error::field("until", "unknown", format!("{action} takes no time; leave it out")))
            }
            (_, None) => Ok(Order { action, until: now }),
        }
    }
}

/// Whether a job may be taken so.
fn judge(order: Order, job: &JobView, now: Time) -> Result<()> {
    let states = order.action.from_states();
    if !states.contains(&job.state) {
        let words: Vec<&str> = states.iter().map(|state| state.as_str()).collect();
        let done = match order.action {
            JobAction::Retry => "retried",
            JobAction::Cancel => "cancelled",
            JobAction::Discard => "discarded",
            JobAction::Snooze => "snoozed",
            JobAction::Run => "run at once",
        };
        return Err(Error::conflict(
            "illegal_transition",
            format!("the job is {}: only {} jobs can be {done}", job.state, words.join(" and ")),
        ));
    }
    if order.action == JobAction::Run && job.run_at <= now {
        return Err(Error::conflict("illegal_transition", "the job is due already: it waits for a worker"));
    }
    Ok(())
}

/// How a batch's counters move, by batch: dead ones, called-off ones.
type Moves = BTreeMap<BatchId, (i64, i64)>;

/// Does it with one job that is held. The inner error is this job's alone and left nothing behind; the outer one
/// undoes the transaction.
async fn apply(tx: &mut Tx, ctx: &Ctx, order: Order, job: &JobView, moves: &mut Moves) -> Result<Result<()>> {
    if let Err(refusal) = judge(order, job, ctx.now) {
        return Ok(Err(refusal));
    }
    let message = message_of(&job.payload);
    let (job_kind, now) = (job.kind.clone(), ctx.now);
    let mut shift = (0, 0);
    let (done, event) = match order.action {
        JobAction::Retry => {
            if let Some(key) = &job.unique_key
                && store::is_taken(tx, &job.kind, key).await?
            {
                return Ok(Err(taken()));
            }
            if let Some(message) = message
                && let Err(refusal) = messages::service::requeue(tx, ctx, message).await
            {
                return match refusal {
                    Error::Conflict { .. } | Error::NotFound(_) => Ok(Err(refusal)),
                    broken => Err(broken),
                };
            }
            shift = if job.state == JobState::Dead { (-1, 0) } else { (0, -1) };
            let done = store::revive(tx, job.id, now).await.map_err(|error| {
                let twice = error.is_constraint("jobs_unique") || error.is_constraint("unique_key");
                if twice { taken() } else { error.into() }
            })?;
            (done, Event::JobRetried { job_kind })
        }
        JobAction::Cancel => {
            let done = store::cancel(tx, job.id, now).await?;
            if let (true, Some(message)) = (done, message) {
                messages::service::abandon(tx, ctx, message, "its job was called off").await?;
            }
            shift = (0, 1);
            (done, Event::JobCancelled { job_kind })
        }
        JobAction::Discard => {
            shift = (-1, 1);
            (store::discard(tx, job.id, now).await?, Event::JobDiscarded { job_kind })
        }
        JobAction::Snooze => {
            if let Some(message) = message
                && let Err(refusal) = messages::service::postpone(tx, message, order.until).await
            {
                return match refusal {
                    Error::Conflict { .. } | Error::NotFound(_) => Ok(Err(refusal)),
                    broken => Err(broken),
                };
            }
            let done = store::set_run_at(tx, job.id, order.until).await?;
            (done, Event::JobSnoozed { job_kind, until: Some(order.until) })
        }
        JobAction::Run => (store::set_run_at(tx, job.id, now).await?, Event::JobRunNow { job_kind }),
    };
    if !done {
        return Err(Error::Internal(format!("job {} changed while it was held", job.id)));
    }
    if let (Some(batch), true) = (job.batch_id, shift != (0, 0)) {
        let sum = moves.entry(batch).or_default();
        *sum = (sum.0 + shift.0, sum.1 + shift.1);
    }
    emit(tx, ctx, &Subject::new(SubjectKind::Job, job.id.0, job.kind.clone()), event).await?;
    Ok(Ok(()))
}

fn taken() -> Error {
    Error::conflict("taken", "another job with the same key is already waiting or running")
}

async fn close(tx: &mut Tx, order: Order, moves: Moves) -> Result<()> {
    for (batch, (dead, cancelled)) in moves {
        store::move_batch(tx, batch, dead, cancelled).await?;
    }
    if order.action.to_state() == JobState::Waiting {
        tx.wake_jobs();
    }
    Ok(())
}

/// Does it with one job; gives the job as it stands then.
pub(super) async fn one(ctx: &Ctx, order: Order, id: JobId) -> Result<JobView> {
    let mut tx = ctx.app.db.write().await?;
    let job = store::hold(&mut tx, &[id]).await?.pop().ok_or(Error::NotFound("job"))?;
    let mut moves = Moves::new();
    apply(&mut tx, ctx, order, &job, &mut moves).await??;
    close(&mut tx, order, moves).await?;
    let job = store::get(&mut tx, id).await?.ok_or(Error::NotFound("job"))?;
    tx.commit().await?;
    Ok(job)
}

/// What became of one job.
fn result(id: JobId, refusal: Option<Error>) -> JobBulkResult {
    let code = refusal.as_ref().map(|refusal| match refusal {
        Error::Conflict { code, .. } => (*code).to_owned(),
        Error::NotFound(_) => "not_found".to_owned(),
        _ => "refused".to_owned(),
    });
    JobBulkResult { id, success: refusal.is_none(), code, error: refusal.map(|refusal| refusal.to_string()) }
}

/// Does it with the jobs of one transaction. With `keep` unset everything is undone at its end, and only the verdicts
/// are given.
pub(super) async fn chunk(ctx: &Ctx, order: Order, ids: &[JobId], keep: bool) -> Result<Vec<JobBulkResult>> {
    let mut tx = ctx.app.db.write().await?;
    let held = store::hold(&mut tx, ids).await?;
    let held: HashMap<JobId, JobView> = held.into_iter().map(|job| (job.id, job)).collect();
    let (mut moves, mut results) = (Moves::new(), Vec::with_capacity(ids.len()));
    for id in ids {
        let verdict = match held.get(id) {
            Some(job) => apply(&mut tx, ctx, order, job, &mut moves).await?,
            None => Err(Error::NotFound("job")),
        };
        results.push(result(*id, verdict.err()));
    }
    if keep {
        close(&mut tx, order, moves).await?;
        tx.commit().await?;
    }
    Ok(results)
}

/// [`chunk`], and where two of its jobs get in each other's way, one job after the other.
async fn careful(ctx: &Ctx, order: Order, ids: &[JobId], keep: bool) -> Result<Vec<JobBulkResult>> {
    match chunk(ctx, order, ids, keep).await {
        Err(Error::Conflict { .. } | Error::Internal(_)) if ids.len() > 1 => {}
        done => return done,
    }
    let mut results = Vec::with_capacity(ids.len());
    for id in ids {
        results.push(match chunk(ctx, order, &[*id], keep).await {
            Ok(mut one) => one.pop().unwrap_or(result(*id, Some(Error::NotFound("job")))),
            Err(error @ Error::Conflict { .. }) => result(*id, Some(error)),
            Err(error) => return Err(error),
        });
    }
    Ok(results)
}

/// Which jobs, in which order, and whether there are more than one call takes.
async fn chosen(ctx: &Ctx, bulk: &JobBulk) -> Result<(Vec<JobId>, bool)> {
    let (mut ids, more) = match (&bulk.ids, &bulk.filter) {
        (Some(ids), None) => {
            let mut seen = HashSet::new();
            let ids: Vec<JobId> = ids.iter().copied().filter(|id| seen.insert(*id)).collect();
            if ids.len() > BULK_MOST {
                let message = format!("give at most {BULK_MOST} jobs at once ({} now)", ids.len());
                return Err(Error::field("ids", "too_long", message));
            }
            (ids, false)
        }
        (None, Some(selection)) => {
            let ids = list::all(ctx, selection, BULK_MOST + 1).await?;
            let more = ids.len() > BULK_MOST;
            (ids, more)
        }
        _ => return Err(Error::field("ids", "required", "give either ids or filter")),
    };
    if let Some(expected) = bulk.expect {
        let found = i64::try_from(ids.len()).unwrap_or(i64::MAX);
        if found != expected {
            let found = if more { format!("more than {BULK_MOST}") } else { found.to_string() };
            return Err(Error::conflict(
                "unexpected_count",
                format!("{found} jobs match, {expected} expected; nothing was done"),
            ));
        }
    }
    ids.truncate(BULK_MOST);
    Ok((ids, more))
}

/// Does it with many jobs, some at a time, so that nothing else waits for the whole.
pub(super) async fn many(ctx: &Ctx, action: JobAction, bulk: &JobBulk) -> Result<JobBulkAnswer> {
    let order = Order::new(action, bulk.data.until, ctx.now)?;
    let (ids, more) = chosen(ctx, bulk).await?;
    let mut results = Vec::with_capacity(ids.len());
    for some in ids.chunks(CHUNK) {
        results.extend(careful(ctx, order, some, !bulk.dry_run).await?);
        tokio::task::yield_now().await;
    }
    let total = i64::try_from(results.len()).unwrap_or(i64::MAX);
    let failed = i64::try_from(results.iter().filter(|result| !result.success).count()).unwrap_or(0);
    if !bulk.dry_run && total > 0 {
        let mut tx = ctx.app.db.write().await?;
        let event = Event::JobsBulk { action: action.to_string(), total, succeeded: total - failed, failed };
        emit(&mut tx, ctx, &Subject::system("queue"), event).await?;
        tx.commit().await?;
    }
    Ok(JobBulkAnswer {
        success: failed == 0,
        total,
        succeeded: total - failed,
        failed,
        dry_run: bulk.dry_run,
        more,
        results,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_snoozing_takes_a_time_and_it_lies_ahead() {
        let now = Time::from_ms(1_800_000_000_000);
        let code = |action, until| match Order::new(action, until, now) {
            Err(Error::Invalid(fields)) => fields[0].code.clone(),
            _ => String::new(),
        };
        assert_eq!(code(JobAction::Snooze, None), "required");
        assert_eq!(code(JobAction::Snooze, Some(now)), "out_of_range");
        assert_eq!(code(JobAction::Snooze, Some(now.plus_seconds(400 * 86_400))), "out_of_range");
        assert_eq!(code(JobAction::Snooze, Some(now.plus_seconds(60))), "");
        assert_eq!(code(JobAction::Retry, Some(now.plus_seconds(60))), "unknown");
        assert_eq!(code(JobAction::Retry, None), "");
    }
}
