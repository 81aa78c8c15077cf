//! Many connections asking the same thing for a while.

use std::rc::Rc;
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

/// Asks over `connections` connections for `time`, one request after the other in turn, on one thread of its own.
pub fn ask(address: &str, requests: &[Vec<u8>], connections: usize, time: Duration) -> anyhow::Result<Load> {
    let (address, requests) = (address.to_owned(), requests.to_vec());
    let thread = std::thread::spawn(move || {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(run(address, requests, connections, time))
    });
    thread.join().ok().context("the load died")?
}

async fn run(
    address: String,
    requests: Vec<Vec<u8>>,
    connections: usize,
    time: Duration,
) -> anyhow::Result<Load> {
    ensure!(!requests.is_empty(), "nothing to ask");
    let requests: Rc<[Vec<u8>]> = requests.into();
    let mut open = Vec::with_capacity(connections);
    for _ in 0..connections {
        open.push(Connection::open(&address).await?);
    }
    let start = Instant::now();
    let end = start + time;
    let local = tokio::task::LocalSet::new();
    let workers: Vec<_> = open
        .into_iter()
        .enumerate()
        .map(|(at, mut connection)| {
            let requests = requests.clone();
            local.spawn_local(async move {
                let (mut times, mut errors) = (Vec::new(), 0);
                // Each connection begins elsewhere, so that they do not ask the same at the same time.
                for request in requests.iter().cycle().skip(at * 7 % requests.len()) {
                    let asked = Instant::now();
                    if asked >= end {
                        break;
                    }
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
    local
        .run_until(async {
            for worker in workers {
                let (more, failed) = worker.await?;
                times.extend(more);
                errors += failed;
            }
            anyhow::Ok(())
        })
        .await?;
    ensure!(!times.is_empty(), "nothing but errors ({errors})");
    let rate = times.len() as f64 / start.elapsed().as_secs_f64();
    Ok(Load { rate, times, errors })
}
