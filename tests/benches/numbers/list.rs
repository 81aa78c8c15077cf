//! The first page of tickets of one status, of 100,000, signed in; against a handler that returns as many fixed bytes.

use std::time::{Duration, Instant};

use anyhow::{Context, ensure};

use crate::figure::{Report, Target, median};
use crate::http::{Connection, get};
use crate::{inside, load, seed};

const CUSTOMERS: i64 = 10_000;
const TICKETS: i64 = 100_000;
const PAGES: usize = 1_000;
const CONNECTIONS: usize = 16;
const MANY: usize = 1_000;
const ROUND: Duration = Duration::from_secs(4);
const ROUNDS: usize = 3;
const PATH: &str = "/api/tickets?status=completed&limit=50";

pub fn run(report: &mut Report) -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    let (ours, fixed, token) = runtime.block_on(async {
        let db = seed::open(data.path()).await?;
        seed::customers(&db, CUSTOMERS).await?;
        seed::tickets(&db, TICKETS).await?;
        db.close().await;
        let app = inside::open(data.path()).await?;
        let token = inside::signed_in(&app).await?;
        let ours = inside::serve(&app, data.path()).await?;
        let page = Connection::open(&ours).await?.ask(&get(PATH, &[("authorization", &token)])).await?;
        ensure!(page.status == 200, "{PATH} answers {}", page.status);
        println!("  a page of {} bytes", page.body.len());
        let fixed = inside::serve_fixed(page.body).await?;
        anyhow::Ok((ours, fixed, token))
    })?;
    let signed: &[(&str, &str)] = &[("authorization", &token)];
    let (first, bare) = ([get(PATH, signed)], [get("/", signed)]);

    let (mut rate, mut reference) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        reference.push(load::ask(&fixed, &bare, CONNECTIONS, ROUND)?.rate);
        rate.push(load::ask(&ours, &first, CONNECTIONS, ROUND)?.rate);
    }
    let (rate, reference) = (middle(rate), middle(reference));
    report.figure("GET /api/tickets, 50 of 100,000", rate, "/s", Target::None);
    report.figure("a fixed body of the same size", reference, "/s", Target::None);
    report.ratio("ratio", rate, reference, Target::AtLeast(0.35));

    let mut many = load::ask(&ours, &first, MANY, ROUND)?;
    report.time("p99 with 1,000 connections", many.p99(), Target::None);
    report.figure("errors with 1,000 connections", many.errors as f64, "", Target::AtMost(0.0));
    let mut same = load::ask(&fixed, &bare, MANY, ROUND)?;
    report.time("p99 of the fixed body with 1,000 connections", same.p99(), Target::None);

    let paths = runtime.block_on(walk(&ours, &token))?;
    let each: Vec<_> = paths.iter().map(|path| get(path, signed)).collect();
    let fresh = load::ask(&ours, &each, CONNECTIONS, ROUND)?;
    report.figure("another page each time, read from the database", fresh.rate, "/s", Target::None);
    report.ratio("ratio", fresh.rate, reference, Target::None);

    let (first, last) = runtime.block_on(pages(&ours, &token, &paths))?;
    report.time("page 1", first, Target::None);
    report.time("page 1,000 by its cursor", last, Target::None);
    report.ratio("ratio", last.as_secs_f64(), first.as_secs_f64(), Target::AtMost(1.25));
    Ok(())
}

/// The paths of the first pages, by their cursors.
async fn walk(address: &str, token: &str) -> anyhow::Result<Vec<String>> {
    let mut connection = Connection::open(address).await?;
    let mut paths = vec![PATH.to_owned()];
    while paths.len() < PAGES {
        let path = paths.last().context("no page")?;
        let page: serde_json::Value =
            serde_json::from_slice(&connection.ask(&get(path, &[("authorization", token)])).await?.body)?;
        let cursor = page["next_cursor"].as_str().context("the list ended before page 1,000")?;
        paths.push(format!("{PATH}&cursor={cursor}"));
    }
    Ok(paths)
}

/// The median times of the first of some pages and of the last, each read from the database: what is asked in between
/// takes the place of what is kept.
async fn pages(address: &str, token: &str, paths: &[String]) -> anyhow::Result<(Duration, Duration)> {
    let signed: &[(&str, &str)] = &[("authorization", token)];
    let mut connection = Connection::open(address).await?;
    let (first, last) = (paths.first().context("no page")?, paths.last().context("no page")?);
    let (mut at_first, mut at_last) = (Vec::new(), Vec::new());
    for round in 0..200 {
        for (path, times) in [(first, &mut at_first), (last, &mut at_last)] {
            // Another text of the same question is another question to what keeps answers.
            let request = get(&format!("{path}&q={}", "%20".repeat(round + 1)), signed);
            let asked = Instant::now();
            ensure!(connection.ask(&request).await?.status == 200, "a page failed");
            times.push(asked.elapsed());
        }
    }
    Ok((median(&mut at_first), median(&mut at_last)))
}

fn middle(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or_default()
}
