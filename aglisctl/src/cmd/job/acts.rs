//! What is done with jobs: named ones one by one, all that match some thousand at a time.

use super::{Act, Clean};
use crate::{
    cli::{Chosen, Format},
    clock::Clock,
    confirm::{Plan, confirm},
    context::Context,
    failure::{Failure, Result},
    many::Many,
    operation::Operation,
    output::Row,
    table::{Cell, Tone},
};
use aglis_core::{
    client::{Client, ClientError, Exit},
    queue::{
        CleanJobs, JobAction, JobBulk, JobBulkAnswer, JobBulkData, JobBulkResult, JobSelection, JobState,
        JobsCleaned, Snooze,
    },
    types::{JobId, Time},
};
use serde::Serialize;
use serde_json::{Value, json};

const fn done(action: JobAction) -> &'static str {
    match action {
        JobAction::Retry => "put back",
        JobAction::Cancel => "cancelled",
        JobAction::Discard => "discarded",
        JobAction::Snooze => "snoozed",
        JobAction::Run => "run now",
    }
}

const fn plan(action: JobAction) -> &'static str {
    match action {
        JobAction::Retry => "put {} back",
        JobAction::Cancel => "cancel {}",
        JobAction::Discard => "discard {}",
        JobAction::Snooze => "snooze {}",
        JobAction::Run => "run {} now",
    }
}

fn number(id: &str) -> std::result::Result<JobId, ClientError> {
    id.parse().map_err(|_| ClientError::Usage(format!("{id:?} is no job's id")))
}

async fn one(
    client: &Client,
    action: JobAction,
    id: JobId,
    until: Option<Time>,
    key: &str,
) -> std::result::Result<Value, ClientError> {
    let value = match action {
        JobAction::Retry => serde_json::to_value(client.retry_job(id, key).await?),
        JobAction::Cancel => serde_json::to_value(client.cancel_job(id, key).await?),
        JobAction::Discard => serde_json::to_value(client.discard_job(id, key).await?),
        JobAction::Run => serde_json::to_value(client.run_job(id, key).await?),
        JobAction::Snooze => {
            let until = until.ok_or_else(|| ClientError::Usage("give a time".to_owned()))?;
            serde_json::to_value(client.snooze_job(id, &Snooze { until }, key).await?)
        }
    };
    value.map_err(|error| ClientError::Usage(error.to_string()))
}

/// Does it with what was chosen.
pub(super) fn run(context: &Context, action: JobAction, act: Act, until: Option<Time>) -> Result {
    if act.matching {
        return matching(context, action, &act, until);
    }
    if !act.filter.is_empty() {
        return Err(Failure::usage("conditions choose jobs only with --matching"));
    }
    let undoable = matches!(action, JobAction::Snooze | JobAction::Discard);
    Many::new(context, Chosen { id: act.id, many: act.many })?.run(
        "job",
        plan(action),
        // A message that is sent, or has failed, cannot be taken back.
        undoable,
        move |client, id| async move {
            let ids = Some(vec![number(&id)?]);
            let data = JobBulkData { until };
            let bulk = JobBulk { ids, data, dry_run: true, ..JobBulk::default() };
            let key = aglis_core::client::operation_id()?;
            let answer = client.jobs_bulk(action, &bulk, &key).await?;
            match answer.results.into_iter().next().and_then(|result| result.error) {
                Some(error) => Err(ClientError::Usage(error)),
                None => Ok(format!("would be {}", done(action))),
            }
        },
        move |client, id, key| async move { one(&client, action, number(&id)?, until, &key).await },
        move |job: &Value| format!("job {} {}", job["id"], done(action)),
    )
}

