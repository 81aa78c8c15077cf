//! Every kind of job, in one list.

use super::{JobError, JobPriority, JobSpec, JobType, QueueName, Run, control, deliver};
use crate::{
    accounts, drafts, event, files, idempotency, messages, notifications, portal, portal_access, types::*,
};
use serde::{Deserialize, Serialize};
use std::time::Duration;

macro_rules! registry {
    ($($job:ident),+ $(,)?) => {
        /// What the worker can do.
        pub const REGISTRY: &[JobSpec] = &[$(JobSpec::of::<$job>()),+];
    };
}

registry![
    SendOtp,
    SendNotification,
    SendGroup,
    SendBulk,
    SendMail,
    PruneJobs,
    PruneMessages,
    SweepAccounts,
    SweepFiles,
    TrimAudit,
    ForgetKeys,
    PurgeNotifications
];

/// A job that sends one message.
macro_rules! sender {
    ($(#[$meta:meta])* $name:ident, $kind:literal, $queue:ident, $priority:ident) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
        #[serde(deny_unknown_fields)]
        pub struct $name {
            /// The message.
            pub message_id: MessageId,
        }

        impl JobType for $name {
            const KIND: &'static str = $kind;
            const QUEUE: QueueName = QueueName::$queue;
            const PRIORITY: JobPriority = JobPriority::$priority;
            // Longer than a window of the limiter and a call together.
            const TIMEOUT: Duration = Duration::from_secs(150);

            fn unique_key(&self) -> Option<String> {
                Some(self.message_id.to_string())
            }

            async fn run(self, run: Run) -> Result<(), JobError> {
                deliver::deliver(&run, self.message_id).await
            }
        }
    };
}

sender! {
    /// Sends a one-time code.
    SendOtp, "send-otp", Messages, Critical
}
sender! {
    /// Sends what somebody waits for or should know.
    SendNotification, "send-notification", Messages, Normal
}
sender! {
    /// Sends to a group.
    SendGroup, "send-group", Messages, Normal
}
sender! {
    /// Sends one of many.
    SendBulk, "send-bulk", Messages, Low
}
sender! {
    /// Sends a mail.
    SendMail, "send-mail", Mail, Normal
}

/// Forgets jobs that ended more than a week ago, and what else the queue keeps for a while.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PruneJobs {}

impl JobType for PruneJobs {
    const KIND: &'static str = "prune-jobs";
    const QUEUE: QueueName = QueueName::System;
    const PRIORITY: JobPriority = JobPriority::Low;
    const TIMEOUT: Duration = Duration::from_secs(600);

    async fn run(self, run: Run) -> Result<(), JobError> {
        control::service::prune(&run.app).await?;
        Ok(())
    }
}

/// Forgets messages, and what was said about them, that are older than they are kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PruneMessages {}

impl JobType for PruneMessages {
    const KIND: &'static str = "prune-messages";
    const QUEUE: QueueName = QueueName::System;
    const PRIORITY: JobPriority = JobPriority::Low;
    const TIMEOUT: Duration = Duration::from_secs(600);

    async fn run(self, run: Run) -> Result<(), JobError> {
        messages::service::prune(&run.ctx()).await?;
        Ok(())
    }
}

/// Removes sessions, links, sign-in codes and attempts that ended some time ago, and drafts that nobody goes on with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepAccounts {}

impl JobType for SweepAccounts {
    const KIND: &'static str = "sweep-accounts";
    const QUEUE: QueueName = QueueName::System;
    const PRIORITY: JobPriority = JobPriority::Low;

    async fn run(self, run: Run) -> Result<(), JobError> {
        accounts::service::sweep(&run.ctx()).await?;
        portal_access::service::sweep(&run.ctx()).await?;
        drafts::service::expire(&run.ctx()).await?;
        Ok(())
    }
}

/// Cuts the audit trail off where it is older than it is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TrimAudit {}

impl JobType for TrimAudit {
    const KIND: &'static str = "trim-audit";
    const QUEUE: QueueName = QueueName::System;
    const PRIORITY: JobPriority = JobPriority::Low;
    const TIMEOUT: Duration = Duration::from_secs(600);

    async fn run(self, run: Run) -> Result<(), JobError> {
        event::trim(&run.ctx()).await?;
        Ok(())
    }
}

/// Throws away uploads that were given up before they were attached to anything, and reports that were given up before
/// they were sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SweepFiles {}

impl JobType for SweepFiles {
    const KIND: &'static str = "sweep-files";
    const QUEUE: QueueName = QueueName::System;
    const PRIORITY: JobPriority = JobPriority::Low;
    const TIMEOUT: Duration = Duration::from_secs(3600);

    async fn run(self, run: Run) -> Result<(), JobError> {
        portal::service::expire_drafts(&run.ctx()).await?;
        files::service::sweep(&run.ctx()).await?;
        Ok(())
    }
}

/// Forgets answers to requests with an `Idempotency-Key` that nobody repeats any more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ForgetKeys {}

impl JobType for ForgetKeys {
    const KIND: &'static str = "forget-keys";
    const QUEUE: QueueName = QueueName::System;
    const PRIORITY: JobPriority = JobPriority::Low;

    async fn run(self, run: Run) -> Result<(), JobError> {
        idempotency::forget_old(&run.app).await?;
        Ok(())
    }
}

/// Forgets notifications that are past their end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PurgeNotifications {}

impl JobType for PurgeNotifications {
    const KIND: &'static str = "purge-notifications";
    const QUEUE: QueueName = QueueName::System;
    const PRIORITY: JobPriority = JobPriority::Low;

    async fn run(self, run: Run) -> Result<(), JobError> {
        notifications::service::purge(&run.app.system("notifications")).await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What waits in the database of an installation that is updated. A change here orphans it.
    #[test]
    fn payloads_and_kinds_stay_as_they_are() {
        fn golden<J: JobType + PartialEq + std::fmt::Debug>(job: J, kind: &str, payload: &str) {
            assert_eq!(J::KIND, kind);
            assert_eq!(serde_json::to_string(&job).unwrap(), payload, "{kind}");
            assert_eq!(serde_json::from_str::<J>(payload).unwrap(), job, "{kind}");
        }
        let message_id = MessageId(7);
        golden(SendOtp { message_id }, "send-otp", r#"{"message_id":7}"#);
        golden(SendNotification { message_id }, "send-notification", r#"{"message_id":7}"#);
        golden(SendGroup { message_id }, "send-group", r#"{"message_id":7}"#);
        golden(SendBulk { message_id }, "send-bulk", r#"{"message_id":7}"#);
        golden(SendMail { message_id }, "send-mail", r#"{"message_id":7}"#);
        golden(PruneJobs {}, "prune-jobs", "{}");
        golden(PruneMessages {}, "prune-messages", "{}");
        golden(SweepAccounts {}, "sweep-accounts", "{}");
        golden(SweepFiles {}, "sweep-files", "{}");
        golden(TrimAudit {}, "trim-audit", "{}");
        golden(ForgetKeys {}, "forget-keys", "{}");
        golden(PurgeNotifications {}, "purge-notifications", "{}");
        assert_eq!(REGISTRY.len(), 12, "every kind has its golden payload here");
    }

    #[test]
    fn kinds_are_told_apart_and_codes_go_first() {
        for (n, spec) in REGISTRY.iter().enumerate() {
            assert!(REGISTRY[..n].iter().all(|other| other.kind != spec.kind), "{} stands twice", spec.kind);
            assert!(spec.attempts >= 1 && spec.timeout >= Duration::from_secs(1));
            assert_eq!(spec.priority == JobPriority::Critical, spec.kind == "send-otp");
        }
    }
}
