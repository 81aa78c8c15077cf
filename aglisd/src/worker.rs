//! What works in the background of this process: the queue's worker, the schedule, wake-ups between processes.

use aglis_core::{
    app::App,
    queue::{self, Outbox, Worker, WorkerSettings, schedule},
};
use std::sync::Arc;
use tokio::task::JoinHandle;

/// The background work of one process.
pub struct Background(Vec<JoinHandle<()>>);

/// Starts it. It ends when the hub says so; running jobs are given time.
pub fn start(app: &App, outbox: Arc<Outbox>) -> Background {
    let stopping = || app.db.hub().stopping();
    let worker = Worker::new(app.clone(), outbox, WorkerSettings::of(app));
    Background(vec![
        tokio::spawn(worker.run(stopping())),
        tokio::spawn(schedule::run(app.clone(), stopping())),
        tokio::spawn(queue::relay(app.clone(), stopping())),
    ])
}

impl Background {
    /// Waits until everything has come to its end.
    pub async fn ended(self) {
        for task in self.0 {
            if let Err(error) = task.await {
                tracing::error!("background work broke off: {error}");
            }
        }
    }
}
