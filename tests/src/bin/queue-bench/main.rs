//! Drives the product's own queue so that it can be set beside other queues in one run: one argument says what to do,
//! `BENCH_*` variables say how much, and JSON lines on standard output say what came of it. Rate limits are off in it;
//! durability is not.

mod job;
mod load;
mod place;
mod work;

use place::Place;
use std::process::ExitCode;

const ARGUMENTS: &str = "setup, enqueue, bulk, drain, latency, work, produce, acked, count, ids";

fn main() -> ExitCode {
    let argument = std::env::args().nth(1).unwrap_or_default();
    match run(&argument) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("queue-bench: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(argument: &str) -> anyhow::Result<()> {
    tokio::runtime::Builder::new_multi_thread().enable_all().build()?.block_on(async {
        let place = Place::open().await?;
        match argument {
            "setup" => place.migrate().await?,
            "enqueue" => load::enqueue(&place).await?,
            "bulk" => load::bulk(&place).await?,
            "drain" => work::drain(&place).await?,
            "latency" => work::latency(&place).await?,
            "work" => work::work(&place).await?,
            "produce" => load::produce(&place).await?,
            "acked" => load::acked(&place).await?,
            "count" => load::count(&place).await?,
            "ids" => load::ids(&place).await?,
            other => anyhow::bail!("{other:?} is none of {ARGUMENTS}"),
        }
        place.close().await;
        Ok(())
    })
}
