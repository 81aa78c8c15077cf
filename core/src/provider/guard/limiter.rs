//! Rate and concurrency limits of a provider account.
//!
//! An exact sliding window: at most `per_window` calls start in any `window`. A share of the window
//! and one of the concurrent places are kept for critical messages, and waiting critical ones go
//! before all others, so that a sign-in code never queues behind a broadcast.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::{
    sync::Notify,
    time::{Instant, timeout_at},
};

use crate::provider::{Accepted, BoxFuture, Lookup, Outgoing, Provider, RATE_LIMITED, SendError, Urgency};

/// How much may go out through one provider account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limits {
    /// Calls that may start within `window`; at least 1.
    pub per_window: usize,
    /// Length of the sliding window.
    pub window: Duration,
    /// Calls on their way at the same time; at least 1.
    pub concurrency: usize,
    /// How long a message that is not critical may stand in line before it is given back, so that
    /// workers stay free for others. Critical messages stand in line up to a whole window.
    pub max_wait: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            per_window: 100,
            window: Duration::from_secs(60),
            concurrency: 5,
            max_wait: Duration::from_millis(500),
        }
    }
}

impl Limits {
    fn usable(mut self) -> Self {
        self.per_window = self.per_window.max(1);
        self.concurrency = self.concurrency.max(1);
        self
    }

    /// How many of the window only critical messages may use: a tenth, at least one where there is
    /// more than one.
    pub fn reserved(&self) -> usize {
        (self.per_window / 10).max(1).min(self.per_window.saturating_sub(1))
    }
}

#[derive(Debug)]
struct Inner {
    limits: Limits,
    started: VecDeque<Instant>,
    running: usize,
    critical_waiting: usize,
    held_until: Option<Instant>,
}

/// The limits of one provider account, shared by all who send through it.
#[derive(Debug)]
pub struct Limiter {
    inner: Mutex<Inner>,
    changed: Notify,
}

impl Limiter {
    /// A limiter with nothing on its way.
    pub fn new(limits: Limits) -> Self {
        Self {
            inner: Mutex::new(Inner {
                limits: limits.usable(),
                started: VecDeque::new(),
                running: 0,
                critical_waiting: 0,
                held_until: None,
            }),
            changed: Notify::new(),
        }
    }

    /// Changes the limits; who waits is judged by the new ones at once, and what was used up elsewhere is found out
    /// again.
    pub fn set(&self, limits: Limits) {
        let mut inner = self.lock();
        inner.limits = limits.usable();
        inner.held_until = None;
        drop(inner);
        self.changed.notify_waiters();
    }

    /// The limits in force.
    pub fn limits(&self) -> Limits {
        self.lock().limits
    }

    /// Lets nothing but critical messages start for a while, because the account's limit is used up elsewhere.
    pub fn hold(&self, for_another: Duration) {
        let until = Instant::now() + for_another;
        let mut inner = self.lock();
        inner.held_until = inner.held_until.max(Some(until));
    }

    /// How many messages that are not critical could start right now; what a worker asks before it
    /// takes more of them from the queue.
    pub fn room(&self) -> usize {
        let mut inner = self.lock();
        inner.forget(Instant::now());
        if inner.held(Instant::now()).is_some() {
            return 0;
        }
        let limits = inner.limits;
        let window = (limits.per_window - limits.reserved()).saturating_sub(inner.started.len());
        let places = inner.places(Urgency::Normal).saturating_sub(inner.running);
        window.min(places)
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Waits for room and takes it. The permit is held for the length of the call.
    ///
    /// # Errors
    /// [`SendError::Deferred`] when there is no room soon enough for this urgency.
    pub async fn acquire(&self, urgency: Urgency) -> Result<Permit<'_>, SendError> {
        let begin = Instant::now();
        let mut waiting = None;
        loop {
            // Registered before the state is looked at, so that no change is missed.
            let changed = self.changed.notified();
            tokio::pin!(changed);
            changed.as_mut().enable();
            let (wait, patience) = {
                let mut inner = self.lock();
                let patience = match urgency {
                    Urgency::Critical => inner.limits.window.max(inner.limits.max_wait),
                    Urgency::Normal | Urgency::Bulk => inner.limits.max_wait,
                };
                match inner.take(urgency, waiting.is_some()) {
                    Ok(()) => {
                        drop(inner);
                        return Ok(Permit { limiter: self });
                    }
                    Err(wait) => (wait, patience),
                }
            };
            if urgency == Urgency::Critical && waiting.is_none() {
                waiting = Some(CriticalWaiting::new(self));
            }
            let left = patience.saturating_sub(begin.elapsed());
            let hopeless = wait.is_some_and(|wait| wait > left);
            if left.is_zero() || hopeless {
                return Err(SendError::Deferred {
                    code: RATE_LIMITED,
                    retry_after: wait.unwrap_or(Duration::from_millis(250)),
                });
            }
            tokio::select! {
                () = &mut changed => {}
                () = tokio::time::sleep(wait.unwrap_or(left).min(left)) => {}
            }
        }
    }
}

