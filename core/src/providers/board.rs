use super::BreakerState;
use std::{
    collections::HashMap,
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

/// What this process sees of a provider's breaker, and for how long it stays open.
pub type Seen = (BreakerState, Duration);

type Look = Arc<dyn Fn() -> Seen + Send + Sync>;

/// The breakers of this process, to be looked at by name.
#[derive(Clone, Default)]
pub struct Board(Arc<Mutex<HashMap<String, Look>>>);

impl fmt::Debug for Board {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Board")
    }
}

impl Board {
    /// Puts a provider's breaker up, in the place of an earlier one.
    pub fn put(&self, provider: &str, look: impl Fn() -> Seen + Send + Sync + 'static) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).insert(provider.to_owned(), Arc::new(look));
    }

    /// How a provider's breaker is; one that nobody put up is closed.
    pub fn look(&self, provider: &str) -> Seen {
        let look = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(provider).cloned();
        look.map_or((BreakerState::Closed, Duration::ZERO), |look| look())
    }
}
