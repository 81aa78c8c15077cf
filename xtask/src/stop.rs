//! Signals: noted here, acted upon by whoever waits, so that every guard is dropped in order.

use std::process::ExitCode;
use std::sync::Arc;
use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use anyhow::Context;
use signal_hook::consts::{SIGHUP, SIGINT, SIGTERM};

static ASKED: OnceLock<Arc<AtomicUsize>> = OnceLock::new();

/// The chore was asked to stop by a signal.
#[derive(Debug)]
pub struct Stopped;

impl std::fmt::Display for Stopped {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("stopped by a signal")
    }
}

impl std::error::Error for Stopped {}

/// Starts noting SIGINT, SIGTERM and SIGHUP instead of dying from them.
pub fn listen() -> anyhow::Result<()> {
    let asked = ASKED.get_or_init(Arc::default);
    for signal in [SIGINT, SIGTERM, SIGHUP] {
        signal_hook::flag::register_usize(signal, Arc::clone(asked), signal as usize)
            .with_context(|| format!("signal {signal} cannot be handled"))?;
    }
    Ok(())
}

/// The last signal that asked for a stop.
pub fn asked() -> Option<i32> {
    match ASKED.get()?.load(Ordering::Relaxed) {
        0 => None,
        signal => i32::try_from(signal).ok(),
    }
}

/// Fails with [`Stopped`] once a signal has arrived.
pub fn check() -> anyhow::Result<()> {
    match asked() {
        Some(_) => Err(Stopped.into()),
        None => Ok(()),
    }
}

/// Sleeps, but not past a signal.
pub fn sleep(time: Duration) -> anyhow::Result<()> {
    let end = Instant::now() + time;
    loop {
        check()?;
        let left = end.saturating_duration_since(Instant::now());
        if left.is_zero() {
            return Ok(());
        }
        std::thread::sleep(left.min(Duration::from_millis(20)));
    }
}

/// 128 plus the signal's number, as a shell reports it.
pub fn exit_code() -> ExitCode {
    ExitCode::from(asked().and_then(|s| u8::try_from(128 + s).ok()).unwrap_or(1))
}
