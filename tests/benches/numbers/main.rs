//! The numbers AGLIS holds itself to: `cargo xtask bench [NAME…]`.
//!
//! Each is set against something measured in the same run, so that a slow machine is not mistaken for a slow program.
//! Nothing here fails for being slow; what misses its target says so.

mod console;
mod figure;
mod http;
mod inside;
mod list;
mod load;
mod portal;
mod process;
mod queue;
mod seed;
mod start;
mod writers;

use figure::Report;

/// A bench by name, with what it measures.
type Bench = (&'static str, &'static str, fn(&mut Report) -> anyhow::Result<()>);

const BENCHES: &[Bench] = &[
    ("start", "from start to a healthy answer, and memory at rest", start::run),
    ("list", "a page of 100,000 tickets against a fixed body of the same size", list::run),
    ("writers", "50 writers at once against one transaction", writers::run),
    ("queue", "the queue by itself, on SQLite and PostgreSQL", queue::run),
    ("console", "the console on 100,000 tickets", console::run),
    ("portal", "the customers' pages on a slow phone", portal::run),
];

fn main() -> anyhow::Result<()> {
    // The harness's own flags mean nothing here.
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    match args.first().map(String::as_str) {
        Some(process::REFERENCE) => return start::reference(),
        Some(process::WRITERS) => return writers::process(),
        _ => {}
    }
    let unknown: Vec<&String> = args.iter().filter(|a| !BENCHES.iter().any(|(name, ..)| name == a)).collect();
    if !unknown.is_empty() {
        let known: Vec<&str> = BENCHES.iter().map(|(name, ..)| *name).collect();
        anyhow::bail!("no bench is called {}; there are: {}", unknown[0], known.join(", "));
    }
    let mut report = Report::default();
    for (name, what, bench) in BENCHES {
        if args.is_empty() || args.iter().any(|a| a == name) {
            println!("\n{name}: {what}");
            bench(&mut report)?;
        }
    }
    report.close();
    Ok(())
}
