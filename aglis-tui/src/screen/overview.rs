//! Screen 1: what needs doing now, how the day goes, and what happens this minute.

use aglis_core::event::LiveEvent;
use aglis_core::queue::{JobState, QueueCounts};
use aglis_core::tickets::{Priority, TicketStats, TicketStatus};
use aglis_core::types::{TicketId, Time};
use ratatui::layout::Rect;

use super::events::{self, Stream};
use super::queue::number;
use super::words;
use crate::app::{Cmd, Cx, Link, Ui};
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::net::request::{Payload, Request};
use crate::theme::Role;
use crate::widget::{Canvas, ListCursor, Move, Span, span};

/// Milliseconds between two looks at the numbers while things happen.
const LOOK_EVERY_MS: i64 = 2_000;
/// The clock alone makes tickets late.
const LOOK_AT_LEAST_EVERY_MS: i64 = 60_000;
/// Events kept.
const STREAM: usize = 200;

/// What the overview knows.
#[derive(Debug)]
pub struct State {
    stats: Option<TicketStats>,
    queue: Option<QueueCounts>,
    stream: Stream<LiveEvent>,
    cursor: ListCursor,
    asked: Option<Time>,
    stale: bool,
}

impl Default for State {
    fn default() -> Self {
        Self {
            stats: None,
            queue: None,
            stream: Stream::keeping(STREAM),
            cursor: ListCursor::default(),
            asked: None,
            stale: false,
        }
    }
}

/// A line that says what needs doing, and what shows it.
struct Need {
    role: Role,
    text: String,
    shows: Shows,
}

/// What a line leads to.
#[derive(Clone, Copy)]
enum Shows {
    /// The tickets a filter keeps.
    Tickets(&'static str),
    /// The jobs of a state.
    Jobs(JobState),
}

impl State {
    /// It is shown now.
    pub fn shown(&mut self, cx: &mut Cx<'_>) {
        if self.stale {
            self.refresh(cx);
        }
    }

    /// Asks for the numbers.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) {
        self.asked = Some(cx.ui.now);
        self.stale = false;
        cx.ask(Request::Stats);
    }

    /// Time has passed.
    pub fn tick(&mut self, cx: &mut Cx<'_>) {
        if self.wake_at().is_some_and(|at| at <= cx.ui.now) && cx.link.is_up() {
            self.refresh(cx);
        }
    }

    /// When it wants to look again.
    #[must_use]
    pub fn wake_at(&self) -> Option<Time> {
        let wait = if self.stale { LOOK_EVERY_MS } else { LOOK_AT_LEAST_EVERY_MS };
        self.asked.map(|at| at.plus_ms(wait))
    }

    /// Something happened.
    pub fn live(&mut self, event: &LiveEvent, _cx: &mut Cx<'_>) {
        self.stale |= event.kind.starts_with("ticket.");
        self.stream.push(event.clone());
    }

    /// The queue as the live stream tells it.
    pub fn counted(&mut self, counts: &QueueCounts) {
        self.queue = Some(counts.clone());
    }

    /// An answer came.
    pub fn answer(&mut self, payload: &Payload) {
        if let Payload::Stats(stats) = payload {
            self.stats = Some((**stats).clone());
        }
    }

