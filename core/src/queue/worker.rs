//! The loop that claims jobs, runs them and writes down how they ended.
//!
//! One claimer per process. How the last jobs ended and which ones come next is one transaction. Some of the places are
//! kept for critical jobs, so that a sign-in code starts at once however much else there is to do.

use super::{
    JobError, Outbox, QueueName, REGISTRY,
    run::{Ended, Outcome, Registry, Tally, execute, recover, settle},
    store::{self, Claimed, NewWorker},
};
use crate::{
    app::{App, Ctx},
    db::{DbError, Tx},
    error::Result,
    hub::Stopping,
    types::*,
};
use std::{collections::HashMap, sync::Arc, time::Duration};
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
    /// The kinds of job it can do.
    pub registry: Registry,
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
            registry: REGISTRY,
        }
    }
}

/// A process's worker.
pub struct Worker {
    app: App,
    outbox: Arc<Outbox>,
    settings: WorkerSettings,
    name: String,
    /// The number under which it claims; none until it is written down, and after others took it for dead.
    id: Option<i64>,
    tasks: JoinSet<Outcome>,
    running: HashMap<Id, Running>,
    /// How many jobs of each claim have not been written down as ended.
    claims: HashMap<i64, usize>,
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
        let mut chance = app.random_token();
        chance.truncate(6);
        Worker {
            name: format!("{}-{chance}", std::process::id()),
            app,
            outbox,
            settings,
            id: None,
            tasks: JoinSet::new(),
            running: HashMap::new(),
            claims: HashMap::new(),
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
                    let Some(me) = self.id else { continue };
                    match recover(&self.app, me, first).await {
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

    /// The number under which this worker claims.
    async fn registered(&mut self) -> Result<i64> {
        if let Some(id) = self.id {
            return Ok(id);
        }
        let now = self.app.now();
        let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_default();
        let worker = NewWorker {
            name: &self.name,
            host: host.trim(),
            places: i64::try_from(self.settings.places).unwrap_or(i64::MAX),
        };
        let mut tx = self.app.db.write().await?;
        let id = store::register(&mut tx, worker, now, self.alive_until(now)).await?;
        tx.commit().await?;
        self.id = Some(id);
        Ok(id)
    }

    fn alive_until(&self, now: Time) -> Time {
        now.plus_ms(i64::try_from(self.settings.lease.as_millis()).unwrap_or(60_000))
    }

    /// Others took this worker for dead: what it does is theirs now, and it begins anew.
    fn forget_everything(&mut self) {
        tracing::warn!(jobs = self.running.len(), "other workers took this one for dead and its jobs over");
        for running in self.running.values() {
            running.abort.abort();
        }
        self.id = None;
        self.claims.clear();
    }

    /// Writes down what ended and claims what fits.
    async fn turn(&mut self) -> Result<()> {
        while let Some(end) = self.tasks.try_join_next_with_id() {
            self.end(end);
        }
        let me = self.registered().await?;
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
        let ids = self.pick(&mut tx, &ctx, wanted, free).await?;
        let claimed = match ids.is_empty() {
            true => Vec::new(),
            false => match store::claim(&mut tx, me, &ids, ctx.now).await {
                Err(DbError::Constraint(_)) => {
                    drop(tx);
                    self.forget_everything();
                    return Ok(());
                }
                claimed => claimed?,
            },
        };
        let over = self.write_ends(&mut tx, &ctx).await?;
        tx.commit().await?;
        self.written(&over);
        for job in claimed {
            self.start(job);
        }
        Ok(())
    }

    async fn pick(
        &self,
        tx: &mut Tx,
        ctx: &Ctx,
        wanted: Vec<(QueueName, i64, usize)>,
        mut free: usize,
    ) -> Result<Vec<JobId>> {
        let mut taken = HashMap::new();
        let mut ids = Vec::new();
        for (queue, priority, most) in wanted {
            let open = free.saturating_sub(if priority == 0 { 0 } else { self.settings.reserved });
            let used = taken.entry(queue).or_insert(0);
            let limit = if priority == 0 { open } else { open.min(most.saturating_sub(*used)) };
            if limit == 0 {
                continue;
            }
            let limit = i64::try_from(limit).unwrap_or(i64::MAX);
            let jobs = store::pick(tx, queue, priority, limit, ctx.now).await?;
            free -= jobs.len();
            *used += jobs.len();
            ids.extend(jobs);
        }
        Ok(ids)
    }

    /// Writes down what ended; the claims that are over with it.
    async fn write_ends(&self, tx: &mut Tx, ctx: &Ctx) -> Result<Vec<i64>> {
        let mut left: HashMap<i64, usize> = HashMap::new();
        for end in &self.ended {
            let claim = end.job.claim_id;
            if let Some(jobs) = self.claims.get(&claim) {
                let left = left.entry(claim).or_insert(*jobs);
                *left = left.saturating_sub(1);
            }
        }
        let over: Vec<i64> =
            left.into_iter().filter(|(_, jobs)| *jobs == 0).map(|(claim, _)| claim).collect();
        let tally: Tally = settle(tx, ctx, &self.ended).await?;
        store::drop_claims(tx, &over).await?;
        tally.note(tx, ctx.now).await?;
        Ok(over)
    }

    /// What ended is on disk.
    fn written(&mut self, over: &[i64]) {
        for end in self.ended.drain(..) {
            if let Some(jobs) = self.claims.get_mut(&end.job.claim_id) {
                *jobs = jobs.saturating_sub(1);
            }
        }
        for claim in over {
            self.claims.remove(claim);
        }
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
        *self.claims.entry(job.claim_id).or_default() += 1;
        let work = execute(self.settings.registry, self.app.clone(), self.outbox.clone(), job.clone());
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

    /// Says that this worker lives. Claims that are ours in the database and not in our hands (a commit whose answer was
    /// lost) are put back.
    async fn heartbeat(&mut self) -> Result<()> {
        let Some(me) = self.id else { return Ok(()) };
        let ctx = self.app.system("worker");
        let mut tx = self.app.db.write().await?;
        if !store::beat(&mut tx, me, self.alive_until(ctx.now)).await? {
            drop(tx);
            self.forget_everything();
            return Ok(());
        }
        let mut lost = store::claims_of(&mut tx, me).await?;
        lost.retain(|claim| !self.claims.contains_key(claim));
        for claim in &lost {
            for job in store::claimed(&mut tx, *claim).await? {
                store::put_back(&mut tx, (job.id, *claim), ctx.now, None, false).await?;
            }
        }
        store::drop_claims(&mut tx, &lost).await?;
        tx.commit().await?;
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
            match self.sign_off().await {
                Ok(()) => return,
                Err(error) => tracing::warn!(%error, "the last jobs' ends could not be written down"),
            }
            sleep(Duration::from_millis(200)).await;
        }
    }

    async fn sign_off(&mut self) -> Result<()> {
        let Some(me) = self.id else { return Ok(()) };
        let ctx = self.app.system("worker");
        let mut tx = self.app.db.write().await?;
        let over = self.write_ends(&mut tx, &ctx).await?;
        if over.len() == self.claims.len() {
            store::unregister(&mut tx, me).await?;
        }
        tx.wake_jobs();
        tx.commit().await?;
        self.written(&over);
        Ok(())
    }
}
