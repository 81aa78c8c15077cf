//! How keys are written, in the configuration file and on the screen.

use crate::term::{Code, Key};

const NAMES: &[(&str, Code)] = &[
    ("Space", Code::Char(' ')),
    ("Enter", Code::Enter),
    ("Esc", Code::Esc),
    ("Tab", Code::Tab),
    ("Shift-Tab", Code::BackTab),
    ("Backspace", Code::Backspace),
    ("Delete", Code::Delete),
    ("Insert", Code::Insert),
    ("Up", Code::Up),
    ("Down", Code::Down),
    ("Left", Code::Left),
    ("Right", Code::Right),
    ("Home", Code::Home),
    ("End", Code::End),
    ("PageUp", Code::PageUp),
    ("PageDown", Code::PageDown),
];

/// Reads `s`, `@`, `Ctrl-d`, `Alt-x`, `F5`, `Space`, `Shift-Tab`.
///
/// # Errors
/// A line that says how keys are written.
pub fn parse(text: &str) -> Result<Key, String> {
    let (mut ctrl, mut alt, mut rest) = (false, false, text);
    loop {
        if let Some(tail) = strip(rest, "ctrl-").or_else(|| strip(rest, "c-")) {
            (ctrl, rest) = (true, tail);
        } else if let Some(tail) = strip(rest, "alt-").or_else(|| strip(rest, "m-")) {
            (alt, rest) = (true, tail);
        } else {
            break;
        }
    }
    let named = NAMES.iter().find(|(name, _)| name.eq_ignore_ascii_case(rest)).map(|(_, code)| *code);
    let function = || {
        let number = rest.strip_prefix(['F', 'f'])?.parse().ok()?;
        (1..=12).contains(&number).then_some(Code::F(number))
    };
    let single = || {
        let mut chars = rest.chars();
        let c = chars.next().filter(|c| !c.is_control())?;
        chars.next().is_none().then_some(Code::Char(if ctrl { c.to_ascii_lowercase() } else { c }))
    };
    named
        .or_else(function)
        .or_else(single)
        .map(|code| Key { code, ctrl, alt })
        .ok_or_else(|| format!("`{text}` is not a key; write it like s, @, Ctrl-d, F5, Space or Shift-Tab"))
}

/// `rest` without the prefix, whatever its case, if something follows it.
fn strip<'a>(text: &'a str, prefix: &str) -> Option<&'a str> {
    let head = text.get(..prefix.len())?;
    head.eq_ignore_ascii_case(prefix).then(|| &text[prefix.len()..]).filter(|rest| !rest.is_empty())
}

/// The key as it is written.
#[must_use]
pub fn name(key: Key) -> String {
    let mut text = String::new();
    if key.ctrl {
        text.push_str("Ctrl-");
    }
    if key.alt {
        text.push_str("Alt-");
    }
    match key.code {
        Code::F(number) => text.push_str(&format!("F{number}")),
        code => match NAMES.iter().find(|(_, known)| *known == code) {
            Some((name, _)) => text.push_str(name),
            None => {
                if let Code::Char(c) = code {
                    text.push(c);
                }
            }
        },
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_written_as_they_are_read() {
        for text in
            ["s", "@", "Ctrl-d", "Alt-x", "F5", "Space", "Ctrl-Space", "Shift-Tab", "Enter", "-", "Ctrl--"]
        {
            assert_eq!(name(parse(text).expect(text)), text);
        }
        assert_eq!(parse("ctrl-D"), Ok(Key::ctrl('d')));
        assert!(parse("Crtl-d").expect_err("typo").contains("is not a key"));
        assert!(parse("").is_err());
        assert!(parse("F13").is_err());
    }
}
