//! Asks the daemon and follows its live stream.

use std::sync::mpsc::Sender;
use std::thread;

use aglis_core::catalog::OdpFilter;
use aglis_core::client::{Client, ClientError, Live as Stream};
use aglis_core::queue::{JobAction, Snooze};
use aglis_core::tickets::{Reason, Undo};
use aglis_core::types::Page;
use serde::Serialize;
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::{UnboundedReceiver, UnboundedSender, unbounded_channel};
use tokio::task::JoinSet;

use super::request::{Answer, Change, Failure, Payload, Request, Steer, Why};
use crate::app::{Event, Live};

/// ODPs to choose from: as many as one looks through before typing on.
const ODPS: u32 = 50;

/// What the thread is told to do.
enum Order {
    Ask(Box<Request>),
    Connect,
}

/// The thread that talks to the daemon.
pub struct Worker {
    orders: UnboundedSender<Order>,
}

impl Worker {
    /// Starts the thread; it connects at once.
    ///
    /// # Errors
    /// When there is no memory for a thread.
    pub fn start(client: Client, events: Sender<Event>) -> std::io::Result<Self> {
        let (orders, queue) = unbounded_channel();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        thread::Builder::new()
            .name("daemon".into())
            .spawn(move || runtime.block_on(work(client, queue, events)))?;
        Ok(Self { orders })
    }

    /// Asks something; the answer comes as an event.
    pub fn ask(&self, request: Box<Request>) {
        // The thread ends with the console only.
        let _ = self.orders.send(Order::Ask(request));
    }

    /// Connects now instead of later.
    pub fn connect(&self) {
        let _ = self.orders.send(Order::Connect);
    }
}

async fn work(client: Client, mut orders: UnboundedReceiver<Order>, events: Sender<Event>) {
    let mut stream = client.live(None);
    let mut asked: JoinSet<Event> = JoinSet::new();
    loop {
        let event = tokio::select! {
            order = orders.recv() => match order {
                None => return,
                Some(Order::Connect) => {
                    stream.retry_now();
                    continue;
                }
                Some(Order::Ask(request)) => {
                    let client = client.clone();
                    asked.spawn(async move {
                        let result = ask(&client, &request).await.map_err(|error| failure(&error));
                        Event::Api(Box::new(Answer { request: *request, result }))
                    });
                    continue;
                }
            },
            Some(Ok(answer)) = asked.join_next() => answer,
            news = stream.next() => match news {
                Stream::Event(event) => Event::Live(Live::Event(event)),
                Stream::Queue(counts) => Event::Live(Live::Queue(counts)),
                Stream::Lost { error, retry_at } => {
                    let wait = retry_at.saturating_duration_since(tokio::time::Instant::now());
                    let retry_in_ms = i64::try_from(wait.as_millis()).unwrap_or(i64::MAX);
                    Event::Live(Live::Down { failure: failure(&error), retry_in_ms })
                }
                Stream::Connected { .. } => {
                    let client = client.clone();
                    asked.spawn(async move {
                        match client.me().await {
                            Ok(me) => Event::Live(Live::Up(Box::new(me))),
                            Err(error) => Event::Live(Live::Down { failure: failure(&error), retry_in_ms: 0 }),
                        }
                    });
                    continue;
                }
            },
        };
        if events.send(event).is_err() {
            return;
        }
    }
}

async fn page<T: DeserializeOwned>(
    client: &Client,
    path: &str,
    filter: &impl Serialize,
) -> Result<Page<T>, ClientError> {
    client.get(path).query(filter).send().await
}

