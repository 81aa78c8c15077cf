//! One operation on many things: chosen, confirmed, done a few at a time, each reported; repeatable.

use crate::{
    cli::{Chosen, Format},
    clock::Clock,
    confirm::{Plan, confirm},
    context::Context,
    failure::{Failure, Result},
    operation::Operation,
    output::{Row, counted},
    table::{Cell, Tone},
};
use aglis_core::client::{Client, ClientError, Exit};
use serde::Serialize;
use serde_json::{Value, json};
use std::{
    collections::{HashSet, VecDeque},
    future::Future,
    io::Read,
    path::Path,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

/// How many calls are under way at once.
const AT_ONCE: usize = 8;
/// Without a terminal progress is told this often.
const TELL_EVERY: Duration = Duration::from_secs(10);

/// An operation and the things it is for.
pub struct Many<'a> {
    context: &'a Context,
    ids: Vec<String>,
    single: bool,
    operation: Operation<'a>,
}

/// What became of one thing.
#[derive(Debug, Serialize)]
struct Outcome {
    id: String,
    success: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    result: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    error: Option<Value>,
    /// In lists without a frame of their own, which would hold it.
    #[serde(skip_serializing_if = "Option::is_none")]
    operation: Option<String>,
    #[serde(skip)]
    said: String,
}

impl Row for Outcome {
    const COLUMNS: &'static [&'static str] = &["ID", "", "RESULT"];
    const OPTIONAL: &'static [&'static str] = &["result", "error"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        let (word, tone) = if self.success { ("done", Tone::Ok) } else { ("failed", Tone::Bad) };
        vec![Cell::new(&self.id), Cell::toned(word, tone), Cell::new(&self.said)]
    }

    fn id(&self) -> String {
        self.id.clone()
    }
}

impl<'a> Many<'a> {
    /// Reads what was chosen and checks the expected number.
    pub fn new(context: &'a Context, chosen: Chosen) -> Result<Self> {
        let single = chosen.many.ids.is_none() && chosen.id.len() == 1;
        let mut ids = chosen.id;
        if let Some(path) = &chosen.many.ids {
            ids.extend(read_ids(path)?);
        }
        let mut seen = HashSet::new();
        ids.retain(|id| seen.insert(id.clone()));
        if let Some(expected) = chosen.many.expect.filter(|expected| *expected != ids.len()) {
            let message = format!("{} chosen, {expected} expected; nothing was done", ids.len());
            return Err(Failure::new(Exit::Conflict, "unexpected_count", message));
        }
        let operation = Operation::new(context, chosen.many.operation)?;
        Ok(Many { context, ids, single, operation })
    }

    /// Does it. `what` reads `set {} to in_progress` with `{}` for `TKT…` or `5 tickets`; `look` says what would
    /// happen to one thing, for `--dry-run`; `act` does it with an idempotency key; `say` words the result.
    pub fn run<T, L, A>(
        self,
        noun: &str,
        what: &str,
        undoable: bool,
        look: impl Fn(Client, String) -> L + 'static,
        act: impl Fn(Client, String, String) -> A + 'static,
        say: impl Fn(&T) -> String,
    ) -> Result
    where
        T: Serialize + 'static,
        L: Future<Output = std::result::Result<String, ClientError>> + 'static,
        A: Future<Output = std::result::Result<T, ClientError>> + 'static,
    {
        let count = self.ids.len();
        if count == 0 {
            self.context.out.remark("nothing was chosen, nothing to do");
            if self.context.out.format == Format::Json {
                self.context
                    .out
                    .text("{\"total\":0,\"succeeded\":0,\"failed\":0,\"success\":true,\"results\":[]}\n")?;
            }
            return Ok(Exit::Done);
        }
        let things = if count == 1 {
            self.ids.first().cloned().unwrap_or_default()
        } else {
            counted(count, noun, &format!("{noun}s"))
        };
        let what = what.replace("{}", &things);
        let client = self.context.client()?;
        if self.context.global.dry_run {
            let planned = self.each(&client, move |client, id, _| look(client, id))?;
            return self.report_plan(&what, planned);
        }
        confirm(self.context, &Plan { what: &what, count, undoable, items: &self.ids })?;
        self.operation.tell();
        let results = self.each(&client, act)?;
        self.report(results, say)
    }

