//! Bytes from the terminal, read as keys, pastes, mouse reports and answers to what we asked it.
//!
//! Our own reader, because answers to queries (the background colour) arrive between keys at any time, and because a
//! lone Escape must be told from the start of a sequence by a clock the event loop owns.

/// A key with its modifiers. Shift is only told apart where the key has no shifted character of its own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// Which key.
    pub code: Code,
    /// Held together with Ctrl.
    pub ctrl: bool,
    /// Held together with Alt.
    pub alt: bool,
}

/// The key itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[allow(missing_docs)]
pub enum Code {
    Char(char),
    F(u8),
    Enter,
    Esc,
    Tab,
    BackTab,
    Backspace,
    Delete,
    Insert,
    Up,
    Down,
    Left,
    Right,
    Home,
    End,
    PageUp,
    PageDown,
}

impl Key {
    /// The key without modifiers.
    #[must_use]
    pub const fn plain(code: Code) -> Self {
        Self { code, ctrl: false, alt: false }
    }

    /// The character without modifiers.
    #[must_use]
    pub const fn char(c: char) -> Self {
        Self::plain(Code::Char(c))
    }

    /// The character with Ctrl.
    #[must_use]
    pub const fn ctrl(c: char) -> Self {
        Self { code: Code::Char(c), ctrl: true, alt: false }
    }
}

/// One thing the terminal said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Input {
    /// A key.
    Key(Key),
    /// Text pasted as one piece.
    Paste(String),
    /// The wheel: rows to move, negative is up.
    Wheel(i16),
    /// The left button went down on this cell, counted from 0.
    Click(u16, u16),
    /// The background colour, answered to OSC 11.
    Background(u8, u8, u8),
}

/// Turns chunks of bytes into [`Input`]s, keeping what is incomplete.
#[derive(Debug, Default)]
pub struct Decoder {
    rest: Vec<u8>,
    paste: Option<Vec<u8>>,
}

const PASTE_END: &[u8] = b"\x1b[201~";
/// An answer longer than this is not one of ours: the terminal is given up on, not the memory.
const LONGEST_ANSWER: usize = 4096;

enum Step {
    Need,
    Skip(usize),
    Found(usize, Input),
    PasteStart(usize),
}

impl Decoder {
    /// Reads a chunk.
    pub fn push(&mut self, bytes: &[u8]) -> Vec<Input> {
        self.rest.extend_from_slice(bytes);
        let mut found = Vec::new();
        loop {
            if let Some(paste) = &mut self.paste {
                paste.append(&mut self.rest);
                let Some(end) = paste.windows(PASTE_END.len()).position(|window| window == PASTE_END) else {
                    break;
                };
                self.rest = paste.split_off(end + PASTE_END.len());
                paste.truncate(end);
                let text = String::from_utf8_lossy(paste).replace("\r\n", "\n").replace('\r', "\n");
                found.push(Input::Paste(text));
                self.paste = None;
            }
            if self.rest.is_empty() {
                break;
            }
            match step(&self.rest) {
                Step::Need if self.rest.len() > LONGEST_ANSWER => self.rest.clear(),
                Step::Need => break,
                Step::Skip(used) => drop(self.rest.drain(..used)),
                Step::Found(used, input) => {
                    self.rest.drain(..used);
                    found.push(input);
                }
                Step::PasteStart(used) => {
                    self.rest.drain(..used);
                    self.paste = Some(Vec::new());
                }
            }
        }
        found
    }

    /// Whether bytes wait for their continuation, so that [`Decoder::flush`] should follow after a pause.
    #[must_use]
    pub fn waits(&self) -> bool {
        self.paste.is_none() && !self.rest.is_empty()
    }

    /// Nothing more came: a waiting Escape was the Escape key.
    pub fn flush(&mut self) -> Vec<Input> {
        let rest = std::mem::take(&mut self.rest);
        match rest.as_slice() {
            [0x1b] => vec![key(Code::Esc)],
            [0x1b, b'['] => vec![alt('[')],
            [0x1b, b'O'] => vec![alt('O')],
            [0x1b, b']'] => vec![alt(']')],
            [0x1b, b'P'] => vec![alt('P')],
            _ => Vec::new(),
        }
    }
}

fn key(code: Code) -> Input {
    Input::Key(Key::plain(code))
}

fn alt(c: char) -> Input {
    Input::Key(Key { code: Code::Char(c), ctrl: false, alt: true })
}

