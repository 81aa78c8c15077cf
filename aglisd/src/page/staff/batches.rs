//! Jobs that belong together: how far they are, and calling off what has not begun.

use super::{Shell, done, view::address};
use crate::{
    http::{Need, Path, Routes},
    page::{FormErrors, Frame, Mark, Posted, Shown, Visit, once},
};
use aglis_core::{
    i18n::format,
    permission::Permission as P,
    queue::{Batch, BatchFilter, JobState, control::service as control},
    types::BatchId,
};
use askama::Template;
use axum::{
    http::StatusCode,
    routing::{get, post},
};

const HOME: &str = "/queue/batches";

struct Part {
    text: String,
    value: String,
    tone: &'static str,
    href: String,
}

struct Row {
    id: i64,
    name: String,
    state: Mark,
    percent: i64,
    done: i64,
    dead: i64,
    progress: String,
    by: String,
    when: String,
}

fn row(frame: &Frame, batch: &Batch) -> Row {
    let share = |jobs: i64| if batch.total > 0 { jobs * 100 / batch.total } else { 0 };
    let (tone, glyph, word) = match (batch.left(), batch.cancelled_at) {
        (0, None) if batch.dead == 0 => ("ok", "✓", "staff-batch-done"),
        (0, None) => ("bad", "✗", "staff-batch-done-dead"),
        (_, Some(_)) => ("warn", "▲", "staff-batch-cancelled"),
        _ => ("info", "●", "staff-batch-going"),
    };
    Row {
        id: batch.id.0,
        name: batch.name.clone(),
        state: Mark { tone, glyph, word: frame.t(word) },
        percent: batch.percent(),
        done: share(batch.done),
        dead: share(batch.dead),
        progress: frame.ta(
            "staff-batch-progress",
            &[
                ("ended", format::number(frame.lang, batch.total - batch.left())),
                ("total", format::number(frame.lang, batch.total)),
                ("percent", batch.percent().to_string()),
            ],
        ),
        by: batch.created_by.clone(),
        when: frame.date_time(&batch.created_at),
    }
}

#[derive(Template)]
#[template(path = "staff/batches.html")]
struct List<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    rows: Vec<Row>,
    here: String,
    paged: bool,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/batch.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    row: Row,
    parts_of: Vec<Part>,
    left_text: String,
    may_cancel: bool,
}

async fn list(Visit(frame): Visit) -> Shown {
    let cursor = frame.query("cursor").map(str::to_owned);
    let filter = BatchFilter { limit: None, cursor: cursor.clone() };
    let (status, errors, rows, next) = match control::batches(frame.ctx(), &filter).await {
        Ok(page) => {
            let rows = page.items.iter().map(|batch| row(&frame, batch)).collect();
            (StatusCode::OK, FormErrors::none(), rows, page.next_cursor)
        }
        Err(error) => {
            (StatusCode::UNPROCESSABLE_ENTITY, FormErrors::of(&frame, "staff", error)?, Vec::new(), None)
        }
    };
    let page = List {
        staff: Shell::new(&frame).await?,
        errors,
        rows,
        here: address(HOME, &[], cursor.as_deref()),
        paged: cursor.is_some(),
        next: next.map(|cursor| address(HOME, &[], Some(&cursor))),
        frame: &frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit, Path(id): Path<BatchId>) -> Shown {
    let batch = control::batch(frame.ctx(), id).await?;
    let number = id.to_string();
    let part = |key: &str, jobs: i64, tone, state: JobState| Part {
        text: frame.t(key),
        value: format::number(frame.lang, jobs),
        tone: if jobs > 0 { tone } else { "" },
        href: address("/queue/jobs", &[("status", state.as_str()), ("batch", &number)], None),
    };
    let page = Page {
        staff: Shell::new(&frame).await?,
        parts_of: vec![
            part("staff-batch-left", batch.left(), "", JobState::Waiting),
            part("staff-job-tab-done", batch.done, "ok", JobState::Done),
            part("staff-job-tab-dead", batch.dead, "bad", JobState::Dead),
            part("staff-job-tab-cancelled", batch.cancelled, "warn", JobState::Cancelled),
        ],
        left_text: format::number(frame.lang, batch.left()),
        may_cancel: batch.left() > 0 && frame.ctx().may(P::QueueManage),
        row: row(&frame, &batch),
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

fn home(id: BatchId) -> String {
    format!("{HOME}/{id}")
}

async fn cancel(Path(id): Path<BatchId>, posted: Posted) -> Shown {
    once(posted, &home(id), move |posted| call_off(id, posted)).await
}

async fn call_off(id: BatchId, Posted { frame, .. }: Posted) -> Shown {
    let result = control::cancel_batch(frame.ctx(), id).await;
    done(&frame, &home(id), "staff-batch-done-cancelled", result)
}

/// The routes.
pub fn routes() -> Routes {
    let read = Need::Permission(P::MessageRead);
    Routes::new().page(read, HOME, get(list)).page(read, "/queue/batches/{id}", get(show)).page(
        Need::Permission(P::QueueManage),
        "/queue/batches/{id}/cancel",
        post(cancel),
    )
}
