//! One job: what it is, what it sends, every try, what happened to it, what can be done.

use super::{
    Shell, done,
    jobs::{Act, acts},
    messages::masked_address,
    ticket_acts::local_time,
    view::{Fact, facts, local_input},
};
use crate::{
    http::{Need, Path, Routes},
    page::{FormErrors, Frame, Mark, Posted, Shown, Visit, once},
};
use aglis_core::{
    error::Error,
    event::{self, AuditEntry, AuditFilter, SubjectKind},
    messages::{Message, MessageAttempt},
    permission::Permission as P,
    queue::{JobAction, JobDetail, JobState, Snooze, control::service as control},
    types::*,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

/// A try to send a message.
pub struct AttemptRow {
    /// Which try, from 1.
    pub number: i64,
    /// Through which provider.
    pub provider: String,
    /// What became of it.
    pub outcome: Mark,
    /// What the provider answered.
    pub answer: String,
    /// The provider's identifier of the message.
    pub provider_id: String,
    /// How long the answer took.
    pub took: String,
    /// Price.
    pub cost: String,
    /// When it began.
    pub when: String,
}

/// The tries to send a message, as tables show them.
pub fn attempt_rows(frame: &Frame, attempts: &[MessageAttempt]) -> Vec<AttemptRow> {
    let row = |one: &MessageAttempt| AttemptRow {
        number: one.number,
        provider: one.provider.clone(),
        outcome: Mark::attempt(frame, "staff-attempt", one.outcome),
        answer: [one.code.as_deref(), one.error.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(": "),
        provider_id: one.provider_id.clone().unwrap_or_default(),
        took: one.finished_at.map_or_else(String::new, |at| took(frame, at.since_ms(one.started_at))),
        cost: one.cost.map_or_else(String::new, |cost| frame.rupiah(&Rupiah(cost))),
        when: frame.date_time(&one.started_at),
    };
    attempts.iter().map(row).collect()
}

/// `340 ms`, `2,1 s`, then as everywhere.
pub fn took(frame: &Frame, ms: i64) -> String {
    match ms {
        ..1000 => format!("{ms} ms"),
        1000..60_000 => format!("{} s", aglis_core::i18n::format::decimal(frame.lang, ms as f64 / 1000.0, 1)),
        _ => frame.span(&ms),
    }
}

/// Something that happened.
pub struct Step {
    at: Time,
    /// When.
    pub when: String,
    /// What.
    pub text: String,
    /// Who.
    pub actor: String,
}

/// What happened, in the order of time.
pub fn in_order(frame: &Frame, steps: Vec<(Time, String, String)>) -> Vec<Step> {
    let step = |(at, text, actor)| Step { at, when: frame.date_time(&at), text, actor };
    let mut steps: Vec<Step> = steps.into_iter().map(step).collect();
    steps.sort_by_key(|step| step.at);
    steps
}

/// What happened to a message.
pub fn message_steps(
    frame: &Frame,
    message: &Message,
    attempts: &[MessageAttempt],
) -> Vec<(Time, String, String)> {
    let mut steps = Vec::new();
    for one in attempts {
        let text = frame.ta(
            "staff-step-try",
            &[("n", one.number.to_string()), ("outcome", frame.word("staff-attempt", one.outcome))],
        );
        steps.push((one.finished_at.unwrap_or(one.started_at), text, one.provider.clone()));
    }
    let reports = [
        ("staff-step-sent", message.sent_at),
        ("staff-step-delivered", message.delivered_at),
        ("staff-step-read", message.read_at),
    ];
    steps.extend(reports.into_iter().filter_map(|(key, at)| Some((at?, frame.t(key), String::new()))));
    steps
}

#[derive(Template)]
#[template(path = "staff/job.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    id: i64,
    here: String,
    kind: String,
    state: Mark,
    facts: Vec<Fact>,
    error: String,
    message: Option<Sent>,
    attempts: Vec<AttemptRow>,
    steps: Vec<Step>,
    acts: Vec<Act>,
    until: String,
}

struct Sent {
    id: i64,
    about: String,
    address: String,
    state: Mark,
    body: String,
}

fn fact_list(frame: &Frame, detail: &JobDetail) -> Vec<Fact> {
    let job = &detail.job;
    let waits = job.state == JobState::Waiting;
    facts(
        frame,
        [
            ("staff-queue-which", Some(frame.word("staff-queue-name", job.queue))),
            ("staff-priority", Some(frame.word("staff-queue-priority", job.priority))),
            ("staff-job-tries", Some(format!("{}/{}", job.attempts, job.max_attempts))),
            ("staff-job-queued", Some(frame.date_time(&job.created_at))),
            ("staff-job-due", waits.then(|| frame.date_time(&job.run_at))),
            ("staff-job-ended", job.finished_at.as_ref().map(|at| frame.date_time(at))),
            ("staff-job-worker", job.worker.clone()),
            ("staff-job-key", job.unique_key.clone()),
            ("staff-job-payload", Some(job.payload.to_string())),
            (
                "staff-job-cost",
                detail
                    .message_attempts
                    .iter()
                    .filter_map(|one| one.cost)
                    .reduce(|sum, cost| sum + cost)
                    .map(|cost| frame.rupiah(&Rupiah(cost))),
            ),
        ],
    )
}

fn steps(frame: &Frame, detail: &JobDetail, events: Vec<AuditEntry>) -> Vec<Step> {
    let job = &detail.job;
    let mut steps = vec![(job.created_at, frame.t("staff-step-queued"), String::new())];
    if let Some(message) = &detail.message {
        steps.extend(message_steps(frame, message, &detail.message_attempts));
    }
    for entry in events {
        let text =
            frame.try_t(&format!("staff-step-{}", entry.kind.replace(['.', '_'], "-"))).unwrap_or(entry.kind);
        steps.push((entry.at, text, entry.actor));
    }
    if let Some(at) = job.finished_at {
        let text = frame.t1("staff-step-ended", "state", frame.word("staff-job", job.state));
        steps.push((at, text, String::new()));
    }
    in_order(frame, steps)
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    id: JobId,
    until: &str,
    errors: FormErrors,
) -> Result<Response, Error> {
    let detail = control::get(frame.ctx(), id).await?;
    let about = AuditFilter {
        subject_kind: Some(SubjectKind::Job),
        subject_id: Some(id.0),
        limit: Some(50),
        ..AuditFilter::default()
    };
    let events = event::search(frame.ctx(), &about).await?.items;
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        id: id.0,
        here: home(id),
        kind: detail.job.kind.clone(),
        state: Mark::job(frame, "staff-job", detail.job.state),
        facts: fact_list(frame, &detail),
        error: detail.job.last_error.clone().unwrap_or_default(),
        attempts: attempt_rows(frame, &detail.message_attempts),
        steps: steps(frame, &detail, events),
        acts: if frame.ctx().may(P::QueueManage) { acts(frame, detail.job.state) } else { Vec::new() },
        until: if until.is_empty() {
            local_input(frame, Some(frame.now.plus_seconds(3600)))
        } else {
            until.to_owned()
        },
        message: detail.message.map(|message| Sent {
            id: message.id.0,
            about: super::messages::template_name(frame, &message.template),
            address: masked_address(&message),
            state: Mark::message(frame, "staff-message", message.status),
            body: message.body,
        }),
        frame,
    };
    Ok(frame.html(status, &page))
}

