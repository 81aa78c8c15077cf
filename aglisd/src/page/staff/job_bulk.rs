//! Many jobs at once: looked at first, done on the server, told afterwards.
//!
//! What is done goes on when the browser leaves. How it went is kept in this process for an hour, for whoever began it.

use super::{
    Shell, conflict,
    jobs::{self, FIELDS},
    ticket_acts::local_time,
    view::local_input,
};
use crate::{
    http::{Need, Path, Problem, Routes},
    page::{Flash, FormErrors, Frame, Posted, Shown, Visit, once},
};
use aglis_core::{
    app::Ctx,
    csv,
    error::Error,
    i18n::format,
    idempotency,
    permission::Permission as P,
    queue::{
        JobAction, JobBulk, JobBulkAnswer, JobBulkData, JobBulkResult, JobSelection,
        control::service as control,
    },
    types::*,
};
use askama::Template;
use axum::{
    http::{StatusCode, header},
    response::{IntoResponse, Response},
    routing::{get, post},
};
use std::{
    collections::BTreeMap,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicU64, Ordering},
    },
};

/// For how long results are kept, in milliseconds.
const KEPT_MS: i64 = 3_600_000;
/// How many results are kept at most.
const MOST_KEPT: usize = 50;
/// From how many jobs on their number has to be typed.
const TYPED_FROM: i64 = 20;
/// Jobs that are named for a reason.
const NAMED: usize = 10;

/// What was begun.
#[derive(Clone)]
struct Begun {
    actor: String,
    at: Time,
    action: JobAction,
    back: String,
    /// Absent as long as it is being done; the error in words where it could not be done.
    end: Option<Result<JobBulkAnswer, String>>,
}

static BEGUN: Mutex<BTreeMap<u64, Begun>> = Mutex::new(BTreeMap::new());
static NEXT: AtomicU64 = AtomicU64::new(1);

fn begun() -> MutexGuard<'static, BTreeMap<u64, Begun>> {
    BEGUN.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Keeps a place for a result; old ones make room.
fn begin(frame: &Frame, action: JobAction, back: String) -> u64 {
    let number = NEXT.fetch_add(1, Ordering::Relaxed);
    let mut all = begun();
    all.retain(|_, one| frame.now.since_ms(one.at) < KEPT_MS);
    while all.len() >= MOST_KEPT {
        all.pop_first();
    }
    let actor = frame.ctx().actor.key();
    all.insert(number, Begun { actor, at: frame.now, action, back, end: None });
    number
}

/// A result of one's own.
fn own(frame: &Frame, number: u64) -> Result<Begun, Error> {
    let all = begun();
    let one = all.get(&number).filter(|one| one.actor == frame.ctx().actor.key());
    one.cloned().ok_or(Error::NotFound("result"))
}

struct Reason {
    text: String,
    detail: String,
    count: String,
    jobs: Vec<i64>,
    more: bool,
}

/// Why jobs were left out, the most frequent reason first.
fn reasons(frame: &Frame, results: &[JobBulkResult]) -> Vec<Reason> {
    let mut groups: BTreeMap<(&str, &str), Vec<i64>> = BTreeMap::new();
    for one in results.iter().filter(|one| !one.success) {
        let (code, detail) =
            (one.code.as_deref().unwrap_or("refused"), one.error.as_deref().unwrap_or_default());
        groups.entry((code, detail)).or_default().push(one.id.0);
    }
    let mut reasons: Vec<_> = groups.into_iter().collect();
    reasons.sort_by_key(|(_, jobs)| std::cmp::Reverse(jobs.len()));
    reasons
        .into_iter()
        .map(|((code, detail), jobs)| Reason {
            text: frame
                .try_t(&format!("staff-job-skip-{}", code.replace('_', "-")))
                .unwrap_or_else(|| conflict(frame, code, detail.to_owned())),
            detail: detail.to_owned(),
            count: format::number(frame.lang, i64::try_from(jobs.len()).unwrap_or(0)),
            more: jobs.len() > NAMED,
            jobs: jobs.into_iter().take(NAMED).collect(),
        })
        .collect()
}

#[derive(Template)]
#[template(path = "staff/job_preview.html")]
struct Preview<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    title: String,
    action: JobAction,
    back: String,
    fields: Vec<(String, String)>,
    total: i64,
    total_text: String,
    will: String,
    succeeded: i64,
    reasons: Vec<Reason>,
    more: bool,
    until: String,
    asks_until: bool,
    asks_count: bool,
    danger: bool,
}

#[derive(Template)]
#[template(path = "staff/job_result.html")]
struct Told<'a> {
    frame: &'a Frame,
    staff: Shell,
    title: String,
    here: String,
    back: String,
    action: JobAction,
    number: u64,
    running: bool,
    failure: Option<String>,
    answer: Option<Answered>,
}

struct Answered {
    text: String,
    failed: i64,
    reasons: Vec<Reason>,
    more: bool,
}

/// The jobs that a form is about, as the service takes them, with the fields that name them again.
struct Chosen {
    action: JobAction,
    bulk: JobBulk,
    fields: Vec<(String, String)>,
    back: String,
}

