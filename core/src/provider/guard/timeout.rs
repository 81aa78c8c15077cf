//! A last resort against a provider that never returns.

use std::{sync::Arc, time::Duration};

use crate::provider::{Accepted, BoxFuture, Lookup, Provider, SendError};

pub(super) struct Timed<M> {
    inner: Arc<dyn Provider<M>>,
    limit: Duration,
}

impl<M> Timed<M> {
    pub(super) fn new(inner: Arc<dyn Provider<M>>, limit: Duration) -> Self {
        Self { inner, limit }
    }
}

impl<M: Send + Sync> Provider<M> for Timed<M> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn send<'a>(&'a self, message: &'a M) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            tokio::time::timeout(self.limit, self.inner.send(message))
                .await
                .unwrap_or_else(|_| Err(SendError::uncertain("no answer in time")))
        })
    }

    fn lookup<'a>(&'a self, message: &'a M) -> BoxFuture<'a, Result<Lookup, SendError>> {
        Box::pin(async move {
            tokio::time::timeout(self.limit, self.inner.lookup(message))
                .await
                .unwrap_or_else(|_| Err(SendError::transient("timeout", "no answer in time")))
        })
    }
}
