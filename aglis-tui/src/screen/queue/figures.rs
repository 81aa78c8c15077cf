//! The figures: a few lines above the list, or all of them on their own.

use aglis_core::queue::{JobCounts, JobState, Pause, ProviderRate, QueueFigures, WorkerView};

use super::State;
use crate::app::Ui;
use crate::lang::{Lang, texts as tx};
use crate::screen::words;
use crate::theme::{Role, Theme};
use crate::widget::{Span, span};

/// A line of pieces.
pub(super) type Line = Vec<Span<'static>>;

/// A number, as `10,000+` where it is a lower bound.
pub(in crate::screen) fn number(ui: &Ui, number: i64, at_least: bool) -> String {
    let more = if at_least { "+" } else { "" };
    format!("{}{more}", ui.count(usize::try_from(number).unwrap_or(0)))
}

/// A short span of time: `12 s`, then as everywhere.
pub(super) fn wait(ui: &Ui, seconds: i64) -> String {
    match seconds {
        0..120 => ui.f(tx::SECONDS, &[&seconds.to_string()]),
        _ => ui.span(seconds),
    }
}

/// A number with one digit behind the mark of the language.
fn decimal(ui: &Ui, number: f64) -> String {
    let text = format!("{number:.1}");
    if ui.lang == Lang::Id { text.replace('.', ",") } else { text }
}

/// How long something may wait before it is worth a warning, in seconds.
const OTP_LATE_S: i64 = 5;
const LATE_S: i64 = 120;

fn lateness(seconds: i64, late: i64) -> Role {
    match seconds {
        _ if seconds >= late * 3 => Role::Bad,
        _ if seconds >= late => Role::Warn,
        _ => Role::Text,
    }
}

/// Counts, each with the word of its state; nothing stands out that is nought.
fn counts(ui: &Ui, theme: Theme, counts: JobCounts) -> Line {
    let at_least = counts.at_least;
    let mut line = Line::new();
    let mut add = |figure: i64, more: bool, state: JobState, word| {
        let (glyph, _, role) = words::job(theme, state);
        let role = if figure == 0 { Role::Muted } else { role };
        line.push(span(format!("  {glyph} {} {}", ui.t(word), number(ui, figure, more)), role));
    };
    add(counts.waiting, at_least.waiting, JobState::Waiting, tx::JOB_WAITING);
    add(counts.delayed, at_least.delayed, JobState::Waiting, tx::JOB_DELAYED);
    add(counts.running, false, JobState::Running, tx::JOB_RUNNING);
    add(counts.dead, at_least.dead, JobState::Dead, tx::JOB_DEAD);
    line
}

fn paused(ui: &Ui, pause: &Pause) -> String {
    let reason = pause.reason.as_ref().map_or_else(String::new, |reason| format!(": {reason}"));
    format!("  {}{reason}", ui.f(tx::PAUSED_BY, &[&pause.by, &ui.moment(pause.at)]))
}

fn queue(ui: &Ui, theme: Theme, queue: &QueueFigures) -> Line {
    let (glyph, word, role) = match queue.paused {
        Some(_) => (theme.pick("‖", "|"), tx::QUEUE_PAUSED, Role::Warn),
        None => (theme.glyph(Role::Info), tx::QUEUE_RUNS, Role::Ok),
    };
    let mut line = vec![
        span(format!("{glyph} {:<6} ", ui.t(word)), role),
        span(format!("{:<8}", queue.queue.as_str()), Role::Title),
    ];
    if let Some(pause) = &queue.paused {
        line.push(span(paused(ui, pause), Role::Warn));
    }
    line.extend(counts(ui, theme, queue.counts));
    line
}

fn rate(ui: &Ui, theme: Theme, rate: &ProviderRate) -> Option<Line> {
    let limit = rate.limit?;
    let window = rate.window_seconds.to_string();
    let Some(used) = rate.used else {
        let text = ui.f(tx::RATE_LIMIT, &[&rate.provider, &limit.to_string(), &window]);
        return Some(vec![span(text, Role::Text)]);
    };
    let percent = if limit > 0 { (used * 100 / limit).clamp(0, 100) } else { 100 };
    let role = match percent {
        90.. => Role::Bad,
        75..90 => Role::Warn,
        _ => Role::Text,
    };
    let full = usize::try_from(percent * 8 / 100).unwrap_or(0).min(8);
    let bar = format!(" {}{}", theme.pick("█", "#").repeat(full), theme.pick("░", ".").repeat(8 - full));
    let text = ui.f(tx::RATE, &[&rate.provider, &used.to_string(), &limit.to_string(), &window]);
    Some(vec![span(text, role), span(bar, role)])
}

fn worker(ui: &Ui, theme: Theme, worker: &WorkerView) -> Line {
    let alive = worker.alive_until > ui.now;
    let (glyph, role) =
        if alive { (theme.glyph(Role::Ok), Role::Ok) } else { (theme.glyph(Role::Bad), Role::Bad) };
    let (running, places) = (worker.running.to_string(), worker.places.to_string());
    let since = ui.moment(worker.started_at);
    let mut line = vec![
        span(format!("{glyph} "), role),
        span(format!("{}@{}", worker.name, worker.host), Role::Text),
        span(format!("  {}", ui.f(tx::WORKER_PLACES, &[&running, &places, &since])), Role::Muted),
    ];
    if !alive {
        line.push(span(format!("  {}", ui.t(tx::WORKER_GONE)), Role::Bad));
    }
    line
}

