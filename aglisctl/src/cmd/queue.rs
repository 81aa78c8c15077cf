//! `aglisctl queue`

use crate::{
    clock::Clock,
    context::Context,
    failure::Result,
    lists::Extent,
    operation::{Given, Operation},
    output::Row,
    table::{Cell, Table, Tone},
};
use aglis_core::{
    client::Exit,
    queue::{
        AtLeast, Batch, BatchFilter, JobCounts, MinuteStats, PauseQueue, ProviderRate, QueueFigures,
        QueueName, QueueStats, ResumeQueue,
    },
    types::BatchId,
};
use clap::{Args, Subcommand};
use serde::Serialize;
use serde_json::json;

/// What can be done with the queue.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Show how the queue stands: jobs, queues, kinds, workers
    Status,
    /// Show how much is done, minute by minute, and how much of the providers' limits is used
    Rate,
    /// Let a queue stand still, or all of them; what runs goes on to its end
    Pause(Pause),
    /// Let a queue go on, or all of them
    Resume(Resume),
    /// List batches of jobs with their progress
    Batches(Batches),
    /// Call off what of a batch has not begun
    CancelBatch(CancelBatch),
}

/// Flags of `queue pause`.
#[derive(Debug, Args)]
pub struct Pause {
    /// messages, mail or system; all of them when absent
    queue: Option<QueueName>,
    /// Why
    #[arg(long)]
    reason: Option<String>,
    #[command(flatten)]
    given: Given,
}

/// Flags of `queue resume`.
#[derive(Debug, Args)]
pub struct Resume {
    /// messages, mail or system; all of them when absent
    queue: Option<QueueName>,
    #[command(flatten)]
    given: Given,
}

/// Flags of `queue batches`.
#[derive(Debug, Args)]
pub struct Batches {
    #[command(flatten)]
    extent: Extent,
}

/// Flags of `queue cancel-batch`.
#[derive(Debug, Args)]
pub struct CancelBatch {
    /// The batch's id
    #[arg(value_name = "BATCH")]
    batch: BatchId,
    #[command(flatten)]
    given: Given,
}

/// A figure, with a plus where there is more than was counted.
fn figure(count: i64, at_least: bool) -> String {
    format!("{count}{}", if at_least { "+" } else { "" })
}

fn counts(counts: &JobCounts) -> String {
    let AtLeast { waiting, delayed, dead } = counts.at_least;
    format!(
        "{} waiting, {} delayed, {} running, {} dead",
        figure(counts.waiting, waiting),
        figure(counts.delayed, delayed),
        counts.running,
        figure(counts.dead, dead)
    )
}

fn queue_cell(queue: &QueueFigures) -> Cell {
    let figures = counts(&queue.counts);
    match &queue.paused {
        Some(pause) => {
            let reason = pause.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
            Cell::toned(format!("PAUSED by {}{reason}; {figures}", pause.by), Tone::Warn)
        }
        None => Cell::new(figures),
    }
}

fn seconds(ms: i64) -> String {
    match ms / 1000 {
        s if s < 120 => format!("{s} s"),
        s if s < 7200 => format!("{} min", s / 60),
        s => format!("{} h", s / 3600),
    }
}

fn provider(rate: &ProviderRate) -> String {
    let or = |figure: Option<i64>, otherwise: &str| figure.map_or(otherwise.to_owned(), |n| n.to_string());
    format!("{} of {} within {} s", or(rate.used, "?"), or(rate.limit, "no limit"), rate.window_seconds)
}