fn step(bytes: &[u8]) -> Step {
    match bytes[0] {
        0x1b => escape(bytes),
        b'\r' | b'\n' => Step::Found(1, key(Code::Enter)),
        b'\t' => Step::Found(1, key(Code::Tab)),
        0x7f | 0x08 => Step::Found(1, key(Code::Backspace)),
        0 => Step::Found(1, Input::Key(Key::ctrl(' '))),
        c @ 1..=26 => Step::Found(1, Input::Key(Key::ctrl(char::from(c + b'a' - 1)))),
        c @ 28..=31 => Step::Found(1, Input::Key(Key::ctrl(char::from(c + 64)))),
        _ => character(bytes).map_or(Step::Need, |(used, c)| {
            c.map_or(Step::Skip(used), |c| Step::Found(used, Input::Key(Key::char(c))))
        }),
    }
}

/// The first character and its length; `None` while incomplete, no character where the bytes are not UTF-8.
fn character(bytes: &[u8]) -> Option<(usize, Option<char>)> {
    let length = match bytes[0] {
        0..=0x7f => 1,
        0xc2..=0xdf => 2,
        0xe0..=0xef => 3,
        0xf0..=0xf4 => 4,
        _ => return Some((1, None)),
    };
    if bytes.len() < length {
        return None;
    }
    match std::str::from_utf8(&bytes[..length]) {
        Ok(text) => Some((length, text.chars().next().filter(|c| !c.is_control()))),
        Err(_) => Some((1, None)),
    }
}

fn escape(bytes: &[u8]) -> Step {
    match bytes.get(1) {
        None => Step::Need,
        Some(b'[') => csi(bytes),
        Some(b'O') => match bytes.get(2) {
            None => Step::Need,
            Some(c @ b'P'..=b'S') => Step::Found(3, key(Code::F(c - b'P' + 1))),
            Some(c) => arrow(*c).map_or(Step::Skip(3), |code| Step::Found(3, key(code))),
        },
        Some(b']' | b'P' | b'_' | b'^') => answer(bytes),
        Some(0x1b) => Step::Found(1, key(Code::Esc)),
        Some(_) => match step(&bytes[1..]) {
            Step::Found(used, Input::Key(key)) => Step::Found(used + 1, Input::Key(Key { alt: true, ..key })),
            Step::Need => Step::Need,
            _ => Step::Skip(1),
        },
    }
}

fn arrow(last: u8) -> Option<Code> {
    Some(match last {
        b'A' => Code::Up,
        b'B' => Code::Down,
        b'C' => Code::Right,
        b'D' => Code::Left,
        b'H' => Code::Home,
        b'F' => Code::End,
        b'Z' => Code::BackTab,
        _ => return None,
    })
}

fn csi(bytes: &[u8]) -> Step {
    let Some(end) = bytes[2..].iter().position(|byte| (0x40..=0x7e).contains(byte)).map(|at| at + 2) else {
        return Step::Need;
    };
    let (used, last) = (end + 1, bytes[end]);
    let Ok(body) = std::str::from_utf8(&bytes[2..end]) else { return Step::Skip(used) };
    if let Some(mouse) = body.strip_prefix('<') {
        return mouse_report(used, mouse, last);
    }
    let numbers: Vec<u16> = body.split(';').map(|part| part.parse().unwrap_or(0)).collect();
    let modifiers = numbers.get(1).copied().unwrap_or(1).saturating_sub(1);
    let code = match last {
        b'~' => match numbers[0] {
            1 | 7 => Code::Home,
            2 => Code::Insert,
            3 => Code::Delete,
            4 | 8 => Code::End,
            5 => Code::PageUp,
            6 => Code::PageDown,
            n @ 11..=15 => Code::F((n - 10) as u8),
            n @ 17..=21 => Code::F((n - 11) as u8),
            n @ 23..=24 => Code::F((n - 12) as u8),
            200 => return Step::PasteStart(used),
            _ => return Step::Skip(used),
        },
        b'P'..=b'S' if !body.is_empty() => Code::F(last - b'P' + 1),
        _ => match arrow(last) {
            Some(code) => code,
            None => return Step::Skip(used),
        },
    };
    Step::Found(used, Input::Key(Key { code, ctrl: modifiers & 4 != 0, alt: modifiers & 2 != 0 }))
}

fn mouse_report(used: usize, body: &str, last: u8) -> Step {
    let mut numbers = body.split(';').map(|part| part.parse::<u16>().unwrap_or(0));
    let (button, x, y) =
        (numbers.next().unwrap_or(0), numbers.next().unwrap_or(0), numbers.next().unwrap_or(0));
    match (button, last) {
        (64, _) => Step::Found(used, Input::Wheel(-3)),
        (65, _) => Step::Found(used, Input::Wheel(3)),
        (0, b'M') => Step::Found(used, Input::Click(x.saturating_sub(1), y.saturating_sub(1))),
        _ => Step::Skip(used),
    }
}

