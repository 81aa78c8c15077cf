//! Wakes those who wait for new jobs and new events, in this process and, through relays, in others.

use crate::{presence::Board, providers, queue::control::service::Told};
use std::sync::Arc;
use tokio::sync::watch;

/// What a commit brought.
pub use crate::db::Wake;

/// The meeting point of writers and those who wait for them. Cloning gives another handle on the same hub.
#[derive(Debug, Clone)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    jobs: watch::Sender<u64>,
    events: watch::Sender<u64>,
    sealed: watch::Sender<i64>,
    local: watch::Sender<(u64, u64)>,
    stop: watch::Sender<bool>,
    presence: Board,
    queue: Told,
    breakers: providers::Board,
}

impl Default for Hub {
    fn default() -> Self {
        Hub(Arc::new(Inner {
            jobs: watch::Sender::new(0),
            events: watch::Sender::new(0),
            sealed: watch::Sender::new(0),
            local: watch::Sender::new((0, 0)),
            stop: watch::Sender::new(false),
            presence: Board::default(),
            queue: Told::default(),
            breakers: providers::Board::default(),
        }))
    }
}

impl Hub {
    /// Wakes this process and tells the relays, after a commit here.
    pub fn wake(&self, wake: Wake) {
        if wake == Wake::default() {
            return;
        }
        self.wake_from_afar(wake);
        self.0.local.send_modify(|(jobs, events)| {
            *jobs += u64::from(wake.jobs);
            *events += u64::from(wake.events);
        });
    }

    /// Wakes this process only, because another one committed.
    pub fn wake_from_afar(&self, wake: Wake) {
        if wake.jobs {
            self.0.jobs.send_modify(|n| *n += 1);
        }
        if wake.events {
            self.0.events.send_modify(|n| *n += 1);
        }
    }

    /// Says that every event up to this sequence number is sealed and may be shown.
    pub fn sealed(&self, seq: i64) {
        self.0.sealed.send_if_modified(|known| {
            let newer = seq > *known;
            if newer {
                *known = seq;
            }
            newer
        });
    }

    /// Changes when jobs were queued.
    pub fn jobs(&self) -> watch::Receiver<u64> {
        self.0.jobs.subscribe()
    }

    /// Changes when events were appended and wait for the sealer.
    pub fn events(&self) -> watch::Receiver<u64> {
        self.0.events.subscribe()
    }

    /// The newest sealed sequence number that this process knows of.
    pub fn newest_sealed(&self) -> watch::Receiver<i64> {
        self.0.sealed.subscribe()
    }

    /// Counts this process's own commits (with jobs, with events), for relays that tell other processes.
    pub fn local(&self) -> watch::Receiver<(u64, u64)> {
        self.0.local.subscribe()
    }

    /// Who is at which ticket.
    pub fn presence(&self) -> &Board {
        &self.0.presence
    }

    /// How the queue stands, for the live streams.
    pub fn queue(&self) -> &Told {
        &self.0.queue
    }

    /// How the breakers of this process's providers are.
    pub fn breakers(&self) -> &providers::Board {
        &self.0.breakers
    }

    /// Asks everything that runs in the background to come to its end.
    pub fn stop(&self) {
        self.0.stop.send_replace(true);
    }

    /// Tells when everything is to end.
    pub fn stopping(&self) -> Stopping {
        Stopping(self.0.stop.subscribe())
    }
}

/// Tells when everything is to end.
#[derive(Debug, Clone)]
pub struct Stopping(watch::Receiver<bool>);

impl Stopping {
    /// Waits until everything is to end.
    pub async fn wait(&mut self) {
        let _ = self.0.wait_for(|stop| *stop).await;
    }

    /// Whether everything is to end.
    pub fn now(&self) -> bool {
        *self.0.borrow()
    }
}
