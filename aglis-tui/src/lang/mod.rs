//! English and Indonesian, side by side, checked by the compiler: a text without one of the two does not exist.

mod checklist;
pub mod texts;

/// The language of the screen.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Lang {
    /// English.
    #[default]
    En,
    /// Bahasa Indonesia.
    Id,
}

/// One text in both languages. `{}` marks where values go, in the order they are given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Text {
    /// English.
    pub en: &'static str,
    /// Indonesian.
    pub id: &'static str,
}

/// One text about a number of things, which is its first value. English has another one for a single thing; Indonesian
/// says both alike.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// English for a single thing.
    pub one: &'static str,
    /// For any other number.
    pub text: Text,
}

impl Lang {
    /// The language of a tag or locale: `id`, `id_ID.UTF-8`, `in`, `en_US`. Unknown ones are `None`.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        match tag.split(['_', '-', '.', '@']).next()?.to_ascii_lowercase().as_str() {
            "id" | "in" | "ind" => Some(Self::Id),
            "en" | "c" | "posix" => Some(Self::En),
            _ => None,
        }
    }

    /// The tag: `en` or `id`.
    #[must_use]
    pub const fn tag(self) -> &'static str {
        match self {
            Self::En => "en",
            Self::Id => "id",
        }
    }

    /// The text in this language.
    #[must_use]
    pub const fn t(self, text: Text) -> &'static str {
        match self {
            Self::En => text.en,
            Self::Id => text.id,
        }
    }

    /// The text in this language with its values filled in.
    #[must_use]
    pub fn f(self, text: Text, values: &[&str]) -> String {
        fill(self.t(text), values)
    }

    /// The text about a number of things, with the number and the values after it filled in.
    #[must_use]
    pub fn n(self, counted: Counted, number: usize, values: &[&str]) -> String {
        let text = match (self, number) {
            (Self::En, 1) => counted.one,
            _ => self.t(counted.text),
        };
        fill(text, &[&[self.number(number).as_str()], values].concat())
    }

    /// A whole number with dots between thousands (commas in English).
    #[must_use]
    pub fn number(self, number: usize) -> String {
        let digits = number.to_string();
        let separator = if self == Self::Id { '.' } else { ',' };
        let mut text = String::new();
        for (at, digit) in digits.chars().enumerate() {
            if at > 0 && (digits.len() - at).is_multiple_of(3) {
                text.push(separator);
            }
            text.push(digit);
        }
        text
    }
}

fn fill(template: &str, values: &[&str]) -> String {
    let mut parts = template.split("{}");
    let mut filled = parts.next().unwrap_or_default().to_owned();
    for (at, part) in parts.enumerate() {
        filled.push_str(values.get(at).copied().unwrap_or_default());
        filled.push_str(part);
    }
    filled
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn languages_are_found_by_locale() {
        assert_eq!(Lang::from_tag("id_ID.UTF-8"), Some(Lang::Id));
        assert_eq!(Lang::from_tag("C.UTF-8"), Some(Lang::En));
        assert_eq!(Lang::from_tag("fr_FR"), None);
    }

    #[test]
    fn one_thing_is_said_as_one() {
        let said = |lang: Lang, number| lang.n(texts::NEED_UNASSIGNED, number, &[]);
        assert_eq!(said(Lang::En, 0), "0 tickets nobody has");
        assert_eq!(said(Lang::En, 1), "1 ticket nobody has");
        assert_eq!(said(Lang::En, 2), "2 tickets nobody has");
        assert_eq!(said(Lang::En, 1_021), "1,021 tickets nobody has");
        assert_eq!(said(Lang::Id, 1), "1 tiket tanpa teknisi");
        assert_eq!(said(Lang::Id, 1_021), "1.021 tiket tanpa teknisi");
        assert_eq!(Lang::En.n(texts::FROZEN, 1, &["f"]), "1 new event waits · f follows again");
    }

    #[test]
    fn both_languages_take_the_same_values() {
        for (name, text) in texts::ALL {
            assert_eq!(text.en.matches("{}").count(), text.id.matches("{}").count(), "{name}");
            assert!(!text.en.is_empty() && !text.id.is_empty(), "{name}");
        }
        for (name, counted) in texts::ALL_COUNTED {
            let values = |text: &str| text.matches("{}").count();
            assert_eq!(values(counted.one), values(counted.text.en), "{name}");
            assert_eq!(values(counted.one), values(counted.text.id), "{name}");
            assert!(counted.one.contains("{}") && counted.one != counted.text.en, "{name}");
        }
        assert_eq!(Lang::En.f(Text { en: "{} of {}", id: "{} dari {}" }, &["1", "2"]), "1 of 2");
    }
}