impl Row for Batch {
    const COLUMNS: &'static [&'static str] =
        &["ID", "NAME", "TOTAL", "DONE", "DEAD", "CANCELLED", "PROGRESS", "BY", "MADE"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        let percent = format!("{} %", self.percent());
        let progress = match (self.left(), self.cancelled_at) {
            (_, Some(_)) => Cell::toned(format!("{percent}, called off"), Tone::Muted),
            (0, None) if self.dead > 0 => Cell::toned(percent, Tone::Bad),
            (0, None) => Cell::toned(percent, Tone::Ok),
            _ => Cell::toned(percent, Tone::Info),
        };
        vec![
            Cell::new(self.id),
            Cell::new(&self.name),
            Cell::new(self.total),
            Cell::new(self.done),
            Cell::new(self.dead),
            Cell::new(self.cancelled),
            progress,
            Cell::new(&self.created_by),
            clock.cell(self.created_at),
        ]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    match verb {
        Verb::Status => status(context),
        Verb::Rate => rate(context),
        Verb::Pause(pause) => set_paused(context, pause),
        Verb::Resume(resume) => set_running(context, resume),
        Verb::Batches(batches) => {
            let client = context.client()?;
            let filter = BatchFilter { limit: batches.extent.page(context), cursor: None };
            context.block_on(batches.extent.print(context, client.batches(&filter)))
        }
        Verb::CancelBatch(cancel) => cancel_batch(context, cancel),
    }
}

fn stats(context: &Context) -> Result<QueueStats> {
    let client = context.client()?;
    context.block_on(async { Ok(client.queue_stats().await?) })
}

fn status(context: &Context) -> Result {
    let stats = stats(context)?;
    context.out.one("queue", &stats, |table| facts(context, table, &stats))?;
    Ok(Exit::Done)
}

fn facts(context: &Context, table: &mut Table, stats: &QueueStats) {
    table.fact("jobs", Cell::new(counts(&stats.counts)));
    table.fact("oldest waiting", Cell::new(seconds(stats.oldest_waiting_ms)));
    table.fact("oldest code", Cell::new(seconds(stats.oldest_critical_ms)));
    table.fact(
        "last hour",
        Cell::new(format!("{} done, {} given up", stats.done_last_hour, stats.failed_last_hour)),
    );
    table.fact("a minute", Cell::new(format!("{:.1}", stats.per_minute)));
    table.fact("repeated", Cell::new(format!("{:.1} % of tries", stats.retry_rate * 100.0)));
    for queue in &stats.queues {
        table.fact(&format!("queue {}", queue.queue), queue_cell(queue));
    }
    for kind in &stats.kinds {
        table.fact(
            &kind.kind,
            Cell::new(format!("{}; {} done in the last hour", counts(&kind.counts), kind.done_last_hour)),
        );
    }
    for worker in &stats.workers {
        table.fact(
            &format!("worker {}", worker.name),
            Cell::new(format!(
                "{} of {} places, process {} on {}, since {}",
                worker.running,
                worker.places,
                worker.pid,
                worker.host,
                context.out.clock.text(worker.started_at)
            )),
        );
    }
    if stats.workers.is_empty() {
        table.fact("workers", Cell::toned("none: nothing is being done", Tone::Bad));
    }
    for rate in &stats.providers {
        table.fact(&rate.provider, Cell::new(provider(rate)));
    }
}

/// Throughput.
#[derive(Debug, Serialize)]
struct Rate<'a> {
    per_minute: f64,
    done_last_hour: i64,
    retry_rate: f64,
    minutes: &'a [MinuteStats],
    providers: &'a [ProviderRate],
}

fn rate(context: &Context) -> Result {
    let stats = stats(context)?;
    let rate = Rate {
        per_minute: stats.per_minute,
        done_last_hour: stats.done_last_hour,
        retry_rate: stats.retry_rate,
        minutes: &stats.minutes,
        providers: &stats.providers,
    };
    context.out.one("queue", &rate, |table| {
        table.fact("a minute", Cell::new(format!("{:.1}", rate.per_minute)));
        table.fact("last hour", Cell::new(format!("{} done", rate.done_last_hour)));
        table.fact("repeated", Cell::new(format!("{:.1} % of tries", rate.retry_rate * 100.0)));
        table.fact("minutes", Cell::new(bars(rate.minutes)));
        for one in rate.providers {
            table.fact(&one.provider, Cell::new(provider(one)));
        }
    })?;
    Ok(Exit::Done)
}