    /// Calls something for every id, a few at a time, and gives the results in the order of the ids. After an
    /// interruption the rest is left out.
    fn each<T: 'static, F>(
        &self,
        client: &Client,
        call: impl Fn(Client, String, String) -> F + 'static,
    ) -> Result<Vec<Option<std::result::Result<T, ClientError>>>>
    where
        F: Future<Output = std::result::Result<T, ClientError>> + 'static,
    {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let local = tokio::task::LocalSet::new();
        let mut progress = Progress::new(self.context, self.ids.len());
        Ok(local.block_on(&runtime, async {
            let mut waiting: VecDeque<usize> = (0..self.ids.len()).collect();
            let mut running = JoinSet::new();
            let mut results: Vec<_> = self.ids.iter().map(|_| None).collect();
            let mut stopped = false;
            loop {
                while !stopped && running.len() < AT_ONCE {
                    let Some(i) = waiting.pop_front() else { break };
                    let id = self.ids[i].clone();
                    let key = self.operation.key(&id);
                    let work = call(client.clone(), id, key);
                    running.spawn_local(async move { (i, work.await) });
                }
                tokio::select! {
                    joined = running.join_next() => match joined {
                        Some(Ok((i, result))) => {
                            results[i] = Some(result);
                            progress.step();
                        }
                        Some(Err(_)) => {}
                        None => break,
                    },
                    _ = tokio::signal::ctrl_c(), if !stopped => stopped = true,
                }
            }
            progress.end();
            results
        }))
    }

    fn report_plan(
        &self,
        what: &str,
        planned: Vec<Option<std::result::Result<String, ClientError>>>,
    ) -> Result {
        self.context.out.remark(format!("dry run: would {what}"));
        let mut list = self.context.out.list();
        let mut refused = 0;
        for (id, plan) in self.ids.iter().zip(planned) {
            let (said, error) = match plan {
                Some(Ok(said)) => (said, None),
                Some(Err(error)) => (error.to_string(), Some(Failure::from(error).json())),
                None => ("interrupted".to_owned(), Some(json!({ "code": "interrupted" }))),
            };
            refused += usize::from(error.is_some());
            let row = Planned { id: id.clone(), would_succeed: error.is_none(), plan: said, error };
            list.row(&row)?;
        }
        list.end()?;
        Ok(if refused > 0 { Exit::Partly } else { Exit::Done })
    }

    fn report<T: Serialize>(
        &self,
        results: Vec<Option<std::result::Result<T, ClientError>>>,
        say: impl Fn(&T) -> String,
    ) -> Result {
        let interrupted = results.iter().any(Option::is_none);
        let mut outcomes = Vec::with_capacity(results.len());
        let mut exits = Vec::new();
        let mut only_error = None;
        let operation = (self.context.out.format == Format::Ndjson).then(|| self.operation.id().to_owned());
        for (id, result) in self.ids.iter().zip(results) {
            let id = id.clone();
            outcomes.push(match result {
                Some(Ok(value)) => {
                    let (said, result) = (say(&value), Some(serde_json::to_value(&value)?));
                    Outcome { id, success: true, result, error: None, operation: operation.clone(), said }
                }
                // An earlier run did it and its answer is gone; that is done, too.
                Some(Err(error)) if error.code() == "idempotency_already_done" => Outcome {
                    id,
                    success: true,
                    result: None,
                    error: None,
                    operation: operation.clone(),
                    said: "done before".to_owned(),
                },
                Some(Err(error)) => {
                    exits.push(error.exit());
                    let failure = Failure::from(error);
                    let (said, json) = (failure.message.clone(), failure.json());
                    only_error = Some(failure);
                    Outcome {
                        id,
                        success: false,
                        result: None,
                        error: Some(json),
                        operation: operation.clone(),
                        said,
                    }
                }
                None => Outcome {
                    id,
                    success: false,
                    result: None,
                    error: Some(json!({ "code": "interrupted" })),
                    operation: operation.clone(),
                    said: "not begun".to_owned(),
                },
            });
        }
        if let (true, Some(failure)) = (self.single, only_error) {
            return Err(self.operation.failed(failure));
        }
        self.print(&outcomes)?;
        let failed = outcomes.iter().filter(|outcome| !outcome.success).count();
        if failed > 0 {
            self.context.out.remark(format!(
                "{} of {} done; run again with --operation {} to go on",
                outcomes.len() - failed,
                outcomes.len(),
                self.operation.id()
            ));
        }
        Ok(match (failed, exits.first()) {
            _ if interrupted => Exit::Interrupted,
            (0, _) => Exit::Done,
            (n, Some(first)) if n == outcomes.len() && exits.iter().all(|exit| exit == first) => *first,
            _ => Exit::Partly,
        })
    }

    fn print(&self, outcomes: &[Outcome]) -> Result<()> {
        let out = &self.context.out;
        match (out.format, outcomes) {
            (Format::Json, [outcome]) if self.single => {
                self.operation.one(&outcome.id, &outcome.result, |_| {})
            }
            (Format::Json, _) => {
                let succeeded = outcomes.iter().filter(|outcome| outcome.success).count();
                let report = json!({
                    "operation": self.operation.id(),
                    "success": succeeded == outcomes.len(),
                    "total": outcomes.len(),
                    "succeeded": succeeded,
                    "failed": outcomes.len() - succeeded,
                    "results": outcomes,
                });
                out.text(&format!("{}\n", serde_json::to_string_pretty(&report)?))
            }
            (Format::Table, [outcome]) if self.single => {
                if out.is_quiet() {
                    Ok(())
                } else {
                    out.text(&format!("{}\n", outcome.said))
                }
            }
            (Format::Table, _) if out.is_quiet() => Ok(()),
            _ => {
                let mut list = out.list();
                for outcome in outcomes.iter().filter(|o| o.success || out.format != Format::Id) {
                    list.row(outcome)?;
                }
                list.end().map(drop)
            }
        }
    }
}

