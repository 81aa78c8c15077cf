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
    fn both_languages_take_the_same_values() {
        for (name, text) in texts::ALL {
            assert_eq!(text.en.matches("{}").count(), text.id.matches("{}").count(), "{name}");
            assert!(!text.en.is_empty() && !text.id.is_empty(), "{name}");
        }
        assert_eq!(Lang::En.f(Text { en: "{} of {}", id: "{} dari {}" }, &["1", "2"]), "1 of 2");
    }
}
