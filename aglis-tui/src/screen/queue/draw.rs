//! How the queue looks.

use aglis_core::queue::{JobState, JobView};
use ratatui::layout::Rect;

use super::figures::Line;
use super::{Pane, STATES, Scroll, State, detail};
use crate::app::{Link, Ui};
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::screen::words;
use crate::theme::Role;
use crate::widget::table::{self, Column, Row, cell};
use crate::widget::{Canvas, Span, span};

use aglis_core::permission::Permission;

/// From this height on each queue has its line, and the last hour is drawn.
const TALL: u16 = 16;

impl State {
    /// The status line.
    #[must_use]
    pub fn status(&self, ui: &Ui) -> String {
        if self.gathers() {
            return ui.f(tx::LOADED, &[&ui.count(self.rows.len())]);
        }
        if self.all {
            return ui.t(tx::ALL_MARKED).to_owned();
        }
        if !self.marks.is_empty() {
            return ui.f(tx::MARKED_JOBS, &[&ui.count(self.marks.len()), &ui.keymap.hint(Act::MarkAll)]);
        }
        if self.stale && self.loaded && !self.is_open() && !self.follows() {
            return ui.f(tx::LIST_CHANGED, &[&ui.keymap.hint(Act::First)]);
        }
        String::new()
    }

    /// Draws it.
    pub fn view(&mut self, ui: &Ui, link: &Link, canvas: &mut Canvas<'_>, area: Rect) {
        if link.is_up() && !link.may(Permission::MessageRead) {
            let why = ui.f(tx::WHY_NOT_ALLOWED, &[Permission::MessageRead.as_str()]);
            canvas.text(1, area.y, area.width - 1, &why, Role::Warn);
            return;
        }
        let (theme, width) = (canvas.theme, usize::from(area.width.saturating_sub(2)));
        let waiting = if link.is_up() { tx::LOADING } else { tx::WAITING_FOR_LINK };
        let everything = match &self.pane {
            Pane::Figures(_) => self.figure_lines(ui, theme),
            _ => Vec::new(),
        };
        match &mut self.pane {
            Pane::List => {}
            Pane::Figures(scroll) => return pane(canvas, area, ui.t(tx::FIGURES), &everything, scroll),
            Pane::Job { id, detail, missing, scroll } => {
                let known = detail.as_ref().map(|detail| &detail.job);
                let known = known.or_else(|| self.rows.iter().find(|row| row.id == *id));
                let title = format!("#{id} {}", known.map_or("", |job| job.kind.as_str()));
                let lines = match (detail.as_ref(), known) {
                    (Some(detail), _) => detail::lines(ui, theme, detail, width),
                    (None, job) => {
                        let mut lines = job.map_or_else(Vec::new, |job| detail::job(ui, theme, job, width));
                        let text = missing.clone().unwrap_or_else(|| ui.t(waiting).to_owned());
                        lines.push(vec![span(text, Role::Muted)]);
                        lines
                    }
                };
                return pane(canvas, area, &title, &lines, scroll);
            }
        }
        let y = self.view_head(ui, canvas, area);
        let preview: u16 = if area.height >= TALL { 3 } else { 0 };
        let used = y - area.y + preview;
        let list = Rect { y, height: area.height.saturating_sub(used), ..area };
        self.view_list(ui, canvas, list, waiting);
        if preview > 0
            && let Some(row) = self.rows.get(self.cursor.at)
        {
            view_preview(ui, canvas, Rect { y: area.bottom() - preview, height: preview, ..area }, row);
        }
    }

