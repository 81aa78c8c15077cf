//! The console without a terminal and without a daemon: keys and answers in, screens and questions out.

mod bad_path;
mod data;
mod queue;
mod screens;
mod work;

use aglis_core::accounts::Me;
use aglis_core::event::LiveEvent;
use aglis_core::types::{Time, Zone};
use ratatui::buffer::Buffer;
use ratatui::layout::Rect;

use super::{Drafts, Effect, Event, Live, Model, Ui};
use crate::keymap::{Keymap, key_name};
use crate::lang::Lang;
use crate::net::request::{Answer, Failure, Payload, Request, Why};
use crate::term::{Caps, Depth, Input};
use crate::theme::{Paper, Theme};

/// 2026-11-21 14:05:00 WIB.
pub const NOW_MS: i64 = 1_795_244_700_000;

/// A console in a test.
pub struct Console {
    pub model: Model,
    pub now: Time,
    /// Questions that were not answered yet.
    pub asked: Vec<Request>,
    pub copied: Vec<String>,
    /// Files written: name and content.
    pub exported: Vec<(String, String)>,
    pub quit: bool,
    pub drafts_saved: usize,
    /// Where the daemon's business is.
    pub zone: &'static str,
}

impl Console {
    pub fn new(size: (u16, u16), lang: Lang) -> Self {
        let caps = Caps { depth: Depth::True, unicode: true, attributes: true, answers: true };
        let now = Time::from_ms(NOW_MS);
        let ui = Ui {
            lang,
            theme: Theme::new(caps, Paper::Dark),
            paper_fixed: false,
            keymap: Keymap::default(),
            zone: Zone::named("Asia/Jakarta").expect("zone"),
            zone_fixed: false,
            read_only: false,
            mouse: false,
            size,
            now,
            server: String::new(),
        };
        let model = Model::new(ui, Drafts::open(None, "test"));
        Self {
            model,
            now,
            asked: Vec::new(),
            copied: Vec::new(),
            exported: Vec::new(),
            quit: false,
            drafts_saved: 0,
            zone: "Asia/Jakarta",
        }
    }

    /// A console that is connected and has what the demo provider has.
    pub fn connected(size: (u16, u16), lang: Lang) -> Self {
        let mut console = Self::new(size, lang);
        console.connect();
        console.answer_all();
        console
    }

    pub fn connect(&mut self) {
        let me: Me = serde_json::from_value(serde_json::json!({
            "name": "budi", "full_name": "Budi Hartono", "user_id": null, "role": "admin", "technician_id": null,
            "locale": "id", "permissions": aglis_core::permission::Permission::ALL, "via": "socket", "zone": self.zone, "pending": null
        }))
        .expect("me");
        self.event(Event::Live(Live::Up(Box::new(me))));
    }

    pub fn lose(&mut self) {
        let failure =
            Failure { why: Why::Unreachable, message: "/run/aglis/aglisd.sock is not reachable".into() };
        self.event(Event::Live(Live::Down { failure, retry_in_ms: 5_000 }));
    }

    pub fn event(&mut self, event: Event) {
        for effect in self.model.update(event, self.now) {
            match effect {
                Effect::Ask(request) => self.asked.push(*request),
                Effect::Copy(text) => self.copied.push(text),
                Effect::Export(export) => {
                    self.model.exported(&export, Ok(()));
                    self.exported.push((export.file.display().to_string(), export.text));
                }
                Effect::Quit => self.quit = true,
                Effect::SaveDrafts(_) => self.drafts_saved += 1,
                Effect::Connect | Effect::Mouse(_) | Effect::Redraw => {}
            }
        }
    }

    /// Presses keys as they are written, separated by blanks.
    pub fn press(&mut self, keys: &str) {
        for name in keys.split(' ') {
            let key = key_name::parse(name).unwrap_or_else(|e| panic!("{e}"));
            self.event(Event::Input(Input::Key(key)));
        }
    }

    /// Types a text.
    pub fn type_text(&mut self, text: &str) {
        for c in text.chars() {
            let key = crate::term::Key::char(c);
            self.event(Event::Input(Input::Key(key)));
        }
    }

    /// Lets time pass.
    pub fn wait(&mut self, ms: i64) {
        self.now = self.now.plus_ms(ms);
        self.event(Event::Tick);
    }

    /// Answers the next question, as the demo provider would.
    pub fn answer_all(&mut self) {
        while !self.asked.is_empty() {
            let request = self.asked.remove(0);
            let payload = data::answer(&request);
            self.reply(request, Ok(payload));
        }
    }

    pub fn reply(&mut self, request: Request, result: Result<Payload, Failure>) {
        self.event(Event::Api(Box::new(Answer { request, result })));
    }

    pub fn happens(&mut self, event: LiveEvent) {
        self.event(Event::Live(Live::Event(Box::new(event))));
    }

    pub fn frame(&mut self) -> Buffer {
        let (columns, rows) = self.model.ui.size;
        let mut frame = Buffer::empty(Rect::new(0, 0, columns, rows));
        self.model.view(&mut frame);
        frame
    }

    /// What the screen shows.
    pub fn screen(&mut self) -> String {
        let frame = self.frame();
        let rows = frame.content.chunks(usize::from(frame.area.width));
        let line = |row: &[ratatui::buffer::Cell]| {
            row.iter().map(|cell| cell.symbol()).collect::<String>().trim_end().to_owned()
        };
        rows.map(line).collect::<Vec<_>>().join("\n")
    }

    /// Whether the screen shows a text.
    #[track_caller]
    pub fn shows(&mut self, text: &str) {
        let screen = self.screen();
        assert!(screen.contains(text), "{text:?} is not on the screen:\n{screen}");
    }

    #[track_caller]
    pub fn hides(&mut self, text: &str) {
        let screen = self.screen();
        assert!(!screen.contains(text), "{text:?} is on the screen:\n{screen}");
    }
}
