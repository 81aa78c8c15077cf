//! The live stream of events, as server-sent events.

use crate::http::{Context, Need, Problem, Routes, is_foreign};
use aglis_core::{
    accounts::service as accounts,
    app::{Ctx, Scope},
    error::Result,
    event::{self, LiveEvent, SubjectKind},
    notifications::service as notifications,
    permission::Permission,
    presence::{Presence, service as presence},
    queue::{QueueCounts, control::service as control},
};
use axum::{
    http::{HeaderMap, HeaderName, StatusCode},
    response::{
        IntoResponse, Response,
        sse::{Event as Sse, KeepAlive, Sse as Stream},
    },
};
use std::{
    collections::BTreeMap,
    convert::Infallible,
    sync::{Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{sync::mpsc, time::Instant};
use tokio_stream::wrappers::ReceiverStream;
use utoipa_axum::routes;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const BATCH: i64 = 200;
/// A follower who is further behind than this starts anew; it gets a `reset` and reads the lists again.
const FARTHEST_BACK: i64 = 10_000;
/// Streams that one actor may have open at once.
const MOST_STREAMS: usize = 16;
/// A follower who takes nothing for this long is let go.
const PATIENCE: Duration = Duration::from_secs(30);
/// How often it is asked anew who follows and what they may see by now.
const RECHECK: Duration = Duration::from_secs(5);

/// Follow what happens, as far as one may see it.
///
/// Each event has the kind as its name, its place in the chain as its id and a `LiveEvent` as data. With
/// `Last-Event-ID` the stream goes on after that place; when that is too far back it begins with a `reset`. An event
/// `unread` without an id tells how many of one's own notifications are unread, whenever that changes; an event
/// `presence` without an id has a `Presence` as data: who else is at a ticket; an event `queue` without an id has a
/// `QueueCounts` as data: how the queue stands, at most once a second, for those who may see messages. At most 16 streams at once; one that is not
/// read for 30 seconds ends. What a page of another site asks for is refused.
#[utoipa::path(get, path = "/api/events", tag = "events", params(("Last-Event-ID" = Option<i64>, Header, description = "Go on after this place")),
    responses((status = 200, content_type = "text/event-stream", body = LiveEvent)))]
async fn follow(Context(ctx): Context, headers: HeaderMap) -> Result<Response, Problem> {
    if is_foreign(&ctx.app, &headers) {
        return Err(Problem::new(
            StatusCode::FORBIDDEN,
            "cross_site",
            "the request came from another site and was refused",
        ));
    }
    let place = Place::take(ctx.actor.key()).ok_or_else(|| Problem {
        retry_after: Some(PATIENCE.as_secs()),
        ..Problem::new(
            StatusCode::TOO_MANY_REQUESTS,
            "too_many_streams",
            format!("{MOST_STREAMS} streams are open already; close one of them"),
        )
    })?;
    let mut tx = ctx.app.db.read().await?;
    let head = event::store::chain(&mut tx, false).await?.head_seq;
    drop(tx);
    let resumed = headers
        .get(LAST_EVENT_ID)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse::<i64>().ok());
    let position = resumed.filter(|seq| (head - FARTHEST_BACK..=head).contains(seq)).unwrap_or(head);
    let reset = resumed.is_some_and(|seq| seq != position);
    let hello =
        Sse::default().event(if reset { "reset" } else { "ready" }).id(position.to_string()).data("{}");

    let (send, receive) = mpsc::channel(32);
    tokio::spawn(async move {
        if give(&send, hello).await {
            stream(ctx, position, &send).await;
        }
        drop(place);
    });
    Ok(Stream::new(ReceiverStream::new(receive))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(20)).text("alive"))
        .into_response())
}

/// One of the streams an actor may have open; given back when dropped.
struct Place(String);

static OPEN: Mutex<BTreeMap<String, usize>> = Mutex::new(BTreeMap::new());

