//! What a state looks like: a glyph, a word, and where the terminal can, a colour.

use ratatui::style::{Color, Modifier, Style};

use crate::term::{Caps, Depth};

/// What a piece of text means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// Ordinary text.
    Text,
    /// Less important.
    Muted,
    /// As it should be.
    Ok,
    /// Worth knowing.
    Info,
    /// Needs attention soon.
    Warn,
    /// Wrong.
    Bad,
    /// Wrong and urgent.
    Critical,
    /// A heading.
    Title,
    /// Where the cursor is.
    Cursor,
    /// A key to press.
    Key,
}

/// Light or dark paper.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Paper {
    /// Dark ink on light paper.
    Light,
    /// Light ink on dark paper.
    Dark,
}

/// How roles are drawn on this terminal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Theme {
    caps: Caps,
    paper: Paper,
    dimmed: bool,
}

/// Colours of one role: true colour and 256-colour index on light paper, the same on dark paper, and of sixteen.
struct Ink {
    light: (u32, u8),
    dark: (u32, u8),
    ansi: Color,
}

const fn ink(light: u32, light_index: u8, dark: u32, dark_index: u8, ansi: Color) -> Ink {
    Ink { light: (light, light_index), dark: (dark, dark_index), ansi }
}

const MUTED: Ink = ink(0x4A_5B_6C, 240, 0xA7_B5_C4, 248, Color::Reset);
const OK: Ink = ink(0x0B_6B_4F, 23, 0x5F_D7_A7, 78, Color::Green);
const INFO: Ink = ink(0x0A_4F_A3, 25, 0x7A_B8_FF, 111, Color::Blue);
const WARN: Ink = ink(0x8A_52_00, 94, 0xFF_C1_5E, 214, Color::Yellow);
const BAD: Ink = ink(0xA1_12_2C, 124, 0xFF_8A_80, 210, Color::Red);
const CRITICAL: Ink = ink(0x8E_24_AA, 125, 0xFF_8A_C4, 212, Color::Reset);

impl Theme {
    /// The theme for a terminal, on dark paper until told otherwise.
    #[must_use]
    pub const fn new(caps: Caps, paper: Paper) -> Self {
        Self { caps, paper, dimmed: false }
    }

    /// The same with everything dimmed, as when what is shown may be out of date.
    #[must_use]
    pub const fn dimmed(self, dimmed: bool) -> Self {
        Self { dimmed, ..self }
    }

    /// The same on other paper.
    #[must_use]
    pub const fn on(self, paper: Paper) -> Self {
        Self { paper, ..self }
    }

    /// Light or dark.
    #[must_use]
    pub const fn paper(self) -> Paper {
        self.paper
    }

    /// What the terminal can show.
    #[must_use]
    pub const fn caps(self) -> Caps {
        self.caps
    }

    /// Whether glyphs beyond ASCII may be used.
    #[must_use]
    pub const fn unicode(self) -> bool {
        self.caps.unicode
    }

    /// The style of a role.
    #[must_use]
    pub fn style(self, role: Role) -> Style {
        if self.dimmed {
            let style = self.coloured(&MUTED);
            return match role {
                Role::Cursor => style.add_modifier(Modifier::REVERSED),
                _ if self.caps.depth <= Depth::Ansi => style.add_modifier(Modifier::DIM),
                _ => style,
            };
        }
        match role {
            Role::Text => Style::new(),
            Role::Muted if self.caps.depth <= Depth::Ansi => Style::new().add_modifier(Modifier::DIM),
            Role::Muted => self.coloured(&MUTED),
            Role::Ok => self.coloured(&OK),
            Role::Info => self.coloured(&INFO),
            Role::Warn => self.coloured(&WARN),
            Role::Bad => self.coloured(&BAD),
            Role::Critical if self.caps.depth <= Depth::Ansi => {
                Style::new().add_modifier(Modifier::REVERSED | Modifier::BOLD)
            }
            Role::Critical => self.coloured(&CRITICAL).add_modifier(Modifier::BOLD),
            Role::Title | Role::Key => Style::new().add_modifier(Modifier::BOLD),
            Role::Cursor => Style::new().add_modifier(Modifier::REVERSED),
        }
    }

