//! Screen 4: how sending goes, which jobs stand where, and what is done about them.

mod csv;
mod detail;
mod draw;
mod figures;
mod filter;

use std::collections::BTreeSet;

use aglis_core::event::LiveEvent;
use aglis_core::filter::{Filter, JOBS};
use aglis_core::permission::Permission;
use aglis_core::queue::{
    JobCounts, JobDetail, JobFilter, JobSelection, JobState, JobView, QueueCounts, QueueFigures, QueueName,
    QueueStats,
};
use aglis_core::types::{JobId, Time};

pub(super) use self::figures::number;
use self::filter::{Judged, query};
use crate::app::overlay::{Choice, Choose, Overlay, Pick};
use crate::app::{Cmd, Cx, Ui};
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::net::request::{Payload, Request};
use crate::screen::words;
use crate::theme::Role;
use crate::widget::{ListCursor, Move};

/// The daemon is asked when nobody has typed for this long.
const ASK_AFTER_MS: i64 = 150;
/// Jobs that changed are asked for at most this often.
const LIST_EVERY_MS: i64 = 2_000;
/// Figures are asked for at most this often while the queue moves, and at least this often.
const FIGURES_EVERY_MS: i64 = 5_000;
const FIGURES_AT_LEAST_EVERY_MS: i64 = 60_000;
/// Rows asked for at once.
const PAGE: u32 = 100;
/// Rows kept, as many as one bulk action takes.
const KEPT: usize = aglis_core::queue::control::BULK_MOST;

/// The states in the order in which one looks at them.
pub const STATES: [JobState; 6] = [
    JobState::Dead,
    JobState::Waiting,
    JobState::Running,
    JobState::Done,
    JobState::Cancelled,
    JobState::Discarded,
];

/// What the screen knows.
#[derive(Debug)]
pub struct State {
    stats: Option<Box<QueueStats>>,
    figures: Option<Figures>,
    figures_asked: Option<Time>,
    figures_stale: bool,
    state: JobState,
    rows: Vec<JobView>,
    next: Option<String>,
    filter_text: String,
    filter: Filter,
    cursor: ListCursor,
    marks: BTreeSet<JobId>,
    /// Whether all that match are meant, also those that are not loaded.
    all: bool,
    anchor: Option<usize>,
    asked: Option<JobFilter>,
    asked_at: Option<Time>,
    ask_at: Option<Time>,
    loaded: bool,
    stale: bool,
    pane: Pane,
}

/// What is shown below the tabs.
#[derive(Debug)]
enum Pane {
    /// The list.
    List,
    /// One job.
    Job { id: JobId, detail: Option<Box<JobDetail>>, missing: Option<String>, scroll: Scroll },
    /// Every figure.
    Figures(Scroll),
}

/// How far a pane is scrolled; lengths as last drawn.
#[derive(Debug, Default)]
struct Scroll {
    top: usize,
    lines: usize,
    rows: usize,
}

impl Scroll {
    fn go(&mut self, movement: Move) {
        let most = self.lines.saturating_sub(self.rows);
        self.top = match movement {
            Move::By(rows) => self.top.saturating_add_signed(rows).min(most),
            Move::Half(way) => {
                self.top.saturating_add_signed((self.rows / 2).max(1).cast_signed() * way).min(most)
            }
            Move::First => 0,
            Move::Last => most,
        };
    }
}

/// The figures that also come live.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Figures {
    counts: JobCounts,
    oldest_s: i64,
    critical_s: i64,
    queues: Vec<QueueFigures>,
}

/// A job something is to be done to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobTarget {
    /// Which.
    pub id: JobId,
    /// What kind of work.
    pub kind: String,
    /// Its last error.
    pub note: String,
}

/// The jobs an action is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Whom {
    /// The one under the cursor, marked, or open.
    One(JobTarget),
    /// Several marked ones.
    Marked(Vec<JobTarget>),
    /// All that match the filter, loaded or not.
    All(Box<JobSelection>),
}

