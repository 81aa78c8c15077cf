//! `aglisctl job`

mod acts;

use super::ticket::When;
use crate::{
    cli::{Many, duration},
    clock::Clock,
    context::Context,
    failure::Result,
    lists::Extent,
    local,
    operation::Given,
    output::Row,
    table::{Cell, Table, Tone},
};
use aglis_core::{
    client::Exit,
    messages::AttemptOutcome,
    queue::{JobDetail, JobFilter, JobState, JobView, QueueName},
    types::{BatchId, JobId, Time},
};
use clap::{Args, Subcommand};
use std::time::Duration;

/// What can be done with jobs.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List jobs of one state
    List(List),
    /// Show one job with its message and tries
    View(View),
    /// Put dead, cancelled or discarded jobs back, with all their tries
    Retry(Act),
    /// Call waiting jobs off
    Cancel(Act),
    /// Take dead jobs off the dead letters
    Discard(Act),
    /// Let waiting jobs wait until a time
    Snooze(Snooze),
    /// Do waiting jobs now whose time has not come
    Run(Act),
    /// Forget ended jobs
    Clean(Clean),
}

/// Which jobs.
#[derive(Debug, Clone, Default, Args)]
pub struct Filter {
    /// waiting, running, done, dead, cancelled or discarded
    #[arg(long)]
    status: Option<JobState>,
    /// Only this kind, such as send-bulk
    #[arg(long)]
    kind: Option<String>,
    /// Only of this queue: messages, mail, system
    #[arg(long)]
    queue: Option<QueueName>,
    /// Only where the last error contains this text
    #[arg(long, value_name = "TEXT")]
    error: Option<String>,
    /// Only queued longer ago, such as 30m, 2h, 1d
    #[arg(long, value_name = "TIME", value_parser = duration)]
    older_than: Option<Duration>,
    /// Only messages to this phone, group or mail address
    #[arg(long, value_name = "RECIPIENT")]
    to: Option<String>,
    /// Only of this batch
    #[arg(long, value_name = "BATCH")]
    batch: Option<BatchId>,
}

impl Filter {
    fn query(&self, limit: Option<u32>) -> JobFilter {
        JobFilter {
            kind: self.kind.clone(),
            queue: self.queue,
            error: self.error.clone(),
            older_than_seconds: self.older_than.map(|age| i64::try_from(age.as_secs()).unwrap_or(i64::MAX)),
            recipient: self.to.clone(),
            batch: self.batch,
            limit,
            cursor: None,
        }
    }

    fn is_empty(&self) -> bool {
        self.status.is_none() && self.query(None) == JobFilter::default()
    }
}

/// Flags of `job list`.
#[derive(Debug, Args)]
pub struct List {
    #[command(flatten)]
    filter: Filter,
    #[command(flatten)]
    extent: Extent,
}

/// Flags of `job view`.
#[derive(Debug, Args)]
pub struct View {
    /// The job's id
    #[arg(value_name = "JOB")]
    job: JobId,
}

/// Flags of what is done with jobs.
#[derive(Debug, Args)]
pub struct Act {
    /// Ids of what to act on
    #[arg(value_name = "ID", required_unless_present_any = ["ids", "matching"])]
    id: Vec<String>,
    #[command(flatten)]
    many: Many,
    /// Act on all jobs that match the conditions
    #[arg(long, conflicts_with_all = ["id", "ids"])]
    matching: bool,
    #[command(flatten)]
    filter: Filter,
}

/// Flags of `job snooze`.
#[derive(Debug, Args)]
pub struct Snooze {
    /// Until when, such as 2026-11-22T08:00:00+07:00, or from now: +45m, +2h
    #[arg(value_name = "TIME")]
    until: When,
    #[command(flatten)]
    act: Act,
}

/// Flags of `job clean`.
#[derive(Debug, Args)]
pub struct Clean {
    /// Only what ended more than so many days ago
    #[arg(long, value_name = "DAYS", default_value_t = 7)]
    older_than_days: i64,
    /// Dead letters instead of jobs that ended well, were cancelled or discarded
    #[arg(long)]
    dead: bool,
    #[command(flatten)]
    given: Given,
}

