//! The list as comma separated values.

use aglis_core::csv;
use aglis_core::types::Time;

use super::State;
use crate::app::Ui;

const HEAD: [&str; 12] = [
    "job",
    "kind",
    "queue",
    "priority",
    "state",
    "attempts",
    "max_attempts",
    "not_before",
    "queued",
    "ended",
    "worker",
    "last_error",
];

impl State {
    /// The marked jobs, else those that are shown, with a head; and how many they are.
    #[must_use]
    pub fn csv(&self, ui: &Ui) -> (String, usize) {
        let time = |at: Time| ui.zone.at(at).strftime("%Y-%m-%d %H:%M:%S").to_string();
        let every = self.marks.is_empty();
        let mut text = csv::line(HEAD);
        let mut rows = 0;
        for job in self.rows.iter().filter(|job| every || self.marks.contains(&job.id)) {
            rows += 1;
            text.push_str(&csv::line([
                job.id.to_string().as_str(),
                &job.kind,
                job.queue.as_str(),
                job.priority.as_str(),
                job.state.as_str(),
                &job.attempts.to_string(),
                &job.max_attempts.to_string(),
                &time(job.run_at),
                &time(job.created_at),
                &job.finished_at.map(time).unwrap_or_default(),
                job.worker.as_deref().unwrap_or_default(),
                job.last_error.as_deref().unwrap_or_default(),
            ]));
        }
        (text, rows)
    }
}
