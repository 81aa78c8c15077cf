//! The loop that claims jobs, runs them and writes down how they ended.
//!
//! One claimer per process. How the last jobs ended and which ones come next is one transaction. Some of the places are
//! kept for critical jobs, so that a sign-in code starts at once however much else there is to do.

use super::{
    JobError, Outbox, QueueName,
    run::{Ended, Outcome, execute, recover, settle},
    store::{self, Claimed},
};
use crate::{app::App, error::Result, hub::Stopping, types::*};
use std::{
    collections::{HashMap, HashSet},
    sync::Arc,
    time::Duration,
};
use tokio::{
    task::{AbortHandle, Id, JoinError, JoinSet},
    time::{Instant, MissedTickBehavior, interval, sleep, timeout_at},
};

/// How a worker works.
#[derive(Debug, Clone)]
pub struct WorkerSettings {
    /// Jobs at the same time.
    pub places: usize,
    /// How many of the places only critical jobs may take.
    pub reserved: usize,
    /// How long a job is ours without a heartbeat.
    pub lease: Duration,
    /// How often to look for work that nobody announced: retries, delayed jobs, other processes' jobs.
    pub poll: Duration,
    /// How long running jobs may take to end when the process stops.
    pub drain: Duration,
    /// Whether no other process can be at work on this database: whatever runs when this one starts is then taken
    /// over at once instead of when its lease ends.
    pub alone: bool,
}

impl WorkerSettings {
    /// As configured.
    pub fn of(app: &App) -> Self {
        let queue = &app.config.queue;
        let places = queue.workers as usize;
        WorkerSettings {
            places: places + 1,
            reserved: (places / 4).max(1),
            lease: queue.lease,
            poll: Duration::from_millis(u64::from(queue.poll_ms)),
            drain: queue.drain,
            alone: app.db.dialect() == crate::db::Dialect::Sqlite,
        }
    }
}

/// A process's worker.
pub struct Worker {
    app: App,
    outbox: Arc<Outbox>,
    settings: WorkerSettings,
    owner: String,
    tasks: JoinSet<Outcome>,
    running: HashMap<Id, Running>,
    /// Ended, and not yet written down.
    ended: Vec<Ended>,
}

struct Running {
    job: Claimed,
    abort: AbortHandle,
}

impl Worker {
    /// Sets a worker up; [`Worker::run`] starts it.
    pub fn new(app: App, outbox: Arc<Outbox>, settings: WorkerSettings) -> Self {
        let mut name = app.random_token();
        name.truncate(12);
        let owner = format!("{}-{name}", std::process::id());
        Worker {
            app,
            outbox,
            settings,
            owner,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            ended: Vec::new(),
        }
    }

    /// Works until everything is to end, then lets running jobs end within the time for it.
    /// A database that does not answer is waited for.
    pub async fn run(mut self, mut stop: Stopping) {
        let hub = self.app.db.hub().clone();
        let mut announced = hub.jobs();
        let ticking = |every: Duration| {
            let mut ticks = interval(every.max(Duration::from_millis(1)));
            ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
            ticks
        };
        let mut poll = ticking(self.settings.poll);
        let mut beat = ticking(self.settings.lease / 3);
        let mut rescue = ticking(self.settings.lease / 4);
        let mut first = self.settings.alone;
        let mut trouble = 0_u32;
        while !stop.now() {
            announced.borrow_and_update();
            match self.turn().await {
                Ok(()) => trouble = 0,
                Err(error) => {
                    trouble = (trouble + 1).min(10);
                    tracing::warn!(%error, "the queue cannot be reached");
                    tokio::select! {
                        () = sleep(Duration::from_millis(200) * trouble) => {}
                        () = stop.wait() => {}
                    }
                    continue;
                }
            }
            tokio::select! {
                Some(end) = self.tasks.join_next_with_id() => self.end(end),
                _ = announced.changed() => {}
                _ = poll.tick() => {}
                _ = beat.tick() => {
                    if let Err(error) = self.heartbeat().await {
                        tracing::warn!(%error, "the leases could not be kept");
                    }
                }
                _ = rescue.tick() => {
                    match recover(&self.app, &self.owner, first).await {
                        Ok(0) => first = false,
                        Ok(jobs) => tracing::info!(jobs, "took over jobs whose worker stopped"),
                        Err(error) => tracing::warn!(%error, "stopped workers' jobs could not be taken over"),
                    }
                }
                () = stop.wait() => {}
            }
        }
        self.finish().await;
    }