impl Inner {
    fn forget(&mut self, now: Instant) {
        while self.started.front().is_some_and(|start| now.duration_since(*start) >= self.limits.window) {
            self.started.pop_front();
        }
    }

    /// For how long only critical messages may start.
    fn held(&self, now: Instant) -> Option<Duration> {
        self.held_until.map(|until| until.saturating_duration_since(now)).filter(|left| !left.is_zero())
    }

    fn places(&self, urgency: Urgency) -> usize {
        match urgency {
            Urgency::Critical => self.limits.concurrency,
            Urgency::Normal | Urgency::Bulk => self.limits.concurrency.saturating_sub(1).max(1),
        }
    }

    /// Takes a place, or says how long until the window has room (`None`: when a running call ends).
    fn take(&mut self, urgency: Urgency, counted: bool) -> Result<(), Option<Duration>> {
        let now = Instant::now();
        self.forget(now);
        let others = self.critical_waiting - usize::from(counted && self.critical_waiting > 0);
        let critical = urgency == Urgency::Critical;
        if !critical && others > 0 {
            return Err(None);
        }
        if let Some(left) = self.held(now).filter(|_| !critical) {
            return Err(Some(left));
        }
        let allowed =
            if critical { self.limits.per_window } else { self.limits.per_window - self.limits.reserved() };
        if self.started.len() >= allowed {
            let leaves = self.started[self.started.len() - allowed] + self.limits.window;
            return Err(Some(leaves.saturating_duration_since(now)));
        }
        if self.running >= self.places(urgency) {
            return Err(None);
        }
        self.started.push_back(now);
        self.running += 1;
        Ok(())
    }
}

/// Counts a waiting critical message for as long as it waits.
struct CriticalWaiting<'a>(&'a Limiter);

impl<'a> CriticalWaiting<'a> {
    fn new(limiter: &'a Limiter) -> Self {
        limiter.lock().critical_waiting += 1;
        Self(limiter)
    }
}

impl Drop for CriticalWaiting<'_> {
    fn drop(&mut self) {
        self.0.lock().critical_waiting -= 1;
        self.0.changed.notify_waiters();
    }
}

/// A place on the way to the provider; given back when dropped.
#[derive(Debug)]
pub struct Permit<'a> {
    limiter: &'a Limiter,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.limiter.lock().running -= 1;
        self.limiter.changed.notify_waiters();
    }
}

const TOO_LATE: SendError = SendError::Deferred { code: RATE_LIMITED, retry_after: Duration::ZERO };

pub(super) struct Limited<P> {
    inner: P,
    limiter: Arc<Limiter>,
}

impl<P> Limited<P> {
    pub(super) fn new(inner: P, limiter: Arc<Limiter>) -> Self {
        Self { inner, limiter }
    }
}

impl<M: Outgoing, P: Provider<M>> Provider<M> for Limited<P> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn send<'a>(&'a self, message: &'a M) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            let acquire = self.limiter.acquire(message.urgency());
            let permit = match message.not_after() {
                None => acquire.await?,
                Some(end) => timeout_at(end, acquire).await.unwrap_or(Err(TOO_LATE))?,
            };
            let result = self.inner.send(message).await;
            drop(permit);
            result
        })
    }

    fn lookup<'a>(&'a self, message: &'a M) -> BoxFuture<'a, Result<Lookup, SendError>> {
        self.inner.lookup(message)
    }
}
