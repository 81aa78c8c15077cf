//! Putting jobs in and looking at what is there.

use crate::{
    job::{Message, line},
    place::{Place, log, number, say},
};
use aglis_core::{app::App, args, db::Query, queue, types::JobId};
use anyhow::Context;
use serde_json::json;
use std::{
    fs::File,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::Instant,
};

/// Jobs in one bulk call.
const BULK: usize = 1000;
/// Bulk calls under way: one is put together while another one is written.
const BULK_INFLIGHT: usize = 2;

/// Jobs one by one, some in flight.
pub async fn enqueue(place: &Place) -> anyhow::Result<()> {
    let began = Instant::now();
    let jobs = one_by_one(&place.app, None).await?;
    say(&json!({"ev": "done", "n": jobs, "secs": began.elapsed().as_secs_f64()}));
    Ok(())
}

/// The same, written down after each acknowledgement.
pub async fn acked(place: &Place) -> anyhow::Result<()> {
    let log = log()?.context("BENCH_LOG is not set")?;
    say(&json!({"ev": "ready"}));
    let began = Instant::now();
    let jobs = one_by_one(&place.app, Some(Arc::new(log))).await?;
    say(&json!({"ev": "done", "n": jobs, "secs": began.elapsed().as_secs_f64()}));
    Ok(())
}

async fn one_by_one(app: &App, log: Option<Arc<File>>) -> anyhow::Result<usize> {
    let jobs = number("BENCH_N", 20_000)?;
    let next = Arc::new(AtomicUsize::new(0));
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..number("BENCH_INFLIGHT", 50)? {
        let (app, next, log) = (app.clone(), next.clone(), log.clone());
        tasks.spawn(async move {
            loop {
                let id = next.fetch_add(1, Ordering::Relaxed);
                if id >= jobs {
                    return anyhow::Ok(());
                }
                queue::enqueue_alone(&app, &Message::new(i64::try_from(id)?)).await?;
                if let Some(log) = &log {
                    line(log, &format!("A {id}"))?;
                }
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    Ok(jobs)
}

/// Jobs by the thousand.
pub async fn bulk(place: &Place) -> anyhow::Result<()> {
    let jobs = number("BENCH_N", 20_000)?;
    let next = Arc::new(AtomicUsize::new(0));
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..BULK_INFLIGHT {
        let (app, next) = (place.app.clone(), next.clone());
        tasks.spawn(async move {
            loop {
                let first = next.fetch_add(BULK, Ordering::Relaxed);
                if first >= jobs {
                    return anyhow::Ok(());
                }
                let last = jobs.min(first + BULK);
                let some: Vec<Message> = (first..last).map(|id| Message::new(id as i64)).collect();
                let mut tx = app.db.write_one().await?;
                queue::enqueue_many(&mut tx, app.now(), &some).await?;
                tx.commit().await?;
            }
        });
    }
    while let Some(done) = tasks.join_next().await {
        done??;
    }
    say(&json!({"ev": "done", "n": jobs, "secs": began.elapsed().as_secs_f64()}));
    Ok(())
}

/// One job for each line of standard input, with the moment at which it was made.
pub async fn produce(place: &Place) -> anyhow::Result<()> {
    tokio::spawn(queue::relay(place.app.clone(), place.app.db.hub().stopping()));
    let (told, mut lines) = tokio::sync::mpsc::unbounded_channel();
    std::thread::spawn(move || {
        let mut lines = std::io::stdin().lines();
        while lines.next().is_some_and(|line| line.is_ok()) && told.send(()).is_ok() {}
    });
    say(&json!({"ev": "ready"}));
    let mut id = 0;
    while lines.recv().await.is_some() {
        let job = Message { t0: Some(crate::job::monotonic().to_string()), ..Message::new(id) };
        queue::enqueue_alone(&place.app, &job).await?;
        id += 1;
    }
    Ok(())
}

/// How many jobs are unfinished, how many were given up.
pub async fn count(place: &Place) -> anyhow::Result<()> {
    let mut tx = place.app.db.read().await?;
    let (pending,): (i64,) = tx.one("SELECT COUNT(*) FROM jobs WHERE outcome IS NULL", args![]).await?;
    let (failed,): (i64,) = tx.one("SELECT COUNT(*) FROM jobs WHERE outcome = 'dead'", args![]).await?;
    say(&json!({"ev": "count", "pending": pending, "failed": failed}));
    Ok(())
}

/// The numbers of all jobs in the store, read a page at a time.
pub async fn ids(place: &Place) -> anyhow::Result<()> {
    let mut ids = Vec::new();
    let mut after = JobId(0);
    let mut tx = place.app.db.read().await?;
    loop {
        let mut query = Query::new("SELECT id, payload FROM jobs WHERE id > ");
        query.bind(after).push(" ORDER BY id LIMIT ").bind(5000_i64);
        let rows: Vec<(JobId, aglis_core::db::Json<Message>)> = tx.all_of(query).await?;
        let Some((last, _)) = rows.last() else { break };
        after = *last;
        ids.extend(rows.iter().map(|(_, message)| message.id));
    }
    say(&json!({"ev": "ids", "ids": ids}));
    Ok(())
}