    /// Writes down what ended and claims what fits.
    async fn turn(&mut self) -> Result<()> {
        while let Some(end) = self.tasks.try_join_next_with_id() {
            self.end(end);
        }
        let ctx = self.app.system("worker");
        let free = self.settings.places.saturating_sub(self.running.len());
        let due = if free == 0 {
            Vec::new()
        } else {
            let mut tx = self.app.db.read().await?;
            store::due(&mut tx, ctx.now).await?
        };
        let wanted = self.wanted(due, free);
        if self.ended.is_empty() && wanted.is_empty() {
            return Ok(());
        }
        let mut tx = self.app.db.write().await?;
        settle(&mut tx, &ctx, &self.ended).await?;
        let until = ctx.now.plus_ms(i64::try_from(self.settings.lease.as_millis()).unwrap_or(60_000));
        let mut claimed = Vec::new();
        let (mut free, mut taken) = (free, HashMap::new());
        for (queue, priority, most) in wanted {
            let open = free.saturating_sub(if priority == 0 { 0 } else { self.settings.reserved });
            let used = taken.entry(queue).or_insert(0);
            let limit = if priority == 0 { open } else { open.min(most.saturating_sub(*used)) };
            if limit == 0 {
                continue;
            }
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let jobs = store::claim(&mut tx, queue, priority, limit, &self.owner, ctx.now, until).await?;
            free -= jobs.len();
            *used += jobs.len();
            claimed.extend(jobs);
        }
        tx.commit().await?;
        self.ended.clear();
        for job in claimed {
            self.start(job);
        }
        Ok(())
    }

    /// Which of the due (queue, priority) pairs to claim from, and how many at most; nothing where neither a place nor
    /// the provider has room.
    fn wanted(&self, due: Vec<(QueueName, i64)>, free: usize) -> Vec<(QueueName, i64, usize)> {
        due.into_iter()
            .map(|(queue, priority)| match priority {
                0 => (queue, priority, free),
                _ if free <= self.settings.reserved => (queue, priority, 0),
                _ => (queue, priority, self.outbox.room(queue)),
            })
            .filter(|(_, _, most)| *most > 0)
            .collect()
    }

    fn start(&mut self, job: Claimed) {
        let work = execute(self.app.clone(), self.outbox.clone(), job.clone());
        let abort = self.tasks.spawn(work);
        self.running.insert(abort.id(), Running { job, abort });
    }

    fn end(&mut self, end: std::result::Result<(Id, Outcome), JoinError>) {
        let (id, outcome) = match end {
            Ok((id, outcome)) => (id, outcome),
            Err(error) if error.is_panic() => (error.id(), Outcome::Failed(JobError::retry("it panicked"))),
            Err(error) => (error.id(), Outcome::Interrupted),
        };
        if let Some(running) = self.running.remove(&id) {
            self.ended.push(Ended { job: running.job, outcome });
        }
    }

    /// Keeps our leases. Jobs that were taken from us are stopped; jobs that are ours in the database and not in our
    /// hands (a commit whose answer was lost) are put back.
    async fn heartbeat(&mut self) -> Result<()> {
        let now = self.app.now();
        let until = now.plus_ms(i64::try_from(self.settings.lease.as_millis()).unwrap_or(60_000));
        let in_hand: HashSet<(JobId, i64)> = self
            .running
            .values()
            .map(|running| &running.job)
            .chain(self.ended.iter().map(|end| &end.job))
            .map(|job| (job.id, job.lease_token))
            .collect();
        let mut tx = self.app.db.write().await?;
        let held: HashSet<(JobId, i64)> =
            store::heartbeat(&mut tx, &self.owner, until).await?.into_iter().collect();
        for lost in held.difference(&in_hand) {
            store::put_back(&mut tx, *lost, now, None, false).await?;
        }
        tx.commit().await?;
        for running in self.running.values() {
            if !held.contains(&(running.job.id, running.job.lease_token)) {
                tracing::warn!(job = running.job.id.0, kind = %running.job.kind, "a job was taken over by another worker");
                running.abort.abort();
            }
        }
        Ok(())
    }

    /// The end: no new jobs, some time for those that run, the rest is put back.
    async fn finish(mut self) {
        let deadline = Instant::now() + self.settings.drain;
        let mut beat = interval(self.settings.lease / 3);
        while !self.running.is_empty() {
            tokio::select! {
                end = timeout_at(deadline, self.tasks.join_next_with_id()) => match end {
                    Ok(Some(end)) => self.end(end),
                    Ok(None) | Err(_) => break,
                },
                _ = beat.tick() => { let _ = self.heartbeat().await; }
            }
        }
        self.tasks.abort_all();
        while let Some(end) = self.tasks.join_next_with_id().await {
            self.end(end);
        }
        for _ in 0..3 {
            match self.write_ends().await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "the last jobs' ends could not be written down"),
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    async fn write_ends(&mut self) -> Result<()> {
        if self.ended.is_empty() {
            return Ok(());
        }
        let ctx = self.app.system("worker");
        let mut tx = self.app.db.write().await?;
        settle(&mut tx, &ctx, &self.ended).await?;
        tx.commit().await?;
        self.ended.clear();
        Ok(())
    }
}