async fn ask(client: &Client, request: &Request) -> Result<Payload, ClientError> {
    Ok(match request {
        Request::Stats => Payload::Stats(Box::new(client.ticket_stats().await?)),
        Request::Tickets(filter) => Payload::Tickets(page(client, "/api/tickets", filter).await?),
        Request::Ticket(id) => Payload::Ticket(Box::new(client.ticket(id).await?)),
        Request::Timeline(id, lang) => {
            Payload::Timeline(client.clone().in_language(lang.tag()).ticket_timeline(id).await?)
        }
        Request::Candidates(id) => Payload::Candidates(client.ticket_candidates(id).await?),
        Request::Technicians => Payload::Technicians(client.technicians().await?),
        Request::Customers(filter) => Payload::Customers(page(client, "/api/customers", filter).await?),
        Request::Customer(id) => Payload::Customer(Box::new(client.customer(id, false).await?)),
        Request::Reveal(id) => Payload::Customer(Box::new(client.customer(id, true).await?)),
        Request::Export(export) => {
            client.tickets_exported(export.rows, &export.key).await?;
            Payload::Recorded
        }
        Request::Odps(text) => {
            let q = Some(text.clone()).filter(|text| !text.is_empty());
            let filter = OdpFilter { q, limit: Some(ODPS), ..OdpFilter::default() };
            Payload::Odps(page(client, "/api/odp", &filter).await?)
        }
        Request::Audit(filter) => Payload::Audit(page(client, "/api/audit", filter).await?),
        Request::QueueStats => Payload::QueueStats(Box::new(client.queue_stats().await?)),
        Request::Jobs(state, filter) => {
            Payload::Jobs(page(client, &format!("/api/queue/jobs/{state}"), filter).await?)
        }
        Request::Job(id) => Payload::Job(Box::new(client.job(*id).await?)),
        Request::Steer { steer, key } => steered(client, steer, key).await?,
        Request::Change { id, change, key } => {
            match change {
                Change::Status(status) => drop(client.set_ticket_status(id, status, key).await?),
                Change::Priority(priority) => drop(client.set_priority(id, priority, key).await?),
                Change::Assign(to) => drop(client.assign(id, to, key).await?),
                Change::Comment(comment) => drop(client.comment(id, comment, key).await?),
                Change::Complete(data) => drop(client.complete(id, data, key).await?),
                Change::Reopen(reason) => {
                    drop(client.reopen(id, &Reason { reason: reason.clone() }, key).await?);
                }
                Change::Undo => drop(client.undo(id, &Undo::default(), key).await?),
            }
            Payload::Changed
        }
    })
}

async fn steered(client: &Client, steer: &Steer, key: &str) -> Result<Payload, ClientError> {
    Ok(match steer {
        Steer::One(action, id, until) => {
            match (action, until) {
                (JobAction::Retry, _) => {
                    client.retry_job(*id, key).await?;
                }
                (JobAction::Cancel, _) => drop(client.cancel_job(*id, key).await?),
                (JobAction::Discard, _) => drop(client.discard_job(*id, key).await?),
                (JobAction::Snooze, Some(until)) => {
                    drop(client.snooze_job(*id, &Snooze { until: *until }, key).await?);
                }
                (JobAction::Snooze, None) => {
                    return Err(ClientError::Usage("give the time until which the job is to wait".into()));
                }
                (JobAction::Run, _) => drop(client.run_job(*id, key).await?),
            }
            Payload::Steered
        }
        Steer::Many(action, bulk) => {
            Payload::SteeredMany(Box::new(client.jobs_bulk(*action, bulk, key).await?))
        }
        Steer::Pause(pause) => Payload::Queues(client.pause_queue(pause, key).await?),
        Steer::Resume(resume) => Payload::Queues(client.resume_queue(resume, key).await?),
        Steer::Clean(clean) => Payload::Cleaned(client.clean_jobs(clean).await?),
    })
}

fn failure(error: &ClientError) -> Failure {
    let why = match error {
        ClientError::Problem(problem) => match problem.status {
            401 => Why::Unauthenticated,
            403 => Why::Denied,
            404 | 410 => Why::NotFound,
            409 | 412 => Why::Conflict,
            429 | 502..=504 => Why::Unavailable,
            _ => Why::Refused,
        },
        ClientError::Unreachable { .. } | ClientError::Timeout { .. } => Why::Unreachable,
        ClientError::Answer { .. } | ClientError::Usage(_) => Why::Refused,
    };
    let hint = match (why, error.hint()) {
        (Why::Unreachable, _) | (_, None) => String::new(),
        (_, Some(hint)) => format!(" ({hint})"),
    };
    Failure { why, message: format!("{error}{hint}") }
}
