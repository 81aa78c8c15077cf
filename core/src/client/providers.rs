//! Calls about the providers of WhatsApp messages.

use super::{Client, ClientError, request::segment};
use crate::providers::{Provider, ProviderChange};

impl Client {
    /// The providers in the order in which they are tried.
    pub async fn providers(&self) -> Result<Vec<Provider>, ClientError> {
        self.get("/api/providers").send().await
    }

    /// Changes what is set for a provider.
    pub async fn change_provider(
        &self,
        name: &str,
        change: &ProviderChange,
    ) -> Result<Provider, ClientError> {
        self.patch(&format!("/api/providers/{}", segment(name))).json(change).send().await
    }

    /// Uses a provider first from now on.
    pub async fn switch_provider(&self, name: &str, key: &str) -> Result<Vec<Provider>, ClientError> {
        self.post(&format!("/api/providers/{}/switch", segment(name))).key(key).send().await
    }
}
