//! A few lines of text being written, wrapped to the width there is.

use crate::term::{Code, Key};
use crate::text;

/// The text and the cursor in it, as a byte offset.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Editor {
    text: String,
    at: usize,
}

/// The longest text, in characters, as the API takes it.
pub const LONGEST: usize = 4_000;

impl Editor {
    /// An editor with a text and the cursor at its end.
    #[must_use]
    pub fn with(text: &str) -> Self {
        Self { text: text.to_owned(), at: text.len() }
    }

    /// What was written.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Puts in a text at the cursor, as far as it fits.
    pub fn insert(&mut self, text: &str) {
        let room = LONGEST.saturating_sub(self.text.chars().count());
        let text: String = text.chars().filter(|c| *c == '\n' || !c.is_control()).take(room).collect();
        self.text.insert_str(self.at, &text);
        self.at += text.len();
    }

    /// Takes a key; false when it is not one for writing. `width` is the width the text is wrapped to.
    pub fn key(&mut self, key: Key, width: usize) -> bool {
        match (key.code, key.ctrl, key.alt) {
            (Code::Char(c), false, false) => self.insert(c.encode_utf8(&mut [0; 4])),
            (Code::Enter, _, _) => self.insert("\n"),
            (Code::Backspace, false, false) | (Code::Char('h'), true, false) => self.delete(self.before()),
            (Code::Char('w'), true, false) | (Code::Backspace, _, true) => self.delete(self.word_before()),
            (Code::Char('u'), true, false) => self.delete(self.line_start()),
            (Code::Delete, _, _) => {
                let after = self.after();
                self.text.replace_range(self.at..after, "");
            }
            (Code::Left, false, false) => self.at = self.before(),
            (Code::Right, false, false) => self.at = self.after(),
            (Code::Left, _, _) | (Code::Char('b'), false, true) => self.at = self.word_before(),
            (Code::Home, _, _) | (Code::Char('a'), true, false) => self.at = self.line_start(),
            (Code::End, _, _) | (Code::Char('e'), true, false) => {
                self.at = self.text[self.at..].find('\n').map_or(self.text.len(), |end| self.at + end);
            }
            (Code::Up, _, _) => self.vertical(-1, width),
            (Code::Down, _, _) => self.vertical(1, width),
            _ => return false,
        }
        true
    }

    fn delete(&mut self, from: usize) {
        self.text.replace_range(from..self.at, "");
        self.at = from;
    }

    fn before(&self) -> usize {
        self.text[..self.at].char_indices().next_back().map_or(0, |(at, _)| at)
    }

    fn after(&self) -> usize {
        self.text[self.at..].chars().next().map_or(self.at, |c| self.at + c.len_utf8())
    }

    fn word_before(&self) -> usize {
        let head = self.text[..self.at].trim_end();
        head.rfind(char::is_whitespace).map_or(0, |at| at + 1)
    }

    fn line_start(&self) -> usize {
        self.text[..self.at].rfind('\n').map_or(0, |at| at + 1)
    }

    /// The wrapped lines as byte ranges of the text.
    fn lines(&self, width: usize) -> Vec<(usize, usize)> {
        let width = width.max(1);
        let mut lines = Vec::new();
        let mut start = 0;
        for paragraph in self.text.split('\n') {
            let end = start + paragraph.len();
            let mut from = start;
            loop {
                let rest = &self.text[from..end];
                if text::width(rest) <= width {
                    lines.push((from, end));
                    break;
                }
                let mut used = 0;
                let fits = rest
                    .char_indices()
                    .find(|(_, c)| {
                        used += text::width(c.encode_utf8(&mut [0; 4]));
                        used > width
                    })
                    .map_or(rest.len(), |(at, _)| at);
                let cut = rest[..fits].rfind(' ').map_or(fits, |at| at + 1).max(1);
                let cut = (cut..=rest.len()).find(|at| rest.is_char_boundary(*at)).unwrap_or(rest.len());
                lines.push((from, from + cut));
                from += cut;
            }
            start = end + 1;
        }
        lines
    }

    fn place(&self, lines: &[(usize, usize)]) -> (usize, usize) {
        let row = lines.iter().rposition(|(from, _)| *from <= self.at).unwrap_or(0);
        let from = lines.get(row).map_or(0, |line| line.0);
        (text::width(&self.text[from..self.at]), row)
    }

    fn vertical(&mut self, way: isize, width: usize) {
        let lines = self.lines(width);
        let (column, row) = self.place(&lines);
        let Some((from, end)) = row.checked_add_signed(way).and_then(|row| lines.get(row)) else { return };
        let line = self.text[*from..*end].trim_end_matches(' ');
        let mut used = 0;
        self.at = line
            .char_indices()
            .find(|(_, c)| {
                let here = used;
                used += text::width(c.encode_utf8(&mut [0; 4]));
                here >= column
            })
            .map_or(from + line.len(), |(at, _)| from + at);
    }

    /// The lines to draw in so many rows, and the cursor's column and row among them.
    #[must_use]
    pub fn view(&self, width: usize, rows: usize) -> (Vec<&str>, (usize, usize)) {
        let lines = self.lines(width);
        let (column, row) = self.place(&lines);
        let top = (row + 1).saturating_sub(rows.max(1));
        let shown = lines.iter().skip(top).take(rows).map(|(from, end)| &self.text[*from..*end]).collect();
        (shown, (column.min(width), row - top))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn press(editor: &mut Editor, codes: &[Code]) {
        for code in codes {
            assert!(editor.key(Key::plain(*code), 10));
        }
    }

    #[test]
    fn writing_wraps_and_moves_by_what_is_seen() {
        let mut editor = Editor::default();
        editor.insert("satu dua tiga\nempat");
        assert_eq!(editor.view(10, 9), (vec!["satu dua ", "tiga", "empat"], (5, 2)));
        press(&mut editor, &[Code::Up]);
        assert_eq!(editor.view(10, 9).1, (4, 1));
        press(&mut editor, &[Code::Up, Code::Home, Code::Char('X')]);
        assert_eq!(editor.text(), "Xsatu dua tiga\nempat");
        press(&mut editor, &[Code::End, Code::Backspace, Code::Delete]);
        assert_eq!(editor.text(), "Xsatu dua tigempat");
        editor.key(Key::ctrl('w'), 10);
        assert_eq!(editor.text(), "Xsatu dua empat");
        assert_eq!(editor.view(10, 1).0.len(), 1);
    }

    #[test]
    fn a_paste_is_cleaned_and_bounded() {
        let mut editor = Editor::default();
        editor.insert("a\x1b[31mb\nc");
        assert_eq!(editor.text(), "a[31mb\nc");
        editor.insert(&"x".repeat(LONGEST * 2));
        assert_eq!(editor.text().chars().count(), LONGEST);
        assert!(!editor.key(Key::plain(Code::F(5)), 10));
    }
}
