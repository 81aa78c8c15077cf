//! Calls about the audit trail.

use super::{Client, ClientError, Pages};
use crate::event::{AuditEntry, AuditFilter, ChainReport};
use std::time::Duration;

impl Client {
    /// The trail, the newest first, page by page.
    pub fn audit(&self, filter: &AuditFilter) -> Pages<AuditEntry> {
        self.pages("/api/audit", filter)
    }

    /// Checks the whole chain, which may take a while.
    pub async fn verify_audit(&self) -> Result<ChainReport, ClientError> {
        self.get("/api/audit/verify").timeout(Duration::from_secs(600)).send().await
    }
}