fn open() -> MutexGuard<'static, BTreeMap<String, usize>> {
    OPEN.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Place {
    /// None when the actor has as many as one may have.
    fn take(actor: String) -> Option<Place> {
        let mut open = open();
        let count = open.entry(actor.clone()).or_default();
        if *count >= MOST_STREAMS {
            return None;
        }
        *count += 1;
        Some(Place(actor))
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut open = open();
        if let Some(count) = open.get_mut(&self.0) {
            *count -= 1;
            if *count == 0 {
                open.remove(&self.0);
            }
        }
    }
}

type Sender = mpsc::Sender<Result<Sse, Infallible>>;

/// Hands one event over; false when the follower has gone or takes nothing.
async fn give(send: &Sender, event: Sse) -> bool {
    matches!(tokio::time::timeout(PATIENCE, send.send(Ok(event))).await, Ok(Ok(())))
}

/// Passes on what lies after a place and what comes, until the follower goes or may not follow any more.
async fn stream(mut ctx: Ctx, mut position: i64, send: &Sender) {
    let mut newest = ctx.app.db.hub().newest_sealed();
    let mut stopping = ctx.app.db.hub().stopping();
    let mut checked = Instant::now();
    let mut told = None;
    let mut presence = ctx.app.db.hub().presence().changed();
    let mut present_then = 0;
    let mut jobs = ctx.app.db.hub().jobs();
    let mut queue = QueueTold { counts: None, next: Instant::now() };
    loop {
        if checked.elapsed() >= RECHECK {
            match accounts::present(&ctx).await {
                Ok(Some(actor)) => ctx.actor = actor,
                Ok(None) => return,
                Err(error) => tracing::debug!("a follower could not be checked: {error}"),
            }
            checked = Instant::now();
        }
        newest.mark_unchanged();
        match batch(&ctx, position).await {
            Ok(batch) => {
                for live in batch.events {
                    let Ok(data) = serde_json::to_string(&live) else { continue };
                    let event = Sse::default().event(&live.kind).id(live.seq.to_string()).data(data);
                    if !give(send, event).await {
                        return;
                    }
                    position = live.seq;
                    // What a slow reader has not taken yet is judged by the rights of then.
                    if checked.elapsed() >= RECHECK {
                        break;
                    }
                }
                if checked.elapsed() >= RECHECK {
                    continue;
                }
                position = batch.end;
                if batch.full {
                    continue;
                }
            }
            Err(error) => tracing::debug!("a follower waits: {error}"),
        }
        if let Some(unread) = unread(&ctx, &mut told).await
            && !give(send, unread).await
        {
            return;
        }
        presence.mark_unchanged();
        for present in present(&ctx, &mut present_then).await {
            if !give(send, present).await {
                return;
            }
        }
        if Instant::now() >= queue.next {
            jobs.mark_unchanged();
        }
        if let Some(event) = queue.news(&ctx).await
            && !give(send, event).await
        {
            return;
        }
        let early = Instant::now() < queue.next;
        let watches = ctx.may(Permission::MessageRead);
        let again = watches && early && (queue.is_moving() || jobs.has_changed().unwrap_or(true));
        tokio::select! {
            () = send.closed() => return,
            () = stopping.wait() => return,
            // New jobs are told at once, and what came within the same second at its end.
            changed = jobs.changed(), if watches && !early => if changed.is_err() { return },
            () = tokio::time::sleep_until(queue.next), if again => {}
            changed = presence.changed() => if changed.is_err() { return },
            changed = newest.changed() => if changed.is_err() { return },
            // Other processes seal too.
            () = tokio::time::sleep_until(checked + RECHECK) => {}
        }
    }
}

/// How often the queue is told at most.
const QUEUE_EVERY: Duration = Duration::from_secs(1);

/// What a follower was told of the queue.
struct QueueTold {
    counts: Option<QueueCounts>,
    /// Not before.
    next: Instant,
}

