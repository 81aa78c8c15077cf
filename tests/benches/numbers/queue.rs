//! The queue by itself, through `queue-bench`: jobs in one by one and by the thousand, jobs done, how soon one is begun;
//! and that what has ended or waits does not slow claiming down. On SQLite, and on PostgreSQL where
//! `AGLIS_TEST_POSTGRES_URL` names a server.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use aglis_core::{
    args,
    db::{DatabaseUrl, Db, migrate},
    hub::Hub,
    types::Time,
};
use anyhow::Context;

use crate::figure::{Report, Target, median, quantile};
use crate::process::program;

const JOBS: usize = 20_000;
const SAMPLES: usize = 300;
/// Ended jobs beside which claiming is measured, and waiting ones.
const ENDED: i64 = 1_000_000;
const WAITING: i64 = 1_000_000;
/// Rows of one plain claim on PostgreSQL.
const PLAIN: i64 = 500;

pub fn run(report: &mut Report) -> anyhow::Result<()> {
    let dir = tempfile::tempdir()?;
    let fsync = fsync(dir.path())?;
    report.time("one fdatasync of 4 KiB", fsync, Target::None);
    println!(" SQLite, synchronous=FULL");
    sqlite(report, dir.path(), fsync)?;
    match std::env::var("AGLIS_TEST_POSTGRES_URL") {
        Ok(server) => {
            println!(" PostgreSQL");
            tokio::runtime::Runtime::new()?.block_on(postgres(report, dir.path(), &server))?;
        }
        Err(_) => println!(" PostgreSQL: AGLIS_TEST_POSTGRES_URL is not set"),
    }
    Ok(())
}

/// The middle of some writes that go to the disk.
fn fsync(dir: &Path) -> anyhow::Result<Duration> {
    let mut file = std::fs::File::create(dir.join("fsync"))?;
    let mut times = Vec::new();
    for _ in 0..200 {
        file.write_all(&[7; 4096])?;
        let began = Instant::now();
        file.sync_data()?;
        times.push(began.elapsed());
    }
    Ok(median(&mut times))
}

/// `queue-bench` on one database.
struct Bench {
    url: String,
    dir: PathBuf,
}

impl Bench {
    fn ask(&self, argument: &str, variables: &[(&str, &str)]) -> anyhow::Result<serde_json::Value> {
        let mut command = Command::new(program("queue-bench")?);
        command.arg(argument).env("BENCH_URL", &self.url).env("BENCH_DIR", &self.dir);
        command.env("BENCH_N", JOBS.to_string()).env("BENCH_SAMPLES", SAMPLES.to_string());
        let output = command.envs(variables.iter().copied()).output()?;
        let said = String::from_utf8_lossy(&output.stderr);
        anyhow::ensure!(output.status.success(), "queue-bench {argument}: {said}");
        Ok(serde_json::from_slice(&output.stdout).unwrap_or_default())
    }

    /// Jobs a second.
    fn rate(&self, argument: &str, variables: &[(&str, &str)]) -> anyhow::Result<f64> {
        let said = self.ask(argument, variables)?;
        let jobs = said["n"].as_f64().context("no count")?;
        Ok(jobs / said["secs"].as_f64().context("no time")?)
    }

    fn latency(&self) -> anyhow::Result<Duration> {
        let said = self.ask("latency", &[])?;
        let us = said["us"].as_array().context("no samples")?;
        let mut times: Vec<Duration> =
            us.iter().filter_map(|us| us.as_u64()).map(Duration::from_micros).collect();
        Ok(quantile(&mut times, 0.5))
    }
}

/// What all databases have in common; the rate of the best drain.
fn common(report: &mut Report, bench: &Bench) -> anyhow::Result<f64> {
    report.figure("in one by one, 50 in flight", bench.rate("enqueue", &[])?, "/s", Target::None);
    report.figure("done by 5 at once", bench.rate("drain", &[("BENCH_CONC", "5")])?, "/s", Target::None);
    report.figure("in by the thousand", bench.rate("bulk", &[])?, "/s", Target::None);
    report.figure("done by 50 at once", bench.rate("drain", &[("BENCH_CONC", "50")])?, "/s", Target::None);
    bench.rate("bulk", &[])?;
    let best = bench.rate("drain", &[("BENCH_CONC", "best")])?;
    report.figure("done at best", best, "/s", Target::None);
    Ok(best)
}

fn sqlite(report: &mut Report, dir: &Path, fsync: Duration) -> anyhow::Result<()> {
    let url = format!("sqlite:{}", dir.join("queue.db").display());
    let bench = Bench { url: url.clone(), dir: dir.to_owned() };
    bench.ask("setup", &[])?;
    common(report, &bench)?;
    let latency = bench.latency()?;
    report.time("from before it is put in to its begin, p50", latency, Target::None);
    let syncs = latency.as_secs_f64() / fsync.as_secs_f64();
    report.figure("in fdatasyncs", syncs, "×", Target::AtMost(3.0));
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(crowded(report, &url))
}

