//! Queueing. What staff do with jobs stands in `control`.

use super::{
    Extra, JobType,
    store::{self, NewJob},
};
use crate::{
    app::App,
    db::Tx,
    error::{Error, Result},
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
    let ids = store::insert(tx, vec![new_job(now, job, extra)?], now).await?;
    tx.wake_jobs();
    Ok(ids.into_iter().flatten().next())
}

/// [`enqueue`] for many jobs of a kind: a thousand of them in one statement. `None` for each whose key another one has.
pub async fn enqueue_many<J: JobType>(tx: &mut Tx, now: Time, jobs: &[J]) -> Result<Vec<Option<JobId>>> {
    let new: Result<Vec<NewJob>> = jobs.iter().map(|job| new_job(now, job, Extra::default())).collect();
    let ids = store::insert(tx, new?, now).await?;
    tx.wake_jobs();
    Ok(ids)
}

/// [`enqueue`] for a job that nothing else causes: in a transaction of its own, and on disk when this returns.
pub async fn enqueue_alone<J: JobType>(app: &App, job: &J) -> Result<Option<JobId>> {
    let mut tx = app.db.write_one().await?;
    let id = enqueue(&mut tx, app.now(), job).await?;
    tx.commit().await?;
    Ok(id)
}

fn new_job<J: JobType>(now: Time, job: &J, extra: Extra) -> Result<NewJob> {
    let payload =
        serde_json::to_value(job).map_err(|error| Error::Internal(format!("job {}: {error}", J::KIND)))?;
    Ok(NewJob {
        kind: J::KIND,
        queue: J::QUEUE,
        priority: extra.priority.unwrap_or(J::PRIORITY),
        payload,
        unique_key: extra.unique_key.or_else(|| job.unique_key()),
        run_at: extra.run_at.unwrap_or(now),
        max_attempts: J::ATTEMPTS,
        batch_id: extra.batch_id,
    })
}
