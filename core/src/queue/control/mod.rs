//! What staff see of the queue and do with it: figures, lists, one job or many, batches, pausing, cleaning.
//!
//! Nothing here reads the whole queue. Live jobs are counted up to [`COUNTED_TO`] of a queue and priority; what was done
//! is read from `job_minutes`, to which workers add once per batch of ended jobs; a batch keeps its own counters; jobs
//! that run are found through `claims`.

#[cfg(feature = "server")]
mod batches;
#[cfg(feature = "server")]
mod bulk;
#[cfg(feature = "server")]
mod figures;
#[cfg(feature = "server")]
mod list;
#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
pub mod store;

use super::{JobState, JobView, QueueName};
use crate::{
    messages::{Message, MessageAttempt},
    types::*,
};
use serde::{Deserialize, Serialize};

/// Jobs of one queue and priority that are counted at most. Where there are more, [`AtLeast`] says so.
pub const COUNTED_TO: i64 = 10_000;

/// Jobs that one bulk action takes at most.
pub const BULK_MOST: usize = 10_000;

/// Minutes of throughput that are told.
pub const MINUTES: usize = 60;

/// Which figures are lower bounds, to be shown as `10,000+`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct AtLeast {
    /// There are more waiting ones.
    pub waiting: bool,
    /// There are more delayed ones.
    pub delayed: bool,
    /// There are more dead ones.
    pub dead: bool,
}

/// Jobs by where they stand.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct JobCounts {
    /// Due and waiting for a worker.
    pub waiting: i64,
    /// Waiting for their time.
    pub delayed: i64,
    /// Being done.
    pub running: i64,
    /// Given up.
    pub dead: i64,
    /// Which of these are lower bounds.
    #[serde(default)]
    pub at_least: AtLeast,
}

/// One queue in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct QueueFigures {
    /// Its name.
    pub queue: QueueName,
    /// Its jobs.
    #[serde(flatten)]
    pub counts: JobCounts,
    /// Since when it is paused and by whom; absent while it runs.
    pub paused: Option<Pause>,
}

/// Why a queue stands still.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Pause {
    /// Since when.
    pub at: Time,
    /// Who paused it.
    pub by: String,
    /// Why, in their words.
    pub reason: Option<String>,
}

/// One kind of job in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct KindStats {
    /// The kind, such as `send-otp`.
    pub kind: String,
    /// Its jobs.
    #[serde(flatten)]
    pub counts: JobCounts,
    /// Done within the last hour.
    pub done_last_hour: i64,
    /// Given up within the last hour.
    pub failed_last_hour: i64,
    /// Tries within the last hour that failed and will be repeated.
    pub retried_last_hour: i64,
}

/// What the workers did in one minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct MinuteStats {
    /// When the minute began.
    pub minute: Time,
    /// Jobs done.
    pub done: i64,
    /// Jobs given up.
    pub failed: i64,
    /// Tries that failed and will be repeated.
    pub retried: i64,
}

/// A process that does jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct WorkerView {
    /// Its number.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// The machine it runs on.
    pub host: String,
    /// Its process number there.
    pub pid: i64,
    /// Jobs it can do at the same time.
    pub places: i64,
    /// Jobs it is doing.
    pub running: i64,
    /// When it started.
    pub started_at: Time,
    /// Until when it counts as alive without another word; in the past, it stopped without saying so and its jobs are
    /// about to be taken over.
    pub alive_until: Time,
}

/// How much of a provider account's limit is used.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct ProviderRate {
    /// The provider, as attempts name it.
    pub provider: String,
    /// Tries that began within the window; absent where they are not counted.
    pub used: Option<i64>,
    /// Tries that may begin within the window; absent where nothing limits them.
    pub limit: Option<i64>,
    /// The window in seconds.
    pub window_seconds: i64,
}

/// The queue in figures.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct QueueStats {
    /// All jobs.
    #[serde(flatten)]
    pub counts: JobCounts,
    /// Done within the last hour.
    pub done_last_hour: i64,
    /// Given up within the last hour.
    pub failed_last_hour: i64,
    /// Done per minute, over the last five minutes.
    pub per_minute: f64,
    /// The share of tries within the last hour that failed and were to be repeated, from 0 to 1.
    pub retry_rate: f64,
    /// For how long the oldest due job has been waiting, in milliseconds; jobs of paused queues count.
    pub oldest_waiting_ms: i64,
    /// The same for sign-in codes.
    pub oldest_critical_ms: i64,
    /// By queue.
    pub queues: Vec<QueueFigures>,
    /// By kind; kinds of which nothing waits, runs, is dead or was done within the hour are left out.
    pub kinds: Vec<KindStats>,
    /// Who does the jobs.
    pub workers: Vec<WorkerView>,
    /// The last sixty minutes, the oldest first; the last one is not over yet.
    pub minutes: Vec<MinuteStats>,
    /// How much of each provider's limit is used.
    pub providers: Vec<ProviderRate>,
}

