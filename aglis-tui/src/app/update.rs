//! What happens becomes what is known, and what is to be done.

use aglis_core::types::{TicketId, Time, Zone};

use super::cx::{Cmd, Cx};
use super::link::State as LinkState;
use super::overlay::Overlay;
use super::{Effect, Event, Live, Model, View};
use crate::keymap::{Act, Scope};
use crate::lang::texts as tx;
use crate::screen::ticket;
use crate::term::{Input, Key};
use crate::theme::{self, Role};
use crate::widget::Move;

impl Model {
    /// Takes an event that happened at `now`. Never waits, never draws.
    pub fn update(&mut self, event: Event, now: Time) -> Vec<Effect> {
        self.ui.now = now;
        let mut effects = Vec::new();
        match event {
            Event::Input(input) => self.input(input, &mut effects),
            Event::Resize(columns, rows) => self.ui.size = (columns, rows),
            Event::Tick => {}
            Event::Api(answer) => self.answer(*answer, &mut effects),
            Event::Live(live) => self.live(live, &mut effects),
            Event::Hangup | Event::Stop => effects.push(Effect::Quit),
            Event::Bytes(_) | Event::Written { .. } => {}
        }
        self.time(&mut effects);
        effects
    }

    /// When [`Event::Tick`] is wanted next, unless something else happens first.
    #[must_use]
    pub fn wake_at(&self) -> Time {
        let minute = Time::from_ms((self.ui.now.ms() / 60_000 + 1) * 60_000);
        let countdown =
            self.link.retry_at().map(|at| at.min(Time::from_ms((self.ui.now.ms() / 1000 + 1) * 1000)));
        let toast = self.shell.toast.as_ref().map(|toast| toast.until);
        let screens =
            [self.overview.wake_at(), self.tickets.wake_at(), self.customers.wake_at(), self.audit.wake_at()];
        let queue = self.queue.wake_at().filter(|_| self.queue_is_seen());
        let draft = self.ticket.as_ref().and_then(ticket::State::wake_at);
        let form = match &self.shell.overlay {
            Some(Overlay::Completion(form)) => form.wake_at(),
            _ => None,
        };
        [countdown, toast, draft, form, queue].into_iter().chain(screens).flatten().fold(minute, Time::min)
    }

    fn time(&mut self, effects: &mut Vec<Effect>) {
        let now = self.ui.now;
        if self.shell.toast.as_ref().is_some_and(|toast| toast.until <= now) {
            self.shell.toast = None;
        }
        if self.link.retry_at().is_some_and(|at| at <= now) {
            self.link.trying();
        }
        let queue = self.queue_is_seen();
        self.with(effects, |model, cx| {
            if queue {
                model.queue.tick(cx);
            }
            model.overview.tick(cx);
            model.tickets.tick(cx);
            model.customers.tick(cx);
            model.audit.tick(cx);
        });
        self.ask_odps(effects);
        if let Some(ticket) = &mut self.ticket
            && ticket.draft_due(now)
            && ticket.keep_draft(&mut self.drafts)
        {
            effects.push(Effect::SaveDrafts(self.drafts.clone()));
        }
    }

    /// Whether what the queue's screen asks for would be seen. Without a connection nothing is asked.
    fn queue_is_seen(&self) -> bool {
        self.shell.view == View::Queue && self.link.is_up()
    }

    /// Lets a part handle something with its surroundings at hand, then does what it asked for.
    pub(super) fn with<R>(
        &mut self,
        effects: &mut Vec<Effect>,
        run: impl FnOnce(&mut Parts<'_>, &mut Cx<'_>) -> R,
    ) -> R {
        let mut cx = Cx::new(&self.ui, &self.link);
        let mut parts = Parts {
            overview: &mut self.overview,
            tickets: &mut self.tickets,
            ticket: &mut self.ticket,
            queue: &mut self.queue,
            customers: &mut self.customers,
            audit: &mut self.audit,
        };
        let result = run(&mut parts, &mut cx);
        let cmds = cx.cmds;
        for cmd in cmds {
            self.obey(cmd, effects);
        }
        result
    }

    pub(super) fn obey(&mut self, cmd: Cmd, effects: &mut Vec<Effect>) {
        match cmd {
            Cmd::Ask(request) => effects.push(Effect::Ask(request)),
            Cmd::Toast(role, text) => self.shell.say(role, text, self.ui.now),
            Cmd::Show(view) => self.show(view, effects),
            Cmd::OpenTicket(id) => self.open_ticket(id, effects),
            Cmd::OpenCustomer(id) => {
                self.show(View::Customers, effects);
                self.with(effects, |parts, cx| parts.customers.open(id, cx));
            }
            Cmd::FilterTickets(text) => {
                self.show(View::Tickets, effects);
                self.with(effects, |parts, cx| parts.tickets.set_filter(&text, cx));
            }
            Cmd::ShowJobs(state) => {
                self.show(View::Queue, effects);
                self.with(effects, |parts, cx| parts.queue.list(state, cx));
            }
            Cmd::Over(overlay) => self.shell.overlay = Some(*overlay),
            Cmd::Copy(text) => effects.push(Effect::Copy(text)),
            Cmd::CloseTicket => self.close_ticket(effects),
        }
    }

