//! Many connections asking the same thing for a while.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::figure::quantile;
use crate::http::Connection;

/// What came of it.
pub struct Load {
    /// Answers per second.
    pub rate: f64,
    /// Times to a whole answer.
    pub times: Vec<Duration>,
    /// Answers other than 200 and broken connections.
    pub errors: usize,
}

impl Load {
    /// The time within which 99 of 100 answers came.
    pub fn p99(&mut self) -> Duration {
        quantile(&mut self.times, 0.99)
    }
}

/// Asks over `connections` connections for `time`, on one thread of its own.
pub fn ask(address: &str, request: &[u8], connections: usize, time: Duration) -> anyhow::Result<Load> {
    let (address, request) = (address.to_owned(), request.to_vec());
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(run(address, request, connections, time))
    });
    thread.join().ok().context("the load died")?
}

async fn run(address: String, request: Vec<u8>, connections: usize, time: Duration) -> anyhow::Result<Load> {
    let request: &'static [u8] = request.leak();
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(&address).await?);
    }
    let start = Instant::now();
    let end = start + time;
    let workers: Vec<_> = open
        .into_iter()
        .map(|mut connection| {
            tokio::spawn(async move {
                let (mut times, mut errors) = (Vec::new(), 0);
                while Instant::now() < end {
                    let asked = Instant::now();
                    match connection.ask(request).await {
                        Ok(answer) if answer.status == 200 => times.push(asked.elapsed()),
                        Ok(_) => errors += 1,
                        Err(_) => {
                            errors += 1;
                            break;
                        }
                    }
                }
                (times, errors)
            })
        })
        .collect();
    let (mut times, mut errors) = (Vec::new(), 0);
    for worker in workers {
        let (more, failed) = worker.await?;
        times.extend(more);
        errors += failed;
    }
    ensure!(!times.is_empty(), "nothing but errors ({errors})");
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    Ok(Load { rate, times, errors })
}
