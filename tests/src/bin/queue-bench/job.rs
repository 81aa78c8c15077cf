//! The job that everybody does: about 200 bytes of JSON, three tries two and four seconds apart.

use aglis_core::queue::{JobError, JobPriority, JobSpec, JobType, QueueName, Registry, Run};
use rustix::time::{ClockId, clock_gettime};
use serde::{Deserialize, Serialize};
use std::{
    fs::File,
    io::Write,
    sync::{
        OnceLock,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio::sync::mpsc::UnboundedSender;

/// What this program's worker can do.
pub const REGISTRY: Registry = &[JobSpec::of::<Message>()];

/// A message, as big as those of other benches.
#[derive(Debug, Serialize, Deserialize)]
pub struct Message {
    pub id: i64,
    pub phone: String,
    pub message: String,
    /// When it was made, on the monotonic clock in nanoseconds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub t0: Option<String>,
}

impl Message {
    pub fn new(id: i64) -> Self {
        Message {
            id,
            phone: format!("+62812{:08}", id % 100_000_000),
            message: format!(
                "Yth. Bapak/Ibu pelanggan nomor {id:08}, tagihan internet bulan ini sudah terbit. \
                 Terima kasih sudah membayar tepat waktu setiap bulan."
            ),
            t0: None,
        }
    }
}

/// What a job's handler does beside nothing.
#[derive(Default)]
pub struct Handler {
    /// Where beginnings and ends are written down.
    pub log: Option<File>,
    /// How long it takes.
    pub takes: Duration,
    /// Whether to say how long the job took to come here.
    pub tells: bool,
    /// Who waits for the moment at which it began.
    pub began: Option<UnboundedSender<u128>>,
}

pub static HANDLER: OnceLock<Handler> = OnceLock::new();
pub static HANDLED: AtomicU64 = AtomicU64::new(0);

/// The monotonic clock, in nanoseconds.
pub fn monotonic() -> u128 {
    let now = clock_gettime(ClockId::Monotonic);
    u128::try_from(now.tv_sec).unwrap_or(0) * 1_000_000_000 + u128::try_from(now.tv_nsec).unwrap_or(0)
}

/// One line in one write, so that it is whole or not there.
pub fn line(mut file: &File, text: &str) -> std::io::Result<()> {
    file.write_all(format!("{text}\n").as_bytes())
}

impl JobType for Message {
    const KIND: &'static str = "bench";
    const QUEUE: QueueName = QueueName::System;
    const PRIORITY: JobPriority = JobPriority::Normal;

    async fn run(self, _: Run) -> Result<(), JobError> {
        let now = monotonic();
        HANDLED.fetch_add(1, Ordering::Relaxed);
        let Some(handler) = HANDLER.get() else { return Ok(()) };
        if let Some(began) = &handler.began {
            let _ = began.send(now);
        }
        if handler.tells {
            let t0: u128 = self.t0.as_deref().and_then(|t0| t0.parse().ok()).unwrap_or(now);
            crate::place::say(&serde_json::json!({"ev": "lat", "us": now.saturating_sub(t0) / 1000}));
            return Ok(());
        }
        let failed = |error: std::io::Error| JobError::retry(error.to_string());
        if let Some(log) = &handler.log {
            line(log, &format!("S {} {}", self.id, std::process::id())).map_err(failed)?;
        }
        if !handler.takes.is_zero() {
            tokio::time::sleep(handler.takes).await;
        }
        if let Some(log) = &handler.log {
            line(log, &format!("E {} {}", self.id, std::process::id())).map_err(failed)?;
        }
        Ok(())
    }
}