/// One bar a minute, the highest for the most that was done in one.
fn bars(minutes: &[MinuteStats]) -> String {
    const BARS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
    let most = minutes.iter().map(|minute| minute.done).max().unwrap_or(0).max(1);
    minutes
        .iter()
        .map(|minute| usize::try_from(minute.done * 7 / most).unwrap_or(0))
        .map(|height| BARS[height.min(7)])
        .collect()
}

fn name(queue: Option<QueueName>) -> String {
    queue.map_or_else(|| "every queue".to_owned(), |queue| format!("the queue {queue}"))
}

fn told(operation: &Operation<'_>, queues: &[QueueFigures]) -> Result {
    let value = json!({ "queues": queues });
    operation.one("queue", &value, |table| {
        for queue in queues {
            table.fact(&format!("queue {}", queue.queue), queue_cell(queue));
        }
    })?;
    Ok(Exit::Done)
}

fn set_paused(context: &Context, pause: Pause) -> Result {
    if context.global.dry_run {
        context.out.remark(format!("dry run: would pause {}", name(pause.queue)));
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, pause.given.operation)?;
    let client = context.client()?;
    operation.tell();
    let body = PauseQueue { queue: pause.queue, reason: pause.reason };
    let queues = context.block_on(async {
        let paused = client.pause_queue(&body, operation.id()).await;
        paused.map_err(|error| operation.failed(error.into()))
    })?;
    told(&operation, &queues)
}

fn set_running(context: &Context, resume: Resume) -> Result {
    if context.global.dry_run {
        context.out.remark(format!("dry run: would resume {}", name(resume.queue)));
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, resume.given.operation)?;
    let client = context.client()?;
    operation.tell();
    let body = ResumeQueue { queue: resume.queue };
    let queues = context.block_on(async {
        let resumed = client.resume_queue(&body, operation.id()).await;
        resumed.map_err(|error| operation.failed(error.into()))
    })?;
    told(&operation, &queues)
}

fn cancel_batch(context: &Context, cancel: CancelBatch) -> Result {
    use crate::confirm::{Plan, confirm};
    let client = context.client()?;
    let batch = context.block_on(async { Ok(client.batch(cancel.batch).await?) })?;
    let what = format!("call off the {} jobs left of batch {} ({})", batch.left(), batch.id, batch.name);
    if context.global.dry_run {
        context.out.remark(format!("dry run: would {what}"));
        return Ok(Exit::Done);
    }
    let count = usize::try_from(batch.left()).unwrap_or(usize::MAX);
    confirm(context, &Plan { what: &what, count, undoable: true, items: &[] })?;
    let operation = Operation::new(context, cancel.given.operation)?;
    operation.tell();
    let done = context.block_on(async {
        let done = client.cancel_batch(batch.id, operation.id()).await;
        done.map_err(|error| operation.failed(error.into()))
    })?;
    operation.one(&batch.id.to_string(), &done, |table| {
        table.fact("batch", Cell::new(format!("{} ({})", done.batch.name, done.batch.id)));
        table.fact("called off", Cell::new(done.cancelled));
        table.fact("done", Cell::new(done.batch.done));
        table.fact("still running", Cell::new(done.batch.left()));
    })?;
    Ok(Exit::Done)
}

#[cfg(test)]
mod tests {
    use super::*;
    use aglis_core::types::Time;

    #[test]
    fn bars_are_as_high_as_what_was_done() {
        let minute = |done| MinuteStats { minute: Time::from_ms(0), done, failed: 0, retried: 0 };
        assert_eq!(bars(&[minute(0), minute(50), minute(100)]), "▁▄█");
        assert_eq!(bars(&[minute(0), minute(0)]), "▁▁");
    }

    #[test]
    fn what_was_not_counted_to_the_end_has_a_plus() {
        let at_least = AtLeast { waiting: true, ..AtLeast::default() };
        let some = JobCounts { waiting: 10_000, delayed: 2, running: 3, dead: 0, at_least };
        assert_eq!(counts(&some), "10000+ waiting, 2 delayed, 3 running, 0 dead");
    }
}
