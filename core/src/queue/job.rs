//! What a kind of job says about itself, and how its failures are told.

use super::{JobPriority, Outbox, QueueName};
use crate::{
    app::{App, Ctx},
    error::Error,
    types::*,
};
use serde::{Serialize, de::DeserializeOwned};
use std::{future::Future, pin::Pin, sync::Arc, time::Duration};

/// A kind of job: everything about it in one place. The value itself is the payload, and holds identifiers only.
pub trait JobType: Serialize + DeserializeOwned + Send + 'static {
    /// The stable word in the database. Renaming it orphans the jobs that wait.
    const KIND: &'static str;
    /// Which workers and limits it shares.
    const QUEUE: QueueName;
    /// Who goes first, unless the caller says otherwise.
    const PRIORITY: JobPriority;
    /// Tries at most.
    const ATTEMPTS: i64 = 3;
    /// Longest time for one try; shorter than the lease is not needed, because leases are kept by heartbeat.
    const TIMEOUT: Duration = Duration::from_secs(60);

    /// While a job of this kind with the same key waits or runs, no second one is queued.
    fn unique_key(&self) -> Option<String> {
        None
    }

    /// Does the work. May be called again for the same job after a crash.
    fn run(self, run: Run) -> impl Future<Output = Result<(), JobError>> + Send;
}

/// One try of one job.
#[derive(Clone)]
pub struct Run {
    /// The installation.
    pub app: App,
    /// The ways out to people.
    pub outbox: Arc<Outbox>,
    /// The job.
    pub id: JobId,
    /// Which try this is, from 1.
    pub attempt: i64,
    /// Tries at most.
    pub max_attempts: i64,
}

impl Run {
    /// Whether a failure now is the end.
    pub fn is_last(&self) -> bool {
        self.attempt >= self.max_attempts
    }

    /// A context for what the job does.
    pub fn ctx(&self) -> Ctx {
        self.app.system("worker")
    }
}

/// How a try failed, and what is to be done about it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// May work later; counts as a try.
    #[error("{reason}")]
    Retry {
        /// What staff read; no personal data.
        reason: String,
        /// Not before, when somebody said so; else the usual backoff.
        after: Option<Duration>,
    },
    /// Trying again cannot help.
    #[error("{0}")]
    GiveUp(String),
    /// No try took place (no room at the provider, say); does not count.
    #[error("{reason}")]
    Later {
        /// What staff read.
        reason: String,
        /// When to look again.
        after: Duration,
    },
}

impl JobError {
    /// A failure that may pass.
    pub fn retry(reason: impl Into<String>) -> Self {
        JobError::Retry { reason: reason.into(), after: None }
    }
}

impl From<Error> for JobError {
    fn from(error: Error) -> Self {
        match error {
            // Nothing was done, and it is not the job's fault.
            Error::Unavailable(_) => JobError::Later {
                reason: "the database is unavailable".to_owned(),
                after: Duration::from_secs(2),
            },
            Error::NotFound(_) => JobError::GiveUp(error.to_string()),
            other => JobError::retry(other.to_string()),
        }
    }
}

impl From<crate::db::DbError> for JobError {
    fn from(error: crate::db::DbError) -> Self {
        Error::from(error).into()
    }
}

/// What the caller wants otherwise than the kind says.
#[derive(Debug, Clone, Default)]
pub struct Extra {
    /// Not before.
    pub run_at: Option<Time>,
    /// Who goes first.
    pub priority: Option<JobPriority>,
    /// No second job of the kind with this key.
    pub unique_key: Option<String>,
    /// The batch it belongs to.
    pub batch_id: Option<BatchId>,
}

type Work = Pin<Box<dyn Future<Output = Result<(), JobError>> + Send>>;

/// A kind of job as the worker sees it.
#[derive(Debug)]
pub struct JobSpec {
    /// The stable word.
    pub kind: &'static str,
    /// Its queue.
    pub queue: QueueName,
    /// Its usual priority.
    pub priority: JobPriority,
    /// Tries at most.
    pub attempts: i64,
    /// Longest time for one try.
    pub timeout: Duration,
    /// Reads the payload and does the work.
    pub run: fn(serde_json::Value, Run) -> Work,
}

impl JobSpec {
    /// The registry's entry for a type.
    pub const fn of<J: JobType>() -> Self {
        JobSpec {
            kind: J::KIND,
            queue: J::QUEUE,
            priority: J::PRIORITY,
            attempts: J::ATTEMPTS,
            timeout: J::TIMEOUT,
            run: |payload, run| match serde_json::from_value::<J>(payload) {
                Ok(job) => Box::pin(job.run(run)),
                Err(error) => {
                    let reason = format!("the payload does not fit {}: {error}", J::KIND);
                    Box::pin(async move { Err(JobError::GiveUp(reason)) })
                }
            },
        }
    }
}

/// How long to wait after a failed try: 2 s, 4 s, 8 s … up to an hour, and up to a fifth more by chance, so that what
/// failed together does not come back together. `chance` is 0 to 1000.
pub fn backoff_ms(attempt: i64, chance: u64) -> i64 {
    let doubled = 2000_i64.saturating_mul(1 << (attempt - 1).clamp(0, 11)).min(3_600_000);
    doubled + doubled / 5 * i64::try_from(chance.min(1000)).unwrap_or(0) / 1000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn backoff_doubles_and_ends() {
        assert_eq!([1, 2, 3].map(|n| backoff_ms(n, 0)), [2000, 4000, 8000]);
        assert_eq!([1, 2, 3].map(|n| backoff_ms(n, 1000)), [2400, 4800, 9600]);
        assert_eq!(backoff_ms(60, 0), 3_600_000);
        assert_eq!(backoff_ms(0, 0), 2000);
    }

    #[test]
    fn a_dead_database_does_not_use_up_tries() {
        assert!(matches!(JobError::from(Error::Unavailable("x".into())), JobError::Later { .. }));
        assert!(matches!(JobError::from(Error::NotFound("message")), JobError::GiveUp(_)));
        assert!(matches!(JobError::from(Error::Internal("x".into())), JobError::Retry { .. }));
    }
}
