//! Text from outside, made safe and made to fit.

use std::borrow::Cow;

use unicode_width::UnicodeWidthChar as _;

/// The text with everything a terminal would act on made visible instead: control characters, and the marks that
/// change the direction of writing. Line breaks become blanks.
#[must_use]
pub fn clean(text: &str) -> Cow<'_, str> {
    if !text.chars().any(acts) {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|c| match c {
                '\n' | '\r' | '\t' => ' ',
                c if acts(c) => '\u{fffd}',
                c => c,
            })
            .collect(),
    )
}

/// Whether a terminal would act on the character, or hide it.
fn acts(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

/// Columns a text takes.
#[must_use]
pub fn width(text: &str) -> usize {
    text.chars().map(|c| c.width().unwrap_or(0)).sum()
}

/// The text in at most so many columns, ending in `mark` where something was left out.
#[must_use]
pub fn fit<'a>(text: &'a str, columns: usize, mark: &str) -> Cow<'a, str> {
    if width(text) <= columns {
        return Cow::Borrowed(text);
    }
    let room = columns.saturating_sub(width(mark));
    let mut used = 0;
    let mut kept: String = text
        .chars()
        .take_while(|c| {
            used += c.width().unwrap_or(0);
            used <= room
        })
        .collect();
    if columns >= width(mark) {
        kept.push_str(mark);
    }
    Cow::Owned(kept)
}

/// The text broken at blanks into lines of at most so many columns; its own line breaks are kept.
#[must_use]
pub fn wrap(text: &str, columns: usize) -> Vec<String> {
    let columns = columns.max(1);
    let mut lines = Vec::new();
    for paragraph in text.split('\n') {
        let mut line = String::new();
        for word in clean(paragraph).split(' ') {
            let mut word = word;
            let gap = usize::from(!line.is_empty());
            if width(&line) + gap + width(word) > columns && !line.is_empty() {
                lines.push(std::mem::take(&mut line));
            } else if gap == 1 {
                line.push(' ');
            }
            while width(word) > columns {
                let cut = word
                    .char_indices()
                    .scan(0, |used, (at, c)| {
                        *used += c.width().unwrap_or(0);
                        Some((at, *used))
                    })
                    .find(|(_, used)| *used > columns)
                    .map_or(word.len(), |(at, _)| at)
                    .max(word.chars().next().map_or(1, char::len_utf8));
                lines.push(word[..cut].to_owned());
                word = &word[cut..];
            }
            line.push_str(word);
        }
        lines.push(line);
    }
    lines
}

/// The text as far as a terminal without UTF-8 can show it.
#[must_use]
pub fn ascii(text: &str) -> Cow<'_, str> {
    if text.is_ascii() {
        return Cow::Borrowed(text);
    }
    Cow::Owned(
        text.chars()
            .map(|c| match c {
                c if c.is_ascii() => c,
                '\u{a0}' => ' ',
                '–' | '—' | '─' => '-',
                '‘' | '’' => '\'',
                '“' | '”' => '"',
                '•' | '·' => '.',
                '…' => '~',
                '→' => '>',
                '×' => 'x',
                _ => '?',
            })
            .collect(),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_in_data_are_neutralised() {
        assert_eq!(clean("a\x1b[31mb\u{9b}c\u{202e}d\ne"), "a\u{fffd}[31mb\u{fffd}c\u{fffd}d e");
        assert!(matches!(clean("plain – text"), Cow::Borrowed(_)));
    }

    #[test]
    fn text_fits_by_columns() {
        assert_eq!(fit("lampu merah", 11, "…"), "lampu merah");
        assert_eq!(fit("lampu merah", 8, "…"), "lampu m…");
        assert_eq!(fit("日本語", 5, "…"), "日本…");
        assert_eq!(fit("日本語", 4, "…"), "日…");
        assert_eq!(fit("abc", 0, "…"), "");
        assert_eq!(wrap("satu dua tiga\nempat", 8), ["satu dua", "tiga", "empat"]);
        assert_eq!(wrap("panjangsekali a", 5), ["panja", "ngsek", "ali a"]);
        assert_eq!(wrap("", 5), [""]);
        assert_eq!(ascii("é → “a”…"), "? > \"a\"~");
    }
}