    fn coloured(self, ink: &Ink) -> Style {
        let (rgb, index) = if self.paper == Paper::Light { ink.light } else { ink.dark };
        let colour = match self.caps.depth {
            Depth::None => return Style::new(),
            Depth::Ansi => ink.ansi,
            Depth::Indexed => Color::Indexed(index),
            Depth::True => {
                let [_, r, g, b] = rgb.to_be_bytes();
                Color::Rgb(r, g, b)
            }
        };
        Style::new().fg(colour)
    }

    /// The glyph of a role.
    #[must_use]
    pub const fn glyph(self, role: Role) -> &'static str {
        match role {
            Role::Ok => self.pick("✓", "+"),
            Role::Info => self.pick("●", "i"),
            Role::Warn => self.pick("▲", "!"),
            Role::Bad => self.pick("✗", "x"),
            Role::Critical => self.pick("✖", "X"),
            Role::Cursor => self.pick("▸", ">"),
            _ => self.pick("·", "."),
        }
    }

    /// The first where it can be shown, else the second.
    #[must_use]
    pub const fn pick(self, unicode: &'static str, ascii: &'static str) -> &'static str {
        if self.caps.unicode { unicode } else { ascii }
    }

    /// A horizontal line.
    #[must_use]
    pub const fn line(self) -> &'static str {
        self.pick("─", "-")
    }

    /// A vertical line.
    #[must_use]
    pub const fn bar(self) -> &'static str {
        self.pick("│", "|")
    }
}

/// Light paper when its colour is brighter than the middle.
#[must_use]
pub fn paper_of(r: u8, g: u8, b: u8) -> Paper {
    let brightness = u32::from(r) * 299 + u32::from(g) * 587 + u32::from(b) * 114;
    if brightness > 128_000 { Paper::Light } else { Paper::Dark }
}

/// The paper `COLORFGBG` tells of, as rxvt and others set it: the last number is the background.
#[must_use]
pub fn paper_from_env(colorfgbg: Option<&str>) -> Option<Paper> {
    let background: u8 = colorfgbg?.rsplit(';').next()?.parse().ok()?;
    Some(if matches!(background, 7 | 9..=15) { Paper::Light } else { Paper::Dark })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn theme(depth: Depth, unicode: bool) -> Theme {
        Theme::new(Caps { depth, unicode, attributes: true, answers: true }, Paper::Dark)
    }

    #[test]
    fn depth_decides_the_colour_and_never_the_meaning() {
        assert_eq!(theme(Depth::True, true).style(Role::Ok).fg, Some(Color::Rgb(0x5f, 0xd7, 0xa7)));
        assert_eq!(
            theme(Depth::Indexed, true).on(Paper::Light).style(Role::Bad).fg,
            Some(Color::Indexed(124))
        );
        assert_eq!(theme(Depth::Ansi, true).style(Role::Warn).fg, Some(Color::Yellow));
        assert_eq!(theme(Depth::None, true).style(Role::Warn).fg, None);
        let roles = [Role::Ok, Role::Info, Role::Warn, Role::Bad, Role::Critical];
        for unicode in [true, false] {
            let glyphs: std::collections::HashSet<_> =
                roles.iter().map(|role| theme(Depth::None, unicode).glyph(*role)).collect();
            assert_eq!(glyphs.len(), roles.len());
            assert!(unicode || glyphs.iter().all(|glyph| glyph.is_ascii()));
        }
    }

    #[test]
    fn paper_is_found() {
        assert_eq!(paper_of(0x0e, 0x16, 0x21), Paper::Dark);
        assert_eq!(paper_of(0xfd, 0xf6, 0xe3), Paper::Light);
        assert_eq!(paper_from_env(Some("0;default;15")), Some(Paper::Light));
        assert_eq!(paper_from_env(Some("15;0")), Some(Paper::Dark));
        assert_eq!(paper_from_env(None), None);
    }
}
