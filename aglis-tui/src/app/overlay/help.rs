//! Help: every key and command, searched by typing, run by Enter; what cannot be done says why.

use ratatui::layout::Rect;

use crate::app::Ui;
use crate::keymap::{ACTIONS, Act, Scope};
use crate::lang::texts as tx;
use crate::term::{Code, Key};
use crate::theme::Role;
use crate::widget::{Canvas, InputLine, ListCursor, Move, span};

/// Help on the screen.
#[derive(Debug)]
pub struct Help {
    /// Every action and, where it cannot be run now, why.
    entries: Vec<(Act, Option<String>)>,
    search: InputLine,
    cursor: ListCursor,
}

/// What a key did.
#[derive(Debug)]
pub enum Outcome {
    /// Still reading.
    Open,
    /// Closed.
    Closed,
    /// Run this.
    Run(Act),
    /// This cannot be run now.
    Refused(String),
}

impl Help {
    /// Shows every action; `why_not` says what cannot be done now, and why.
    #[must_use]
    pub fn new(why_not: impl Fn(Act) -> Option<String>) -> Self {
        let entries = ACTIONS.iter().map(|action| (action.act, why_not(action.act))).collect();
        Self { entries, search: InputLine::default(), cursor: ListCursor::default() }
    }

    fn shown(&self, ui: &Ui) -> Vec<&(Act, Option<String>)> {
        let words = self.search.text().to_lowercase();
        let texts = |act: Act| {
            let action = act.action();
            [ui.t(action.help).to_owned(), action.name.to_owned(), ui.keymap.all_hints(act)]
        };
        let found = |act: Act| {
            let texts = texts(act);
            words
                .split_whitespace()
                .all(|word| texts.iter().any(|text| aglis_core::filter::contains_folded(text, word)))
        };
        self.entries.iter().filter(|(act, _)| found(*act)).collect()
    }

    /// Takes a key.
    pub fn key(&mut self, ui: &Ui, key: Key) -> Outcome {
        let length = self.shown(ui).len();
        match (key.code, key.ctrl) {
            (Code::Esc, _) | (Code::F(1), _) => return Outcome::Closed,
            (Code::Char('?'), _) if self.search.text().is_empty() => return Outcome::Closed,
            (Code::Down, _) | (Code::Char('n' | 'j'), true) => self.cursor.go(Move::By(1), length),
            (Code::Up, _) | (Code::Char('p' | 'k'), true) => self.cursor.go(Move::By(-1), length),
            (Code::PageDown, _) | (Code::Char('d'), true) => self.cursor.go(Move::Half(1), length),
            (Code::PageUp, _) => self.cursor.go(Move::Half(-1), length),
            (Code::Enter, _) => {
                return match self.shown(ui).get(self.cursor.at) {
                    Some((_, Some(why))) => Outcome::Refused(why.clone()),
                    Some((act, None)) => Outcome::Run(*act),
                    None => Outcome::Open,
                };
            }
            _ => {
                if self.search.key(key) {
                    self.cursor.at = 0;
                }
            }
        }
        Outcome::Open
    }

    /// Draws it over the whole body.
    pub fn view(&mut self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        canvas.clear(area);
        canvas.rule(area, area.y, ui.t(tx::HELP));
        self.cursor.height = usize::from(area.height.saturating_sub(2));
        let shown = self.shown(ui);
        let mut cursor = self.cursor;
        cursor.keep(shown.len());
        for (line, index) in cursor.visible(shown.len()).enumerate() {
            let (act, why_not) = shown[index];
            let (action, y) = (act.action(), area.y + 1 + u16::try_from(line).unwrap_or(0));
            let here = index == cursor.at;
            if here {
                canvas.text(area.x, y, 1, canvas.theme.glyph(Role::Cursor), Role::Key);
            }
            let enabled = why_not.is_none();
            canvas.text(
                area.x + 1,
                y,
                15,
                &ui.keymap.all_hints(*act),
                if enabled { Role::Key } else { Role::Muted },
            );
            let command = action.command.map(|name| format!(":{name}")).unwrap_or_default();
            canvas.text(area.x + 17, y, 11, &command, Role::Muted);
            let text = match why_not {
                Some(why) => format!("{} ({why})", ui.t(action.help)),
                None => ui.t(action.help).to_owned(),
            };
            let scope = match action.scope {
                Scope::Anywhere | Scope::List => "",
                Scope::Ticket => ui.t(tx::SCOPE_TICKET),
                Scope::Queue => ui.t(tx::SCOPE_QUEUE),
                Scope::Editor => ui.t(tx::SCOPE_EDITOR),
            };
            let spans = [
                span(text, if enabled { Role::Text } else { Role::Muted }),
                span(if scope.is_empty() { "" } else { " · " }, Role::Muted),
                span(scope, Role::Muted),
            ];
            canvas.spans(area.x + 29, y, area.width.saturating_sub(29), &spans);
            if here {
                canvas.mark_cursor(area.x + 1, y, 15);
            }
        }
        let y = area.bottom() - 1;
        let text = self.search.text();
        let end = canvas.spans(area.x, y, area.width, &[span("? ", Role::Key), span(text, Role::Text)]);
        if text.is_empty() {
            canvas.text(end + 1, y, area.width, ui.t(tx::HELP_HINT), Role::Muted);
        }
        canvas.cursor = Some((area.x + 2 + u16::try_from(self.search.cursor()).unwrap_or(0), y));
        self.cursor = cursor;
    }
}