impl QueueTold {
    /// Whether the queue has to be looked at again without anybody saying so: workers say nothing when jobs end.
    fn is_moving(&self) -> bool {
        self.counts.as_ref().is_some_and(|told| told.counts.running > 0 || told.counts.waiting > 0)
    }

    /// The queue, when the follower may see it and it stands otherwise than was told last.
    async fn news(&mut self, ctx: &Ctx) -> Option<Sse> {
        if Instant::now() < self.next || !ctx.may(Permission::MessageRead) {
            return None;
        }
        self.next = Instant::now() + QUEUE_EVERY;
        let counts = control::counts(&ctx.app).await.ok()?;
        if self.counts.as_ref() == Some(&counts) {
            return None;
        }
        let data = serde_json::to_string(&counts).ok()?;
        self.counts = Some(counts);
        Some(Sse::default().event("queue").data(data))
    }
}

/// What a follower may see of some events.
struct Batch {
    events: Vec<LiveEvent>,
    /// The place after which the next one begins.
    end: i64,
    /// Whether there may be more.
    full: bool,
}

/// Reads what lies after a place. The connection is given back before anything is sent: a follower who does not read
/// must not hold one.
async fn batch(ctx: &Ctx, position: i64) -> Result<Batch> {
    let mut tx = ctx.app.db.read().await?;
    let rows = event::store::after(&mut tx, position, BATCH).await?;
    let full = rows.len() as i64 == BATCH;
    let end = rows.last().and_then(|row| row.seq).unwrap_or(position);
    let mut events = Vec::new();
    for row in rows {
        if visible(ctx, &mut tx, &row).await? {
            let live = LiveEvent::from(&row);
            let customer_id = live.customer_id.filter(|_| ctx.may(Permission::CustomerRead));
            events.push(LiveEvent { customer_id, ..live });
        }
    }
    Ok(Batch { events, end, full })
}

/// How many notifications of the follower's own are unread, when that is another number than was told last. What they
/// may not see of the events themselves, such as their own account's, changes it too.
async fn unread(ctx: &Ctx, told: &mut Option<i64>) -> Option<Sse> {
    ctx.actor.user_id()?;
    let count = notifications::unread(ctx).await.ok()?.count;
    if told.replace(count) == Some(count) {
        return None;
    }
    Some(Sse::default().event("unread").data(format!("{{\"count\":{count}}}")))
}

/// Who else is at the tickets that the follower may see, where that is different than it was told last.
async fn present(ctx: &Ctx, then: &mut u64) -> Vec<Sse> {
    let Ok((now, told)) = presence::since(ctx, *then).await else { return Vec::new() };
    *then = now;
    let event =
        |one: Presence| Some(Sse::default().event("presence").data(serde_json::to_string(&one).ok()?));
    told.into_iter().filter_map(event).collect()
}

/// Whether the follower may see an event: by the permission of its family, and by whose rows they may see.
async fn visible(ctx: &Ctx, tx: &mut aglis_core::db::Tx, row: &event::store::Stored) -> Result<bool> {
    let family = row.kind.split('.').next().unwrap_or_default();
    let permission = match family {
        "ticket" => Permission::TicketRead,
        "customer" => Permission::CustomerRead,
        "package" | "odp" | "area" | "holiday" => Permission::CatalogRead,
        "technician" => Permission::TechnicianRead,
        "message" | "conversation" | "job" | "queue" | "batch" => Permission::MessageRead,
        "notification" => return Ok(true),
        _ => Permission::AuditRead,
    };
    if !ctx.may(permission) {
        return Ok(false);
    }
    match (ctx.actor.scope(), row.subject_kind, row.subject_id) {
        (Scope::All, _, _) => Ok(true),
        (Scope::Technician(technician), SubjectKind::Ticket, Some(ticket)) => {
            Ok(event::store::on_team(tx, ticket, technician).await?)
        }
        _ => Ok(false),
    }
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().with(Need::Staff, routes!(follow))
}
