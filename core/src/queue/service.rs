//! Queueing. What staff do with jobs stands in `control`.

use super::{
    Extra, JobType,
    store::{self, NewJob},
};
use crate::{
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
        batch_id: extra.batch_id,
    };
    let id = store::insert(tx, job, now).await?;
    tx.wake_jobs();
    Ok(id)
}
