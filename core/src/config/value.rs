//! How one setting is read from a text, and how it is shown.

use std::{
    fmt::Display,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

/// What was written for a setting, before it is understood.
#[derive(Debug, Clone, PartialEq)]
pub enum Raw {
    /// Bare text of a variable, a flag or a default; lists are separated by commas.
    Word(String),
    /// A TOML string.
    Text(String),
    /// A TOML integer.
    Integer(i64),
    /// A TOML boolean.
    Bool(bool),
    /// A TOML array of strings.
    List(Vec<String>),
    /// Anything else in TOML, named for the message.
    Other(&'static str),
}

impl Raw {
    fn found(&self) -> String {
        match self {
            Raw::Word(text) | Raw::Text(text) => format!("the text {text:?}"),
            Raw::Integer(number) => format!("the number {number}"),
            Raw::Bool(value) => format!("{value}"),
            Raw::List(_) => "a list".to_owned(),
            Raw::Other(kind) => format!("a {kind}"),
        }
    }

    pub(super) fn refuse(&self, expected: &str) -> String {
        format!("expects {expected}, found {}", self.found())
    }

    /// The text of a setting that is written as one.
    pub(super) fn text(&self, expected: &str) -> Result<&str, String> {
        match self {
            Raw::Word(text) | Raw::Text(text) => Ok(text.trim()),
            _ => Err(self.refuse(expected)),
        }
    }
}

/// A type a setting can have.
pub trait Setting: Sized {
    /// What the manual says the type is, such as "a duration (30s, 15m, 12h, 7d)".
    const KIND: &'static str;
    /// Whether an empty value means "not set".
    const OPTIONAL: bool = false;
    /// Whether the value is, or holds, a secret; such a setting can also be read from a file of its own.
    const SECRET: bool = false;

    /// Reads a value; the error says what was expected.
    fn parse(raw: &Raw) -> Result<Self, String>;

    /// The value as TOML; secrets come out masked.
    fn show(&self) -> String;

    /// The number that limits apply to: the value itself, seconds, bytes or characters.
    fn measure(&self) -> Option<i64> {
        None
    }

    /// Makes a relative path start from the folder of the file it was written in.
    fn rebase(&mut self, _folder: &Path) {}
}

/// Writes a text as a TOML string.
pub(super) fn quoted(text: impl Display) -> String {
    toml::Value::String(text.to_string()).to_string()
}

impl Setting for String {
    const KIND: &'static str = "a text";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text(Self::KIND)?;
        if text.chars().any(char::is_control) {
            return Err("must not contain control characters".to_owned());
        }
        if text.is_empty() {
            return Err("must not be empty".to_owned());
        }
        Ok(text.to_owned())
    }

    fn show(&self) -> String {
        quoted(self)
    }
}

impl Setting for PathBuf {
    const KIND: &'static str = "a path";

    fn parse(raw: &Raw) -> Result<Self, String> {
        String::parse(raw).map(PathBuf::from)
    }

    fn show(&self) -> String {
        quoted(self.display())
    }

    fn rebase(&mut self, folder: &Path) {
        if self.is_relative() {
            *self = folder.join(&*self);
        }
    }
}

impl Setting for bool {
    const KIND: &'static str = "true or false";

    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Bool(value) => Ok(*value),
            Raw::Word(word) => match word.trim() {
                "true" | "yes" | "on" | "1" => Ok(true),
                "false" | "no" | "off" | "0" => Ok(false),
                _ => Err(raw.refuse(Self::KIND)),
            },
            _ => Err(raw.refuse(Self::KIND)),
        }
    }

    fn show(&self) -> String {
        self.to_string()
    }
}

macro_rules! integers {
    ($($ty:ty),+) => {$(
        impl Setting for $ty {
            const KIND: &'static str = "a whole number";

            fn parse(raw: &Raw) -> Result<Self, String> {
                let number = match raw {
                    Raw::Integer(number) => *number,
                    Raw::Word(word) => word.trim().parse().map_err(|_| raw.refuse(Self::KIND))?,
                    _ => return Err(raw.refuse(Self::KIND)),
                };
                <$ty>::try_from(number).map_err(|_| format!("must be from {} to {}, found {number}", <$ty>::MIN, <$ty>::MAX))
            }

            fn show(&self) -> String {
                self.to_string()
            }

            fn measure(&self) -> Option<i64> {
                Some(i64::from(*self))
            }
        }
    )+};
}
integers!(u16, u32);

impl Setting for SocketAddr {
    const KIND: &'static str = "an address with a port (127.0.0.1:8080, [::]:8080)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text(Self::KIND)?;
        let spelled = match text.strip_prefix("localhost:") {
            Some(port) => format!("127.0.0.1:{port}"),
            None if text.starts_with(':') => format!("0.0.0.0{text}"),
            None => text.to_owned(),
        };
        spelled.parse().map_err(|_| raw.refuse(Self::KIND))
    }

    fn show(&self) -> String {
        quoted(self)
    }
}

const UNITS: [(&str, u64); 4] = [("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1)];

impl Setting for Duration {
    const KIND: &'static str = "a duration (30s, 15m, 12h, 7d)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text(Self::KIND)?;
        let refuse = || raw.refuse(Self::KIND);
        if let Some(number) = text.strip_suffix("ms") {
            return number.trim().parse().map(Duration::from_millis).map_err(|_| refuse());
        }
        let (number, unit) =
            UNITS.iter().find_map(|(unit, s)| Some((text.strip_suffix(unit)?, s))).ok_or_else(refuse)?;
        let number: u64 = number.trim().parse().map_err(|_| refuse())?;
        number.checked_mul(*unit).map(Duration::from_secs).ok_or_else(refuse)
    }

    fn show(&self) -> String {
        if self.subsec_millis() != 0 {
            return quoted(format!("{}ms", self.as_millis()));
        }
        let s = self.as_secs();
        let (unit, size) =
            UNITS.into_iter().find(|(_, size)| s.is_multiple_of(*size) && s >= *size).unwrap_or(("s", 1));
        quoted(format!("{}{unit}", s / size))
    }

    fn measure(&self) -> Option<i64> {
        i64::try_from(self.as_secs()).ok()
    }
}

impl<T: Setting> Setting for Option<T> {
    const KIND: &'static str = T::KIND;
    const OPTIONAL: bool = true;
    const SECRET: bool = T::SECRET;

    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw {
            Raw::Word(text) | Raw::Text(text) if text.trim().is_empty() => Ok(None),
            _ => T::parse(raw).map(Some),
        }
    }

    fn show(&self) -> String {
        self.as_ref().map_or_else(|| "\"\"".to_owned(), T::show)
    }

    fn measure(&self) -> Option<i64> {
        self.as_ref().and_then(T::measure)
    }

    fn rebase(&mut self, folder: &Path) {
        if let Some(value) = self {
            value.rebase(folder);
        }
    }
}

impl<T: Setting> Setting for Vec<T> {
    const KIND: &'static str = "a list";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let words: Vec<String> = match raw {
            Raw::List(items) => items.clone(),
            Raw::Word(text) => {
                text.split(',').map(|word| word.trim().to_owned()).filter(|w| !w.is_empty()).collect()
            }
            _ => return Err(format!("expects a list in brackets of {}, found {}", T::KIND, raw.found())),
        };
        words.into_iter().map(|word| T::parse(&Raw::Text(word))).collect()
    }

    fn show(&self) -> String {
        format!("[{}]", self.iter().map(T::show).collect::<Vec<_>>().join(", "))
    }
}
