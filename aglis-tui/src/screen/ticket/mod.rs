//! Screen 2, one ticket: what happened, who is affected, and the reply or note being written.

mod draw;

use aglis_core::customers::Customer;
use aglis_core::event::{LiveEvent, SubjectKind};
use aglis_core::tickets::{NewComment, Ticket, TimelineEntry, Visibility};
use aglis_core::types::{TicketId, Time};

use crate::app::cx::Target;
use crate::app::{Cmd, Cx, Drafts, Ui};
use crate::keymap::Act;
use crate::lang::texts as tx;
use crate::net::request::{Change, Failure, Payload, Request};
use crate::term::Key;
use crate::theme::Role;
use crate::widget::{Editor, Move};

/// A draft is kept this long after the last key.
const KEEP_AFTER_MS: i64 = 2_000;

/// What the screen knows of one ticket.
#[derive(Debug)]
pub struct State {
    id: TicketId,
    /// What the list knew of it.
    known: Option<Target>,
    ticket: Option<Box<Ticket>>,
    timeline: Option<Vec<TimelineEntry>>,
    customer: Option<Box<Customer>>,
    revealed: bool,
    /// Lines scrolled up from the end of the timeline.
    scrolled: usize,
    lines: usize,
    rows: usize,
    writing: Option<Writing>,
    missing: Option<String>,
}

#[derive(Debug)]
struct Writing {
    visibility: Visibility,
    editor: Editor,
    /// The text of the other kind, when one switched.
    other: Option<(Visibility, String)>,
    touched: Option<Time>,
    kept: Option<Time>,
    sending: Option<String>,
    /// What was sent last and under which key: sent again as it was, it is the same and arrives once.
    sent: Option<(NewComment, String)>,
}

impl State {
    /// Opens a ticket, with the draft that was left for it.
    #[must_use]
    pub fn open(id: TicketId, known: Option<Target>, drafts: &Drafts, cx: &mut Cx<'_>) -> Self {
        let mut state = Self {
            id,
            known,
            ticket: None,
            timeline: None,
            customer: None,
            revealed: false,
            scrolled: 0,
            lines: 0,
            rows: 0,
            writing: None,
            missing: None,
        };
        for visibility in [Visibility::Public, Visibility::Internal] {
            if !drafts.get(id, visibility).is_empty() {
                state.begin(visibility, drafts);
                break;
            }
        }
        state.refresh(cx);
        state
    }

    fn begin(&mut self, visibility: Visibility, drafts: &Drafts) {
        self.writing = Some(Writing {
            visibility,
            editor: Editor::with(drafts.get(self.id, visibility)),
            other: None,
            touched: None,
            kept: None,
            sending: None,
            sent: None,
        });
    }

    /// Asks for everything again.
    pub fn refresh(&mut self, cx: &mut Cx<'_>) {
        cx.ask(Request::Ticket(self.id));
        cx.ask(Request::Timeline(self.id, cx.ui.lang));
    }

    /// The ticket, for whoever wants to change it.
    #[must_use]
    pub fn target(&self) -> Option<Target> {
        let loaded = self.ticket.as_ref().map(|ticket| Target {
            id: ticket.summary.id,
            number: ticket.summary.number.clone(),
            status: ticket.summary.status,
            title: ticket.summary.title.clone(),
        });
        loaded.or_else(|| self.known.clone())
    }

    /// Whether something is being written.
    #[must_use]
    pub const fn writing(&self) -> bool {
        self.writing.is_some()
    }

