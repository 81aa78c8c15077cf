//! From start to a healthy answer on a database with 10,000 customers, and memory at rest and after sign-ins.

use std::process::Command;
use std::time::Duration;

use crate::figure::{Report, Target, median};
use crate::http::{Connection, post};
use crate::process::{REFERENCE, Server, aglisd, free_address, memory};
use crate::seed;

const CUSTOMERS: i64 = 10_000;
const STARTS: usize = 7;
/// Sign-ins at once, as many as one address is allowed to get wrong.
const SIGN_INS: usize = 10;

pub fn run(report: &mut Report) -> anyhow::Result<()> {
    let data = tempfile::tempdir()?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let db = seed::open(data.path()).await?;
        seed::customers(&db, CUSTOMERS).await?;
        db.close().await;
        anyhow::Ok(())
    })?;

    let (mut ours, mut reference) = (Vec::new(), Vec::new());
    for _ in 0..STARTS {
        ours.push(aglisd(data.path())?.took);
        reference.push(bare()?.took);
    }
    let (ours, reference) = (median(&mut ours), median(&mut reference));
    report.time("start to GET /api/health 200", ours, Target::AtMost(150.0));
    report.time("the same of a bare axum server", reference, Target::None);
    report.ratio("ratio", ours.as_secs_f64(), reference.as_secs_f64(), Target::None);

    let server = aglisd(data.path())?;
    std::thread::sleep(Duration::from_secs(5));
    let bare = bare()?;
    report.figure("resident memory at rest", memory(server.pid())?, " MB", Target::AtMost(40.0));
    report.figure("the same of a bare axum server", memory(bare.pid())?, " MB", Target::None);
    sign_in(&server.address)?;
    std::thread::sleep(Duration::from_secs(1));
    report.figure("resident memory after sign-ins", memory(server.pid())?, " MB", Target::None);
    Ok(())
}

/// Signs in several times at once, with names nobody has: each costs what a right one does.
fn sign_in(address: &str) -> anyhow::Result<()> {
    let tries = (0..SIGN_INS).map(|number| async move {
        let body = format!(r#"{{"login":"nobody{number}","password":"not the one it is"}}"#);
        let answer = Connection::open(address).await?.ask(&post("/api/auth/login", &body)).await?;
        anyhow::ensure!(answer.status == 401, "a wrong sign-in answers {}", answer.status);
        Ok(())
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(futures_util::future::try_join_all(tries))?;
    Ok(())
}

fn bare() -> anyhow::Result<Server> {
    let address = free_address()?;
    let mut command = Command::new(std::env::current_exe()?);
    command.args([REFERENCE, &address]);
    Server::start(command, address, "/")
}

/// A server that does nothing but answer, in a process of its own.
pub fn reference() -> anyhow::Result<()> {
    let address = std::env::args().next_back().unwrap_or_default();
    tokio::runtime::Runtime::new()?.block_on(async {
        let listener = tokio::net::TcpListener::bind(address).await?;
        let app = axum::Router::new().route("/", axum::routing::get(|| async { "ok" }));
        axum::serve(listener, app).await?;
        Ok(())
    })
}
