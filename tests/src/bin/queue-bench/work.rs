//! Doing jobs.

use crate::{
    job::{HANDLED, HANDLER, Handler, Message, REGISTRY, monotonic},
    place::{Place, flag, log, number, say},
};
use aglis_core::{
    args,
    queue::{self, Worker, WorkerSettings},
};
use serde_json::json;
use std::{
    sync::atomic::Ordering,
    time::{Duration, Instant},
};
use tokio::{sync::mpsc::unbounded_channel, task::JoinHandle, time::sleep};

/// Places where the most jobs in the shortest time are wanted.
const BEST: usize = 1000;
/// Samples that only warm up.
const WARM_UP: usize = 20;

fn start(place: &Place, places: usize, lease: Duration) -> JoinHandle<()> {
    let settings =
        WorkerSettings { places, reserved: 0, lease, registry: REGISTRY, ..WorkerSettings::of(&place.app) };
    let stop = place.app.db.hub().stopping();
    tokio::spawn(queue::relay(place.app.clone(), stop.clone()));
    tokio::spawn(Worker::new(place.app.clone(), place.outbox.clone(), settings).run(stop))
}

fn places() -> anyhow::Result<usize> {
    match std::env::var("BENCH_CONC").as_deref() {
        Ok("best") => Ok(BEST),
        _ => number("BENCH_CONC", 5),
    }
}

/// Works off what waits, until the store says that nothing is unfinished.
pub async fn drain(place: &Place) -> anyhow::Result<()> {
    let jobs = number("BENCH_N", 20_000)?;
    let most = Duration::from_secs(number("BENCH_MAX_S", 600)? as u64);
    let began = Instant::now();
    let worker = start(place, places()?, Duration::from_secs(60));
    loop {
        let handled = HANDLED.load(Ordering::Relaxed);
        // The store is asked only when it can be over, so that asking does not slow the work down.
        if handled >= jobs as u64 && !anything_left(place).await? || began.elapsed() > most {
            break;
        }
        sleep(Duration::from_millis(1)).await;
    }
    let secs = began.elapsed().as_secs_f64();
    let handled = HANDLED.load(Ordering::Relaxed);
    say(&json!({"ev": "done", "n": jobs, "secs": secs, "handled": handled}));
    place.app.db.hub().stop();
    worker.await?;
    Ok(())
}

async fn anything_left(place: &Place) -> anyhow::Result<bool> {
    let mut tx = place.app.db.read().await?;
    let left: Option<(i64,)> = tx.opt("SELECT 1 FROM jobs WHERE outcome IS NULL LIMIT 1", args![]).await?;
    Ok(left.is_some())
}

/// From before a job is put in to the beginning of its handler, one at a time.
pub async fn latency(place: &Place) -> anyhow::Result<()> {
    let samples = number("BENCH_SAMPLES", 300)?;
    let (began, mut begins) = unbounded_channel();
    let _ = HANDLER.set(Handler { began: Some(began), ..Handler::default() });
    let worker = start(place, number("BENCH_CONC", 5)?, Duration::from_secs(60));
    let mut us = Vec::with_capacity(samples);
    for n in 0..samples + WARM_UP {
        let t0 = monotonic();
        queue::enqueue_alone(&place.app, &Message::new(n as i64)).await?;
        let begun = begins.recv().await.unwrap_or(t0);
        if n >= WARM_UP {
            us.push(begun.saturating_sub(t0) / 1000);
        }
        sleep(Duration::from_micros(4000 + (n as u64 * 7919) % 3000)).await;
    }
    say(&json!({"ev": "done", "us": us}));
    place.app.db.hub().stop();
    worker.await?;
    Ok(())
}

/// Works until it is killed.
pub async fn work(place: &Place) -> anyhow::Result<()> {
    let handler = Handler {
        log: log()?,
        takes: Duration::from_millis(number("BENCH_HANDLER_MS", 0)? as u64),
        tells: flag("BENCH_LAT"),
        began: None,
    };
    let _ = HANDLER.set(handler);
    // A heartbeat is due three times in a lease.
    let lease = if flag("BENCH_TUNED") { Duration::from_secs(1) } else { place.app.config.queue.lease };
    let worker = start(place, places()?, lease);
    say(&json!({"ev": "ready"}));
    worker.await?;
    Ok(())
}