impl Row for JobBulkResult {
    const COLUMNS: &'static [&'static str] = &["ID", "", "RESULT"];
    const OPTIONAL: &'static [&'static str] = &["error"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        let (word, tone) = if self.success { ("done", Tone::Ok) } else { ("failed", Tone::Bad) };
        vec![Cell::new(self.id), Cell::toned(word, tone), Cell::option(self.error.as_ref())]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

/// The state whose jobs an action means unless another one is named.
const fn usual(action: JobAction) -> JobState {
    match action {
        JobAction::Retry | JobAction::Discard => JobState::Dead,
        JobAction::Cancel | JobAction::Snooze | JobAction::Run => JobState::Waiting,
    }
}

/// Does it with all that match: looks first, asks, then goes on until none is left.
fn matching(context: &Context, action: JobAction, act: &Act, until: Option<Time>) -> Result {
    let client = context.client()?;
    let status = act.filter.status.unwrap_or_else(|| usual(action));
    let filter = JobSelection::of(status, &act.filter.query(None));
    let expect = act.many.expect.map(|expect| i64::try_from(expect).unwrap_or(i64::MAX));
    let data = JobBulkData { until };
    let bulk = JobBulk { filter: Some(filter), data, expect, dry_run: true, ..JobBulk::default() };
    let operation = Operation::new(context, act.many.operation.clone())?;
    let looked = context.block_on(async {
        Ok(client.jobs_bulk(action, &bulk, &aglis_core::client::operation_id()?).await?)
    })?;
    if looked.total == 0 {
        context.out.remark("no job matches, nothing to do");
    }
    let more = if looked.more { "more than " } else { "" };
    let what = plan(action).replace("{}", &format!("{more}{} {status} jobs", looked.total));
    if context.global.dry_run || looked.total == 0 {
        if context.global.dry_run {
            context.out.remark(format!("dry run: would {what}"));
        }
        return report(context, &operation, &looked);
    }
    let items: Vec<String> = looked.results.iter().map(|result| result.id.to_string()).collect();
    let undoable = matches!(action, JobAction::Snooze | JobAction::Discard);
    confirm(context, &Plan { what: &what, count: items.len(), undoable, items: &items })?;
    operation.tell();
    let answer = context.block_on(async {
        let mut whole: Option<JobBulkAnswer> = None;
        for part in 0.. {
            let bulk = JobBulk { dry_run: false, expect: expect.filter(|_| part == 0), ..bulk.clone() };
            let key = operation.key(&format!("part{part}"));
            let done = client.jobs_bulk(action, &bulk, &key).await;
            let done = done.map_err(|error| operation.failed(error.into()))?;
            // What is refused stays where it is and would come again and again.
            let last = !done.more || done.succeeded == 0;
            whole = Some(match whole {
                None => done,
                Some(before) => joined(before, done),
            });
            if last {
                break;
            }
            context.out.remark(format!("{} so far", whole.as_ref().map_or(0, |whole| whole.total)));
        }
        Ok(whole.unwrap_or_else(|| looked.clone()))
    })?;
    report(context, &operation, &answer)
}

fn joined(mut before: JobBulkAnswer, after: JobBulkAnswer) -> JobBulkAnswer {
    before.results.extend(after.results);
    JobBulkAnswer {
        success: before.success && after.success,
        total: before.total + after.total,
        succeeded: before.succeeded + after.succeeded,
        failed: before.failed + after.failed,
        dry_run: after.dry_run,
        more: after.more,
        results: before.results,
    }
}

fn report(context: &Context, operation: &Operation<'_>, answer: &JobBulkAnswer) -> Result {
    let out = &context.out;
    match out.format {
        Format::Json => operation.one("jobs", answer, |_| {})?,
        Format::Table => {
            // What went well is told as a number: a thousand equal lines help nobody.
            if !out.is_quiet() {
                let would = if answer.dry_run { " would be" } else { "" };
                out.text(&format!("{} of {}{would} done\n", answer.succeeded, answer.total))?;
            }
            if answer.failed > 0 {
                let mut list = out.list();
                for result in answer.results.iter().filter(|result| !result.success).take(100) {
                    list.row(result)?;
                }
                list.end()?;
            }
        }
        Format::Ndjson | Format::Csv | Format::Id => {
            let mut list = out.list();
            for result in answer.results.iter().filter(|one| one.success || out.format != Format::Id) {
                list.row(result)?;
            }
            list.end()?;
        }
    }
    Ok(match (answer.failed, answer.succeeded) {
        (0, _) => Exit::Done,
        (_, 0) => Exit::Conflict,
        _ => Exit::Partly,
    })
}

/// What cleaning did, over all calls.
#[derive(Debug, Serialize)]
struct Cleaned {
    removed: i64,
}

/// `job clean`
pub(super) fn clean(context: &Context, clean: Clean) -> Result {
    let client = context.client()?;
    let what = if clean.dead { "dead letters" } else { "ended jobs" };
    let request = CleanJobs { older_than_days: Some(clean.older_than_days), dead: clean.dead, dry_run: true };
    let found: JobsCleaned = context.block_on(async { Ok(client.clean_jobs(&request).await?) })?;
    let more = if found.more { "more than " } else { "" };
    let plan = format!("forget {more}{} {what} older than {} days", found.removed, clean.older_than_days);
    if context.global.dry_run {
        context.out.remark(format!("dry run: would {plan}"));
        context.out.one(
            "jobs",
            &json!({ "removed": 0, "would_remove": found.removed, "more": found.more }),
            |table| {
                table.fact("would be removed", Cell::new(format!("{more}{}", found.removed)));
            },
        )?;
        return Ok(Exit::Done);
    }
    if found.removed > 0 {
        let count = usize::try_from(found.removed).unwrap_or(usize::MAX);
        confirm(context, &Plan { what: &plan, count, undoable: false, items: &[] })?;
    }
    let operation = Operation::new(context, clean.given.operation)?;
    operation.tell();
    let request = CleanJobs { dry_run: false, ..request };
    let removed = context.block_on(async {
        let mut removed = 0;
        loop {
            let done = client.clean_jobs(&request).await.map_err(|error| operation.failed(error.into()))?;
            removed += done.removed;
            if !done.more {
                return Ok(removed);
            }
            context.out.remark(format!("{removed} so far"));
        }
    })?;
    operation.one("jobs", &Cleaned { removed }, |table| table.fact("removed", Cell::new(removed)))?;
    Ok(Exit::Done)
}