/// What the live stream tells of the queue, at most once a second.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct QueueCounts {
    /// All jobs.
    #[serde(flatten)]
    pub counts: JobCounts,
    /// Done in the minute that has begun.
    pub done_this_minute: i64,
    /// For how long the oldest due job has been waiting, in whole seconds.
    pub oldest_waiting_seconds: i64,
    /// The same for sign-in codes.
    pub oldest_critical_seconds: i64,
    /// By queue.
    pub queues: Vec<QueueFigures>,
}

/// Which jobs a list shows or a bulk action takes. Conditions hold together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct JobFilter {
    /// Only this kind, such as `send-bulk`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Only of this queue.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueName>,
    /// Only where the last error contains this text, in any case.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Only queued more than so many seconds ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_than_seconds: Option<i64>,
    /// Only messages to this phone (any spelling), group or mail address.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// Only of this batch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
    /// Rows per page, 1 to 200; 50 when absent. A page may have fewer and yet a next one: no more than 10,000 jobs are
    /// looked at for a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// One job with all that is known of it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct JobDetail {
    /// The job.
    #[serde(flatten)]
    pub job: JobView,
    /// The message it sends; masked as in the list of messages.
    pub message: Option<Message>,
    /// The tries to send that message, the oldest first.
    pub message_attempts: Vec<MessageAttempt>,
}

crate::text_enum! {
    /// What staff do with jobs.
    pub enum JobAction, "job action" {
        /// Put dead, cancelled and discarded jobs back, with all their tries.
        Retry = "retry",
        /// Call waiting jobs off; the messages they were to send have failed then.
        Cancel = "cancel",
        /// Take dead jobs off the dead letters; they are kept for a while and cleaned with the finished ones.
        Discard = "discard",
        /// Let waiting jobs wait until a time.
        Snooze = "snooze",
        /// Do waiting jobs now whose time has not come.
        Run = "run",
    }
}

impl JobAction {
    /// The states in which a job takes this action.
    pub const fn from_states(self) -> &'static [JobState] {
        match self {
            JobAction::Retry => &[JobState::Dead, JobState::Cancelled, JobState::Discarded],
            JobAction::Cancel | JobAction::Snooze | JobAction::Run => &[JobState::Waiting],
            JobAction::Discard => &[JobState::Dead],
        }
    }

    /// Where a job stands afterwards.
    pub const fn to_state(self) -> JobState {
        match self {
            JobAction::Retry | JobAction::Snooze | JobAction::Run => JobState::Waiting,
            JobAction::Cancel => JobState::Cancelled,
            JobAction::Discard => JobState::Discarded,
        }
    }
}

/// Until when a job waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Snooze {
    /// Not before; at most a year ahead.
    pub until: Time,
}

/// All jobs of one state that match a filter.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct JobSelection {
    /// Where they stand.
    pub status: JobState,
    /// Only this kind.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    /// Only of this queue.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueName>,
    /// Only where the last error contains this text, in any case.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// Only queued more than so many seconds ago.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub older_than_seconds: Option<i64>,
    /// Only messages to this phone (any spelling), group or mail address.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recipient: Option<String>,
    /// Only of this batch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub batch: Option<BatchId>,
}

impl JobSelection {
    /// The jobs that a list with this filter shows.
    pub fn of(status: JobState, filter: &JobFilter) -> Self {
        JobSelection {
            status,
            kind: filter.kind.clone(),
            queue: filter.queue,
            error: filter.error.clone(),
            older_than_seconds: filter.older_than_seconds,
            recipient: filter.recipient.clone(),
            batch: filter.batch,
        }
    }

    /// The filter of a list of the same jobs.
    pub fn filter(&self) -> JobFilter {
        JobFilter {
            kind: self.kind.clone(),
            queue: self.queue,
            error: self.error.clone(),
            older_than_seconds: self.older_than_seconds,
            recipient: self.recipient.clone(),
            batch: self.batch,
            limit: None,
            cursor: None,
        }
    }
}

/// What a bulk action needs besides the jobs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct JobBulkData {
    /// For `snooze`: not before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Time>,
}

/// Many jobs, named by `ids` or by `filter`, never by both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct JobBulk {
    /// These jobs, up to 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<Vec<JobId>>,
    /// All that match. Of more than 10,000 the first 10,000 are taken, and the answer says that there are more.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub filter: Option<JobSelection>,
    /// What the action needs.
    pub data: JobBulkData,
    /// Do nothing unless it is exactly so many jobs, up to 10,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expect: Option<i64>,
    /// Only judge, change nothing.
    pub dry_run: bool,
}