    pub(super) fn show(&mut self, view: View, effects: &mut Vec<Effect>) {
        if view != View::Tickets || self.shell.view != View::Tickets {
            self.close_ticket(effects);
        }
        self.shell.view = view;
        self.with(effects, |parts, cx| match view {
            View::Overview => parts.overview.shown(cx),
            View::Tickets => parts.tickets.shown(cx),
            View::Queue => parts.queue.shown(cx),
            View::Customers => parts.customers.shown(cx),
            View::Audit => parts.audit.shown(cx),
        });
    }

    pub(super) fn open_ticket(&mut self, id: TicketId, effects: &mut Vec<Effect>) {
        self.close_ticket(effects);
        self.shell.view = View::Tickets;
        let mut cx = Cx::new(&self.ui, &self.link);
        self.ticket = Some(ticket::State::open(id, self.tickets.known(id), &self.drafts, &mut cx));
        let cmds = cx.cmds;
        for cmd in cmds {
            self.obey(cmd, effects);
        }
    }

    pub(super) fn close_ticket(&mut self, effects: &mut Vec<Effect>) {
        if let Some(mut ticket) = self.ticket.take()
            && ticket.keep_draft(&mut self.drafts)
        {
            effects.push(Effect::SaveDrafts(self.drafts.clone()));
        }
    }

    fn input(&mut self, input: Input, effects: &mut Vec<Effect>) {
        match input {
            Input::Background(r, g, b) => {
                if !self.ui.paper_fixed {
                    self.ui.theme = self.ui.theme.on(theme::paper_of(r, g, b));
                }
            }
            Input::Key(key) => self.key(key, effects),
            Input::Paste(text) => self.paste(&text, effects),
            Input::Wheel(rows) => {
                if self.shell.overlay.is_none() {
                    self.movement(Move::By(isize::from(rows)), effects);
                }
            }
            Input::Click(x, y) => self.click(x, y, effects),
        }
    }

    fn click(&mut self, x: u16, y: u16, effects: &mut Vec<Effect>) {
        if self.shell.overlay.is_some() {
            return;
        }
        if y == 1 {
            if let Some(view) = super::view::tab_at(self, x) {
                self.show(view, effects);
            }
        } else if self.ticket.is_none() {
            self.with(effects, |parts, cx| parts.tickets.click(y, cx));
        }
    }

    fn paste(&mut self, text: &str, effects: &mut Vec<Effect>) {
        if self.shell.overlay.is_some() {
            self.overlay_paste(text, effects);
        } else if let Some(ticket) = &mut self.ticket {
            ticket.paste(text, self.ui.now);
        }
    }

    fn key(&mut self, key: Key, effects: &mut Vec<Effect>) {
        if self.shell.overlay.is_some() {
            self.overlay_key(key, effects);
            return;
        }
        let writing = self.ticket.as_ref().is_some_and(ticket::State::writing);
        if writing {
            match self.ui.keymap.act(&[Scope::Editor], key) {
                Some(act) => self.act(act, effects),
                None => {
                    let width = usize::from(self.ui.size.0.saturating_sub(2));
                    if let Some(ticket) = &mut self.ticket {
                        ticket.write(key, width, self.ui.now);
                    }
                }
            }
            return;
        }
        let scopes: &[Scope] = match self.shell.view {
            View::Tickets => &[Scope::Ticket, Scope::List, Scope::Anywhere],
            View::Queue => &[Scope::Queue, Scope::List, Scope::Anywhere],
            View::Overview | View::Customers | View::Audit => &[Scope::List, Scope::Anywhere],
        };
        if let Some(act) = self.ui.keymap.act(scopes, key) {
            self.act(act, effects);
        }
    }