fn home(id: JobId) -> String {
    format!("/queue/jobs/{id}")
}

async fn show(Visit(frame): Visit, Path(id): Path<JobId>) -> Shown {
    Ok(draw(&frame, StatusCode::OK, id, "", FormErrors::none()).await?)
}

async fn act(Path((id, word)): Path<(JobId, String)>, posted: Posted) -> Shown {
    once(posted, &home(id), move |posted| carry_out(id, word, posted)).await
}

async fn carry_out(id: JobId, word: String, Posted { mut frame, form }: Posted) -> Shown {
    frame.path = home(id);
    let ctx = frame.ctx();
    let action: JobAction = word.parse().map_err(|_| Error::NotFound("action"))?;
    let result = match action {
        JobAction::Retry => control::retry(ctx, id).await.map(drop),
        JobAction::Cancel => control::cancel(ctx, id).await.map(drop),
        JobAction::Discard => control::discard(ctx, id).await.map(drop),
        JobAction::Run => control::run_now(ctx, id).await.map(drop),
        JobAction::Snooze => match local_time(&frame, form.get("until")) {
            Some(until) => control::snooze(ctx, id, Snooze { until }).await.map(drop),
            None => Err(Error::field("until", "invalid", "enter a date and time")),
        },
    };
    match result {
        Err(error @ Error::Invalid(_)) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            let until = form.get("until");
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, id, until, errors).await?)
        }
        result => {
            let said = format!("staff-job-done-{action}");
            done(&frame, &home(id), &said, result)
        }
    }
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::MessageRead), "/queue/jobs/{id}", get(show)).page(
        Need::Permission(P::QueueManage),
        "/queue/jobs/{id}/{word}",
        post(act),
    )
}
