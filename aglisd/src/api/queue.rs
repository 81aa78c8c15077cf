//! The queue: figures, jobs, what staff do with them, batches, pauses, cleaning.

use crate::http::{Answer, Body, Context, Need, Params, Path, Routes};
use aglis_core::{
    permission::Permission,
    queue::{
        Batch, BatchCancelled, BatchFilter, CleanJobs, JobAction, JobBulk, JobBulkAnswer, JobDetail,
        JobFilter, JobRetried, JobState, JobView, JobsCleaned, PauseQueue, QueueFigures, QueueStats,
        ResumeQueue, Snooze, control::service as control,
    },
    types::*,
};
use axum::Json;
use utoipa_axum::routes;

/// The queue in figures.
///
/// Waiting jobs and dead letters are counted up to 10,000 of each queue and priority; `at_least` says where there are
/// more.
#[utoipa::path(get, path = "/api/queue/stats", tag = "queue", responses((status = 200, body = QueueStats)))]
async fn stats(Context(ctx): Context) -> Answer<QueueStats> {
    Ok(Json(control::stats(&ctx).await?))
}

/// The jobs of one state: waiting ones in the order in which they will run, others the latest first.
#[utoipa::path(get, path = "/api/queue/jobs/{status}", tag = "queue", params(("status" = JobState, Path, description = "waiting, running, done, dead, cancelled or discarded"), JobFilter),
    responses((status = 200, body = Page<JobView>)))]
async fn jobs(
    Context(ctx): Context,
    Path(status): Path<JobState>,
    Params(filter): Params<JobFilter>,
) -> Answer<Page<JobView>> {
    Ok(Json(control::list(&ctx, status, &filter).await?))
}

/// One job with its message and the tries to send it.
#[utoipa::path(get, path = "/api/queue/job/{id}", tag = "queue", params(("id" = JobId, Path)), responses((status = 200, body = JobDetail)))]
async fn job(Context(ctx): Context, Path(id): Path<JobId>) -> Answer<JobDetail> {
    Ok(Json(control::get(&ctx, id).await?))
}

/// Put a dead, cancelled or discarded job back, with all its tries.
#[utoipa::path(post, path = "/api/queue/retry/{id}", tag = "queue", params(("id" = JobId, Path)), responses((status = 200, body = JobRetried)))]
async fn retry(Context(ctx): Context, Path(id): Path<JobId>) -> Answer<JobRetried> {
    Ok(Json(control::retry(&ctx, id).await?))
}

/// Call a waiting job off.
#[utoipa::path(post, path = "/api/queue/cancel/{id}", tag = "queue", params(("id" = JobId, Path)), responses((status = 200, body = JobView)))]
async fn cancel(Context(ctx): Context, Path(id): Path<JobId>) -> Answer<JobView> {
    Ok(Json(control::cancel(&ctx, id).await?))
}

/// Take a dead job off the dead letters.
#[utoipa::path(post, path = "/api/queue/discard/{id}", tag = "queue", params(("id" = JobId, Path)), responses((status = 200, body = JobView)))]
async fn discard(Context(ctx): Context, Path(id): Path<JobId>) -> Answer<JobView> {
    Ok(Json(control::discard(&ctx, id).await?))
}

/// Let a waiting job wait until a time.
#[utoipa::path(post, path = "/api/queue/snooze/{id}", tag = "queue", params(("id" = JobId, Path)), request_body = Snooze, responses((status = 200, body = JobView)))]
async fn snooze(Context(ctx): Context, Path(id): Path<JobId>, Body(until): Body<Snooze>) -> Answer<JobView> {
    Ok(Json(control::snooze(&ctx, id, until).await?))
}

/// Do a waiting job now whose time has not come.
#[utoipa::path(post, path = "/api/queue/run/{id}", tag = "queue", params(("id" = JobId, Path)), responses((status = 200, body = JobView)))]
async fn run(Context(ctx): Context, Path(id): Path<JobId>) -> Answer<JobView> {
    Ok(Json(control::run_now(&ctx, id).await?))
}

