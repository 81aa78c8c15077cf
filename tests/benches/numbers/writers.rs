//! 50 writers creating tickets on SQLite at once, against the same tickets in one transaction; what a reader notices
//! of it; and what a kill loses.

use std::io::{BufRead, BufReader, Write};
use std::path::Path;
use std::process::{Command, Stdio};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use aglis_core::app::App;
use aglis_core::args;
use aglis_core::event::seal;
use aglis_core::tickets::{NewTicket, TicketFilter, service};
use aglis_core::types::CustomerId;
use anyhow::Context;

use crate::figure::{Report, Target, quantile};
use crate::process::WRITERS;
use crate::{inside, seed};

const CUSTOMERS: i64 = 1_000;
const AT_ONCE: usize = 50;
const TICKETS: usize = 4_000;
const QUIET: Duration = Duration::from_secs(4);

pub fn run(report: &mut Report) -> anyhow::Result<()> {
    let runtime = tokio::runtime::Runtime::new()?;
    let one = runtime.block_on(in_one_transaction())?;

    let data = prepared(&runtime)?;
    let (many, mut idle, mut busy) = runtime.block_on(async {
        let app = inside::open(data.path()).await?;
        // As in the daemon, events are sealed beside the writers.
        tokio::spawn(seal::run(app.db.clone()));
        let stop = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn(read(app.clone(), stop.clone()));
        tokio::time::sleep(QUIET).await;
        stop.store(true, Ordering::Relaxed);
        let idle = reader.await??;

        let stop = Arc::new(AtomicBool::new(false));
        let reader = tokio::spawn(read(app.clone(), stop.clone()));
        let rate = write(&app).await?;
        stop.store(true, Ordering::Relaxed);
        let busy = reader.await??;
        app.db.close().await;
        anyhow::Ok((rate, idle, busy))
    })?;
    report.figure("tickets by 50 writers, each on disk when answered", many, "/s", Target::None);
    report.figure("the same tickets in one transaction", one, "/s", Target::None);
    report.ratio("ratio", many, one, Target::AtLeast(0.5));
    let (idle, busy) = (quantile(&mut idle, 0.99), quantile(&mut busy, 0.99));
    report.time("p99 of a reader alone", idle, Target::None);
    report.time("p99 of a reader beside the writers", busy, Target::None);
    report.ratio("ratio", busy.as_secs_f64(), idle.as_secs_f64(), Target::AtMost(3.0));

    let (answered, lost) = killed(&runtime)?;
    report.figure("tickets answered before a kill -9", answered as f64, "", Target::None);
    report.figure("of them lost", lost as f64, "", Target::AtMost(0.0));
    Ok(())
}

fn prepared(runtime: &tokio::runtime::Runtime) -> anyhow::Result<tempfile::TempDir> {
    let data = tempfile::tempdir()?;
    runtime.block_on(async {
        let db = seed::open(data.path()).await?;
        seed::customers(&db, CUSTOMERS).await?;
        db.close().await;
        anyhow::Ok(())
    })?;
    Ok(data)
}

fn ticket(number: usize) -> NewTicket {
    NewTicket {
        customer_id: Some(CustomerId(1 + number as i64 % CUSTOMERS)),
        title: format!("Internet mati nomor {number}"),
        description: "Lampu LOS di modem menyala merah sejak pukul enam pagi.".into(),
        ..NewTicket::default()
    }
}

/// Tickets per second inside a single transaction with a single commit: checked, created and read back as each writer does.
async fn in_one_transaction() -> anyhow::Result<f64> {
    let data = tempfile::tempdir()?;
    let db = seed::open(data.path()).await?;
    seed::customers(&db, CUSTOMERS).await?;
    db.close().await;
    let app = inside::open(data.path()).await?;
    let ctx = inside::root(&app);
    let start = Instant::now();
    let mut tx = app.db.write().await?;
    for number in 0..TICKETS {
        let draft = service::draft(&ctx, ticket(number)).await?;
        let id = service::create_in(&mut tx, &ctx, draft).await?;
        service::get_in(&mut tx, &ctx, id).await?;
    }
    tx.commit().await?;
    let rate = TICKETS as f64 / start.elapsed().as_secs_f64();
    app.db.close().await;
    Ok(rate)
}

/// Tickets per second by 50 writers, each waiting for its own answer.
async fn write(app: &App) -> anyhow::Result<f64> {
    let next = Arc::new(AtomicUsize::new(0));
    let start = Instant::now();
    let writers: Vec<_> = (0..AT_ONCE)
        .map(|_| {
            let (ctx, next) = (inside::root(app), next.clone());
            tokio::spawn(async move {
                loop {
                    let number = next.fetch_add(1, Ordering::Relaxed);
                    if number >= TICKETS {
                        return anyhow::Ok(());
                    }
                    service::create(&ctx, ticket(number)).await?;
                }
            })
        })
        .collect();
    for writer in writers {
        writer.await??;
    }
    Ok(TICKETS as f64 / start.elapsed().as_secs_f64())
}

/// Reads the newest page again and again; how long each took.
async fn read(app: App, stop: Arc<AtomicBool>) -> anyhow::Result<Vec<Duration>> {
    let ctx = inside::root(&app);
    let filter = TicketFilter { status: Some("open".into()), ..TicketFilter::default() };
    let mut times = Vec::new();
    while !stop.load(Ordering::Relaxed) {
        let asked = Instant::now();
        service::list(&ctx, &filter).await?;
        times.push(asked.elapsed());
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    Ok(times)
}

/// Kills a process in the middle of writing; how many tickets it had answered, and how many of them are gone.
fn killed(runtime: &tokio::runtime::Runtime) -> anyhow::Result<(usize, usize)> {
    let data = prepared(runtime)?;
    let mut command = Command::new(std::env::current_exe()?);
    let mut child = command.arg(WRITERS).arg(data.path()).stdout(Stdio::piped()).spawn()?;
    let mut lines = BufReader::new(child.stdout.take().context("no output")?).lines();
    let mut answered = Vec::new();
    let mut start = None;
    for line in lines.by_ref() {
        answered.push(line?);
        if start.get_or_insert_with(Instant::now).elapsed() > Duration::from_millis(800) {
            break;
        }
    }
    child.kill()?;
    child.wait()?;
    // What was said before the kill counts, also when it is read after it. A line is written whole or not at all.
    answered.extend(lines.map_while(Result::ok));
    let lost = runtime.block_on(async {
        let db = seed::open(data.path()).await?;
        let mut tx = db.read().await?;
        let mut lost = 0;
        for number in &answered {
            let found: Option<(i64,)> =
                tx.opt("SELECT id FROM tickets WHERE number = $1", args![number]).await?;
            lost += usize::from(found.is_none());
        }
        anyhow::Ok(lost)
    })?;
    Ok((answered.len(), lost))
}

/// Writes until it is killed, and says each ticket that was answered.
pub fn process() -> anyhow::Result<()> {
    let data = std::env::args().next_back().unwrap_or_default();
    tokio::runtime::Runtime::new()?.block_on(async {
        let app = inside::open(Path::new(&data)).await?;
        let writers: Vec<_> = (0..AT_ONCE)
            .map(|number| {
                let ctx = inside::root(&app);
                tokio::spawn(async move {
                    loop {
                        let created = service::create(&ctx, ticket(number)).await?;
                        let mut out = std::io::stdout().lock();
                        writeln!(out, "{}", created.summary.number)?;
                        out.flush()?;
                    }
                    #[allow(unreachable_code)]
                    anyhow::Ok(())
                })
            })
            .collect();
        for writer in writers {
            writer.await??;
        }
        Ok(())
    })
}
