//! The queue: how it stands, which queues stand still and why, what its workers do.

use super::{
    Shell,
    chart::{self, Bar},
    done,
    view::{Choice, Opt, address},
};
use crate::{
    http::{Need, Routes},
    page::{FormErrors, Frame, Mark, Posted, Shown, Visit, once},
};
use aglis_core::{
    error::Error,
    i18n::format,
    permission::Permission as P,
    queue::{
        JobCounts, JobState, KindStats, PauseQueue, QueueFigures, QueueName, QueueStats, ResumeQueue,
        WorkerView, control::service as control,
    },
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

const HOME: &str = "/queue";
/// For how long the oldest job may wait before the page says that this is long, in milliseconds.
const LONG_MS: i64 = 60_000;
/// The same for sign-in codes.
const LONG_CODE_MS: i64 = 10_000;

struct Figure {
    /// The name under which the live stream changes it; empty for one that it does not tell.
    live: &'static str,
    value: String,
    text: String,
    tone: &'static str,
    href: Option<String>,
}

struct Counts {
    waiting: String,
    delayed: String,
    running: String,
    dead: String,
}

struct QueueRow {
    queue: QueueName,
    name: String,
    counts: Counts,
    href: String,
    state: Mark,
    paused: Option<String>,
    reason: Option<String>,
}

struct KindRow {
    kind: String,
    counts: Counts,
    done: String,
    failed: String,
    retried: String,
    href: String,
    dead_href: Option<String>,
}

struct WorkerRow {
    name: String,
    place: String,
    load: String,
    since: String,
    state: Mark,
}

struct RateRow {
    provider: String,
    text: String,
}

#[derive(Template)]
#[template(path = "staff/queue.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    may_manage: bool,
    figures: Vec<Figure>,
    bars: Vec<Bar>,
    bars_text: String,
    queues: Vec<QueueRow>,
    kinds: Vec<KindRow>,
    workers: Vec<WorkerRow>,
    rates: Vec<RateRow>,
    choice: Choice,
    reason: String,
}

/// `1,284`, and `10,000+` for a lower bound.
pub fn at_least(frame: &Frame, figure: i64, more: bool) -> String {
    format!("{}{}", format::number(frame.lang, figure), if more { "+" } else { "" })
}

/// A span in seconds while it is short, else as everywhere.
pub fn waited(frame: &Frame, ms: i64) -> String {
    if ms < 60_000 { frame.count("staff-queue-seconds", ms / 1000) } else { frame.span(&ms) }
}

fn counts(frame: &Frame, counts: &JobCounts) -> Counts {
    Counts {
        waiting: at_least(frame, counts.waiting, counts.at_least.waiting),
        delayed: at_least(frame, counts.delayed, counts.at_least.delayed),
        running: at_least(frame, counts.running, false),
        dead: at_least(frame, counts.dead, counts.at_least.dead),
    }
}

fn jobs(status: JobState, more: &[(&str, &str)]) -> String {
    let mut filters = vec![("status", status.as_str())];
    filters.extend_from_slice(more);
    address("/queue/jobs", &filters, None)
}

fn figures(frame: &Frame, stats: &QueueStats) -> Vec<Figure> {
    let shown = counts(frame, &stats.counts);
    let figure = |live, value, key: &str, tone, href| Figure { live, value, text: frame.t(key), tone, href };
    let tone = |is: bool, tone| if is { tone } else { "" };
    let codes = stats.oldest_critical_ms;
    vec![
        figure("waiting", shown.waiting, "staff-queue-waiting", "", Some(jobs(JobState::Waiting, &[]))),
        figure("delayed", shown.delayed, "staff-queue-delayed", "", None),
        figure("running", shown.running, "staff-queue-running", "", Some(jobs(JobState::Running, &[]))),
        figure(
            "dead",
            shown.dead,
            "staff-queue-dead",
            tone(stats.counts.dead > 0, "bad"),
            Some(jobs(JobState::Dead, &[])),
        ),
        figure("", format::decimal(frame.lang, stats.per_minute, 1), "staff-queue-per-minute", "", None),
        figure("", waited(frame, codes), "staff-queue-oldest-otp", tone(codes > LONG_CODE_MS, "bad"), None),
        figure(
            "",
            waited(frame, stats.oldest_waiting_ms),
            "staff-queue-oldest",
            tone(stats.oldest_waiting_ms > LONG_MS, "warn"),
            None,
        ),
        figure(
            "",
            format::percent(frame.lang, stats.retry_rate * 100.0),
            "staff-queue-retry-rate",
            tone(stats.retry_rate > 0.1, "warn"),
            None,
        ),
    ]
}

fn queue_row(frame: &Frame, one: &QueueFigures) -> QueueRow {
    let (tone, glyph, word) = match one.paused {
        Some(_) => ("warn", "▲", "staff-queue-paused"),
        None => ("ok", "✓", "staff-queue-going"),
    };
    QueueRow {
        queue: one.queue,
        name: frame.word("staff-queue-name", one.queue),
        counts: counts(frame, &one.counts),
        href: jobs(JobState::Waiting, &[("queue", one.queue.as_str())]),
        state: Mark { tone, glyph, word: frame.t(word) },
        paused: one.paused.as_ref().map(|pause| {
            frame.ta("staff-queue-paused-by", &[("name", pause.by.clone()), ("when", frame.ago(&pause.at))])
        }),
        reason: one.paused.as_ref().and_then(|pause| pause.reason.clone()),
    }
}

