//! Calls about the queue and its jobs.

use super::{Client, ClientError, Pages};
use crate::{
    queue::{
        Batch, BatchCancelled, BatchFilter, CleanJobs, JobAction, JobBulk, JobBulkAnswer, JobDetail,
        JobFilter, JobRetried, JobState, JobView, JobsCleaned, PauseQueue, QueueFigures, QueueStats,
        ResumeQueue, Snooze,
    },
    types::{BatchId, JobId},
};
use std::time::Duration;

/// What goes through many rows may take this long.
const LONG: Duration = Duration::from_secs(300);

impl Client {
    /// The queue in figures.
    pub async fn queue_stats(&self) -> Result<QueueStats, ClientError> {
        self.get("/api/queue/stats").send().await
    }

    /// The jobs of one state, page by page: waiting ones in the order in which they will run, others the newest first.
    /// With conditions, a page may be empty though there is a next one.
    pub fn jobs(&self, state: JobState, filter: &JobFilter) -> Pages<JobView> {
        self.pages(&format!("/api/queue/jobs/{state}"), filter)
    }

    /// One job with its message and tries.
    pub async fn job(&self, job: JobId) -> Result<JobDetail, ClientError> {
        self.get(&format!("/api/queue/job/{job}")).send().await
    }

    /// Puts a dead, cancelled or discarded job back.
    pub async fn retry_job(&self, job: JobId, key: &str) -> Result<JobRetried, ClientError> {
        self.post(&format!("/api/queue/retry/{job}")).key(key).send().await
    }

    /// Calls a waiting job off.
    pub async fn cancel_job(&self, job: JobId, key: &str) -> Result<JobView, ClientError> {
        self.post(&format!("/api/queue/cancel/{job}")).key(key).send().await
    }

    /// Takes a dead job off the dead letters.
    pub async fn discard_job(&self, job: JobId, key: &str) -> Result<JobView, ClientError> {
        self.post(&format!("/api/queue/discard/{job}")).key(key).send().await
    }

    /// Lets a waiting job wait until a time.
    pub async fn snooze_job(&self, job: JobId, until: &Snooze, key: &str) -> Result<JobView, ClientError> {
        self.post(&format!("/api/queue/snooze/{job}")).json(until).key(key).send().await
    }

    /// Does a waiting job now whose time has not come.
    pub async fn run_job(&self, job: JobId, key: &str) -> Result<JobView, ClientError> {
        self.post(&format!("/api/queue/run/{job}")).key(key).send().await
    }

    /// Does something with many jobs, marked or all that match.
    pub async fn jobs_bulk(
        &self,
        action: JobAction,
        bulk: &JobBulk,
        key: &str,
    ) -> Result<JobBulkAnswer, ClientError> {
        self.post(&format!("/api/queue/bulk/{action}")).json(bulk).key(key).timeout(LONG).send().await
    }

    /// Forgets ended jobs.
    pub async fn clean_jobs(&self, clean: &CleanJobs) -> Result<JobsCleaned, ClientError> {
        self.delete("/api/queue/clean").query(clean).timeout(LONG).send().await
    }

    /// Lets queues stand still; gives all of them.
    pub async fn pause_queue(&self, pause: &PauseQueue, key: &str) -> Result<Vec<QueueFigures>, ClientError> {
        self.post("/api/queue/pause").json(pause).key(key).send().await
    }

    /// Lets queues go on; gives all of them.
    pub async fn resume_queue(
        &self,
        resume: &ResumeQueue,
        key: &str,
    ) -> Result<Vec<QueueFigures>, ClientError> {
        self.post("/api/queue/resume").json(resume).key(key).send().await
    }

    /// Batches, the newest first, page by page.
    pub fn batches(&self, filter: &BatchFilter) -> Pages<Batch> {
        self.pages("/api/queue/batches", filter)
    }

    /// One batch with its progress.
    pub async fn batch(&self, batch: BatchId) -> Result<Batch, ClientError> {
        self.get(&format!("/api/queue/batches/{batch}")).send().await
    }

    /// Calls off what of a batch has not begun.
    pub async fn cancel_batch(&self, batch: BatchId, key: &str) -> Result<BatchCancelled, ClientError> {
        self.post(&format!("/api/queue/batches/{batch}/cancel")).key(key).timeout(LONG).send().await
    }
}
