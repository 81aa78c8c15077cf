//! What stands around every provider: circuit breaker, limiter, metrics and time-out, each a
//! [`Provider`] that wraps another one. Providers know nothing of them.
//!
//! Order, from the outside: the breaker (an open one costs no share of the limit), the limiter, the
//! metrics (which so measure the call alone), the time-out.

use std::{sync::Arc, time::Duration};

pub mod breaker;
pub mod limiter;
mod metered;
mod timeout;

pub use breaker::{Breaker, BreakerSettings, BreakerState};
pub use limiter::{Limiter, Limits};

use super::{Outgoing, Provider};
use {breaker::Broken, limiter::Limited, metered::Metered, timeout::Timed};

/// How a provider is guarded.
#[derive(Debug, Clone, Copy)]
pub struct GuardSettings {
    /// How much may go out.
    pub limits: Limits,
    /// When to leave the provider alone.
    pub breaker: BreakerSettings,
    /// Longest time for one call. Longer than the provider's own, which knows better what a
    /// missing answer means.
    pub timeout: Duration,
}

impl Default for GuardSettings {
    fn default() -> Self {
        Self {
            limits: Limits::default(),
            breaker: BreakerSettings::default(),
            timeout: Duration::from_secs(30),
        }
    }
}

/// A guarded provider and the handles to watch it and to change its limits while it runs.
pub struct Guarded<M> {
    /// What callers send through.
    pub provider: Arc<dyn Provider<M>>,
    /// Its limits; [`Limiter::set`] changes them at once.
    pub limiter: Arc<Limiter>,
    /// Its breaker, for the health page.
    pub breaker: Arc<Breaker>,
}

impl<M> Clone for Guarded<M> {
    fn clone(&self) -> Self {
        Self { provider: self.provider.clone(), limiter: self.limiter.clone(), breaker: self.breaker.clone() }
    }
}

/// Wraps a provider in everything.
pub fn guard<M: Outgoing + 'static>(provider: Arc<dyn Provider<M>>, settings: GuardSettings) -> Guarded<M> {
    let limiter = Arc::new(Limiter::new(settings.limits));
    let breaker = Arc::new(Breaker::new(provider.name(), settings.breaker));
    let timed = Timed::new(provider, settings.timeout);
    let metered = Metered::new(timed);
    let limited = Limited::new(metered, limiter.clone());
    let broken = Broken::new(limited, breaker.clone());
    Guarded { provider: Arc::new(broken), limiter, breaker }
}

#[cfg(test)]
mod tests;