async fn postgres(report: &mut Report, dir: &Path, server: &str) -> anyhow::Result<()> {
    let admin = Db::open(&server.parse()?, Hub::default()).await?;
    let name = format!("aglis_bench_{}", std::process::id());
    admin.read().await?.run(format!("CREATE DATABASE {name}"), args![]).await?;
    let (root, _) = server.rsplit_once('/').context("an address with a database")?;
    let url = format!("{root}/{name}");
    let measured = measured_on_postgres(report, dir, &url).await;
    admin.read().await?.run(format!("DROP DATABASE {name} WITH (FORCE)"), args![]).await?;
    admin.close().await;
    measured
}

async fn measured_on_postgres(report: &mut Report, dir: &Path, url: &str) -> anyhow::Result<()> {
    let bench = Bench { url: url.to_owned(), dir: dir.to_owned() };
    bench.ask("setup", &[])?;
    let db = Db::open(&url.parse()?, Hub::default()).await?;
    for setting in ["fsync", "synchronous_commit"] {
        let (is,): (String,) = db.read().await?.one(format!("SHOW {setting}"), args![]).await?;
        println!("  {setting} = {is}");
    }
    let best = common(report, &bench)?;
    let plain = plain_claims(&db).await?;
    report.figure("plain SKIP LOCKED claims of 500 rows", plain, "/s", Target::None);
    report.ratio("ratio of the best to them", best, plain, Target::AtLeast(0.7));
    report.time("from before it is put in to its begin, p50", bench.latency()?, Target::None);
    db.close().await;
    crowded(report, url).await
}

/// Rows a second that two connections claim and delete, 500 in a statement.
async fn plain_claims(db: &Db) -> anyhow::Result<f64> {
    let mut tx = db.read().await?;
    tx.run(
        "CREATE TABLE plain (id BIGINT GENERATED BY DEFAULT AS IDENTITY PRIMARY KEY, payload JSONB)",
        args![],
    )
    .await?;
    tx.run(
        "INSERT INTO plain (payload) SELECT jsonb_build_object('id', n, 'message', repeat('x', 150)) \
         FROM generate_series(1, $1) n",
        args![JOBS as i64 * 4],
    )
    .await?;
    let began = Instant::now();
    let claim = || async {
        let mut tx = db.read().await?;
        loop {
            let rows = tx
                .run(
                    "DELETE FROM plain WHERE id IN (SELECT id FROM plain ORDER BY id LIMIT $1 {skip_locked})",
                    args![PLAIN],
                )
                .await?;
            if rows == 0 {
                return anyhow::Ok(());
            }
        }
    };
    let (one, two) = tokio::join!(claim(), claim());
    one.and(two)?;
    Ok(JOBS as f64 * 4.0 / began.elapsed().as_secs_f64())
}

/// How long it takes to look up what is due and to pick it, beside nothing and beside very much.
async fn crowded(report: &mut Report, url: &str) -> anyhow::Result<()> {
    let url: DatabaseUrl = url.parse()?;
    let db = Db::open(&url, Hub::default()).await?;
    migrate::run(&db, Time::from_ms(0)).await?;
    fill(&db, 1_000, "NULL", "NULL").await?;
    let alone = pick(&db).await?;
    fill(&db, ENDED, "'done'", "$1").await?;
    fill(&db, WAITING, "NULL", "NULL").await?;
    if db.postgres().is_some() {
        db.read().await?.run("ANALYZE jobs", args![]).await?;
    }
    let beside = pick(&db).await?;
    report.time("to pick 100 of 1,000", alone, Target::None);
    report.time("to pick 100 of 1,000,000 beside 1,000,000 ended", beside, Target::None);
    report.ratio("ratio", beside.as_secs_f64(), alone.as_secs_f64(), Target::AtMost(1.5));
    db.close().await;
    Ok(())
}

async fn fill(db: &Db, jobs: i64, outcome: &str, finished: &str) -> anyhow::Result<()> {
    let mut tx = db.write().await?;
    tx.run(
        format!(
            "INSERT INTO jobs (kind, queue, priority, payload, run_at, max_attempts, created_at, outcome, finished_at) \
             WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < $2) \
             SELECT 'bench', 'system', 2, $3, $1, 3, $1, {outcome}, {finished} FROM n"
        ),
        args![Time::from_ms(1_700_000_000_000), jobs, serde_json::json!({"id": 1})],
    )
    .await?;
    tx.commit().await?;
    Ok(())
}

async fn pick(db: &Db) -> anyhow::Result<Duration> {
    let mut times = Vec::new();
    for _ in 0..101 {
        let began = Instant::now();
        let mut tx = db.read().await?;
        let rows: Vec<(i64,)> = tx
            .all(
                "SELECT id FROM jobs WHERE outcome IS NULL AND claim_id IS NULL AND queue = $1 AND priority = $2 \
                 AND run_at <= $3 ORDER BY run_at, id LIMIT $4",
                args!["system", 2_i64, Time::from_ms(1_800_000_000_000), 100_i64],
            )
            .await?;
        anyhow::ensure!(rows.len() == 100, "{} rows", rows.len());
        times.push(began.elapsed());
    }
    Ok(median(&mut times))
}