    /// An answer came.
    pub fn answer(&mut self, request: &Request, payload: &Payload, cx: &mut Cx<'_>) {
        match (request, payload) {
            (Request::Ticket(id), Payload::Ticket(ticket)) if *id == self.id => {
                if self.customer.is_none()
                    && let Some(customer) = ticket.summary.customer_id
                {
                    cx.ask(Request::Customer(customer));
                }
                self.ticket = Some(ticket.clone());
            }
            (Request::Timeline(id, lang), Payload::Timeline(entries))
                if *id == self.id && *lang == cx.ui.lang =>
            {
                self.timeline = Some(entries.clone());
            }
            (Request::Customer(id) | Request::Reveal(id), Payload::Customer(customer))
                if self.customer_id() == Some(*id) =>
            {
                self.revealed = matches!(request, Request::Reveal(_));
                self.customer = Some(customer.clone());
            }
            (Request::Change { id, change, key }, Payload::Changed) if *id == self.id => {
                if let (Change::Comment(_), Some(writing)) = (change, &mut self.writing)
                    && writing.sending.as_ref() == Some(key)
                {
                    self.writing = None;
                    self.scrolled = 0;
                    cx.toast(Role::Ok, cx.ui.t(tx::SENT));
                }
                self.refresh(cx);
            }
            _ => {}
        }
    }

    fn customer_id(&self) -> Option<aglis_core::types::CustomerId> {
        self.ticket.as_ref().and_then(|ticket| ticket.summary.customer_id)
    }

    /// A question was not answered.
    pub fn failed(&mut self, request: &Request, failure: &Failure, cx: &mut Cx<'_>) {
        match request {
            Request::Ticket(id) if *id == self.id && self.ticket.is_none() => {
                self.missing = Some(failure.message.clone());
            }
            Request::Change { id, key, .. } if *id == self.id => {
                if let Some(writing) = &mut self.writing
                    && writing.sending.as_ref() == Some(key)
                {
                    writing.sending = None;
                }
                self.refresh(cx);
            }
            _ => {}
        }
    }

    /// Something happened somewhere.
    pub fn live(&mut self, event: &LiveEvent, cx: &mut Cx<'_>) {
        let ours = event.subject_kind == SubjectKind::Ticket && event.subject_id == Some(self.id.0);
        let message = event.data.get("ticket_id").and_then(serde_json::Value::as_i64) == Some(self.id.0);
        if ours || message {
            self.refresh(cx);
        }
    }

    /// Scrolls the timeline; what comes new does not move what is being read.
    pub fn go(&mut self, movement: Move) {
        let most = self.lines.saturating_sub(self.rows);
        self.scrolled = match movement {
            Move::By(rows) => self.scrolled.saturating_add_signed(-rows).min(most),
            Move::Half(way) => {
                let half = (self.rows / 2).max(1).cast_signed();
                self.scrolled.saturating_add_signed(-half * way).min(most)
            }
            Move::First => most,
            Move::Last => 0,
        };
    }

    /// Does what a key stands for.
    pub fn act(&mut self, act: Act, drafts: &Drafts, cx: &mut Cx<'_>) {
        match act {
            Act::Reply => self.begin(Visibility::Public, drafts),
            Act::Note => self.begin(Visibility::Internal, drafts),
            Act::Switch => self.switch(drafts),
            Act::Leave => self.writing = None,
            Act::Send => self.send(cx),
            Act::Reveal => {
                if let Some(id) = self.customer_id() {
                    if self.revealed {
                        self.customer = None;
                        self.revealed = false;
                        cx.ask(Request::Customer(id));
                    } else {
                        cx.ask(Request::Reveal(id));
                        cx.toast(Role::Info, cx.ui.t(tx::REVEALING));
                    }
                }
            }
            Act::Copy => {
                if let Some(ticket) = &self.ticket {
                    cx.cmds.push(Cmd::Copy(ticket.summary.number.clone()));
                    cx.toast(Role::Ok, cx.ui.f(tx::COPIED, &[&ticket.summary.number]));
                }
            }
            Act::Open => {
                if let Some(id) = self.customer_id() {
                    cx.cmds.push(Cmd::OpenCustomer(id));
                }
            }
            _ => {}
        }
    }

