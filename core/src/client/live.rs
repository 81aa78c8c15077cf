//! The live stream of events: followed, lost, found again where it was left.

use super::{
    Client, ClientError,
    error::chain,
    sse::{Parser, Sse},
};
use crate::{event::LiveEvent, queue::QueueCounts};
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// What following the stream gives.
#[derive(Debug, Clone)]
pub enum Live {
    /// The connection stands. `resumed` says whether the stream goes on where it was left; after a fresh start what
    /// happened in between must be fetched.
    Connected {
        /// Whether nothing was missed.
        resumed: bool,
    },
    /// Something happened.
    Event(Box<LiveEvent>),
    /// The queue as it stands, for those who may see it.
    Queue(Box<QueueCounts>),
    /// The connection is gone; another try comes at the given instant.
    Lost {
        /// Why.
        error: ClientError,
        /// When the next try is made, unless [`LiveStream::retry_now`] is called.
        retry_at: Instant,
    },
}

/// The daemon sends something at least every 15 s; silence longer than this means that the connection is dead.
const SILENCE: Duration = Duration::from_secs(40);
const FIRST_WAIT: Duration = Duration::from_millis(500);
const LONGEST_WAIT: Duration = Duration::from_secs(15);

/// A live stream that connects again by itself. [`LiveStream::next`] may be dropped and called again at any time.
#[derive(Debug)]
pub struct LiveStream {
    client: Client,
    path: String,
    last_id: Option<String>,
    state: State,
    wait: Duration,
    greeted: bool,
    ready: VecDeque<Live>,
}

#[derive(Debug)]
enum State {
    Waiting(Instant),
    Open(Box<reqwest::Response>, Parser),
}

impl Client {
    /// Follows the live events from now on, or from after `last_id` when there is one.
    pub fn live(&self, last_id: Option<i64>) -> LiveStream {
        LiveStream {
            client: self.clone(),
            path: "/api/events".to_owned(),
            last_id: last_id.map(|id| id.to_string()),
            state: State::Waiting(Instant::now()),
            wait: FIRST_WAIT,
            greeted: false,
            ready: VecDeque::new(),
        }
    }
}

impl LiveStream {
    /// Waits for the next thing to tell. It never ends; a refusal (not allowed) is tried again like a lost connection.
    pub async fn next(&mut self) -> Live {
        loop {
            if let Some(live) = self.ready.pop_front() {
                return live;
            }
            match &mut self.state {
                State::Waiting(until) => {
                    tokio::time::sleep_until(*until).await;
                    self.connect().await;
                }
                State::Open(response, _) => match tokio::time::timeout(SILENCE, response.chunk()).await {
                    Ok(Ok(Some(bytes))) => self.take(&bytes),
                    Ok(Ok(None)) => self.lose("the daemon closed the stream".to_owned()),
                    Ok(Err(error)) => self.lose(chain(&error)),
                    Err(_) => self.lose("nothing came for too long".to_owned()),
                },
            }
        }
    }

    /// Makes a try at once instead of waiting.
    pub fn retry_now(&mut self) {
        if let State::Waiting(until) = &mut self.state {
            *until = Instant::now();
        }
    }

    async fn connect(&mut self) {
        let mut call = self.client.get(&self.path).header("accept", "text/event-stream");
        if let Some(id) = &self.last_id {
            call = call.header("last-event-id", id);
        }
        match tokio::time::timeout(self.client.timeout, call.open()).await {
            Ok(Ok(response)) => {
                self.greeted = false;
                self.state = State::Open(Box::new(response), Parser::default());
            }
            Ok(Err(error)) => self.lost(error),
            Err(_) => {
                let (endpoint, seconds) = (self.client.endpoint.to_string(), self.client.timeout.as_secs());
                self.lost(ClientError::Timeout { endpoint, seconds });
            }
        }
    }

    fn take(&mut self, bytes: &[u8]) {
        let State::Open(_, parser) = &mut self.state else { return };
        let mut events = Vec::new();
        let whole = parser.push(bytes, &mut events);
        self.wait = FIRST_WAIT;
        for Sse { id, data, event } in events {
            // The first event says whether the place we asked to go on from is still kept.
            if !self.greeted {
                self.greeted = true;
                let resumed = event != "reset" && self.last_id.is_some();
                self.ready.push_back(Live::Connected { resumed });
            }
            if event == "queue" {
                let counts = serde_json::from_str::<QueueCounts>(&data);
                self.ready.extend(counts.ok().map(|counts| Live::Queue(Box::new(counts))));
            } else if let Ok(event) = serde_json::from_str::<LiveEvent>(&data) {
                self.ready.push_back(Live::Event(Box::new(event)));
            }
            self.last_id = id.or(self.last_id.take());
        }
        if whole.is_err() {
            self.lose("an event is too large".to_owned());
        }
    }

    fn lose(&mut self, cause: String) {
        let endpoint = self.client.endpoint.to_string();
        self.lost(ClientError::Unreachable { endpoint, cause });
    }

    fn lost(&mut self, error: ClientError) {
        let asked = match &error {
            ClientError::Problem(problem) => problem.retry_after_s.map(Duration::from_secs),
            _ => None,
        };
        let said = match &self.state {
            State::Open(_, parser) => parser.retry_ms.map(Duration::from_millis),
            State::Waiting(_) => None,
        };
        let wait = asked.or(said).unwrap_or(self.wait).min(LONGEST_WAIT);
        let retry_at = Instant::now() + wait + jitter(wait);
        self.wait = (self.wait * 2).min(LONGEST_WAIT);
        self.state = State::Waiting(retry_at);
        self.ready.push_back(Live::Lost { error, retry_at });
    }
}

/// Up to a quarter more, so that many clients do not come back in one moment.
fn jitter(wait: Duration) -> Duration {
    use std::hash::{BuildHasher, RandomState};
    let share = u32::try_from(RandomState::new().hash_one(0_u8) % 256).unwrap_or_default();
    wait * share / 1024
}