    /// What the first line of every screen warns of.
    #[must_use]
    pub fn alarms(&self, ui: &Ui) -> Vec<Span<'static>> {
        let Some(stats) = &self.stats else { return Vec::new() };
        let critical = stats.by_priority.get(Priority::Critical.as_str()).copied().unwrap_or(0);
        let alarm = |count: i64, role: Role, word| {
            (count > 0).then(|| span(format!("  {} {count} {}", ui.theme.glyph(role), ui.t(word)), role))
        };
        let alarms = [
            alarm(critical, Role::Critical, tx::PRIORITY_CRITICAL),
            alarm(stats.overdue, Role::Bad, tx::OVERDUE),
        ];
        alarms.into_iter().flatten().collect()
    }

    fn needs(&self, ui: &Ui) -> Vec<Need> {
        let mut needs = self.ticket_needs(ui);
        needs.extend(self.queue_line(ui));
        needs
    }

    /// How the queue stands, and what is wrong with it first.
    fn queue_line(&self, ui: &Ui) -> Option<Need> {
        let told = self.queue.as_ref()?;
        let (counts, more) = (told.counts, told.counts.at_least);
        let waiting = number(ui, counts.waiting + counts.delayed, more.waiting || more.delayed);
        let mut text = ui.f(tx::NEED_QUEUE, &[&waiting, &number(ui, counts.running, false)]);
        let stopped: Vec<&str> = told
            .queues
            .iter()
            .filter(|queue| queue.paused.is_some())
            .map(|queue| queue.queue.as_str())
            .collect();
        let mut role = Role::Info;
        if !stopped.is_empty() {
            role = Role::Warn;
            text.push_str(&format!(" · {}", ui.f(tx::NEED_QUEUE_PAUSED, &[&stopped.join(", ")])));
        }
        if counts.dead > 0 {
            role = Role::Bad;
            let dead = number(ui, counts.dead, more.dead);
            text.push_str(&format!(" · {} {dead}", ui.t(tx::JOB_DEAD)));
        }
        let state = if counts.dead > 0 { JobState::Dead } else { JobState::Waiting };
        Some(Need { role, text, shows: Shows::Jobs(state) })
    }

    fn ticket_needs(&self, ui: &Ui) -> Vec<Need> {
        let Some(stats) = &self.stats else { return Vec::new() };
        let critical = stats.by_priority.get(Priority::Critical.as_str()).copied().unwrap_or(0);
        let need = |count: i64, role, text, filter| {
            let number = usize::try_from(count).unwrap_or(0);
            (number > 0).then(|| Need { role, text: ui.n(text, number, &[]), shows: Shows::Tickets(filter) })
        };
        [
            need(stats.overdue, Role::Bad, tx::NEED_OVERDUE, "sla:overdue"),
            need(critical, Role::Critical, tx::NEED_CRITICAL, "status:active prio:critical"),
            need(stats.due_within_hour, Role::Warn, tx::NEED_SOON, "sla>0m sla<1h"),
            need(stats.unassigned, Role::Warn, tx::NEED_UNASSIGNED, "status:active tech:none"),
        ]
        .into_iter()
        .flatten()
        .collect()
    }

    fn length(&self, ui: &Ui) -> usize {
        self.needs(ui).len() + self.stream.iter().count()
    }

    /// Moves the cursor: over what needs doing, then over the stream.
    pub fn go(&mut self, movement: Move) {
        let most = 5 + self.stream.iter().count();
        self.cursor.go(movement, most);
        if movement == Move::Last {
            self.stream.freeze(false);
        }
    }

    /// Does what a key stands for.
    pub fn act(&mut self, act: Act, cx: &mut Cx<'_>) {
        match act {
            Act::Freeze => {
                let frozen = !self.stream.is_frozen();
                self.stream.freeze(frozen);
            }
            Act::Open => {
                let needs = self.needs(cx.ui);
                if let Some(need) = needs.get(self.cursor.at) {
                    cx.cmds.push(match need.shows {
                        Shows::Tickets(filter) => Cmd::FilterTickets(filter.to_owned()),
                        Shows::Jobs(state) => Cmd::ShowJobs(state),
                    });
                } else if let Some(event) = self.stream.iter().nth(self.cursor.at - needs.len()) {
                    open_subject(event, cx);
                }
            }
            Act::Copy => {
                let needs = self.needs(cx.ui).len();
                let subject = self.cursor.at.checked_sub(needs).and_then(|at| self.stream.iter().nth(at));
                if let Some(event) = subject {
                    cx.cmds.push(Cmd::Copy(event.subject.clone()));
                    cx.toast(Role::Ok, cx.ui.f(tx::COPIED, &[&event.subject]));
                }
            }
            _ => {}
        }
    }

    /// Steps back: to the top.
    pub const fn back(&mut self) {
        self.cursor.at = 0;
        self.cursor.top = 0;
    }

    /// The status line.
    #[must_use]
    pub fn status(&self, ui: &Ui) -> String {
        if self.stream.is_frozen() {
            let key = ui.keymap.hint(Act::Freeze);
            return ui.n(tx::FROZEN, self.stream.waiting(), &[&key]);
        }
        String::new()
    }

    /// Draws it.
    pub fn view(&mut self, ui: &Ui, link: &Link, canvas: &mut Canvas<'_>, area: Rect) {
        let length = self.length(ui);
        self.cursor.at = self.cursor.at.min(length.saturating_sub(1));
        let mut y = self.view_needs(ui, link, canvas, area);
        if let Some(stats) = &self.stats {
            if area.height >= 16 {
                y = view_day(
                    ui,
                    canvas,
                    Rect { y: y + 1, height: area.bottom().saturating_sub(y + 1), ..area },
                    stats,
                );
                y += 1;
            } else {
                y = view_day_short(ui, canvas, Rect { y, ..area }, stats);
            }
        }
        self.view_stream(ui, canvas, Rect { y, height: area.bottom().saturating_sub(y), ..area });
    }

    fn view_needs(&self, ui: &Ui, link: &Link, canvas: &mut Canvas<'_>, area: Rect) -> u16 {
        canvas.rule(area, area.y, ui.t(tx::NEEDS_ACTION));
        let needs = self.needs(ui);
        let calm = self.ticket_needs(ui).is_empty();
        if calm {
            let (role, text) = match (&self.stats, link.is_up()) {
                (Some(_), _) => (Role::Ok, tx::NOTHING_NEEDED),
                (None, true) => (Role::Muted, tx::LOADING),
                (None, false) => (Role::Muted, tx::WAITING_FOR_LINK),
            };
            let glyph = if role == Role::Ok { canvas.theme.glyph(Role::Ok) } else { " " };
            canvas.spans(
                1,
                area.y + 1,
                area.width,
                &[span(glyph, role), span(" ", role), span(ui.t(text), role)],
            );
        }
        let top = area.y + 1 + u16::from(calm);
        for (at, need) in needs.iter().enumerate() {
            let y = top + u16::try_from(at).unwrap_or(0);
            let here = at == self.cursor.at;
            let marker = if here { canvas.theme.glyph(Role::Cursor) } else { " " };
            let end = canvas.spans(
                0,
                y,
                area.width,
                &[
                    span(marker, Role::Key),
                    span(canvas.theme.glyph(need.role), need.role),
                    span(" ", Role::Text),
                    span(need.text.as_str(), Role::Text),
                ],
            );
            if here {
                canvas.mark_cursor(3, y, end - 3);
            }
        }
        top + u16::try_from(needs.len()).unwrap_or(0)
    }

    fn view_stream(&self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        if area.height < 2 {
            return;
        }
        canvas.rule(area, area.y, ui.t(tx::HAPPENING));
        let needs = self.needs(ui).len();
        let rows = usize::from(area.height - 1);
        let at = self.cursor.at.checked_sub(needs);
        let top = at.map_or(0, |at| (at + 1).saturating_sub(rows));
        for (line, (index, event)) in self.stream.iter().enumerate().skip(top).take(rows).enumerate() {
            let y = area.y + 1 + u16::try_from(line).unwrap_or(0);
            let here = Some(index) == at;
            if here {
                canvas.text(0, y, 1, canvas.theme.glyph(Role::Cursor), Role::Key);
            }
            view_event(ui, canvas, y, event);
            if here {
                canvas.mark_cursor(1, y, 8);
            }
        }
        if self.stream.iter().next().is_none() {
            canvas.text(1, area.y + 1, area.width - 1, ui.t(tx::NOTHING_HAPPENED), Role::Muted);
        }
    }
}

