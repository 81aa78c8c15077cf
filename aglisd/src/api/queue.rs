//! The queue: figures, jobs, retrying and calling off.

use crate::http::{Answer, Context, Need, Params, Path, Routes};
use aglis_core::{
    permission::Permission,
    queue::{self, JobFilter, JobRetried, JobState, JobView, QueueStats},
    types::*,
};
use axum::Json;
use utoipa_axum::routes;

/// The queue in figures.
#[utoipa::path(get, path = "/api/queue/stats", tag = "queue", responses((status = 200, body = QueueStats)))]
async fn stats(Context(ctx): Context) -> Answer<QueueStats> {
    Ok(Json(queue::stats(&ctx).await?))
}

/// The jobs of one state: waiting ones in the order in which they will run, others the latest first.
#[utoipa::path(get, path = "/api/queue/jobs/{status}", tag = "queue", params(("status" = JobState, Path, description = "waiting, running, done, dead or cancelled"), JobFilter),
    responses((status = 200, body = Page<JobView>)))]
async fn jobs(
    Context(ctx): Context,
    Path(status): Path<JobState>,
    Params(filter): Params<JobFilter>,
) -> Answer<Page<JobView>> {
    Ok(Json(queue::list(&ctx, status, &filter).await?))
}

/// One job.
#[utoipa::path(get, path = "/api/queue/job/{id}", tag = "queue", params(("id" = JobId, Path)), responses((status = 200, body = JobView)))]
async fn job(Context(ctx): Context, Path(id): Path<JobId>) -> Answer<JobView> {
    Ok(Json(queue::get(&ctx, id).await?))
}

/// Put a dead or cancelled job back, with all its tries.
#[utoipa::path(post, path = "/api/queue/retry/{id}", tag = "queue", params(("id" = JobId, Path)), responses((status = 200, body = JobRetried)))]
async fn retry(Context(ctx): Context, Path(id): Path<JobId>) -> Answer<JobRetried> {
    Ok(Json(queue::retry(&ctx, id).await?))
}

/// Call a waiting job off.
#[utoipa::path(post, path = "/api/queue/cancel/{id}", tag = "queue", params(("id" = JobId, Path)), responses((status = 200, body = JobView)))]
async fn cancel(Context(ctx): Context, Path(id): Path<JobId>) -> Answer<JobView> {
    Ok(Json(queue::cancel(&ctx, id).await?))
}

/// The routes.
pub fn routes() -> Routes {
    let read = Need::Permission(Permission::MessageRead);
    let manage = Need::Permission(Permission::QueueManage);
    Routes::new()
        .with(read, routes!(stats))
        .with(read, routes!(jobs))
        .with(read, routes!(job))
        .with(manage, routes!(retry))
        .with(manage, routes!(cancel))
}