    /// Does what a key or a command stands for.
    pub(super) fn act(&mut self, act: Act, effects: &mut Vec<Effect>) {
        if let Some(why) = self.why_not(act) {
            self.shell.say(Role::Warn, why, self.ui.now);
            return;
        }
        match act {
            Act::Overview | Act::Tickets | Act::Queue | Act::Customers | Act::Audit => {
                if let Some((view, _)) = View::ALL.iter().find(|(_, known)| *known == act) {
                    self.close_ticket(effects);
                    self.show(*view, effects);
                }
            }
            Act::NextView => self.step_view(1, effects),
            Act::PreviousView => self.step_view(-1, effects),
            Act::Back | Act::Close => self.back(effects),
            Act::Quit
                if self.ticket.is_some()
                    || self.queue.is_open() && self.shell.view == View::Queue
                    || self.customers.is_open() && self.shell.view == View::Customers =>
            {
                self.back(effects);
            }
            Act::Quit => {
                self.close_ticket(effects);
                effects.push(Effect::Quit);
            }
            Act::Help => {
                let help = super::overlay::Help::new(|act| self.why_not(act));
                self.shell.overlay = Some(Overlay::Help(help));
            }
            Act::Command => {
                self.shell.overlay = Some(Overlay::Command(super::overlay::CommandLine::default()))
            }
            Act::Reconnect => {
                self.link.trying();
                effects.push(Effect::Connect);
            }
            Act::Redraw => effects.push(Effect::Redraw),
            Act::Reload => self.refresh(effects),
            Act::Mouse => {
                self.ui.mouse = !self.ui.mouse;
                effects.push(Effect::Mouse(self.ui.mouse));
                let text = if self.ui.mouse { tx::MOUSE_ON } else { tx::MOUSE_OFF };
                self.shell.say(Role::Info, self.ui.t(text), self.ui.now);
            }
            Act::Theme => {
                use crate::theme::Paper;
                let other = if self.ui.theme.paper() == Paper::Dark { Paper::Light } else { Paper::Dark };
                self.ui.theme = self.ui.theme.on(other);
                self.ui.paper_fixed = true;
            }
            Act::Language => {
                use crate::lang::Lang;
                self.speak(if self.ui.lang == Lang::En { Lang::Id } else { Lang::En }, effects);
            }
            Act::Down => self.movement(Move::By(1), effects),
            Act::Up => self.movement(Move::By(-1), effects),
            Act::HalfDown => self.movement(Move::Half(1), effects),
            Act::HalfUp => self.movement(Move::Half(-1), effects),
            Act::First => self.movement(Move::First, effects),
            Act::Last => self.movement(Move::Last, effects),
            Act::Status | Act::Assign | Act::Priority | Act::Cancel | Act::Undo | Act::Goto => {
                self.operate(act, effects);
            }
            Act::Reply | Act::Note if self.ticket.is_none() => {
                if let Some(target) = self.targets().into_iter().next() {
                    self.open_ticket(target.id, effects);
                    self.with_ticket(act, effects);
                }
            }
            Act::JobRetry
            | Act::JobCancel
            | Act::JobDiscard
            | Act::JobSnooze
            | Act::JobRun
            | Act::Pause
            | Act::Resume
            | Act::Clean => self.steer(act, effects),
            Act::Export => self.export(None, effects),
            Act::Filter => self.begin_filter(),
            _ if self.ticket.is_some() && self.shell.view == View::Tickets => self.with_ticket(act, effects),
            _ => {
                let view = self.shell.view;
                self.with(effects, |parts, cx| match view {
                    View::Overview => parts.overview.act(act, cx),
                    View::Tickets => parts.tickets.act(act, cx),
                    View::Queue => parts.queue.act(act, cx),
                    View::Customers => parts.customers.act(act, cx),
                    View::Audit => parts.audit.act(act, cx),
                });
            }
        }
    }

    /// Changes the language; what the daemon tells is asked for again.
    pub(super) fn speak(&mut self, lang: crate::lang::Lang, effects: &mut Vec<Effect>) {
        self.ui.lang = lang;
        self.with(effects, |parts, cx| {
            if let Some(ticket) = parts.ticket.as_mut() {
                ticket.refresh(cx);
            }
        });
    }

    fn with_ticket(&mut self, act: Act, effects: &mut Vec<Effect>) {
        let mut kept = false;
        let Some(mut ticket) = self.ticket.take() else { return };
        if act == Act::Leave {
            kept = ticket.keep_draft(&mut self.drafts);
        }
        let mut cx = Cx::new(&self.ui, &self.link);
        ticket.act(act, &self.drafts, &mut cx);
        let cmds = cx.cmds;
        if act == Act::Switch {
            kept |= ticket.keep_other(&mut self.drafts);
        }
        self.ticket = Some(ticket);
        for cmd in cmds {
            self.obey(cmd, effects);
        }
        if kept {
            effects.push(Effect::SaveDrafts(self.drafts.clone()));
        }
    }