    /// Figures, tabs and filter; the row below them.
    fn view_head(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
        let (theme, room) = (canvas.theme, area.width.saturating_sub(1));
        let mut y = area.y;
        let mut line = |canvas: &mut Canvas<'_>, spans: &[Span<'_>]| {
            canvas.spans(1, y, room, spans);
            y += 1;
        };
        if area.height >= TALL {
            let queues = self.queue_lines(ui, theme);
            for queue in &queues {
                line(canvas, queue);
            }
            line(canvas, &self.pace_line(ui, theme));
            line(canvas, &self.workers_line(ui, theme));
            y += self.view_hour(ui, canvas, y, area.width);
        } else {
            line(canvas, &self.short_line(ui, theme));
            line(canvas, &self.pace_line(ui, theme));
        }
        self.view_tabs(ui, canvas, Rect { y, ..area });
        y += 1;
        if !self.filter_text.is_empty() {
            canvas.text(1, y, room, &self.filter_text, Role::Title);
            y += 1;
        }
        y.min(area.bottom())
    }

    /// The last hour, one bar a minute, or one for two where there is no room; rows taken.
    fn view_hour(&self, ui: &Ui, canvas: &mut Canvas<'_>, y: u16, width: u16) -> u16 {
        let Some((done, rate, role)) = self.minutes(ui) else { return 0 };
        let end = canvas.spans(1, y, width, &[span(ui.t(tx::HOUR), Role::Muted), span(" ", Role::Text)]);
        let room = width.saturating_sub(end + 2 + u16::try_from(crate::text::width(&rate)).unwrap_or(0));
        let bars: Vec<i64> = if usize::from(room) >= done.len() {
            done
        } else {
            done.chunks(2).map(|pair| pair.iter().sum()).collect()
        };
        let columns = u16::try_from(bars.len()).unwrap_or(room).min(room);
        canvas.spark(end, y, columns, &bars, Role::Info);
        canvas.text(end + columns + 1, y, width, &rate, role);
        1
    }

    /// The states with their counts, the listed one in brackets; only that one where there is no room.
    fn view_tabs(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        let loaded = format!("{}{}", ui.count(self.rows.len()), if self.next.is_some() { "+" } else { "" });
        let room = area.width.saturating_sub(u16::try_from(loaded.len()).unwrap_or(0) + 2);
        let label = |state: JobState| {
            let (glyph, word, role) = words::job(canvas.theme, state);
            let count = self.counted_in(ui, state).map_or_else(String::new, |count| format!(" {count}"));
            let text = format!("{glyph} {}{count}", ui.t(word));
            if state == self.state {
                span(format!("[{text}]"), if role == Role::Muted { Role::Title } else { role })
            } else {
                span(format!(" {text} "), Role::Muted)
            }
        };
        let mut line: Line = STATES.into_iter().map(label).collect();
        let needed: usize = line.iter().map(|(text, _)| crate::text::width(text)).sum();
        if needed > usize::from(room) {
            let hint =
                ui.f(tx::OTHER_STATES, &[&ui.keymap.hint(Act::NextJobs), &ui.keymap.hint(Act::PreviousJobs)]);
            line = vec![label(self.state), span(format!("  {hint}"), Role::Muted)];
        }
        canvas.spans(0, area.y, room, &line);
        canvas.right(area.right() - 1, area.y, 12, &loaded, Role::Muted);
    }

    fn view_list(&mut self, ui: &Ui, canvas: &mut Canvas<'_>, list: Rect, waiting: crate::lang::Text) {
        self.cursor.height = table::height(list);
        self.cursor.keep(self.rows.len());
        if self.rows.is_empty() {
            let (text, role) = match (self.loaded, self.filter_text.is_empty(), self.state) {
                (false, ..) => (waiting, Role::Muted),
                (true, true, JobState::Dead) => (tx::NO_DEAD_JOBS, Role::Ok),
                (true, true, _) => (tx::NO_JOBS, Role::Muted),
                (true, false, _) => (tx::NOTHING_MATCHES, Role::Muted),
            };
            let glyph =
                if role == Role::Ok { format!("{} ", canvas.theme.glyph(role)) } else { String::new() };
            canvas.text(2, list.y + 1, list.width - 2, &format!("{glyph}{}", ui.t(text)), role);
        }
        let when = match self.state {
            JobState::Waiting | JobState::Running => tx::COL_DUE,
            _ => tx::COL_ENDED,
        };
        let columns = [
            Column::fixed(ui.t(tx::COL_JOB), 8, 0),
            Column::fixed(ui.t(tx::COL_KIND), 17, 0),
            Column::fixed(ui.t(tx::COL_QUEUE), 8, 3),
            Column::fixed(ui.t(tx::COL_TRIES), 5, 2),
            Column::fixed(ui.t(when), 11, 1),
            Column::wide(
                ui.t(if self.state == JobState::Running { tx::COL_WORKER } else { tx::COL_ERROR }),
                14,
                1,
                0,
            ),
        ];
        table::draw(canvas, list, &columns, &self.cursor, self.rows.len(), |index| {
            self.rows
                .get(index)
                .map_or_else(Row::default, |job| job_row(ui, job, self.all || self.marks.contains(&job.id)))
        });
    }
}

/// Lines over the whole body, scrolled.
fn pane(canvas: &mut Canvas<'_>, area: Rect, title: &str, lines: &[Line], scroll: &mut Scroll) {
    canvas.rule(area, area.y, title);
    scroll.lines = lines.len();
    scroll.rows = usize::from(area.height.saturating_sub(1));
    scroll.top = scroll.top.min(scroll.lines.saturating_sub(scroll.rows));
    for (row, line) in lines.iter().skip(scroll.top).take(scroll.rows).enumerate() {
        canvas.spans(1, area.y + 1 + u16::try_from(row).unwrap_or(0), area.width - 1, line);
    }
    if scroll.top + scroll.rows < scroll.lines {
        canvas.right(area.right() - 1, area.y, 3, canvas.theme.pick(" ↓ ", " v "), Role::Key);
    }
}

fn job_row<'a>(ui: &Ui, job: &'a JobView, marked: bool) -> Row<'a> {
    let when = match job.state {
        JobState::Waiting | JobState::Running => job.run_at,
        _ => job.finished_at.unwrap_or(job.run_at),
    };
    let note = match job.state {
        JobState::Running => job.worker.as_deref(),
        _ => job.last_error.as_deref(),
    };
    let later = job.state == JobState::Waiting && job.run_at > ui.now;
    Row {
        marked,
        cells: vec![
            cell(job.id.to_string(), Role::Text),
            cell(job.kind.as_str(), Role::Text),
            cell(job.queue.as_str(), Role::Muted),
            cell(format!("{}/{}", job.attempts, job.max_attempts), Role::Text),
            cell(ui.moment(when), if later { Role::Info } else { Role::Muted }),
            cell(note.unwrap_or_default(), Role::Text),
        ],
    }
}

fn view_preview(ui: &Ui, canvas: &mut Canvas<'_>, area: Rect, job: &JobView) {
    canvas.rule(area, area.y, &format!("#{} {}", job.id, job.kind));
    let (glyph, word, role) = words::job(canvas.theme, job.state);
    let error = job.last_error.clone().unwrap_or_default();
    canvas.spans(
        1,
        area.y + 1,
        area.width - 1,
        &[span(format!("{glyph} {}  ", ui.t(word)), role), span(error, Role::Text)],
    );
    canvas.spans(1, area.y + 2, area.width - 1, &detail::times(ui, job));
}
