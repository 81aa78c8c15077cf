//! Asking the daemon how it is.

use super::{Client, ClientError};
use serde::{Deserialize, Serialize};

/// The installation's health as the daemon tells it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Health {
    /// Whether every needed part works.
    pub healthy: bool,
    /// `ok`, `degraded` or `unhealthy`.
    pub status: String,
    /// The daemon's version.
    pub version: String,
    /// Part by part.
    pub checks: Vec<HealthCheck>,
}

/// One part of the installation.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct HealthCheck {
    /// Its name, such as `database`.
    pub name: String,
    /// Whether it works.
    pub ok: bool,
    /// Whether nothing works without it.
    pub needed: bool,
    /// What was found, in words.
    pub detail: String,
    /// Milliseconds the check took.
    pub ms: u64,
}

impl Client {
    /// The installation's health; an unhealthy one is an answer, too.
    pub async fn health(&self) -> Result<Health, ClientError> {
        let answer = self.get("/api/health").any_answer().await?;
        serde_json::from_slice(&answer.body).map_err(|error| ClientError::Answer {
            endpoint: self.endpoint.to_string(),
            cause: format!("status {}: {error}", answer.status),
        })
    }
}
