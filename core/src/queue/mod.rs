//! Jobs: work that is written down in the transaction that causes it and done afterwards, at least once.
//!
//! The database is the truth. A job is claimed under a lease with a fencing token, kept by heartbeat, and its end is
//! only accepted under the same token, so a worker that was thought dead cannot write over its successor. What a job
//! does has to bear being done twice; see `messages::service` for how a message is sent at most once all the same.

pub mod control;
#[cfg(feature = "server")]
mod cron;
#[cfg(feature = "server")]
mod deliver;
#[cfg(feature = "server")]
mod job;
#[cfg(feature = "server")]
mod jobs;
#[cfg(feature = "server")]
mod outbox;
#[cfg(feature = "server")]
mod relay;
#[cfg(feature = "server")]
mod run;
#[cfg(feature = "server")]
mod sandbox;
#[cfg(feature = "server")]
pub mod schedule;
#[cfg(feature = "server")]
mod service;
#[cfg(test)]
mod simulation;
#[cfg(feature = "server")]
mod store;
#[cfg(feature = "server")]
mod worker;

#[cfg(feature = "server")]
pub use {
    job::{Extra, JobError, JobSpec, JobType, Run, backoff_ms},
    jobs::{
        ForgetKeys, PruneJobs, PruneMessages, PurgeNotifications, REGISTRY, SendBulk, SendGroup, SendMail,
        SendNotification, SendOtp, SweepAccounts, SweepFiles, TrimAudit,
    },
    outbox::{Outbox, OutboxError, unusable_settings},
    relay::{redis_answers, relay},
    run::{Registry, drain},
    sandbox::DbInbox,
    service::{enqueue, enqueue_alone, enqueue_many, enqueue_with},
    worker::{Worker, WorkerSettings},
};

#[cfg(feature = "server")]
pub use control::service::{cancel, get, list, oldest_due, retry, stats};
pub use control::{
    AtLeast, Batch, BatchCancelled, BatchFilter, CleanJobs, JobAction, JobBulk, JobBulkAnswer, JobBulkData,
    JobBulkResult, JobCounts, JobDetail, JobFilter, JobRetried, JobSelection, JobsCleaned, KindStats,
    MinuteStats, Pause, PauseQueue, ProviderRate, QueueCounts, QueueFigures, QueueStats, ResumeQueue, Snooze,
    WorkerView,
};

use crate::types::*;
use serde::{Deserialize, Serialize};

crate::text_enum! {
    /// Where a job stands.
    pub enum JobState, "job state" {
        /// To be done, now or later.
        Waiting = "waiting",
        /// Being done.
        Running = "running",
        /// Done.
        Done = "done",
        /// Given up after its last try, or at once when trying again cannot help.
        Dead = "dead",
        /// Called off before it was done.
        Cancelled = "cancelled",
        /// Given up, and taken off the dead letters by staff.
        Discarded = "discarded",
    }
}

crate::text_enum! {
    /// Jobs that share workers and limits.
    pub enum QueueName, "queue" {
        /// WhatsApp messages.
        Messages = "messages",
        /// Mail.
        Mail = "mail",
        /// Housekeeping.
        System = "system",
    }
}

crate::text_enum! {
    /// Who goes first. Strict: a lower one waits as long as a higher one can be done.
    pub enum JobPriority, "job priority" {
        /// Sign-in codes. A place among the workers is kept free for these.
        Critical = "critical",
        /// What somebody waits for.
        High = "high",
        /// Ordinary.
        Normal = "normal",
        /// Broadcasts.
        Low = "low",
    }
}

impl JobPriority {
    /// The number kept in the database; smaller goes first.
    pub const fn rank(self) -> i64 {
        self as i64
    }

    /// The priority behind a kept number.
    pub fn from_rank(rank: i64) -> Self {
        Self::ALL.iter().copied().find(|priority| priority.rank() == rank).unwrap_or(JobPriority::Low)
    }
}

/// One job, as people and programs see it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct JobView {
    /// Identifier.
    pub id: JobId,
    /// What kind of work, such as `send-otp`.
    pub kind: String,
    /// Which queue.
    pub queue: QueueName,
    /// Who goes first.
    pub priority: JobPriority,
    /// Where it stands.
    pub state: JobState,
    /// What it works on: identifiers only, never texts or personal data.
    #[cfg_attr(feature = "server", schema(value_type = Object))]
    pub payload: serde_json::Value,
    /// No second job with this key can wait or run.
    pub unique_key: Option<String>,
    /// The batch it belongs to.
    pub batch_id: Option<BatchId>,
    /// Not before.
    pub run_at: Time,
    /// Tries so far.
    pub attempts: i64,
    /// Tries at most.
    pub max_attempts: i64,
    /// The worker that does it, while it runs.
    pub worker: Option<String>,
    /// Why the last try failed.
    pub last_error: Option<String>,
    /// When it was queued.
    pub created_at: Time,
    /// When it ended.
    pub finished_at: Option<Time>,
}