/// Reads which jobs a form is about: those of a result that failed, all that match, or those that are marked.
fn chosen(frame: &Frame, form: &crate::page::Form) -> Result<Chosen, Error> {
    let action: JobAction =
        form.get("action").parse().map_err(|error| Error::field("action", "unknown", format!("{error}")))?;
    if let Some(from) = form.given("from") {
        let number = from.parse().map_err(|_| Error::NotFound("result"))?;
        let begun = own(frame, number)?;
        let Some(Ok(answer)) = begun.end else { return Err(Error::NotFound("result")) };
        let failed = answer.results.iter().filter(|one| !one.success).map(|one| one.id).collect();
        let bulk = JobBulk { ids: Some(failed), ..JobBulk::default() };
        return Ok(Chosen { action, bulk, fields: vec![("from".into(), from.into())], back: begun.back });
    }
    let (status, filter) = jobs::read(|name| form.given(name))?;
    let pairs: Vec<(&'static str, String)> =
        FIELDS.into_iter().map(|name| (name, form.get(name).to_owned())).collect();
    let back = jobs::list_address(status, &pairs, None);
    let mut fields: Vec<(String, String)> = pairs
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| (name.into(), value))
        .collect();
    fields.push(("status".into(), status.to_string()));
    let bulk = if form.has("all") {
        fields.push(("all".into(), "1".into()));
        JobBulk { filter: Some(JobSelection::of(status, &filter)), ..JobBulk::default() }
    } else {
        let ids: Vec<JobId> = form.words("id");
        if ids.is_empty() {
            return Err(Error::field("ids", "required", "mark the jobs first"));
        }
        fields.extend(ids.iter().map(|id| ("id".to_owned(), id.to_string())));
        JobBulk { ids: Some(ids), ..JobBulk::default() }
    };
    Ok(Chosen { action, bulk, fields, back })
}

/// The time that snoozing is looked at with before one was chosen: an hour from now.
fn until(frame: &Frame, form: &crate::page::Form) -> Result<Time, Error> {
    match form.given("until") {
        None => Ok(frame.now.plus_seconds(3600)),
        Some(text) => {
            local_time(frame, text).ok_or_else(|| Error::field("until", "invalid", "enter a date and time"))
        }
    }
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    chosen: Chosen,
    at: Time,
    errors: FormErrors,
) -> Result<Response, Error> {
    let Chosen { action, bulk, fields, back } = chosen;
    let asks_until = action == JobAction::Snooze;
    // What is wrong with the time is said at its field; the jobs are judged all the same.
    let judged = if at > frame.now { at } else { frame.now.plus_seconds(3600) };
    let data = JobBulkData { until: asks_until.then_some(judged) };
    let bulk = JobBulk { data, dry_run: true, expect: None, ..bulk };
    let answer = control::bulk(frame.ctx(), action, &bulk).await?;
    let page = Preview {
        staff: Shell::new(frame).await?,
        errors,
        title: frame.word("staff-job-do", action),
        action,
        back,
        fields,
        total: answer.total,
        total_text: format::number(frame.lang, answer.total),
        will: frame.ta(
            "staff-job-preview-will",
            &[
                ("done", format::number(frame.lang, answer.succeeded)),
                ("total", format::number(frame.lang, answer.total)),
            ],
        ),
        succeeded: answer.succeeded,
        reasons: reasons(frame, &answer.results),
        more: answer.more,
        until: if asks_until { local_input(frame, Some(at)) } else { String::new() },
        asks_until,
        asks_count: answer.succeeded > TYPED_FROM,
        danger: matches!(action, JobAction::Cancel | JobAction::Discard),
        frame,
    };
    Ok(frame.html(status, &page))
}

/// What cannot be looked at is said on the list.
async fn refused(frame: &Frame, error: Error) -> Shown {
    match error {
        Error::Invalid(fields) => {
            let errors = FormErrors::from_fields(frame, "staff", &fields);
            let text = errors.list().iter().map(|error| error.summary.clone()).collect::<Vec<_>>().join(" ");
            Ok(frame.go_with(jobs::HOME, Flash::warn(text)))
        }
        Error::Conflict { code, message, .. } => {
            Ok(frame.go_with(jobs::HOME, Flash::warn(conflict(frame, code, message))))
        }
        error => Err(error.into()),
    }
}

async fn preview(Posted { mut frame, form }: Posted) -> Shown {
    let chosen = match chosen(&frame, &form) {
        Ok(chosen) => chosen,
        Err(error) => return refused(&frame, error).await,
    };
    jobs::HOME.clone_into(&mut frame.path);
    let at = until(&frame, &form).unwrap_or_else(|_| frame.now.plus_seconds(3600));
    match draw(&frame, StatusCode::OK, chosen, at, FormErrors::none()).await {
        Ok(page) => Ok(page),
        Err(error) => refused(&frame, error).await,
    }
}

async fn run(posted: Posted) -> Shown {
    once(posted, jobs::HOME, begin_it).await
}