impl State {
    /// How many jobs of a state there are, where that is counted.
    pub(super) fn counted_in(&self, ui: &Ui, state: JobState) -> Option<String> {
        let counts = self.figures.as_ref()?.counts;
        let at_least = counts.at_least;
        match state {
            JobState::Waiting => {
                let more = at_least.waiting || at_least.delayed;
                Some(number(ui, counts.waiting + counts.delayed, more))
            }
            JobState::Running => Some(number(ui, counts.running, false)),
            JobState::Dead => Some(number(ui, counts.dead, at_least.dead)),
            JobState::Done | JobState::Cancelled | JobState::Discarded => None,
        }
    }

    /// One line for each queue.
    pub(super) fn queue_lines(&self, ui: &Ui, theme: Theme) -> Vec<Line> {
        self.figures.iter().flat_map(|figures| &figures.queues).map(|one| queue(ui, theme, one)).collect()
    }

    /// All queues in one line, with the names of those that stand still.
    pub(super) fn short_line(&self, ui: &Ui, theme: Theme) -> Line {
        let Some(figures) = &self.figures else { return Line::new() };
        let stopped: Vec<&str> = figures
            .queues
            .iter()
            .filter(|queue| queue.paused.is_some())
            .map(|queue| queue.queue.as_str())
            .collect();
        let mut line = Line::new();
        if !stopped.is_empty() {
            let text = format!("{} {} {}", theme.pick("‖", "|"), ui.t(tx::QUEUE_PAUSED), stopped.join(", "));
            line.push(span(text, Role::Warn));
        }
        line.extend(counts(ui, theme, figures.counts));
        line
    }

    /// How long the oldest wait, how much is done, how much of the limits is used.
    pub(super) fn pace_line(&self, ui: &Ui, theme: Theme) -> Line {
        let Some(figures) = &self.figures else { return Line::new() };
        let old = |text, seconds: i64, late: i64| {
            let role = lateness(seconds, late);
            let glyph = if role == Role::Text { String::new() } else { format!("{} ", theme.glyph(role)) };
            span(format!("{glyph}{}  ", ui.f(text, &[&wait(ui, seconds)])), role)
        };
        let mut line = vec![
            old(tx::OLDEST_OTP, figures.critical_s, OTP_LATE_S),
            old(tx::OLDEST_WAITING, figures.oldest_s, LATE_S),
        ];
        if let Some(stats) = &self.stats {
            line.push(span(
                format!("{}  ", ui.f(tx::PER_MINUTE, &[&decimal(ui, stats.per_minute)])),
                Role::Text,
            ));
            for rate in stats.providers.iter().filter_map(|one| rate(ui, theme, one)) {
                line.extend(rate);
                line.push(span("  ", Role::Text));
            }
        }
        line
    }

    /// Who does the jobs, in one line.
    pub(super) fn workers_line(&self, ui: &Ui, theme: Theme) -> Line {
        let Some(stats) = &self.stats else { return Line::new() };
        if stats.workers.is_empty() {
            return vec![span(format!("{} {}", theme.glyph(Role::Bad), ui.t(tx::NO_WORKERS)), Role::Bad)];
        }
        let mut line = Line::new();
        for one in &stats.workers {
            if !line.is_empty() {
                line.push(span("  ", Role::Text));
            }
            line.extend(worker(ui, theme, one));
        }
        line
    }

    /// What was done in each minute of the last hour, and how much had to be tried again.
    pub(super) fn minutes(&self, ui: &Ui) -> Option<(Vec<i64>, String, Role)> {
        let stats = self.stats.as_ref()?;
        let role = match stats.retry_rate {
            rate if rate >= 0.2 => Role::Bad,
            rate if rate >= 0.05 => Role::Warn,
            _ => Role::Muted,
        };
        let text = ui.f(tx::RETRY_RATE, &[&decimal(ui, stats.retry_rate * 100.0)]);
        Some((stats.minutes.iter().map(|minute| minute.done).collect(), text, role))
    }

    /// Every figure, line by line.
    pub(super) fn figure_lines(&self, ui: &Ui, theme: Theme) -> Vec<Line> {
        let title = |text| vec![span(ui.t(text), Role::Title)];
        let mut lines = vec![title(tx::QUEUES)];
        lines.extend(self.queue_lines(ui, theme));
        lines.extend([Line::new(), self.pace_line(ui, theme)]);
        let Some(stats) = &self.stats else { return lines };
        let hour = |done: i64, failed: i64, retried: i64| {
            ui.f(
                tx::LAST_HOUR,
                &[&number(ui, done, false), &number(ui, failed, false), &number(ui, retried, false)],
            )
        };
        let retried = stats.minutes.iter().map(|minute| minute.retried).sum();
        lines.push(vec![span(hour(stats.done_last_hour, stats.failed_last_hour, retried), Role::Text)]);
        if let Some((_, text, role)) = self.minutes(ui) {
            lines.push(vec![span(text, role)]);
        }
        lines.extend([Line::new(), title(tx::KINDS)]);
        for kind in &stats.kinds {
            let mut line = vec![span(format!("{:<20}", kind.kind), Role::Text)];
            line.extend(counts(ui, theme, kind.counts));
            lines.push(line);
            let done = hour(kind.done_last_hour, kind.failed_last_hour, kind.retried_last_hour);
            lines.push(vec![span(format!("  {done}"), Role::Muted)]);
        }
        lines.extend([Line::new(), title(tx::WORKERS)]);
        if stats.workers.is_empty() {
            lines.push(self.workers_line(ui, theme));
        }
        lines.extend(stats.workers.iter().map(|one| worker(ui, theme, one)));
        lines
    }
}