/// Opens what an event is about.
fn open_subject(event: &LiveEvent, cx: &mut Cx<'_>) {
    use aglis_core::event::SubjectKind;
    use aglis_core::types::CustomerId;
    match (event.subject_kind, event.subject_id) {
        (SubjectKind::Ticket, Some(id)) => cx.cmds.push(Cmd::OpenTicket(TicketId(id))),
        (SubjectKind::Customer, Some(id)) => cx.cmds.push(Cmd::OpenCustomer(CustomerId(id))),
        _ => cx.toast(Role::Info, cx.ui.t(tx::NOTHING_TO_OPEN)),
    }
}

fn view_event(ui: &Ui, canvas: &mut Canvas<'_>, y: u16, event: &LiveEvent) {
    let width = canvas.area().width;
    let (glyph, role) = events::glyph(canvas.theme, &event.kind, event.outcome);
    canvas.text(1, y, 8, &ui.clock_seconds(event.at), Role::Muted);
    canvas.text(10, y, 1, glyph, role);
    let kind_width = (width / 4).clamp(12, 24);
    canvas.text(12, y, kind_width, &event.kind, Role::Text);
    let x = 13 + kind_width;
    let mut detail = events::detail(&event.data);
    if !detail.is_empty() {
        detail.insert_str(0, "  ");
    }
    canvas.spans(
        x,
        y,
        width.saturating_sub(x),
        &[
            span(event.subject.as_str(), Role::Text),
            span(detail, Role::Muted),
            span("  ", Role::Text),
            span(event.actor.as_str(), Role::Muted),
        ],
    );
}