fn kind_row(frame: &Frame, one: &KindStats) -> KindRow {
    let number = |figure| format::number(frame.lang, figure);
    KindRow {
        kind: one.kind.clone(),
        counts: counts(frame, &one.counts),
        done: number(one.done_last_hour),
        failed: number(one.failed_last_hour),
        retried: number(one.retried_last_hour),
        href: jobs(JobState::Waiting, &[("kind", &one.kind)]),
        dead_href: (one.counts.dead > 0).then(|| jobs(JobState::Dead, &[("kind", &one.kind)])),
    }
}

fn worker_row(frame: &Frame, one: &WorkerView) -> WorkerRow {
    let (tone, glyph, word) = if one.alive_until >= frame.now {
        ("ok", "✓", "staff-queue-worker-alive")
    } else {
        ("bad", "✗", "staff-queue-worker-silent")
    };
    WorkerRow {
        name: one.name.clone(),
        place: format!("{} · {}", one.host, one.pid),
        load: format!("{}/{}", one.running, one.places),
        since: frame.ago(&one.started_at),
        state: Mark { tone, glyph, word: frame.t(word) },
    }
}

fn rates(frame: &Frame, stats: &QueueStats) -> Vec<RateRow> {
    let row = |one: &aglis_core::queue::ProviderRate| {
        let number = |figure: Option<i64>| {
            figure.map_or_else(|| "–".to_owned(), |figure| format::number(frame.lang, figure))
        };
        let values = [
            ("used", number(one.used)),
            ("limit", number(one.limit)),
            ("seconds", one.window_seconds.to_string()),
        ];
        RateRow { provider: one.provider.clone(), text: frame.ta("staff-queue-rate", &values) }
    };
    stats.providers.iter().map(row).collect()
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    (queue, reason): (&str, &str),
    errors: FormErrors,
) -> Result<Response, Error> {
    let stats = control::stats(frame.ctx()).await?;
    let minutes: Vec<(i64, i64)> = stats.minutes.iter().map(|one| (one.done, one.failed)).collect();
    let mut choice = Choice::of(
        frame,
        "queue",
        "staff-queue-which",
        "staff-queue-name",
        QueueName::ALL,
        queue,
        Some("staff-queue-all"),
    );
    let paused = |option: &Opt| {
        stats.queues.iter().any(|one| one.queue.as_str() == option.value && one.paused.is_some())
    };
    choice.options.retain(|option| !paused(option));
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        may_manage: frame.ctx().may(P::QueueManage),
        figures: figures(frame, &stats),
        bars: chart::bars(&minutes),
        bars_text: frame.ta(
            "staff-queue-hour-text",
            &[
                ("done", format::number(frame.lang, stats.done_last_hour)),
                ("failed", format::number(frame.lang, stats.failed_last_hour)),
                (
                    "most",
                    format::number(frame.lang, minutes.iter().map(|(done, _)| *done).max().unwrap_or(0)),
                ),
            ],
        ),
        queues: stats.queues.iter().map(|one| queue_row(frame, one)).collect(),
        kinds: stats.kinds.iter().map(|one| kind_row(frame, one)).collect(),
        workers: stats.workers.iter().map(|one| worker_row(frame, one)).collect(),
        rates: rates(frame, &stats),
        choice,
        reason: reason.to_owned(),
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit) -> Shown {
    Ok(draw(&frame, StatusCode::OK, ("", ""), FormErrors::none()).await?)
}

/// The queue that a form names; none for all of them.
fn named(text: &str) -> Result<Option<QueueName>, Error> {
    if text.is_empty() {
        return Ok(None);
    }
    text.parse().map(Some).map_err(|error| Error::field("queue", "unknown", format!("{error}")))
}

async fn pause(posted: Posted) -> Shown {
    once(posted, HOME, stop).await
}

async fn stop(Posted { mut frame, form }: Posted) -> Shown {
    HOME.clone_into(&mut frame.path);
    let (queue, reason) = (form.get("queue").to_owned(), form.get("reason").to_owned());
    let asked = if reason.is_empty() {
        Err(Error::field("reason", "required", "say why"))
    } else {
        named(&queue).map(|queue| PauseQueue { queue, reason: Some(reason.clone()) })
    };
    let result = match asked {
        Ok(asked) => control::pause(frame.ctx(), &asked).await,
        Err(error) => Err(error),
    };
    match result {
        Err(error @ Error::Invalid(_)) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, (&queue, &reason), errors).await?)
        }
        result => done(&frame, HOME, "staff-queue-done-paused", result),
    }
}

async fn resume(posted: Posted) -> Shown {
    once(posted, HOME, go_on).await
}

async fn go_on(Posted { frame, form }: Posted) -> Shown {
    let result = match named(form.get("queue")) {
        Ok(queue) => control::resume(frame.ctx(), &ResumeQueue { queue }).await,
        Err(error) => Err(error),
    };
    done(&frame, HOME, "staff-queue-done-resumed", result)
}

/// The routes.
pub fn routes() -> Routes {
    let manage = Need::Permission(P::QueueManage);
    Routes::new()
        .page(Need::Permission(P::MessageRead), HOME, get(show))
        .page(manage, "/queue/pause", post(pause))
        .page(manage, "/queue/resume", post(resume))
}