/// Do something with many jobs, marked or all that match.
///
/// Each is judged like one alone; one that is refused undoes nothing. At most 10,000 in one call: when more match, the
/// answer says so. With `expect` nothing is done unless it is exactly so many; with `dry_run` nothing is done at all.
#[utoipa::path(post, path = "/api/queue/bulk/{action}", tag = "queue", params(("action" = JobAction, Path, description = "retry, cancel, discard, snooze or run")), request_body = JobBulk,
    responses((status = 200, body = JobBulkAnswer)))]
async fn bulk(
    Context(ctx): Context,
    Path(action): Path<JobAction>,
    Body(bulk): Body<JobBulk>,
) -> Answer<JobBulkAnswer> {
    Ok(Json(control::bulk(&ctx, action, &bulk).await?))
}

/// Forget ended jobs.
///
/// Takes at most 20 seconds; when there are more the answer says so. Sending goes on meanwhile.
#[utoipa::path(delete, path = "/api/queue/clean", tag = "queue", params(CleanJobs), responses((status = 200, body = JobsCleaned)))]
async fn clean(Context(ctx): Context, Params(clean): Params<CleanJobs>) -> Answer<JobsCleaned> {
    Ok(Json(control::clean(&ctx, &clean).await?))
}

/// Let one queue or all of them stand still. What runs goes on to its end.
#[utoipa::path(post, path = "/api/queue/pause", tag = "queue", request_body = PauseQueue, responses((status = 200, body = Vec<QueueFigures>)))]
async fn pause(Context(ctx): Context, Body(pause): Body<PauseQueue>) -> Answer<Vec<QueueFigures>> {
    Ok(Json(control::pause(&ctx, &pause).await?))
}

/// Let one queue or all of them go on.
#[utoipa::path(post, path = "/api/queue/resume", tag = "queue", request_body = ResumeQueue, responses((status = 200, body = Vec<QueueFigures>)))]
async fn resume(Context(ctx): Context, Body(resume): Body<ResumeQueue>) -> Answer<Vec<QueueFigures>> {
    Ok(Json(control::resume(&ctx, &resume).await?))
}

/// Batches with their progress, the newest first.
#[utoipa::path(get, path = "/api/queue/batches", tag = "queue", params(BatchFilter), responses((status = 200, body = Page<Batch>)))]
async fn batches(Context(ctx): Context, Params(filter): Params<BatchFilter>) -> Answer<Page<Batch>> {
    Ok(Json(control::batches(&ctx, &filter).await?))
}

/// One batch with its progress.
#[utoipa::path(get, path = "/api/queue/batches/{id}", tag = "queue", params(("id" = BatchId, Path)), responses((status = 200, body = Batch)))]
async fn batch(Context(ctx): Context, Path(id): Path<BatchId>) -> Answer<Batch> {
    Ok(Json(control::batch(&ctx, id).await?))
}

/// Call off what of a batch has not begun.
#[utoipa::path(post, path = "/api/queue/batches/{id}/cancel", tag = "queue", params(("id" = BatchId, Path)), responses((status = 200, body = BatchCancelled)))]
async fn cancel_batch(Context(ctx): Context, Path(id): Path<BatchId>) -> Answer<BatchCancelled> {
    Ok(Json(control::cancel_batch(&ctx, id).await?))
}

/// The routes.
pub fn routes() -> Routes {
    let read = Need::Permission(Permission::MessageRead);
    let manage = Need::Permission(Permission::QueueManage);
    Routes::new()
        .with_polled(read, routes!(stats))
        .with(read, routes!(jobs))
        .with(read, routes!(job))
        .with(read, routes!(batches))
        .with(read, routes!(batch))
        .with(manage, routes!(retry))
        .with(manage, routes!(cancel))
        .with(manage, routes!(discard))
        .with(manage, routes!(snooze))
        .with(manage, routes!(run))
        .with_long(manage, routes!(bulk))
        .with_long(manage, routes!(cancel_batch))
        .with_long(manage, routes!(clean))
        .with(manage, routes!(pause))
        .with(manage, routes!(resume))
}