    fn step_view(&mut self, way: isize, effects: &mut Vec<Effect>) {
        let at = View::ALL.iter().position(|(view, _)| *view == self.shell.view).unwrap_or(0);
        let next = (at.cast_signed() + way).rem_euclid(View::ALL.len().cast_signed()).cast_unsigned();
        self.close_ticket(effects);
        self.show(View::ALL[next].0, effects);
    }

    fn back(&mut self, effects: &mut Vec<Effect>) {
        if self.shell.toast.take().is_some_and(|toast| toast.role == Role::Bad) {
            return;
        }
        if self.ticket.is_some() && self.shell.view == View::Tickets {
            self.close_ticket(effects);
            return;
        }
        let view = self.shell.view;
        self.with(effects, |parts, cx| match view {
            View::Overview => parts.overview.back(),
            View::Tickets => parts.tickets.back(cx),
            View::Queue => parts.queue.back(cx),
            View::Customers => parts.customers.back(cx),
            View::Audit => parts.audit.back(cx),
        });
    }

    fn movement(&mut self, movement: Move, effects: &mut Vec<Effect>) {
        let view = self.shell.view;
        self.with(effects, |parts, cx| match (view, parts.ticket.as_mut()) {
            (View::Tickets, Some(ticket)) => ticket.go(movement),
            (View::Overview, _) => parts.overview.go(movement),
            (View::Tickets, None) => parts.tickets.go(movement, cx),
            (View::Queue, _) => parts.queue.go(movement, cx),
            (View::Customers, _) => parts.customers.go(movement, cx),
            (View::Audit, _) => parts.audit.go(movement, cx),
        });
    }

    /// Asks again for everything that is shown.
    pub(super) fn refresh(&mut self, effects: &mut Vec<Effect>) {
        let queue = self.shell.view == View::Queue;
        self.with(effects, |parts, cx| {
            if queue {
                parts.queue.refresh(cx);
            } else {
                parts.queue.outdate();
            }
            parts.overview.refresh(cx);
            parts.tickets.refresh(cx);
            parts.customers.refresh(cx);
            parts.audit.refresh(cx);
            if let Some(ticket) = parts.ticket.as_mut() {
                ticket.refresh(cx);
            }
        });
    }

    fn live(&mut self, live: Live, effects: &mut Vec<Effect>) {
        match live {
            Live::Up(me) => {
                let again = self.link.is_down();
                if !self.ui.zone_fixed
                    && let Ok(zone) = Zone::named(&me.zone)
                {
                    self.ui.zone = zone;
                }
                self.link.up(*me, self.ui.now);
                if again {
                    self.shell.say(Role::Ok, self.ui.t(tx::CONNECTED_AGAIN), self.ui.now);
                }
                self.refresh(effects);
            }
            Live::Down { failure, retry_in_ms } => {
                if !self.link.is_down() {
                    self.shell.say(Role::Bad, failure.message.clone(), self.ui.now);
                }
                self.link.down(failure, retry_in_ms, self.ui.now);
            }
            Live::Queue(counts) => {
                self.overview.counted(&counts);
                self.queue.counted(&counts);
            }
            Live::Event(event) => self.with(effects, |parts, cx| {
                parts.queue.live(&event);
                parts.overview.live(&event, cx);
                parts.audit.live(&event, cx);
                parts.tickets.live(&event, cx);
                parts.customers.live(&event, cx);
                if let Some(ticket) = parts.ticket.as_mut() {
                    ticket.live(&event, cx);
                }
            }),
        }
    }

    /// Whether the connection fell and why, for the banner.
    #[must_use]
    pub fn banner(&self) -> Option<(String, bool)> {
        let since =
            self.link.last_up.map(|at| self.ui.f(tx::DATA_FROM, &[&self.ui.clock(at)])).unwrap_or_default();
        match &self.link.state {
            LinkState::Up => None,
            LinkState::Connecting if self.link.is_down() => {
                Some((self.ui.f(tx::RECONNECTING, &[&since]), false))
            }
            LinkState::Connecting => None,
            LinkState::Down { failure, retry_at } => {
                let seconds = ((retry_at.since_ms(self.ui.now) + 999) / 1000).max(0);
                let key = self.ui.keymap.hint(Act::Reconnect);
                let text = self.ui.f(tx::LOST, &[&seconds.to_string(), &key, &since, &failure.message]);
                Some((text, true))
            }
        }
    }
}

/// The screens, lent to whoever handles something.
pub(super) struct Parts<'a> {
    pub overview: &'a mut crate::screen::overview::State,
    pub tickets: &'a mut crate::screen::tickets::State,
    pub ticket: &'a mut Option<ticket::State>,
    pub queue: &'a mut crate::screen::queue::State,
    pub customers: &'a mut crate::screen::customers::State,
    pub audit: &'a mut crate::screen::audit::State,
}
