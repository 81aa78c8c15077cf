//! One job: where it stands, its message, and what the provider answered to each try.

use aglis_core::messages::{Message, MessageAttempt};
use aglis_core::queue::{JobDetail, JobView};

use super::figures::{Line, wait};
use crate::app::Ui;
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::screen::words;
use crate::text;
use crate::theme::{Role, Theme};
use crate::widget::span;

/// Lines of a long text, indented.
fn wrapped(text: &str, width: usize, role: Role) -> impl Iterator<Item = Line> {
    text::wrap(text, width.saturating_sub(2))
        .into_iter()
        .map(move |line| vec![span(format!("  {line}"), role)])
}

fn named(name: &str, value: impl Into<String>) -> Line {
    vec![span(format!("{name} "), Role::Muted), span(value.into(), Role::Text)]
}

/// The whole of it, line by line.
pub(super) fn lines(ui: &Ui, theme: Theme, detail: &JobDetail, width: usize) -> Vec<Line> {
    let mut lines = job(ui, theme, &detail.job, width);
    if let Some(message) = &detail.message {
        lines.push(Line::new());
        lines.extend(self::message(ui, theme, message, width));
    }
    if detail.message.is_some() || !detail.message_attempts.is_empty() {
        lines.extend([Line::new(), vec![span(ui.t(tx::ATTEMPTS), Role::Title)]]);
        if detail.message_attempts.is_empty() {
            lines.push(vec![span(ui.t(tx::NO_ATTEMPTS), Role::Muted)]);
        }
        for one in &detail.message_attempts {
            lines.extend(attempt(ui, theme, one, width));
        }
    }
    lines
}

/// Where it stands.
pub(super) fn job(ui: &Ui, theme: Theme, job: &JobView, width: usize) -> Vec<Line> {
    let (glyph, word, role) = words::job(theme, job.state);
    let tries = ui.f(tx::TRIES, &[&job.attempts.to_string(), &job.max_attempts.to_string()]);
    let mut lines = vec![
        vec![
            span(format!("{glyph} {}", ui.t(word)), role),
            span(format!("  {} {}  {tries}", job.queue, job.priority), Role::Text),
        ],
        times(ui, job),
    ];
    if let Some(worker) = &job.worker {
        lines.push(named(ui.t(tx::WORKER), worker.as_str()));
    }
    if let Some(batch) = job.batch_id {
        lines.push(named(ui.t(tx::BATCH), batch.to_string()));
    }
    if let Some(key) = &job.unique_key {
        lines.push(named(ui.t(tx::UNIQUE_KEY), key.as_str()));
    }
    if !job.payload.is_null() {
        lines.push(named(ui.t(tx::WORKS_ON), job.payload.to_string()));
    }
    if let Some(error) = &job.last_error {
        lines.push(vec![span(format!("{} {}", theme.glyph(Role::Bad), ui.t(tx::LAST_ERROR)), Role::Bad)]);
        lines.extend(wrapped(error, width, Role::Text));
    }
    lines
}

/// When it was queued, is due, and ended.
pub(super) fn times(ui: &Ui, job: &JobView) -> Line {
    let mut text = ui.f(tx::QUEUED_DUE, &[&ui.moment(job.created_at), &ui.moment(job.run_at)]);
    if let Some(at) = job.finished_at {
        text.push_str(&ui.f(tx::ENDED, &[&ui.moment(at)]));
    }
    vec![span(text, Role::Muted)]
}

fn message(ui: &Ui, theme: Theme, message: &Message, width: usize) -> Vec<Line> {
    let (glyph, word, role) = words::message(theme, message.status);
    let mut lines = vec![
        vec![span(ui.t(tx::MESSAGE), Role::Title), span(format!("  {glyph} {}", ui.t(word)), role)],
        vec![
            span(format!("{} {}  ", message.channel, message.kind), Role::Muted),
            span(message.address.clone(), Role::Text),
            span(format!("  {}", message.template), Role::Muted),
        ],
    ];
    if let Some(error) = &message.error {
        let code = message.error_code.as_ref().map_or_else(String::new, |code| format!("{code}: "));
        lines.extend(wrapped(&format!("{code}{error}"), width, Role::Bad));
    }
    if let Some(subject) = &message.subject {
        lines.extend(wrapped(subject, width, Role::Title));
    }
    lines.extend(wrapped(&message.body, width, Role::Text));
    if message.ticket_id.is_some() {
        lines.push(vec![
            span(format!("{} ", ui.keymap.hint(Act::Open)), Role::Key),
            span(ui.t(tx::ITS_TICKET), Role::Muted),
        ]);
    }
    lines
}

fn attempt(ui: &Ui, theme: Theme, attempt: &MessageAttempt, width: usize) -> Vec<Line> {
    let (glyph, word, role) = words::attempt(theme, attempt.outcome);
    let took = attempt.finished_at.map_or_else(String::new, |end| {
        format!("  {}", wait(ui, end.since_ms(attempt.started_at).max(0) / 1000))
    });
    let code = attempt.code.as_ref().map_or_else(String::new, |code| format!("  {code}"));
    let mut lines = vec![vec![
        span(format!("{}  ", attempt.number), Role::Key),
        span(format!("{}{took}  ", ui.clock_seconds(attempt.started_at)), Role::Muted),
        span(format!("{glyph} {}", ui.t(word)), role),
        span(format!("  {}{code}", attempt.provider), Role::Text),
    ]];
    if let Some(error) = &attempt.error {
        lines.extend(wrapped(error, width, Role::Text));
    }
    let id = attempt.provider_id.as_ref().map(|id| ui.f(tx::PROVIDER_ID, &[id]));
    let cost = attempt.cost.map(|cost| format!("Rp{}", ui.count(usize::try_from(cost).unwrap_or(0))));
    let more: Vec<String> = id.into_iter().chain(cost).collect();
    if !more.is_empty() {
        lines.extend(wrapped(&more.join("  "), width, Role::Muted));
    }
    lines
}
