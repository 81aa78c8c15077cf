//! Counts and times every call.

use tokio::time::Instant;

use crate::provider::{Accepted, BoxFuture, Lookup, Provider, SendError};

pub(super) struct Metered<P> {
    inner: P,
}

impl<P> Metered<P> {
    pub(super) fn new(inner: P) -> Self {
        Self { inner }
    }
}

impl<M: Send + Sync, P: Provider<M>> Provider<M> for Metered<P> {
    fn name(&self) -> &str {
        self.inner.name()
    }

    fn send<'a>(&'a self, message: &'a M) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            let start = Instant::now();
            let result = self.inner.send(message).await;
            let outcome = result.as_ref().map_or_else(SendError::outcome, |_| "accepted");
            let provider = self.inner.name().to_owned();
            metrics::histogram!("aglis_provider_send_seconds", "provider" => provider.clone())
                .record(start.elapsed().as_secs_f64());
            metrics::counter!(
                "aglis_provider_sends_total", "provider" => provider, "outcome" => outcome
            )
            .increment(1);
            result
        })
    }

    fn lookup<'a>(&'a self, message: &'a M) -> BoxFuture<'a, Result<Lookup, SendError>> {
        self.inner.lookup(message)
    }
}
