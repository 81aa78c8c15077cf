//! `aglisctl audit`

use crate::{
    clock::Clock,
    context::Context,
    failure::Result,
    lists::Extent,
    local,
    output::{Row, counted},
    table::{Cell, Tone},
};
use aglis_core::{
    client::{Exit, Live},
    event::{AuditEntry, AuditFilter, ChainReport, LiveEvent, Outcome, SubjectKind},
    types::Time,
};
use clap::{Args, Subcommand};

/// What can be done with the audit trail.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// Search the trail, the newest first
    Search(Search),
    /// Follow what happens
    Tail(Tail),
    /// Check that nothing was edited, deleted or reordered; works without the daemon
    Verify,
}

/// Flags of `audit search`.
#[derive(Debug, Args)]
pub struct Search {
    /// Only by this actor
    #[arg(long, value_name = "NAME")]
    actor: Option<String>,
    /// Only this kind, such as ticket.assigned, or a family with ticket.*
    #[arg(long)]
    kind: Option<String>,
    /// Only about this kind of thing
    #[arg(long, value_name = "KIND")]
    subject: Option<SubjectKind>,
    /// Only about the one with this id
    #[arg(long, value_name = "ID", requires = "subject")]
    subject_id: Option<i64>,
    /// Only with this outcome: ok, denied, failed
    #[arg(long)]
    outcome: Option<Outcome>,
    /// Not before, such as 2026-11-21T00:00:00+07:00
    #[arg(long, value_name = "TIME")]
    since: Option<Time>,
    /// Before
    #[arg(long, value_name = "TIME")]
    until: Option<Time>,
    #[command(flatten)]
    extent: Extent,
}

/// Flags of `audit tail`.
#[derive(Debug, Args)]
pub struct Tail {
    /// Begin after this place in the chain
    #[arg(long, value_name = "SEQ")]
    after: Option<i64>,
    /// Only kinds that begin with this, such as ticket.
    #[arg(long, value_name = "PREFIX", default_value = "")]
    kind: String,
    /// End after this many events
    #[arg(long, value_name = "N")]
    count: Option<usize>,
}

fn outcome(outcome: Outcome) -> Cell {
    let tone = match outcome {
        Outcome::Ok => Tone::Ok,
        Outcome::Denied => Tone::Warn,
        Outcome::Failed => Tone::Bad,
    };
    Cell::toned(outcome, tone)
}

impl Row for AuditEntry {
    const COLUMNS: &'static [&'static str] = &["WHEN", "WHO", "WHAT", "ABOUT", "OUTCOME", "FROM"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        vec![
            clock.cell(self.at),
            Cell::new(format!("{} {}", self.actor_kind, self.actor)),
            Cell::new(&self.kind),
            Cell::new(format!("{} {}", self.subject_kind, self.subject)),
            outcome(self.outcome),
            Cell::new(&self.ip),
        ]
    }

    fn id(&self) -> String {
        self.id.to_string()
    }
}

impl Row for LiveEvent {
    const COLUMNS: &'static [&'static str] = &["WHEN", "WHO", "WHAT", "ABOUT", "OUTCOME"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        vec![
            clock.cell(self.at),
            Cell::new(&self.actor),
            Cell::new(&self.kind),
            Cell::new(format!("{} {}", self.subject_kind, self.subject)),
            outcome(self.outcome),
        ]
    }

    fn id(&self) -> String {
        self.seq.to_string()
    }
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    match verb {
        Verb::Search(search) => search_trail(context, search),
        Verb::Tail(tail) => follow(context, &tail),
        Verb::Verify => verify(context),
    }
}

fn search_trail(context: &Context, search: Search) -> Result {
    let filter = AuditFilter {
        actor: search.actor,
        kind: search.kind,
        subject_kind: search.subject,
        subject_id: search.subject_id,
        outcome: search.outcome,
        since: search.since,
        until: search.until,
        limit: search.extent.page(context),
        cursor: None,
    };
    let client = context.client()?;
    context.block_on(search.extent.print(context, client.audit(&filter)))
}

fn follow(context: &Context, tail: &Tail) -> Result {
    let client = context.client()?;
    context.block_on(async {
        // A refusal is told at once; later losses are waited out.
        client.me().await?;
        let mut live = client.live(tail.after);
        let mut seen = 0;
        // JSON that goes on is one object a line.
        let mut list = context.out.stream();
        while tail.count.is_none_or(|count| seen < count) {
            match live.next().await {
                Live::Event(event) if event.kind.starts_with(&tail.kind) => {
                    list.row(&*event)?;
                    list.flush()?;
                    seen += 1;
                }
                Live::Event(_) | Live::Queue(_) => {}
                Live::Connected { resumed } => {
                    if !resumed && seen > 0 {
                        context.out.remark("connected again; events in between may be missing");
                    }
                }
                Live::Lost { error, .. } => context.out.remark(format!("{error}; trying again")),
            }
        }
        Ok(Exit::Done)
    })
}

fn verify(context: &Context) -> Result {
    let report: ChainReport = context.block_on(async {
        match context.daemon().await? {
            Some(client) => Ok(client.verify_audit().await?),
            None => local::verify_audit(context).await,
        }
    })?;
    context.out.one(
        &report.broken_seq.map_or_else(String::new, |seq| seq.to_string()),
        &report,
        |table| {
            let verdict = if report.intact {
                Cell::toned("intact", Tone::Ok)
            } else {
                Cell::toned("BROKEN", Tone::Bad)
            };
            table.fact("chain", verdict);
            table.fact(
                "checked",
                Cell::new(format!(
                    "{}, {} to {}",
                    counted(report.checked, "entry", "entries"),
                    report.first_seq,
                    report.last_seq
                )),
            );
            if report.unsealed > 0 {
                table.fact("not yet sealed", Cell::new(report.unsealed));
            }
            table.fact_option("first broken entry", report.broken_seq);
            table.fact_option("problem", report.problem.as_ref());
        },
    )?;
    Ok(if report.intact { Exit::Done } else { Exit::Failed })
}
