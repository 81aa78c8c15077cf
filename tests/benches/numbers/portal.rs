//! What the portal's pages weigh, how many requests they take and how soon they answer.

use std::time::{Duration, Instant};

use aglis_core::accounts::service::token_hash;
use aglis_core::args;
use anyhow::ensure;

use crate::figure::{Report, Target, median};
use crate::http::{Connection, get};
use crate::process::aglisd;
use crate::seed;

const CUSTOMERS: i64 = 10_000;
const TICKETS: i64 = 100_000;
const ASKED: usize = 50;
const SECRET: &str = "bench";
const PAGES: &[&str] = &[
    "/customer/login",
    "/customer/dashboard",
    "/customer/tickets",
    "/customer/tickets/new",
    "/customer/profile",
];

pub fn run(report: &mut Report) -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    let runtime = tokio::runtime::Runtime::new()?;
    runtime.block_on(async {
        let db = seed::open(data.path()).await?;
        seed::customers(&db, CUSTOMERS).await?;
        seed::tickets(&db, TICKETS).await?;
        let mut tx = db.write().await?;
        tx.run(
            "INSERT INTO sessions (customer_id, token_hash, ip, user_agent, created_at, last_seen_at, expires_at)
             VALUES (1, $1, '', '', $2, $2, $3)",
            args![token_hash(SECRET), seed::now()?, "2099-01-01T00:00:00Z".parse::<aglis_core::types::Time>()?],
        )
        .await?;
        tx.commit().await?;
        db.close().await;
        anyhow::Ok(())
    })?;
    let server = aglisd(data.path())?;
    for path in PAGES {
        let page = runtime.block_on(ask(&server.address, path))?;
        report.figure(
            &format!("{path}, compressed"),
            page.bytes as f64 / 1000.0,
            " kB",
            Target::AtMost(14.0),
        );
        report.figure("  requests", page.requests as f64, "", Target::AtMost(2.0));
        report.time("  answered", page.time, Target::AtMost(150.0));
    }
    let bare = runtime.block_on(ask(&server.address, "/api/health/live"))?;
    report.time("answer to /api/health/live", bare.time, Target::None);
    Ok(())
}

struct Page {
    bytes: usize,
    /// The page itself, its style sheets, scripts and images.
    requests: usize,
    time: Duration,
}

async fn ask(address: &str, path: &str) -> anyhow::Result<Page> {
    let cookie = format!("aglis_customer={SECRET}");
    let cookie: &[(&str, &str)] = if path.ends_with("/login") { &[] } else { &[("cookie", &cookie)] };
    let mut connection = Connection::open(address).await?;
    let plain = connection.ask(&get(path, cookie)).await?;
    ensure!(plain.status == 200, "{path} answers {}", plain.status);
    let text = String::from_utf8_lossy(&plain.body);
    let tags = ["<script src=", "<img ", "rel=\"stylesheet\"", "rel=stylesheet"];
    let requests = 1 + tags.iter().map(|tag| text.matches(tag).count()).sum::<usize>();

    let compressed = get(path, &[cookie, &[("accept-encoding", "br")]].concat());
    let (mut times, mut bytes) = (Vec::new(), 0);
    for _ in 0..ASKED {
        let asked = Instant::now();
        bytes = connection.ask(&compressed).await?.body.len();
        times.push(asked.elapsed());
    }
    Ok(Page { bytes, requests, time: median(&mut times) })
}
