//! The list of tickets as a file.

use std::fs::OpenOptions;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

use super::{Effect, Model, View};
use crate::lang::texts as tx;
use crate::net::request::{Export, Request};
use crate::theme::Role;

impl Model {
    /// Writes the marked rows, else those that are shown, to a file that is not there yet. Tickets hold personal data, so
    /// that is recorded first; jobs hold none.
    pub(super) fn export(&mut self, file: Option<&str>, effects: &mut Vec<Effect>) {
        if self.shell.view == View::Queue {
            return self.export_jobs(file, effects);
        }
        if !self.link.is_up() {
            return self.shell.say(Role::Warn, self.ui.t(tx::WHY_NO_EXPORT), self.ui.now);
        }
        let usual = || self.ui.zone.at(self.ui.now).strftime("tickets-%Y%m%d-%H%M%S.csv").to_string();
        let file = PathBuf::from(file.map_or_else(usual, str::to_owned));
        let (text, tickets) = self.tickets.csv(&self.ui);
        if tickets == 0 {
            return self.shell.say(Role::Warn, self.ui.t(tx::WHY_NO_TICKET), self.ui.now);
        }
        let key = format!("tui-{}-{}-export", std::process::id(), self.ui.now.ms());
        let export = Export { file, text, rows: tickets, said: tx::EXPORTED, key };
        effects.push(Effect::Ask(Box::new(Request::Export(Box::new(export)))));
    }

    fn export_jobs(&mut self, file: Option<&str>, effects: &mut Vec<Effect>) {
        let usual = || self.ui.zone.at(self.ui.now).strftime("jobs-%Y%m%d-%H%M%S.csv").to_string();
        let file = PathBuf::from(file.map_or_else(usual, str::to_owned));
        let (text, rows) = self.queue.csv(&self.ui);
        if rows == 0 {
            return self.shell.say(Role::Warn, self.ui.t(tx::WHY_NO_JOB), self.ui.now);
        }
        let said = tx::JOBS_EXPORTED;
        effects.push(Effect::Export(Box::new(Export { file, text, rows, said, key: String::new() })));
    }

    /// Says what became of it.
    pub fn exported(&mut self, export: &Export, written: std::io::Result<()>) {
        let file = export.file.display().to_string();
        let (role, text) = match written {
            Ok(()) => (Role::Ok, self.ui.n(export.said, export.rows, &[&file])),
            Err(error) => (Role::Bad, self.ui.f(tx::NOT_EXPORTED, &[&file, &error.to_string()])),
        };
        self.shell.say(role, text, self.ui.now);
    }
}

/// Writes a new file that only its owner can read.
///
/// # Errors
/// When it is there already, or cannot be written.
pub fn write(file: &Path, text: &str) -> std::io::Result<()> {
    let mut out = OpenOptions::new().write(true).create_new(true).mode(0o600).open(file)?;
    out.write_all(text.as_bytes())?;
    out.sync_all()
}