fn state(state: JobState) -> Cell {
    let tone = match state {
        JobState::Waiting => Tone::Plain,
        JobState::Running => Tone::Info,
        JobState::Done => Tone::Ok,
        JobState::Dead => Tone::Bad,
        JobState::Cancelled | JobState::Discarded => Tone::Muted,
    };
    Cell::toned(state, tone)
}

impl Row for JobView {
    const COLUMNS: &'static [&'static str] =
        &["ID", "KIND", "QUEUE", "PRIORITY", "STATE", "TRIES", "WHEN", "LAST ERROR"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        vec![
            Cell::new(self.id),
            Cell::new(&self.kind),
            Cell::new(self.queue),
            Cell::new(self.priority),
            state(self.state),
            Cell::new(format!("{}/{}", self.attempts, self.max_attempts)),
            clock.cell(self.finished_at.unwrap_or(self.run_at)),
            Cell::option(self.last_error.as_ref()),
        ]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    use aglis_core::queue::JobAction as A;
    match verb {
        Verb::List(list) => show_list(context, &list),
        Verb::View(view) => show_one(context, &view),
        Verb::Retry(act) => acts::run(context, A::Retry, act, None),
        Verb::Cancel(act) => acts::run(context, A::Cancel, act, None),
        Verb::Discard(act) => acts::run(context, A::Discard, act, None),
        Verb::Run(act) => acts::run(context, A::Run, act, None),
        Verb::Snooze(snooze) => {
            let until = match snooze.until {
                When::At(at) => at,
                When::In(ms) => local::now().plus_ms(ms),
            };
            acts::run(context, A::Snooze, snooze.act, Some(until))
        }
        Verb::Clean(clean) => acts::clean(context, clean),
    }
}

fn show_list(context: &Context, list: &List) -> Result {
    let client = context.client()?;
    let state = list.filter.status.unwrap_or(JobState::Waiting);
    let filter = list.filter.query(list.extent.page(context));
    context.block_on(list.extent.print(context, client.jobs(state, &filter)))
}

fn show_one(context: &Context, view: &View) -> Result {
    let client = context.client()?;
    let job = context.block_on(async { Ok(client.job(view.job).await?) })?;
    context.out.one(&job.job.id.to_string(), &job, |table| facts(context, table, &job))?;
    Ok(Exit::Done)
}

fn facts(context: &Context, table: &mut Table, detail: &JobDetail) {
    let (job, clock) = (&detail.job, &context.out.clock);
    let when = |at: Option<Time>| at.map(|at| clock.text(at));
    table.fact("job", Cell::new(format!("{} (id {})", job.kind, job.id)));
    table.fact("state", state(job.state));
    table.fact("queue", Cell::new(format!("{}, {}", job.queue, job.priority)));
    table.fact("tries", Cell::new(format!("{} of {}", job.attempts, job.max_attempts)));
    table.fact_option("last error", job.last_error.as_ref());
    table.fact_option("worker", job.worker.as_ref());
    table.fact_option("batch", job.batch_id);
    table.fact("queued", clock.cell(job.created_at));
    table.fact("not before", clock.cell(job.run_at));
    table.fact_option("ended", when(job.finished_at));
    if let Some(message) = &detail.message {
        table.fact("message", Cell::new(format!("{} (id {})", message.template, message.id)));
        table.fact("to", Cell::new(&message.address));
        table.fact("status", Cell::new(message.status));
        table.fact("text", Cell::new(&message.body));
    }
    for attempt in &detail.message_attempts {
        let tone = match attempt.outcome {
            AttemptOutcome::Accepted => Tone::Ok,
            AttemptOutcome::Refused | AttemptOutcome::Failed => Tone::Bad,
            AttemptOutcome::Unknown | AttemptOutcome::Absent => Tone::Warn,
            AttemptOutcome::Sending => Tone::Info,
        };
        let said: Vec<String> = [
            Some(format!("{} by {}", attempt.outcome, attempt.provider)),
            Some(clock.text(attempt.started_at)),
            attempt.code.clone(),
            attempt.error.clone(),
            attempt.provider_id.as_ref().map(|id| format!("id {id}")),
            attempt.cost.map(|cost| format!("Rp {cost}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        table.fact(&format!("try {}", attempt.number), Cell::toned(said.join(", "), tone));
    }
}
