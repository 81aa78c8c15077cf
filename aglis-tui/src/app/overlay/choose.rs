//! A choice of one, searched by typing.

use ratatui::layout::Rect;

use aglis_core::queue::{JobState, QueueName};
use aglis_core::tickets::{Assign, Priority, TicketStatus};

use crate::app::Ui;
use crate::app::cx::Target;
use crate::lang::texts as tx;
use crate::term::{Code, Key};
use crate::theme::Role;
use crate::widget::{Canvas, InputLine, ListCursor, Move, span};

/// What is chosen.
#[derive(Debug, Clone)]
pub enum Pick {
    /// A status.
    Status(TicketStatus),
    /// Open again.
    Reopen,
    /// A priority.
    Priority(Priority),
    /// A technician, and their name.
    Assign(Assign, String),
    /// A saved view: its filter.
    View(String),
    /// The jobs of a state.
    Jobs(JobState),
    /// A queue, or all of them, to stand still.
    Pause(Option<QueueName>),
    /// A queue, or all of them, to go on.
    Resume(Option<QueueName>),
}

/// One of several.
#[derive(Debug)]
pub struct Choice {
    /// What it is called.
    pub label: String,
    /// What it means, or why.
    pub detail: String,
    /// How the label looks.
    pub role: Role,
    /// Why it cannot be chosen.
    pub disabled: Option<String>,
    /// What it stands for.
    pub pick: Pick,
}

/// A list to choose from.
#[derive(Debug)]
pub struct Choose {
    /// What is chosen.
    pub title: String,
    /// The tickets it is for; none for views.
    pub targets: Vec<Target>,
    /// What there is; none while it is still asked for.
    pub choices: Option<Vec<Choice>>,
    /// Whether an arriving list of candidates fills it.
    pub candidates: bool,
    search: InputLine,
    cursor: ListCursor,
}

/// What a key did.
#[derive(Debug)]
pub enum Outcome {
    /// Still choosing.
    Open,
    /// Closed without a choice.
    Closed,
    /// This was chosen.
    Chosen(Pick),
    /// This cannot be chosen.
    Refused(String),
}

impl Choose {
    /// A choice of what is known.
    #[must_use]
    pub fn new(title: String, targets: Vec<Target>, choices: Vec<Choice>) -> Self {
        let mut choose = Self {
            title,
            targets,
            choices: Some(choices),
            candidates: false,
            search: InputLine::default(),
            cursor: ListCursor::default(),
        };
        choose.choose_first();
        choose
    }

    /// A choice of candidates that are still asked for.
    #[must_use]
    pub fn waiting(title: String, targets: Vec<Target>) -> Self {
        Self {
            title,
            targets,
            choices: None,
            candidates: true,
            search: InputLine::default(),
            cursor: ListCursor::default(),
        }
    }

    /// The list arrived.
    pub fn fill(&mut self, choices: Vec<Choice>) {
        self.choices = Some(choices);
        self.candidates = false;
        self.choose_first();
    }

    fn choose_first(&mut self) {
        self.cursor.at = self.shown().iter().position(|choice| choice.disabled.is_none()).unwrap_or(0);
    }

    fn shown(&self) -> Vec<&Choice> {
        let words = self.search.text().to_lowercase();
        let found = |choice: &&Choice| {
            words.split_whitespace().all(|word| {
                aglis_core::filter::contains_folded(&choice.label, word)
                    || aglis_core::filter::contains_folded(&choice.detail, word)
            })
        };
        self.choices.iter().flatten().filter(found).collect()
    }

    /// Takes a key.
    pub fn key(&mut self, key: Key) -> Outcome {
        let length = self.shown().len();
        match (key.code, key.ctrl) {
            (Code::Esc, _) => return Outcome::Closed,
            (Code::Down, _) | (Code::Tab, _) | (Code::Char('n' | 'j'), true) => {
                self.cursor.go(Move::By(1), length)
            }
            (Code::Up, _) | (Code::BackTab, _) | (Code::Char('p' | 'k'), true) => {
                self.cursor.go(Move::By(-1), length)
            }
            (Code::PageDown, _) => self.cursor.go(Move::Half(1), length),
            (Code::PageUp, _) => self.cursor.go(Move::Half(-1), length),
            (Code::Enter, _) => {
                let chosen = self
                    .shown()
                    .get(self.cursor.at)
                    .map(|choice| (choice.disabled.clone(), choice.pick.clone()));
                return match chosen {
                    Some((Some(why), _)) => Outcome::Refused(why),
                    Some((None, pick)) => Outcome::Chosen(pick),
                    None => Outcome::Open,
                };
            }
            _ => {
                if self.search.key(key) {
                    self.choose_first();
                    let length = self.shown().len();
                    self.cursor.keep(length);
                }
            }
        }
        Outcome::Open
    }

    /// Puts in a pasted text.
    pub fn paste(&mut self, text: &str) {
        self.search.paste(text);
    }

    /// Rows it wants.
    #[must_use]
    pub fn height(&self) -> u16 {
        u16::try_from(self.choices.as_ref().map_or(1, Vec::len)).unwrap_or(12).clamp(1, 12) + 2
    }

    /// Draws it.
    pub fn view(&mut self, ui: &Ui, canvas: &mut Canvas<'_>, area: Rect) {
        canvas.clear(area);
        canvas.rule(area, area.y, &self.title);
        let rows = area.height.saturating_sub(2);
        self.cursor.height = usize::from(rows);
        let shown = self.shown();
        let mut cursor = self.cursor;
        cursor.keep(shown.len());
        if self.choices.is_none() {
            canvas.text(area.x + 2, area.y + 1, area.width - 2, ui.t(tx::LOADING), Role::Muted);
        } else if shown.is_empty() {
            canvas.text(area.x + 2, area.y + 1, area.width - 2, ui.t(tx::NOTHING_MATCHES), Role::Muted);
        }
        for (line, index) in cursor.visible(shown.len()).enumerate() {
            let (choice, y) = (shown[index], area.y + 1 + u16::try_from(line).unwrap_or(0));
            let here = index == cursor.at;
            if here {
                canvas.text(area.x + 1, y, 1, canvas.theme.glyph(Role::Cursor), Role::Key);
            }
            let role = if choice.disabled.is_some() { Role::Muted } else { choice.role };
            let width = (area.width / 3).clamp(18, 30);
            canvas.text(area.x + 2, y, width, &choice.label, role);
            let why = choice.disabled.as_ref().unwrap_or(&choice.detail);
            canvas.text(area.x + 3 + width, y, area.width.saturating_sub(width + 3), why, Role::Muted);
            if here {
                canvas.mark_cursor(area.x + 2, y, width);
            }
        }
        let y = area.bottom() - 1;
        let text = self.search.text();
        let prompt = canvas.theme.pick("⌕ ", "? ");
        let end =
            canvas.spans(area.x + 1, y, area.width - 1, &[span(prompt, Role::Muted), span(text, Role::Text)]);
        if text.is_empty() {
            canvas.text(end + 1, y, area.width, ui.t(tx::CHOOSE_HINT), Role::Muted);
        }
        canvas.cursor = Some((area.x + 3 + u16::try_from(self.search.cursor()).unwrap_or(0), y));
        self.cursor = cursor;
    }
}