/// What became of one job of many.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct JobBulkResult {
    /// The job.
    pub id: JobId,
    /// Whether it was done, or would be.
    pub success: bool,
    /// Why not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// What became of many jobs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct JobBulkAnswer {
    /// Whether it was done with all of them.
    pub success: bool,
    /// How many it was about.
    pub total: i64,
    /// With how many it was done, or would be.
    pub succeeded: i64,
    /// With how many not.
    pub failed: i64,
    /// Whether nothing was changed because only judging was asked for.
    pub dry_run: bool,
    /// Whether more jobs match than one call takes: call again with a new key.
    pub more: bool,
    /// Job by job, in the order they were taken.
    pub results: Vec<JobBulkResult>,
}

/// What became of a request to put a job back.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct JobRetried {
    /// The job.
    pub id: JobId,
    /// Where it stands now.
    pub state: JobState,
}

/// Which queues to pause.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PauseQueue {
    /// This one; all of them when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueName>,
    /// Why, up to 200 characters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Which queues to let go on.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct ResumeQueue {
    /// This one; all of them when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<QueueName>,
}

/// Which ended jobs to forget.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct CleanJobs {
    /// Those that ended more than so many days ago; 7 when absent, 0 forgets all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub older_than_days: Option<i64>,
    /// Dead letters instead of jobs that ended well, were cancelled or discarded.
    pub dead: bool,
    /// Only count, up to 10,000.
    pub dry_run: bool,
}

/// What cleaning did.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct JobsCleaned {
    /// Jobs that were forgotten, or would be.
    pub removed: i64,
    /// Whether there are more: the time for one call was up, or no more are counted.
    pub more: bool,
}

/// Jobs that belong together, such as the messages of a broadcast.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Batch {
    /// Identifier.
    pub id: BatchId,
    /// What it is, such as `maintenance in Depok`.
    pub name: String,
    /// How many jobs it has.
    pub total: i64,
    /// Jobs done.
    pub done: i64,
    /// Jobs given up.
    pub dead: i64,
    /// Jobs called off or discarded.
    pub cancelled: i64,
    /// Who made it.
    pub created_by: String,
    /// When it was made.
    pub created_at: Time,
    /// When it was called off.
    pub cancelled_at: Option<Time>,
}

impl Batch {
    /// Jobs that have not ended.
    pub const fn left(&self) -> i64 {
        let left = self.total - self.done - self.dead - self.cancelled;
        if left > 0 { left } else { 0 }
    }

    /// The share of jobs that have ended, from 0 to 100.
    pub const fn percent(&self) -> i64 {
        if self.total <= 0 { 100 } else { (self.total - self.left()) * 100 / self.total }
    }
}

/// Which batches a list shows, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct BatchFilter {
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A batch that was called off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BatchCancelled {
    /// The batch as it stands now.
    pub batch: Batch,
    /// Jobs that were called off; those that run go on to their end.
    pub cancelled: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn batch(total: i64, done: i64, dead: i64, cancelled: i64) -> Batch {
        let at = Time::from_ms(0);
        let (name, created_by) = ("b".to_owned(), "root".to_owned());
        let id = BatchId(1);
        Batch { id, name, total, done, dead, cancelled, created_by, created_at: at, cancelled_at: None }
    }

    #[test]
    fn progress_counts_every_way_to_end_and_never_goes_past_the_end() {
        assert_eq!((batch(10, 5, 1, 1).left(), batch(10, 5, 1, 1).percent()), (3, 70));
        assert_eq!((batch(3, 3, 0, 0).left(), batch(3, 3, 0, 0).percent()), (0, 100));
        assert_eq!((batch(3, 4, 0, 0).left(), batch(3, 4, 0, 0).percent()), (0, 100));
        assert_eq!((batch(0, 0, 0, 0).left(), batch(0, 0, 0, 0).percent()), (0, 100));
    }

    #[test]
    fn an_action_never_leaves_a_job_where_it_may_not_be() {
        for action in JobAction::ALL {
            assert!(!action.from_states().is_empty(), "{action}");
            assert!(!action.from_states().contains(&JobState::Running), "{action}: what runs is left alone");
            assert!(!action.from_states().contains(&JobState::Done), "{action}: what is done is done");
        }
        assert_eq!(JobAction::Discard.from_states(), [JobState::Dead]);
        assert_eq!(JobAction::Retry.to_state(), JobState::Waiting);
    }

    #[test]
    fn all_that_match_are_the_jobs_of_the_list() {
        let filter = JobFilter {
            kind: Some("send-bulk".into()),
            error: Some("429".into()),
            older_than_seconds: Some(60),
            limit: Some(5),
            cursor: Some("00".into()),
            ..JobFilter::default()
        };
        let selection = JobSelection::of(JobState::Dead, &filter);
        assert_eq!(selection.filter(), JobFilter { limit: None, cursor: None, ..filter });
    }

    #[test]
    fn unknown_conditions_are_refused() {
        assert!(serde_json::from_str::<JobFilter>(r#"{"kinds":"send-otp"}"#).is_err());
        assert!(serde_json::from_str::<JobBulk>(r#"{"id":[1]}"#).is_err());
        assert!(serde_json::from_str::<JobSelection>(r#"{"status":"dead","limit":3}"#).is_err());
    }
}
