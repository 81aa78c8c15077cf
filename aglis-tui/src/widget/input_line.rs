//! One line of text being written.

use tui_input::{Input, InputRequest};

use crate::term::{Code, Key};

/// A line and the cursor in it.
#[derive(Debug, Clone, Default)]
pub struct InputLine {
    input: Input,
}

impl InputLine {
    /// A line that starts with a text.
    #[must_use]
    pub fn with(text: &str) -> Self {
        Self { input: Input::new(text.to_owned()) }
    }

    /// What was written.
    #[must_use]
    pub fn text(&self) -> &str {
        self.input.value()
    }

    /// Columns in front of the cursor.
    #[must_use]
    pub fn cursor(&self) -> usize {
        self.input.visual_cursor()
    }

    /// Replaces the text and puts the cursor at its end.
    pub fn set(&mut self, text: &str) {
        self.input = Input::new(text.to_owned());
    }

    /// Puts in a pasted text, line breaks as blanks.
    pub fn paste(&mut self, text: &str) {
        for c in crate::text::clean(text.trim_end()).chars() {
            self.input.handle(InputRequest::InsertChar(c));
        }
    }

    /// Takes a key; false when it is not one for writing.
    pub fn key(&mut self, key: Key) -> bool {
        let request = match (key.code, key.ctrl, key.alt) {
            (Code::Char(c), false, false) => InputRequest::InsertChar(c),
            (Code::Backspace, false, false) | (Code::Char('h'), true, false) => InputRequest::DeletePrevChar,
            (Code::Delete, _, _) => InputRequest::DeleteNextChar,
            (Code::Left, false, false) | (Code::Char('b'), true, false) => InputRequest::GoToPrevChar,
            (Code::Right, false, false) | (Code::Char('f'), true, false) => InputRequest::GoToNextChar,
            (Code::Left, _, _) | (Code::Char('b'), false, true) => InputRequest::GoToPrevWord,
            (Code::Right, _, _) | (Code::Char('f'), false, true) => InputRequest::GoToNextWord,
            (Code::Home, _, _) | (Code::Char('a'), true, false) => InputRequest::GoToStart,
            (Code::End, _, _) | (Code::Char('e'), true, false) => InputRequest::GoToEnd,
            (Code::Char('w'), true, false) | (Code::Backspace, _, true) => InputRequest::DeletePrevWord,
            (Code::Char('u'), true, false) => InputRequest::DeleteLine,
            (Code::Char('k'), true, false) => InputRequest::DeleteTillEnd,
            _ => return false,
        };
        self.input.handle(request);
        true
    }
}