    fn switch(&mut self, drafts: &Drafts) {
        let id = self.id;
        let Some(writing) = &mut self.writing else { return };
        if writing.sending.is_some() {
            return;
        }
        let to = match writing.visibility {
            Visibility::Public => Visibility::Internal,
            Visibility::Internal => Visibility::Public,
        };
        // An empty side takes the text along: one noticed in time that it was meant for the other reader.
        let waiting = drafts.get(id, to).to_owned();
        let moved = waiting.is_empty();
        let text = if moved { writing.editor.text().to_owned() } else { waiting };
        let left = if moved { String::new() } else { writing.editor.text().to_owned() };
        writing.other = Some((writing.visibility, left));
        writing.visibility = to;
        writing.editor = Editor::with(&text);
    }

    fn send(&mut self, cx: &mut Cx<'_>) {
        let Some(writing) = &mut self.writing else { return };
        let body = writing.editor.text().trim().to_owned();
        if body.is_empty() {
            cx.toast(Role::Warn, cx.ui.t(tx::EMPTY_ANSWER));
            return;
        }
        if writing.sending.is_some() {
            return;
        }
        let comment = NewComment { body, visibility: Some(writing.visibility) };
        let before = writing.sent.take().filter(|(sent, _)| *sent == comment).map(|(_, key)| key);
        let key = before.unwrap_or_else(|| format!("tui-{}-{}-comment", std::process::id(), cx.ui.now.ms()));
        writing.sending = Some(key.clone());
        writing.sent = Some((comment.clone(), key.clone()));
        cx.ask(Request::Change { id: self.id, change: Change::Comment(comment), key });
    }

    /// Takes a key into what is being written.
    pub fn write(&mut self, key: Key, width: usize, now: Time) {
        if let Some(writing) = self.writing.as_mut().filter(|writing| writing.sending.is_none())
            && writing.editor.key(key, width)
        {
            writing.touched = Some(now);
        }
    }

    /// Takes a pasted text into what is being written.
    pub fn paste(&mut self, text: &str, now: Time) {
        if let Some(writing) = self.writing.as_mut().filter(|writing| writing.sending.is_none()) {
            writing.editor.insert(text);
            writing.touched = Some(now);
        }
    }

    /// When a draft wants to be kept.
    #[must_use]
    pub fn wake_at(&self) -> Option<Time> {
        self.writing.as_ref()?.touched.map(|at| at.plus_ms(KEEP_AFTER_MS))
    }

    /// Whether that time has come.
    #[must_use]
    pub fn draft_due(&self, now: Time) -> bool {
        self.wake_at().is_some_and(|at| at <= now)
    }

    /// Keeps what is being written; says whether that changed anything.
    pub fn keep_draft(&mut self, drafts: &mut Drafts) -> bool {
        let id = self.id;
        let Some(writing) = &mut self.writing else { return false };
        writing.kept = writing.touched.take().or(writing.kept);
        drafts.put(id, writing.visibility, writing.editor.text())
    }

    /// Keeps the text that was left when one switched.
    pub fn keep_other(&mut self, drafts: &mut Drafts) -> bool {
        let id = self.id;
        let Some(writing) = &mut self.writing else { return false };
        let left = writing.other.take().is_some_and(|(visibility, text)| drafts.put(id, visibility, &text));
        let here = drafts.put(id, writing.visibility, writing.editor.text());
        left || here
    }

    /// The status line.
    #[must_use]
    pub fn status(&self, ui: &Ui) -> String {
        match &self.writing {
            Some(Writing { sending: Some(_), .. }) => ui.t(tx::SENDING).to_owned(),
            Some(Writing { kept: Some(at), .. }) => ui.f(tx::DRAFT_KEPT, &[&ui.clock_seconds(*at)]),
            _ if self.scrolled > 0 => ui.f(tx::SCROLLED, &[&ui.keymap.hint(Act::Last)]),
            _ => String::new(),
        }
    }
}
