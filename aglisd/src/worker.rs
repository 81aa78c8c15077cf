//! What works in the background of this process: the queue's worker, the schedule, wake-ups between processes.

use aglis_core::{
    app::App,
    queue::{self, Outbox, Worker, WorkerSettings, schedule},
};
use std::sync::Arc;
use tokio::task::{AbortHandle, JoinHandle};

/// The background work of one process.
pub struct Background {
    tasks: Vec<JoinHandle<()>>,
    pulse: Pulse,
}

/// Whether what must never end before the process does is still at work.
#[derive(Clone)]
pub struct Pulse(Arc<[AbortHandle]>);

impl Pulse {
    /// Whether the worker and the schedule have not broken off. Waiting for a database is not breaking off.
    pub fn beats(&self) -> bool {
        !self.0.iter().any(AbortHandle::is_finished)
    }
}

/// Starts it. It ends when the hub says so; running jobs are given time.
pub fn start(app: &App, outbox: Arc<Outbox>) -> Background {
    let stopping = || app.db.hub().stopping();
    let follower = outbox.clone();
    let (followed, until) = (app.clone(), stopping());
    let follow = tokio::spawn(async move { follower.follow(followed, until).await });
    let worker = Worker::new(app.clone(), outbox, WorkerSettings::of(app));
    let lasting =
        [tokio::spawn(worker.run(stopping())), tokio::spawn(schedule::run(app.clone(), stopping()))];
    let pulse = Pulse(lasting.iter().map(JoinHandle::abort_handle).collect());
    let relay = tokio::spawn(queue::relay(app.clone(), stopping()));
    Background { tasks: lasting.into_iter().chain([relay, follow]).collect(), pulse }
}

impl Background {
    /// Tells from now on whether it is at work.
    pub fn pulse(&self) -> Pulse {
        self.pulse.clone()
    }

    /// Waits until everything has come to its end.
    pub async fn ended(self) {
        for task in self.tasks {
            if let Err(error) = task.await {
                tracing::error!("background work broke off: {error}");
            }
        }
    }
}
