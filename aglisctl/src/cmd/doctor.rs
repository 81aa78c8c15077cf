//! `aglisctl doctor`

use crate::{
    clock::Clock,
    context::Context,
    failure::Result,
    local,
    output::Row,
    table::{Cell, Tone},
};
use aglis_core::client::{Client, Endpoint, Exit};
use clap::Args;
use serde::Serialize;
use std::{os::unix::fs::FileTypeExt, path::Path};

/// Looks for what is wrong, from the configuration to the daemon's own health checks.
#[derive(Debug, Args)]
pub struct Doctor {}

/// How one thing is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// Works, but look at it.
    Warn,
    /// Does not work.
    Bad,
}

/// One thing that was looked at.
#[derive(Debug, Clone, Serialize)]
pub struct Finding {
    /// What.
    pub check: String,
    /// How it is.
    pub verdict: Verdict,
    /// What was found, and the mend.
    pub detail: String,
}

impl Finding {
    /// A finding.
    pub fn new(check: &str, verdict: Verdict, detail: impl Into<String>) -> Self {
        Finding { check: check.to_owned(), verdict, detail: detail.into() }
    }
}

impl Row for Finding {
    const COLUMNS: &'static [&'static str] = &["", "CHECK", "FOUND"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        let state = match self.verdict {
            Verdict::Ok => Cell::toned("ok", Tone::Ok),
            Verdict::Warn => Cell::toned("warn", Tone::Warn),
            Verdict::Bad => Cell::toned("BAD", Tone::Bad),
        };
        vec![state, Cell::new(&self.check), Cell::new(&self.detail)]
    }

    fn id(&self) -> String {
        self.check.clone()
    }
}

/// Looks at everything and tells it; the exit code is 1 when something is bad.
pub fn run(context: &Context) -> Result {
    let findings = context.block_on(async {
        let mut findings = Vec::new();
        let local = matches!(context.endpoint(), Endpoint::Socket(_));
        let running = daemon(context, &mut findings).await?;
        if local {
            local::examine(context, running, &mut findings).await;
        }
        Ok(findings)
    })?;
    let mut list = context.out.list();
    for finding in &findings {
        list.row(finding)?;
    }
    list.end()?;
    let bad = findings.iter().filter(|finding| finding.verdict == Verdict::Bad).count();
    if context.out.is_table() {
        let warned = findings.iter().filter(|finding| finding.verdict == Verdict::Warn).count();
        context.out.remark(format!("{bad} bad, {warned} to look at, {} checked", findings.len()));
    }
    Ok(if bad > 0 { Exit::Failed } else { Exit::Done })
}

/// Asks the daemon for its own checks; tells whether it runs.
async fn daemon(context: &Context, findings: &mut Vec<Finding>) -> Result<bool> {
    let client = context.client()?;
    if let Endpoint::Socket(path) = context.endpoint()
        && let Some(finding) = socket(path)
    {
        findings.push(finding);
        return Ok(false);
    }
    if !client.is_alive().await {
        let detail = format!(
            "{} does not answer; start it with aglisd serve or systemctl start aglisd",
            client.endpoint()
        );
        findings.push(Finding::new("daemon", Verdict::Bad, detail));
        return Ok(false);
    }
    findings.push(Finding::new("daemon", Verdict::Ok, format!("answers on {}", client.endpoint())));
    health(&client, findings).await;
    match client.me().await {
        Ok(me) => findings.push(Finding::new("identity", Verdict::Ok, format!("known as {}", me.name))),
        Err(error) => findings.push(Finding::new("identity", Verdict::Warn, error.to_string())),
    }
    Ok(true)
}

fn socket(path: &Path) -> Option<Finding> {
    let bad = |detail| Some(Finding::new("daemon", Verdict::Bad, detail));
    match std::fs::metadata(path) {
        Ok(meta) if meta.file_type().is_socket() => None,
        Ok(_) => bad(format!("{} is no socket", path.display())),
        Err(error) if error.kind() == std::io::ErrorKind::PermissionDenied => bad(format!(
            "{} may not be used by this user; become root or a member of the group aglis",
            path.display()
        )),
        Err(_) => bad(format!("not running: there is no socket at {}", path.display())),
    }
}

async fn health(client: &Client, findings: &mut Vec<Finding>) {
    match client.health().await {
        Ok(health) => {
            if health.version != env!("CARGO_PKG_VERSION") {
                let detail =
                    format!("aglisd is {}, aglisctl is {}", health.version, env!("CARGO_PKG_VERSION"));
                findings.push(Finding::new("version", Verdict::Warn, detail));
            }
            for check in health.checks {
                let verdict = match (check.ok, check.needed) {
                    (true, _) => Verdict::Ok,
                    (false, false) => Verdict::Warn,
                    (false, true) => Verdict::Bad,
                };
                findings.push(Finding::new(
                    &check.name,
                    verdict,
                    format!("{} ({} ms)", check.detail, check.ms),
                ));
            }
        }
        Err(error) => findings.push(Finding::new("health", Verdict::Bad, error.to_string())),
    }
}
