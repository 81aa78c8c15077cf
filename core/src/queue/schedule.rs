//! Work that comes with the clock. One table; the process that holds the lease row `scheduler` sees to it.
//!
//! That a due time is seen to exactly once does not rest on the lease but on the row in `schedule_runs`, which is moved
//! forward in the transaction that queues the job. A due time that passed while nobody was running is caught up once,
//! and only the latest of several.

use super::{
    ForgetKeys, JobType, PruneJobs, PruneMessages, PurgeNotifications, SweepAccounts, SweepFiles, TrimAudit,
    cron::Cron, service::enqueue, store,
};
use crate::{
    app::App,
    db::Tx,
    error::{Error, Result},
    hub::Stopping,
    types::*,
};
use std::{future::Future, pin::Pin, time::Duration};

type Queued<'a> = Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>>;

/// One line of the table.
pub struct Scheduled {
    /// The name under which its last run is kept. Renaming it makes it new.
    pub name: &'static str,
    /// Five-field crontab time in the business zone.
    pub cron: &'static str,
    queue: for<'a> fn(&'a mut Tx, Time) -> Queued<'a>,
}

macro_rules! schedule {
    ($($name:literal $cron:literal => $job:expr;)+) => {
        /// Every scheduled job.
        pub const SCHEDULE: &[Scheduled] = &[$(Scheduled {
            name: $name,
            cron: $cron,
            queue: |tx, now| Box::pin(queue_one(tx, now, $job)),
        }),+];
    };
}

schedule! {
    "prune-jobs" "20 * * * *" => PruneJobs {};
    "forget-keys" "40 * * * *" => ForgetKeys {};
    "sweep-accounts" "30 3 * * *" => SweepAccounts {};
    "sweep-files" "50 3 * * *" => SweepFiles {};
    "prune-messages" "30 4 * * *" => PruneMessages {};
    "purge-notifications" "10 4 * * *" => PurgeNotifications {};
    "trim-audit" "50 3 * * *" => TrimAudit {};
}

async fn queue_one<J: JobType + Sync>(tx: &mut Tx, now: Time, job: J) -> Result<()> {
    enqueue(tx, now, &job).await.map(drop)
}

const LEASE: &str = "scheduler";
const LEASE_SECONDS: i64 = 15;
const LOOK: Duration = Duration::from_secs(5);

/// Queues what is due. Called by whichever process holds the lease; harmless when two call it. Returns the names.
pub async fn tick(app: &App) -> Result<Vec<&'static str>> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let seen = store::schedule_runs(&mut tx).await?;
    drop(tx);
    let mut queued = Vec::new();
    for line in SCHEDULE {
        let cron: Cron =
            line.cron.parse().map_err(|error| Error::Internal(format!("{}: {error}", line.name)))?;
        let Some(due) = cron.last(&app.zone, now) else { continue };
        let last = seen.iter().find(|(name, _)| name == line.name).map(|(_, at)| *at);
        if last.is_some_and(|last| last >= due) {
            continue;
        }
        let mut tx = app.db.write().await?;
        if !store::note_run(&mut tx, line.name, due, now).await? {
            continue;
        }
        // A line that has never been seen begins with its next time, not with the one before it existed.
        if last.is_some() {
            (line.queue)(&mut tx, now).await?;
            queued.push(line.name);
        }
        tx.commit().await?;
    }
    Ok(queued)
}

/// Runs the schedule until everything is to end, in one process at a time.
pub async fn run(app: App, mut stop: Stopping) {
    let owner = app.random_token();
    let mut held = false;
    while !stop.now() {
        match round(&app, &owner).await {
            Ok(holds) => held = holds,
            Err(error) => tracing::warn!(%error, "the schedule could not be looked at"),
        }
        tokio::select! {
            () = tokio::time::sleep(LOOK) => {}
            () = stop.wait() => {}
        }
    }
    if held && let Err(error) = release(&app, &owner).await {
        tracing::warn!(%error, "the schedule's lease could not be given back");
    }
}

async fn round(app: &App, owner: &str) -> Result<bool> {
    let now = app.now();
    let mut tx = app.db.write().await?;
    let holds = store::hold_lease(&mut tx, LEASE, owner, now, now.plus_seconds(LEASE_SECONDS)).await?;
    tx.commit().await?;
    if holds {
        tick(app).await?;
    }
    Ok(holds)
}

async fn release(app: &App, owner: &str) -> Result<()> {
    let mut tx = app.db.write().await?;
    store::free_lease(&mut tx, LEASE, owner).await?;
    Ok(tx.commit().await?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_line_can_be_read_and_has_its_own_name() {
        for (n, line) in SCHEDULE.iter().enumerate() {
            assert!(line.cron.parse::<Cron>().is_ok(), "{}", line.name);
            assert!(SCHEDULE[..n].iter().all(|other| other.name != line.name), "{} stands twice", line.name);
        }
    }
}