/// OSC, DCS and the like: up to BEL or ST.
fn answer(bytes: &[u8]) -> Step {
    let end = bytes.iter().enumerate().skip(2).find_map(|(at, byte)| match byte {
        0x07 => Some((at, at + 1)),
        0x1b if bytes.get(at + 1) == Some(&b'\\') => Some((at, at + 2)),
        _ => None,
    });
    let Some((end, used)) = end else { return Step::Need };
    let colour =
        std::str::from_utf8(&bytes[2..end]).ok().and_then(|text| text.strip_prefix("11;")).and_then(colour);
    colour.map_or(Step::Skip(used), |(r, g, b)| Step::Found(used, Input::Background(r, g, b)))
}

/// `rgb:ffff/8080/00` or `#ff8000`, as terminals answer.
fn colour(text: &str) -> Option<(u8, u8, u8)> {
    let wide = |part: &str| {
        let digits = part.get(..part.len().min(2))?;
        u8::from_str_radix(digits, 16).ok().map(|n| if part.len() == 1 { n * 17 } else { n })
    };
    let mut parts = match text.strip_prefix("rgb:").or_else(|| text.strip_prefix("rgba:")) {
        Some(rest) => rest.split('/').map(wide).collect::<Vec<_>>(),
        None => {
            let hex = text.strip_prefix('#').filter(|hex| hex.len() == 6)?;
            [0, 2, 4].iter().map(|at| hex.get(*at..at + 2).and_then(wide)).collect()
        }
    }
    .into_iter();
    Some((parts.next()??, parts.next()??, parts.next()??))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(bytes: &[u8]) -> Vec<Input> {
        let mut decoder = Decoder::default();
        let mut found: Vec<Input> = bytes.iter().flat_map(|byte| decoder.push(&[*byte])).collect();
        assert_eq!(
            found,
            Decoder::default().push(bytes).into_iter().chain([]).collect::<Vec<_>>(),
            "by byte and whole"
        );
        found.extend(decoder.flush());
        found
    }

    #[test]
    fn keys_are_read() {
        assert_eq!(read(b"j"), [Input::Key(Key::char('j'))]);
        assert_eq!(read("é".as_bytes()), [Input::Key(Key::char('é'))]);
        assert_eq!(read(b"\x04"), [Input::Key(Key::ctrl('d'))]);
        assert_eq!(read(b"\0"), [Input::Key(Key::ctrl(' '))]);
        assert_eq!(
            read(b"\x1b[A\x1bOB\x1b[5~\x1b[15~\x1b[Z"),
            [key(Code::Up), key(Code::Down), key(Code::PageUp), key(Code::F(5)), key(Code::BackTab)]
        );
        assert_eq!(read(b"\x1b[1;5C"), [Input::Key(Key { code: Code::Right, ctrl: true, alt: false })]);
        assert_eq!(read(b"\x1bx"), [alt('x')]);
    }

    #[test]
    fn escape_waits_for_the_clock() {
        let mut decoder = Decoder::default();
        assert!(decoder.push(b"\x1b").is_empty());
        assert!(decoder.waits());
        assert_eq!(decoder.flush(), [key(Code::Esc)]);
        assert!(!decoder.waits());
        assert_eq!(decoder.push(b"\x1b\x1b[B"), [key(Code::Esc), key(Code::Down)]);
    }

    #[test]
    fn answers_never_become_keys() {
        assert_eq!(
            read(b"\x1b]11;rgb:ffff/8080/0000\x1b\\j"),
            [Input::Background(255, 128, 0), Input::Key(Key::char('j'))]
        );
        assert_eq!(read(b"\x1b]11;#0e1621\x07"), [Input::Background(0x0e, 0x16, 0x21)]);
        assert_eq!(read(b"\x1b[?62;22c\x1b[0n"), []);
        assert_eq!(read(b"\x1bP>|xterm\x1b\\"), []);
        assert_eq!(read(b"\x1b]52;c;?\x07"), []);
    }

    #[test]
    fn pastes_are_one_piece_and_bad_bytes_are_dropped() {
        assert_eq!(
            read(b"\x1b[200~a\x1b[Ab\r\nc\x1b[201~q"),
            [Input::Paste("a\x1b[Ab\nc".to_owned()), Input::Key(Key::char('q'))]
        );
        assert_eq!(read(b"\xff\xc3\x28a"), [Input::Key(Key::char('(')), Input::Key(Key::char('a'))]);
        assert_eq!(read(b"\x1b[<65;10;5M\x1b[<0;3;4M"), [Input::Wheel(3), Input::Click(2, 3)]);
    }
}
