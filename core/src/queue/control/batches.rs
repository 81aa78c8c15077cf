//! Jobs that belong together.

use super::{
    Batch, BatchCancelled, BatchFilter, JobAction,
    bulk::{self, Order},
    store::{self, Place, Source, place},
};
use crate::{
    app::Ctx,
    db::Tx,
    error::{Checker, Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    queue::JobState,
    types::*,
};

/// Jobs that are looked at and called off in one transaction.
const CHUNK: i64 = 200;

/// Writes a batch of so many jobs down in the caller's transaction; the jobs queued with its number are its own.
///
/// # Errors
/// [`Error::Invalid`] when it has no name or no jobs.
pub async fn create(tx: &mut Tx, ctx: &Ctx, name: &str, total: i64) -> Result<BatchId> {
    let mut check = Checker::new();
    let name = check.text("name", name, 200);
    check.ensure(total > 0, "total", "out_of_range", "a batch has at least one job");
    check.finish()?;
    let id = store::insert_batch(tx, &name, total, ctx.actor.name(), ctx.now).await?;
    emit(tx, ctx, &Subject::new(SubjectKind::Batch, id.0, name), Event::BatchCreated { total }).await?;
    Ok(id)
}

/// A page of batches, the newest first.
pub async fn list(ctx: &Ctx, filter: &BatchFilter) -> Result<Page<Batch>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let before = page.after::<BatchId>()?;
    let mut tx = ctx.app.db.read().await?;
    let rows = store::batches(&mut tx, before, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |batch| batch.id))
}

/// One batch with its progress.
pub async fn get(ctx: &Ctx, id: BatchId) -> Result<Batch> {
    let mut tx = ctx.app.db.read().await?;
    store::batch(&mut tx, id).await?.ok_or(Error::NotFound("batch"))
}

/// Calls off what of a batch has not begun. What runs goes on to its end. Called again, it goes on where it was cut off.
pub async fn cancel(ctx: &Ctx, id: BatchId) -> Result<BatchCancelled> {
    let mut tx = ctx.app.db.write().await?;
    let batch = store::batch(&mut tx, id).await?.ok_or(Error::NotFound("batch"))?;
    if batch.left() == 0 {
        return Err(Error::conflict("illegal_transition", "every job of the batch has ended"));
    }
    if store::cancel_batch(&mut tx, id, ctx.now).await? {
        let event = Event::BatchCancelled { left: batch.left() };
        emit(&mut tx, ctx, &Subject::new(SubjectKind::Batch, id.0, batch.name), event).await?;
    }
    tx.commit().await?;
    let order = Order::new(JobAction::Cancel, None, ctx.now)?;
    let (mut after, mut cancelled): (Option<Place>, i64) = (None, 0);
    loop {
        let mut tx = ctx.app.db.read().await?;
        let jobs = store::walk(&mut tx, Source::Batch(id), after.as_ref(), CHUNK).await?;
        drop(tx);
        let Some(last) = jobs.last() else { break };
        after = Some(place(last.state, last));
        let waiting: Vec<JobId> =
            jobs.iter().filter(|job| job.state == JobState::Waiting).map(|job| job.id).collect();
        if !waiting.is_empty() {
            // One that a worker took in between is left to it.
            let results = bulk::chunk(ctx, order, &waiting, true).await?;
            cancelled += i64::try_from(results.iter().filter(|one| one.success).count()).unwrap_or(0);
        }
        tokio::task::yield_now().await;
    }
    Ok(BatchCancelled { batch: get(ctx, id).await?, cancelled })
}