impl Default for State {
    fn default() -> Self {
        Self {
            stats: None,
            figures: None,
            figures_asked: None,
            figures_stale: false,
            state: STATES[0],
            rows: Vec::new(),
            next: None,
            filter_text: String::new(),
            filter: Filter::default(),
            cursor: ListCursor::default(),
            marks: BTreeSet::new(),
            all: false,
            anchor: None,
            asked: None,
            asked_at: None,
            ask_at: None,
            loaded: false,
            stale: false,
            pane: Pane::List,
        }
    }
}

fn target(job: &JobView) -> JobTarget {
    JobTarget { id: job.id, kind: job.kind.clone(), note: job.last_error.clone().unwrap_or_default() }
}

impl State {
    /// It is shown now.
    pub fn shown(&mut self, cx: &mut Cx<'_>) {
        if !self.loaded || self.stale || self.stats.is_none() {
            self.refresh(cx);
        } else if self.figures_stale {
            self.ask_figures(cx);
        }
    }

    /// What is known may be out of date; it is asked for when it is shown.
    pub const fn outdate(&mut self) {
        self.stale = true;
        self.figures_stale = true;
    }

    /// Asks for everything that is shown.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) {
        self.ask_figures(cx);
        self.ask_list(cx);
        if let Pane::Job { id, .. } = &self.pane {
            cx.ask(Request::Job(*id));
        }
    }

    fn may_ask(cx: &Cx<'_>) -> bool {
        cx.link.is_up() && cx.link.may(Permission::MessageRead)
    }

    fn ask_figures(&mut self, cx: &mut Cx<'_>) {
        if Self::may_ask(cx) {
            self.figures_asked = Some(cx.ui.now);
            self.figures_stale = false;
            cx.ask(Request::QueueStats);
        }
    }

    fn ask_list(&mut self, cx: &mut Cx<'_>) {
        self.ask_at = None;
        if Self::may_ask(cx) {
            let (query, _) = query(&self.filter);
            self.stale = false;
            self.asked_at = Some(cx.ui.now);
            self.asked = Some(query.clone());
            cx.ask(Request::Jobs(self.state, Box::new(query)));
        }
    }

    /// What the filter says.
    #[must_use]
    pub fn filter_text(&self) -> &str {
        &self.filter_text
    }

    /// How many are shown.
    #[must_use]
    pub const fn shown_count(&self) -> usize {
        self.rows.len()
    }

    /// Which state is listed.
    #[must_use]
    pub const fn state(&self) -> JobState {
        self.state
    }

    /// Whether something lies over the list.
    #[must_use]
    pub const fn is_open(&self) -> bool {
        !matches!(self.pane, Pane::List)
    }

    /// Whether more jobs are still loaded so that all that match can be marked.
    #[must_use]
    pub fn gathers(&self) -> bool {
        self.all && !query(&self.filter).1 && (self.next.is_some() || self.asked.is_some())
    }

    /// Filters by a text that parses; the daemon is asked a moment after the last key.
    pub fn set_filter(&mut self, text: &str, cx: &mut Cx<'_>) {
        let Ok(filter) = Filter::parse(&JOBS, text) else { return };
        text.trim().clone_into(&mut self.filter_text);
        let (now, narrower) = (cx.ui.now, filter.narrows(&self.filter));
        self.rows.retain(|row| narrower && filter.matches(&Judged(row, now)));
        self.filter = filter;
        self.begin();
        self.ask_at = Some(now.plus_ms(ASK_AFTER_MS));
    }

    /// Lists the jobs of a state.
    pub fn list(&mut self, state: JobState, cx: &mut Cx<'_>) {
        self.pane = Pane::List;
        self.state = state;
        self.rows.clear();
        self.cursor = ListCursor { height: self.cursor.height, ..ListCursor::default() };
        self.begin();
        self.ask_list(cx);
    }

    fn begin(&mut self) {
        self.next = None;
        self.asked = None;
        self.loaded = false;
        self.unmark();
        self.cursor.keep(self.rows.len());
    }

    fn unmark(&mut self) {
        self.marks.clear();
        self.all = false;
        self.anchor = None;
    }

    /// When it wants to ask, while it is shown.
    #[must_use]
    pub fn wake_at(&self) -> Option<Time> {
        [self.ask_at, self.list_due(), self.figures_due()].into_iter().flatten().min()
    }

    /// A list of which more than a page was loaded, or in which something is marked, is left alone.
    fn follows(&self) -> bool {
        self.rows.len() <= PAGE as usize && self.marks.is_empty() && !self.all
    }

    fn list_due(&self) -> Option<Time> {
        let wanted = self.stale && self.loaded && self.asked.is_none() && self.follows();
        self.asked_at.filter(|_| wanted).map(|at| at.plus_ms(LIST_EVERY_MS))
    }

    fn figures_due(&self) -> Option<Time> {
        let wait = if self.figures_stale { FIGURES_EVERY_MS } else { FIGURES_AT_LEAST_EVERY_MS };
        self.figures_asked.map(|at| at.plus_ms(wait))
    }

    /// Time has passed while it is shown.
    pub fn tick(&mut self, cx: &mut Cx<'_>) {
        if !Self::may_ask(cx) {
            return;
        }
        let due = |at: Option<Time>| at.is_some_and(|at| at <= cx.ui.now);
        let (list, figures) = (due(self.ask_at) || due(self.list_due()), due(self.figures_due()));
        if list {
            self.ask_list(cx);
        }
        if figures {
            self.ask_figures(cx);
        }
    }

    /// The queue as the live stream tells it.
    pub fn counted(&mut self, counts: &QueueCounts) {
        let figures = Figures {
            counts: counts.counts,
            oldest_s: counts.oldest_waiting_seconds,
            critical_s: counts.oldest_critical_seconds,
            queues: counts.queues.clone(),
        };
        self.figures_stale = true;
        self.learn(figures);
    }

    /// Takes figures over. Where the listed state has other ones than before, the list is out of date.
    fn learn(&mut self, figures: Figures) {
        let of = |figures: &Figures| {
            let counts = figures.counts;
            match self.state {
                JobState::Waiting => (counts.waiting, counts.delayed),
                JobState::Running => (counts.running, 0),
                JobState::Dead => (counts.dead, 0),
                // Every end of a job moves one of these.
                _ => (counts.waiting + counts.running, counts.dead),
            }
        };
        self.stale |= self.figures.as_ref().is_some_and(|before| of(before) != of(&figures));
        self.figures = Some(figures);
    }

    /// Something happened somewhere.
    pub fn live(&mut self, event: &LiveEvent) {
        if ["job.", "queue.", "batch."].iter().any(|start| event.kind.starts_with(start)) {
            self.outdate();
        }
    }

    /// An answer came. One to a question that was overtaken is dropped.
    pub fn answer(&mut self, request: &Request, payload: &Payload, cx: &mut Cx<'_>) {
        match (request, payload) {
            (_, Payload::QueueStats(stats)) => {
                self.learn(Figures {
                    counts: stats.counts,
                    oldest_s: stats.oldest_waiting_ms / 1000,
                    critical_s: stats.oldest_critical_ms / 1000,
                    queues: stats.queues.clone(),
                });
                self.stats = Some(stats.clone());
            }
            (_, Payload::Queues(queues)) => {
                if let Some(figures) = &mut self.figures {
                    figures.queues.clone_from(queues);
                }
            }
            (Request::Jobs(state, asked), Payload::Jobs(page)) => {
                if *state != self.state || self.asked.as_ref() != Some(asked.as_ref()) {
                    return;
                }
                self.asked = None;
                self.loaded = true;
                let under = self.rows.get(self.cursor.at).map(|row| row.id);
                if asked.cursor.is_none() {
                    self.rows.clear();
                }
                let now = cx.ui.now;
                self.rows
                    .extend(page.items.iter().filter(|row| self.filter.matches(&Judged(row, now))).cloned());
                self.next.clone_from(&page.next_cursor);
                if self.cursor.at > 0
                    && let Some(at) = under.and_then(|id| self.rows.iter().position(|row| row.id == id))
                {
                    self.cursor.at = at;
                }
                self.cursor.keep(self.rows.len());
                self.more(cx);
            }
            (Request::Job(asked), Payload::Job(found)) => {
                if let Pane::Job { id, detail, missing, .. } = &mut self.pane
                    && id == asked
                {
                    *detail = Some(found.clone());
                    *missing = None;
                }
            }
            _ => {}
        }
    }

    /// A question was not answered.
    pub fn failed(&mut self, request: &Request, why: &str) {
        match request {
            Request::Jobs(..) => {
                self.asked = None;
                self.stale = true;
            }
            Request::Job(asked) => {
                if let Pane::Job { id, detail: None, missing, .. } = &mut self.pane
                    && id == asked
                {
                    *missing = Some(why.to_owned());
                }
            }
            _ => {}
        }
    }

    /// Loads the next page when the cursor comes near the end, when too few of a page were kept, or when all that match
    /// are wanted.
    fn more(&mut self, cx: &mut Cx<'_>) {
        let near = self.cursor.at + self.cursor.height.max(20) >= self.rows.len();
        let gathers = self.all && !query(&self.filter).1;
        if (near || gathers)
            && self.rows.len() < KEPT
            && self.asked.is_none()
            && Self::may_ask(cx)
            && let Some(next) = self.next.take()
        {
            let query = JobFilter { cursor: Some(next), ..query(&self.filter).0 };
            self.asked = Some(query.clone());
            cx.ask(Request::Jobs(self.state, Box::new(query)));
        }
    }

    /// Moves the cursor, or scrolls what lies over the list. The top of a list that changed loads it again.
    pub fn go(&mut self, movement: Move, cx: &mut Cx<'_>) {
        match &mut self.pane {
            Pane::List => {
                self.cursor.go(movement, self.rows.len());
                if movement == Move::First && self.stale && self.asked.is_none() {
                    self.ask_list(cx);
                }
                self.more(cx);
            }
            Pane::Job { scroll, .. } | Pane::Figures(scroll) => scroll.go(movement),
        }
    }

    /// The jobs an action is about: the open one, all that match, the marked ones, or the one under the cursor.
    #[must_use]
    pub fn whom(&self) -> Option<Whom> {
        if let Pane::Job { id, detail, .. } = &self.pane {
            let known = detail.as_ref().map(|detail| &detail.job);
            let known = known.or_else(|| self.rows.iter().find(|row| row.id == *id));
            return known.map(|job| Whom::One(target(job)));
        }
        let (query, whole) = query(&self.filter);
        if self.all && whole {
            return (!self.rows.is_empty())
                .then(|| Whom::All(Box::new(JobSelection::of(self.state, &query))));
        }
        let mut marked: Vec<JobTarget> = self.marked().map(target).collect();
        match marked.len() {
            0 => self.rows.get(self.cursor.at).map(|row| Whom::One(target(row))),
            1 => marked.pop().map(Whom::One),
            _ => Some(Whom::Marked(marked)),
        }
    }

    /// Where the jobs stand that [`State::whom`] gives.
    #[must_use]
    pub fn state_of_whom(&self) -> JobState {
        match &self.pane {
            Pane::Job { detail: Some(detail), .. } => detail.job.state,
            _ => self.state,
        }
    }

    fn marked(&self) -> impl Iterator<Item = &JobView> {
        self.rows.iter().filter(|row| self.all || self.marks.contains(&row.id))
    }

    /// The queue of the job under the cursor, or the only one the filter leaves.
    #[must_use]
    pub fn queue_under(&self) -> Option<QueueName> {
        match &self.pane {
            Pane::Job { detail: Some(detail), .. } => Some(detail.job.queue),
            _ => {
                let under = self.rows.get(self.cursor.at).map(|row| row.queue);
                under.or_else(|| query(&self.filter).0.queue)
            }
        }
    }

    /// The queues that are paused.
    #[must_use]
    pub fn paused(&self) -> Vec<QueueName> {
        let queues = self.figures.iter().flat_map(|figures| &figures.queues);
        queues.filter(|queue| queue.paused.is_some()).map(|queue| queue.queue).collect()
    }

    /// Something was done; what could not be done stays marked.
    pub fn steered(&mut self, left: &[JobId], cx: &mut Cx<'_>) {
        self.unmark();
        self.marks.extend(left);
        self.refresh(cx);
    }

    /// Does what a key stands for.
    pub fn act(&mut self, act: Act, cx: &mut Cx<'_>) {
        match act {
            Act::Open => self.open(cx),
            Act::Figures => {
                self.pane = match self.pane {
                    Pane::Figures(_) => Pane::List,
                    _ => Pane::Figures(Scroll::default()),
                };
            }
            Act::NextJobs | Act::PreviousJobs => {
                let at = STATES.iter().position(|state| *state == self.state).unwrap_or(0);
                let step = if act == Act::NextJobs { 1 } else { STATES.len() - 1 };
                self.list(STATES[(at + step) % STATES.len()], cx);
            }
            Act::Views => {
                let choose = Choose::new(cx.ui.t(tx::TITLE_JOBS).to_owned(), Vec::new(), self.views(cx.ui));
                cx.cmds.push(Cmd::Over(Box::new(Overlay::Choose(choose))));
            }
            Act::Copy => self.copy(cx),
            Act::Mark | Act::MarkRange | Act::MarkAll if matches!(self.pane, Pane::List) => {
                self.mark(act, cx);
            }
            _ => {}
        }
    }

    fn open(&mut self, cx: &mut Cx<'_>) {
        match &self.pane {
            Pane::List => {
                if let Some(row) = self.rows.get(self.cursor.at) {
                    let (id, scroll) = (row.id, Scroll::default());
                    self.pane = Pane::Job { id, detail: None, missing: None, scroll };
                    cx.ask(Request::Job(id));
                }
            }
            Pane::Job { detail, .. } => {
                let message = detail.as_ref().and_then(|detail| detail.message.as_ref());
                match message.and_then(|message| message.ticket_id) {
                    Some(ticket) => cx.cmds.push(Cmd::OpenTicket(ticket)),
                    None => cx.toast(Role::Info, cx.ui.t(tx::NOTHING_TO_OPEN)),
                }
            }
            Pane::Figures(_) => self.pane = Pane::List,
        }
    }

    fn mark(&mut self, act: Act, cx: &mut Cx<'_>) {
        match act {
            Act::Mark => {
                if self.all {
                    self.marks = self.rows.iter().map(|row| row.id).collect();
                    self.all = false;
                }
                if let Some(id) = self.rows.get(self.cursor.at).map(|row| row.id) {
                    if !self.marks.remove(&id) {
                        self.marks.insert(id);
                    }
                    self.anchor = Some(self.cursor.at);
                    self.go(Move::By(1), cx);
                }
            }
            Act::MarkRange => {
                let from = self.anchor.unwrap_or(self.cursor.at);
                let range = from.min(self.cursor.at)..=from.max(self.cursor.at);
                let ids: Vec<JobId> = range.filter_map(|at| self.rows.get(at)).map(|row| row.id).collect();
                self.marks.extend(ids);
                self.anchor = Some(self.cursor.at);
            }
            _ if self.all => self.unmark(),
            _ => {
                self.marks.clear();
                self.all = !self.rows.is_empty();
                self.more(cx);
            }
        }
    }

    fn copy(&self, cx: &mut Cx<'_>) {
        let ids: Vec<String> = match &self.pane {
            Pane::Job { id, .. } => vec![id.to_string()],
            _ if self.all || !self.marks.is_empty() => self.marked().map(|row| row.id.to_string()).collect(),
            _ => self.rows.get(self.cursor.at).map(|row| row.id.to_string()).into_iter().collect(),
        };
        if ids.is_empty() {
            return;
        }
        let shown = if ids.len() > 3 { cx.ui.n(tx::N_JOBS, ids.len(), &[]) } else { ids.join(" ") };
        cx.toast(Role::Ok, cx.ui.f(tx::COPIED, &[&shown]));
        cx.cmds.push(Cmd::Copy(ids.join("\n")));
    }

    fn views(&self, ui: &Ui) -> Vec<Choice> {
        let choice = |state: &JobState| {
            let (glyph, word, role) = words::job(ui.theme, *state);
            Choice {
                label: format!("{glyph} {}", ui.t(word)),
                detail: self.counted_in(ui, *state).unwrap_or_default(),
                role,
                disabled: None,
                pick: Pick::Jobs(*state),
            }
        };
        STATES.iter().map(choice).collect()
    }

    /// Steps back: what lies over the list goes first, then marks, then the filter.
    pub fn back(&mut self, cx: &mut Cx<'_>) {
        if self.is_open() {
            self.pane = Pane::List;
        } else if self.all || !self.marks.is_empty() {
            self.unmark();
        } else if !self.filter_text.is_empty() {
            self.set_filter("", cx);
        }
    }
}
