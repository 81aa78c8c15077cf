//! Circuit breaker: a provider that keeps failing is left alone for a while, so that messages wait
//! in the queue instead of using up their attempts.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};

use tokio::time::Instant;

use crate::provider::{Accepted, BREAKER_OPEN, BoxFuture, Lookup, Provider, SendError};

/// When the breaker opens and how it closes again.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BreakerSettings {
    /// This many failures in a row open it.
    pub consecutive: u32,
    /// This share of failures (0 to 1) among the last `window` calls opens it.
    pub error_rate: f64,
    /// How many calls the share is taken over; below that only `consecutive` counts.
    pub window: usize,
    /// How long it stays open before one call is let through as a probe.
    pub open_for: Duration,
}

impl Default for BreakerSettings {
    fn default() -> Self {
        Self { consecutive: 5, error_rate: 0.5, window: 20, open_for: Duration::from_secs(30) }
    }
}

/// What the breaker does at the moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BreakerState {
    /// Calls go through.
    Closed,
    /// Calls are held back.
    Open {
        /// Until a probe may pass.
        for_another: Duration,
    },
    /// One probe is on its way or may go; the others are held back.
    HalfOpen,
}

#[derive(Debug)]
struct Inner {
    failures_in_a_row: u32,
    recent: VecDeque<bool>,
    opened: Option<Opened>,
}

#[derive(Debug, Clone, Copy)]
struct Opened {
    until: Instant,
    probing: bool,
}

/// The state of one provider's breaker, shared by all who send through it.
#[derive(Debug)]
pub struct Breaker {
    provider: String,
    settings: BreakerSettings,
    inner: Mutex<Inner>,
}

/// Whether a call may go, and as what.
enum Pass {
    Normal,
    Probe,
}

impl Breaker {
    /// A closed breaker.
    pub fn new(provider: &str, settings: BreakerSettings) -> Self {
        Self {
            provider: provider.to_owned(),
            settings,
            inner: Mutex::new(Inner { failures_in_a_row: 0, recent: VecDeque::new(), opened: None }),
        }
    }

    /// What it does now.
    pub fn state(&self) -> BreakerState {
        match self.lock().opened {
            None => BreakerState::Closed,
            Some(opened) => {
                let left = opened.until.saturating_duration_since(Instant::now());
                if left.is_zero() { BreakerState::HalfOpen } else { BreakerState::Open { for_another: left } }
            }
        }
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn enter(&self) -> Result<Pass, SendError> {
        let mut inner = self.lock();
        let Some(opened) = &mut inner.opened else {
            return Ok(Pass::Normal);
        };
        let left = opened.until.saturating_duration_since(Instant::now());
        if left.is_zero() && !opened.probing {
            opened.probing = true;
            return Ok(Pass::Probe);
        }
        Err(SendError::Deferred { code: BREAKER_OPEN, retry_after: left.max(Duration::from_secs(1)) })
    }

    fn record(&self, failed: bool, probe: bool, retry_after: Option<Duration>) {
        let mut inner = self.lock();
        if inner.opened.is_some() && !probe {
            // A straggler from before it opened says nothing about now.
            return;
        }
        if !failed {
            if inner.opened.take().is_some() {
                inner.recent.clear();
                self.show(0.0);
            }
            inner.failures_in_a_row = 0;
        } else {
            inner.failures_in_a_row += 1;
        }
        inner.recent.push_back(failed);
        if inner.recent.len() > self.settings.window {
            inner.recent.pop_front();
        }
        let failures = inner.recent.iter().filter(|failed| **failed).count();
        let too_many = inner.recent.len() >= self.settings.window
            && failures as f64 >= self.settings.error_rate * inner.recent.len() as f64;
        if failed && (probe || inner.failures_in_a_row >= self.settings.consecutive || too_many) {
            let open_for = self.settings.open_for.max(retry_after.unwrap_or_default());
            inner.opened = Some(Opened { until: Instant::now() + open_for, probing: false });
            inner.recent.clear();
            self.show(1.0);
        }
    }

    /// A probe ended without saying anything about the provider: another one may go.
    fn release_probe(&self) {
        if let Some(opened) = &mut self.lock().opened {
            opened.probing = false;
        }
    }

    fn show(&self, open: f64) {
        metrics::gauge!("aglis_provider_breaker_open", "provider" => self.provider.clone()).set(open);
    }
}

/// Gives the probe's place back when the call is dropped half-way.
struct ProbeGuard<'a> {
    breaker: &'a Breaker,
    armed: bool,
}

impl Drop for ProbeGuard<'_> {
    fn drop(&mut self) {
        if self.armed {
            self.breaker.release_probe();
        }
    }
}

pub(super) struct Broken<P> {
    inner: P,
    breaker: Arc<Breaker>,
}

impl<P> Broken<P> {
    pub(super) fn new(inner: P, breaker: Arc<Breaker>) -> Self {
        Self { inner, breaker }
    }
}

impl<M: Send + Sync, P: Provider<M>> Provider<M> for Broken<P> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn send<'a>(&'a self, message: &'a M) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            let probe = matches!(self.breaker.enter()?, Pass::Probe);
            let mut guard = ProbeGuard { breaker: &self.breaker, armed: probe };
            let result = self.inner.send(message).await;
            match &result {
                Err(SendError::Deferred { .. }) => {}
                Err(error) => {
                    guard.armed = false;
                    let blamed = error.blames_provider();
                    self.breaker.record(blamed, probe, error.retry_after());
                }
                Ok(_) => {
                    guard.armed = false;
                    self.breaker.record(false, probe, None);
                }
            }
            result
        })
    }

    fn lookup<'a>(&'a self, message: &'a M) -> BoxFuture<'a, Result<Lookup, SendError>> {
        self.inner.lookup(message)
    }
}
