//! The console on a terminal of 80x24, on 100,000 tickets.

use std::process::Command;
use std::time::{Duration, Instant};

use aglis_console::screen::store::Store;
use aglis_core::filter::{Filter, TICKETS as TICKETS_SCHEMA};
use aglis_core::tickets::TicketSummary;
use aglis_core::types::Time;
use aglis_tests::Terminal;
use anyhow::Context;

use crate::figure::{Report, Target, median, quantile};
use crate::process::{aglisd, memory, program};
use crate::seed;

const CUSTOMERS: i64 = 10_000;
const TICKETS: i64 = 100_000;
const STARTS: usize = 5;
const KEYS: usize = 40;
/// How often each filter is applied.
const FILTERS: usize = 31;
/// 2026-11-01, in seconds.
const NOW_S: i64 = 1_793_500_000;
const PATIENCE: Duration = Duration::from_secs(10);
const IDLE: Duration = Duration::from_secs(10);

pub fn run(report: &mut Report) -> anyhow::Result<()> {
    filters(report)?;
    let data = tempfile::tempdir()?;
    tokio::runtime::Runtime::new()?.block_on(async {
        let db = seed::open(data.path()).await?;
        seed::customers(&db, CUSTOMERS).await?;
        seed::tickets(&db, TICKETS).await?;
        db.close().await;
        anyhow::Ok(())
    })?;
    let _server = aglisd(data.path())?;
    let start = || {
        let mut command = Command::new(program("aglis-tui")?);
        command.arg("--data").arg(data.path()).env("LANG", "C.UTF-8").env("COLORTERM", "truecolor");
        anyhow::Ok((Instant::now(), Terminal::start(command, 80, 24)?))
    };

    let (mut skeletons, mut filled, mut shells) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..STARTS {
        let (begun, terminal) = start()?;
        terminal.wait(PATIENCE, |s| cells(s) >= 40).context("the console draws nothing")?;
        skeletons.push(begun.elapsed());
        drop(terminal);
        let (begun, mut terminal) = start()?;
        terminal.press("2");
        terminal.wait(PATIENCE, |s| s.contents().contains("TKT2026")).context("no ticket is shown")?;
        filled.push(begun.elapsed());
        shells.push(shell()?);
    }
    report.time("start to a skeleton", median(&mut skeletons), Target::AtMost(50.0));
    report.time("start to the list of tickets", median(&mut filled), Target::AtMost(150.0));
    report.time("start of a shell that prints a line", median(&mut shells), Target::None);

    let (_, mut terminal) = start()?;
    terminal.press("2");
    terminal.wait(PATIENCE, |s| s.contents().contains("TKT2026")).context("no ticket is shown")?;
    std::thread::sleep(Duration::from_secs(2));
    let before = terminal.bytes();
    let mut times = Vec::new();
    for _ in 0..KEYS {
        let (written, pressed) = (terminal.bytes(), Instant::now());
        terminal.press("j");
        let at = terminal.written_after(written, PATIENCE).context("a key does nothing")?;
        times.push(at.saturating_duration_since(pressed));
        std::thread::sleep(Duration::from_millis(60));
    }
    report.time("a key until it shows, p95", quantile(&mut times, 0.95), Target::AtMost(16.0));
    report.figure("a key", (terminal.bytes() - before) as f64 / KEYS as f64, " B", Target::AtMost(450.0));

    std::thread::sleep(Duration::from_secs(1));
    let (bytes, ticks) = (terminal.bytes(), cpu_ticks(terminal.pid())?);
    std::thread::sleep(IDLE);
    let written = (terminal.bytes() - bytes) as f64 / IDLE.as_secs_f64();
    // A tick is a hundredth of a second: over ten seconds, a thousandth of a core.
    let share = (cpu_ticks(terminal.pid())? - ticks) as f64 / IDLE.as_secs_f64();
    report.figure("written at rest", written, " B/s", Target::AtMost(0.0));
    report.figure("processor at rest", share, " %", Target::AtMost(0.1));
    report.figure("resident memory", memory(terminal.pid())?, " MB", Target::AtMost(25.0));
    Ok(())
}

/// Filters a store in this process as the console does at each key.
fn filters(report: &mut Report) -> anyhow::Result<()> {
    let mut store = Store::default();
    for n in 0..TICKETS {
        store.put(&ticket(n)?);
    }
    let order = store.by_due();
    for text in ["merah", "prio:high sla<1h", "cust:budi", "zebra"] {
        let filter = Filter::parse(&TICKETS_SCHEMA, text)?;
        let mut times = Vec::new();
        for _ in 0..FILTERS {
            let begun = Instant::now();
            std::hint::black_box(store.filter(&filter, &order, NOW_S));
            times.push(begun.elapsed());
        }
        report.time(
            &format!("filtering 100,000 tickets by {text}"),
            median(&mut times),
            Target::AtMost(10.0),
        );
    }
    Ok(())
}

/// A ticket among many: 2,000 subjects, 10,000 customers, 50 technicians, 12 areas.
fn ticket(n: i64) -> anyhow::Result<TicketSummary> {
    let pick = |words: &[&str], n: i64| words[usize::try_from(n).unwrap_or(0) % words.len()].to_owned();
    let first = pick(&["Budi", "Siti", "Agus", "Dewi", "Rina", "Joko", "Wati"], n % 10_000);
    let subject = pick(
        &[
            "Lampu LOS merah sejak pagi",
            "Internet lambat malam hari",
            "Router mati setelah petir",
            "Kabel putus",
        ],
        n,
    );
    let at = Time::from_ms((NOW_S - n * 20) * 1000);
    Ok(serde_json::from_value(serde_json::json!({
        "id": n + 1, "number": format!("TKT20261101{n:06}"), "type": "repair", "category": pick(&["cable", "port"], n),
        "priority": pick(&["low", "normal", "high", "normal"], n), "title": format!("{subject} di rumah {}", n % 500),
        "status": pick(&["open", "assigned", "in_progress", "completed", "completed"], n), "channel": "portal",
        "customer_id": n % 10_000 + 1, "customer_number": format!("AGLS20261001{:04}", n % 10_000),
        "customer_name": format!("{first} Santoso {}", n % 10_000), "area_name": format!("Karawang {}", n % 12),
        "lead_id": 1, "lead_name": format!("Teknisi {}", n % 50), "response_due_at": at,
        "resolution_due_at": Time::from_ms((NOW_S + n % 90_000 - 3_600) * 1000), "at_risk_at": Time::from_ms((NOW_S + n % 90_000 - 7_200) * 1000), "responded_at": null,
        "held_at": null, "completed_at": null, "version": 1, "created_at": at, "updated_at": at
    }))?)
}

fn shell() -> anyhow::Result<Duration> {
    let begun = Instant::now();
    let mut command = Command::new("sh");
    command.args(["-c", "echo ready; sleep 10"]);
    let terminal = Terminal::start(command, 80, 24)?;
    terminal.wait(PATIENCE, |s| s.contents().contains("ready")).context("the shell is silent")?;
    Ok(begun.elapsed())
}

fn cells(screen: &vt100::Screen) -> usize {
    screen.contents().chars().filter(|c| !c.is_whitespace()).count()
}

fn cpu_ticks(pid: u32) -> anyhow::Result<u64> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat"))?;
    let (_, fields) = stat.rsplit_once(')').context("no process status")?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    // User and system time are the 14th and 15th field of the line, the 12th and 13th after the name.
    Ok(fields.get(11).context("no user time")?.parse::<u64>()?
        + fields.get(12).context("no system time")?.parse::<u64>()?)
}
