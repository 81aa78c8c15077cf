//! The live stream of events, as server-sent events.

use crate::http::{Context, Need, Problem, Routes};
use aglis_core::{
    app::{Ctx, Scope},
    event::{self, LiveEvent, SubjectKind},
    notifications::service as notifications,
    permission::Permission,
};
use axum::{
    http::{HeaderMap, HeaderName},
    response::{
        IntoResponse, Response,
        sse::{Event as Sse, KeepAlive, Sse as Stream},
    },
};
use std::{convert::Infallible, time::Duration};
use tokio::sync::mpsc;
use tokio_stream::wrappers::ReceiverStream;
use utoipa_axum::routes;

const LAST_EVENT_ID: HeaderName = HeaderName::from_static("last-event-id");
const BATCH: i64 = 200;
/// A follower who is further behind than this starts anew; it gets a `reset` and reads the lists again.
const FARTHEST_BACK: i64 = 10_000;

/// Follow what happens, as far as one may see it.
///
/// Each event has the kind as its name, its place in the chain as its id and a `LiveEvent` as data. With
/// `Last-Event-ID` the stream goes on after that place; when that is too far back it begins with a `reset`. An event
/// `unread` without an id tells how many of one's own notifications are unread, whenever that changes.
#[utoipa::path(get, path = "/api/events", tag = "events", params(("Last-Event-ID" = Option<i64>, Header, description = "Go on after this place")),
    responses((status = 200, content_type = "text/event-stream", body = LiveEvent)))]
async fn follow(Context(ctx): Context, headers: HeaderMap) -> Result<Response, Problem> {
    let mut newest = ctx.app.db.hub().newest_sealed();
    let mut tx = ctx.app.db.read().await?;
    let head = event::store::chain(&mut tx, false).await?.head_seq;
    drop(tx);
    let resumed = headers
        .get(LAST_EVENT_ID)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.trim().parse::<i64>().ok());
    let mut position = resumed.filter(|seq| (head - FARTHEST_BACK..=head).contains(seq)).unwrap_or(head);
    let reset = resumed.is_some_and(|seq| seq != position);

    let (send, receive) = mpsc::channel::<Result<Sse, Infallible>>(32);
    tokio::spawn(async move {
        let hello =
            Sse::default().event(if reset { "reset" } else { "ready" }).id(position.to_string()).data("{}");
        if send.send(Ok(hello)).await.is_err() {
            return;
        }
        let mut stopping = ctx.app.db.hub().stopping();
        let mut recheck = tokio::time::interval(Duration::from_secs(5));
        recheck.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        let mut told = None;
        loop {
            match pass_on(&ctx, position, &send).await {
                Ok(Some(seq)) => position = seq,
                Ok(None) => return,
                Err(error) => tracing::debug!("a follower waits: {error}"),
            }
            if let Some(unread) = unread(&ctx, &mut told).await
                && send.send(Ok(unread)).await.is_err()
            {
                return;
            }
            tokio::select! {
                _ = send.closed() => return,
                () = stopping.wait() => return,
                changed = newest.changed() => if changed.is_err() { return },
                // Other processes seal too; and whoever was signed out or disabled must not hear on.
                _ = recheck.tick() => if !aglis_core::accounts::service::alive(&ctx).await.unwrap_or(true) { return },
            }
        }
    });
    Ok(Stream::new(ReceiverStream::new(receive))
        .keep_alive(KeepAlive::new().interval(Duration::from_secs(20)).text("alive"))
        .into_response())
}

/// Sends what lies after a place; gives the new place, or none when the follower has gone.
async fn pass_on(
    ctx: &Ctx,
    mut position: i64,
    send: &mpsc::Sender<Result<Sse, Infallible>>,
) -> aglis_core::error::Result<Option<i64>> {
    loop {
        let mut tx = ctx.app.db.read().await?;
        let rows = event::store::after(&mut tx, position, BATCH).await?;
        let full = rows.len() as i64 == BATCH;
        for row in rows {
            position = row.seq.unwrap_or(position);
            if !visible(ctx, &mut tx, &row).await? {
                continue;
            }
            let live = LiveEvent::from(&row);
            let Ok(data) = serde_json::to_string(&live) else { continue };
            if send
                .send(Ok(Sse::default().event(&live.kind).id(live.seq.to_string()).data(data)))
                .await
                .is_err()
            {
                return Ok(None);
            }
        }
        if !full {
            return Ok(Some(position));
        }
    }
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

/// Whether the follower may see an event: by the permission of its family, and by whose rows they may see.
async fn visible(
    ctx: &Ctx,
    tx: &mut aglis_core::db::Tx,
    row: &event::store::Stored,
) -> aglis_core::error::Result<bool> {
    let family = row.kind.split('.').next().unwrap_or_default();
    let permission = match family {
        "ticket" => Permission::TicketRead,
        "customer" => Permission::CustomerRead,
        "package" | "odp" | "area" | "holiday" => Permission::CatalogRead,
        "technician" => Permission::TechnicianRead,
        "message" | "job" => Permission::MessageRead,
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