fn count(stats: &TicketStats, status: TicketStatus) -> String {
    stats.by_status.get(status.as_str()).copied().unwrap_or(0).to_string()
}

fn view_day(ui: &Ui, canvas: &mut Canvas<'_>, area: Rect, stats: &TicketStats) -> u16 {
    canvas.rule(area, area.y, ui.t(tx::DAY));
    let column = area.width / 3;
    let statuses =
        [TicketStatus::Open, TicketStatus::Assigned, TicketStatus::InProgress, TicketStatus::OnHold];
    for (line, status) in statuses.into_iter().enumerate() {
        let y = area.y + 1 + u16::try_from(line).unwrap_or(0);
        let (glyph, role) = words::status_glyph(canvas.theme, status);
        canvas.spans(
            1,
            y,
            column,
            &[span(glyph, role), span(" ", role), span(ui.t(words::status(status)), Role::Text)],
        );
        canvas.right(column - 2, y, 6, &count(stats, status), Role::Text);
    }
    for (line, priority) in Priority::ALL.iter().enumerate() {
        let y = area.y + 1 + u16::try_from(line).unwrap_or(0);
        let (glyph, role) = words::priority_glyph(canvas.theme, *priority);
        let number = stats.by_priority.get(priority.as_str()).copied().unwrap_or(0).to_string();
        canvas.spans(
            column,
            y,
            column,
            &[span(glyph, role), span(" ", role), span(ui.t(words::priority(*priority)), Role::Text)],
        );
        canvas.right(column * 2 - 2, y, 6, &number, Role::Text);
    }
    let x = column * 2;
    let room = area.width - x;
    let new: i64 = stats.created_by_hour.iter().sum();
    canvas.spans(
        x,
        area.y + 1,
        room,
        &[span(ui.t(tx::NEW_24H), Role::Text), span(" ", Role::Text), span(new.to_string(), Role::Key)],
    );
    canvas.spark(x, area.y + 2, room - 1, &stats.created_by_hour, Role::Info);
    canvas.spans(
        x,
        area.y + 3,
        room,
        &[
            span(ui.t(tx::DONE_24H), Role::Text),
            span(" ", Role::Text),
            span(stats.completed_24h.to_string(), Role::Key),
        ],
    );
    canvas.spans(x, area.y + 4, room, &quality(ui, stats));
    area.y + 5
}

fn quality<'a>(ui: &Ui, stats: &TicketStats) -> Vec<Span<'a>> {
    let mut spans = Vec::new();
    if let Some(percent) = stats.on_time_percent_30d {
        let role = match percent {
            95.. => Role::Ok,
            80..95 => Role::Warn,
            _ => Role::Bad,
        };
        spans.push(span(format!("{} ", ui.theme.glyph(role)), role));
        spans.push(span(ui.f(tx::ON_TIME, &[&percent.to_string()]), Role::Text));
    }
    if let Some(rating) = stats.rating_30d_hundredths {
        let mark = if ui.lang == crate::lang::Lang::Id { ',' } else { '.' };
        let star = ui.theme.pick("★", "*");
        spans.push(span(format!("  {star} {}{mark}{}", rating / 100, rating % 100 / 10), Role::Text));
    }
    spans
}

fn view_day_short(ui: &Ui, canvas: &mut Canvas<'_>, area: Rect, stats: &TicketStats) -> u16 {
    let mut x = 1;
    for status in [TicketStatus::Open, TicketStatus::Assigned, TicketStatus::InProgress, TicketStatus::OnHold]
    {
        let (glyph, role) = words::status_glyph(canvas.theme, status);
        x = canvas.spans(
            x,
            area.y,
            area.width.saturating_sub(x),
            &[
                span(glyph, role),
                span(" ", role),
                span(ui.t(words::status(status)), Role::Text),
                span(" ", role),
                span(count(stats, status), Role::Key),
                span("  ", role),
            ],
        );
    }
    area.y + 1
}