/// What would become of one thing.
#[derive(Debug, Serialize)]
struct Planned {
    id: String,
    would_succeed: bool,
    plan: String,
    error: Option<Value>,
}

impl Row for Planned {
    const COLUMNS: &'static [&'static str] = &["ID", "", "PLAN"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        let (word, tone) =
            if self.would_succeed { ("would do", Tone::Info) } else { ("would refuse", Tone::Warn) };
        vec![Cell::new(&self.id), Cell::toned(word, tone), Cell::new(&self.plan)]
    }

    fn id(&self) -> String {
        self.id.clone()
    }
}

/// Reads ids by the line; empty lines and comments are skipped, and of several words the first counts.
fn read_ids(path: &Path) -> Result<Vec<String>> {
    let mut text = String::new();
    if path == Path::new("-") {
        std::io::stdin().read_to_string(&mut text)?;
    } else {
        text = std::fs::read_to_string(path)
            .map_err(|error| Failure::usage(format!("cannot read {}: {error}", path.display())))?;
    }
    Ok(text
        .lines()
        .filter(|line| !line.trim_start().starts_with('#'))
        .filter_map(|line| line.split_whitespace().next())
        .map(str::to_owned)
        .collect())
}

/// How far it is, on standard error.
struct Progress {
    bar: Option<indicatif::ProgressBar>,
    quiet: bool,
    done: usize,
    total: usize,
    told: Instant,
}

impl Progress {
    fn new(context: &Context, total: usize) -> Self {
        let bar =
            (total > 1 && context.out.draws_progress()).then(|| indicatif::ProgressBar::new(total as u64));
        Progress { bar, quiet: context.out.is_quiet() || total <= 1, done: 0, total, told: Instant::now() }
    }

    fn step(&mut self) {
        self.done += 1;
        if let Some(bar) = &self.bar {
            bar.inc(1);
        } else if !self.quiet && self.told.elapsed() >= TELL_EVERY {
            self.told = Instant::now();
            anstream::eprintln!("{} of {}", self.done, self.total);
        }
    }

    fn end(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}