/// Whether the number that was typed is the one that was shown.
fn agreed(form: &crate::page::Form) -> Result<(), Error> {
    let asked = form.get("asks_count") == "1";
    let typed: String = form.get("count").chars().filter(char::is_ascii_digit).collect();
    if asked && typed != form.get("total") {
        return Err(Error::field("count", "invalid", "type the number that is shown"));
    }
    Ok(())
}

async fn begin_it(Posted { mut frame, form }: Posted) -> Shown {
    let mut chosen = match chosen(&frame, &form) {
        Ok(chosen) => chosen,
        Err(error) => return refused(&frame, error).await,
    };
    jobs::HOME.clone_into(&mut frame.path);
    let at = match (chosen.action, until(&frame, &form)) {
        (JobAction::Snooze, Ok(at)) if at <= frame.now => {
            Err(Error::field("until", "out_of_range", "give a time in the future, at most a year ahead"))
        }
        (_, at) => at,
    };
    let at = match agreed(&form).and(at) {
        Ok(at) => at,
        Err(error) => {
            let shown = until(&frame, &form).unwrap_or(frame.now);
            let errors = FormErrors::of(&frame, "staff", error)?;
            return Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, chosen, shown, errors).await?);
        }
    };
    chosen.bulk.data.until = (chosen.action == JobAction::Snooze).then_some(at);
    // More or fewer than were looked at are looked at again; what the service cuts off has no number to compare.
    chosen.bulk.expect = form.get("total").parse().ok().filter(|_| !form.has("more"));
    let mut ctx: Ctx = frame.ctx().clone();
    // The form has done its work once the run is begun; what the run does item by item is no longer the form's.
    let mut tx = ctx.app.db.write().await.map_err(Error::from)?;
    idempotency::done(&mut tx, &ctx).await.map_err(Error::from)?;
    tx.commit().await.map_err(Error::from)?;
    ctx.request.idempotency_key = None;
    let number = begin(&frame, chosen.action, chosen.back);
    let (action, bulk) = (chosen.action, chosen.bulk);
    tokio::spawn(async move {
        let end = control::bulk(&ctx, action, &bulk).await.map_err(|error| match error {
            Error::Conflict { code, .. } => code.to_owned(),
            Error::Invalid(fields) => {
                fields.into_iter().map(|field| field.message).collect::<Vec<_>>().join(" ")
            }
            error => {
                tracing::warn!("many jobs could not be changed: {error}");
                "unavailable".to_owned()
            }
        });
        if let Some(one) = begun().get_mut(&number) {
            one.end = Some(end);
        }
    });
    Ok(frame.go(&format!("/queue/bulk/{number}")))
}

async fn told(Visit(frame): Visit, Path(number): Path<u64>) -> Shown {
    let begun = own(&frame, number)?;
    let number_of = |n: i64| format::number(frame.lang, n);
    let (failure, answer) = match &begun.end {
        None => (None, None),
        Some(Err(code)) => (Some(conflict(&frame, code, code.clone())), None),
        Some(Ok(answer)) => (
            None,
            Some(Answered {
                text: frame.ta(
                    "staff-job-result-text",
                    &[
                        ("done", number_of(answer.succeeded)),
                        ("total", number_of(answer.total)),
                        ("failed", number_of(answer.failed)),
                    ],
                ),
                failed: answer.failed,
                reasons: reasons(&frame, &answer.results),
                more: answer.more,
            }),
        ),
    };
    let page = Told {
        staff: Shell::new(&frame).await?,
        title: frame.word("staff-job-do", begun.action),
        here: format!("/queue/bulk/{number}"),
        back: begun.back,
        action: begun.action,
        number,
        running: begun.end.is_none(),
        failure,
        answer,
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

async fn results(Visit(frame): Visit, Path(number): Path<u64>) -> Result<Response, Problem> {
    let begun = own(&frame, number)?;
    let Some(Ok(answer)) = begun.end else { return Err(Error::NotFound("result").into()) };
    let mut text = csv::line(["id", "action", "success", "code", "error"]);
    for one in &answer.results {
        let (code, error) =
            (one.code.as_deref().unwrap_or_default(), one.error.as_deref().unwrap_or_default());
        let (id, done) = (one.id.to_string(), one.success.to_string());
        text.push_str(&csv::line([id.as_str(), begun.action.as_str(), &done, code, error]));
    }
    let name = format!("attachment; filename=\"jobs-{}-{number}.csv\"", begun.action);
    let headers = [
        (header::CONTENT_TYPE, "text/csv; charset=utf-8; header=present".to_owned()),
        (header::CONTENT_DISPOSITION, name),
        (header::CACHE_CONTROL, "no-store".to_owned()),
    ];
    Ok((headers, text).into_response())
}

/// The routes.
pub fn routes() -> Routes {
    let manage = Need::Permission(P::QueueManage);
    Routes::new()
        .page(manage, "/queue/jobs/preview", post(preview))
        .page(manage, "/queue/jobs/bulk", post(run))
        .page(manage, "/queue/bulk/{id}", get(told))
        .page(manage, "/queue/bulk/{id}/results.csv", get(results))
}
