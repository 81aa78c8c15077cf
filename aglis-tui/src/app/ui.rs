//! The terminal, the language, the keys and the clock: what every screen needs to draw itself.

use aglis_core::types::{Time, Zone};

use crate::keymap::Keymap;
use crate::lang::{Counted, Lang, Text};
use crate::theme::Theme;

/// Everything about how, and nothing about what.
#[derive(Debug)]
pub struct Ui {
    /// Language.
    pub lang: Lang,
    /// Colours and glyphs.
    pub theme: Theme,
    /// Whether the paper was set by hand, so that the terminal's answer is not believed.
    pub paper_fixed: bool,
    /// Keys.
    pub keymap: Keymap,
    /// The business zone: the daemon's, unless another was asked for.
    pub zone: Zone,
    /// Whether it was set by hand, so that the daemon's is not taken.
    pub zone_fixed: bool,
    /// Whether nothing may be changed.
    pub read_only: bool,
    /// Whether the mouse reports.
    pub mouse: bool,
    /// Columns and rows.
    pub size: (u16, u16),
    /// Now, as of the last event.
    pub now: Time,
    /// What the console talks to, for the first line.
    pub server: String,
}

impl Ui {
    /// A text in the language of the screen.
    #[must_use]
    pub const fn t(&self, text: Text) -> &'static str {
        self.lang.t(text)
    }

    /// A text with values.
    #[must_use]
    pub fn f(&self, text: Text, values: &[&str]) -> String {
        self.lang.f(text, values)
    }

    /// A text about a number of things, with the values after the number.
    #[must_use]
    pub fn n(&self, text: Counted, number: usize, values: &[&str]) -> String {
        self.lang.n(text, number, values)
    }

    /// Now, in whole seconds.
    #[must_use]
    pub fn now_s(&self) -> i64 {
        self.now.ms() / 1000
    }

    /// `14.05`.
    #[must_use]
    pub fn clock(&self, at: Time) -> String {
        self.zone.at(at).strftime("%H.%M").to_string()
    }

    /// `14.05.29`.
    #[must_use]
    pub fn clock_seconds(&self, at: Time) -> String {
        self.zone.at(at).strftime("%H.%M.%S").to_string()
    }

    /// `01/11 14.05`.
    #[must_use]
    pub fn moment(&self, at: Time) -> String {
        self.zone.at(at).strftime("%d/%m %H.%M").to_string()
    }

    /// `01/11/2025`.
    #[must_use]
    pub fn date(&self, at: Time) -> String {
        self.zone.at(at).strftime("%d/%m/%Y").to_string()
    }

    /// A span of time in at most six columns: `12m`, `3h41`, `21h`, `2d 3h`; with a minus when it is past.
    ///
    /// The longer the span the coarser, so that a list that nobody touches does not change from minute to minute.
    #[must_use]
    pub fn span(&self, seconds: i64) -> String {
        let sign = if seconds < 0 { "-" } else { "" };
        let minutes = seconds.abs() / 60;
        let (hour, day) = match self.lang {
            Lang::En => ("h", "d"),
            Lang::Id => ("j", "h"),
        };
        match minutes {
            0..60 => format!("{sign}{minutes}m"),
            60..240 => format!("{sign}{}{hour}{:02}", minutes / 60, minutes % 60),
            240..2880 => format!("{sign}{}{hour}", minutes / 60),
            _ => format!("{sign}{}{day}", minutes / 1440),
        }
    }

    /// A whole number with dots between thousands (commas in English).
    #[must_use]
    pub fn count(&self, number: usize) -> String {
        self.lang.number(number)
    }
}
