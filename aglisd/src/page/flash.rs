//! One sentence that the next page shows once, carried in a sealed cookie.

use super::seal;
use aglis_core::app::Secret;

/// How a sentence is meant.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// It worked.
    Ok,
    /// Something to know.
    Warn,
}

/// A sentence for the next page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Flash {
    /// How it is meant.
    pub tone: Tone,
    /// The sentence, already in the reader's language.
    pub text: String,
}

impl Flash {
    /// It worked.
    pub fn ok(text: impl Into<String>) -> Self {
        Flash { tone: Tone::Ok, text: text.into() }
    }

    /// Something to know.
    pub fn warn(text: impl Into<String>) -> Self {
        Flash { tone: Tone::Warn, text: text.into() }
    }

    /// The class of the note it is shown in.
    pub fn class(&self) -> &'static str {
        match self.tone {
            Tone::Ok => "ok",
            Tone::Warn => "warn",
        }
    }

    /// The cookie's value.
    pub fn seal(&self, secret: &Secret) -> String {
        seal::seal(secret, "flash", &format!("{}|{}", self.class(), self.text))
    }

    /// Reads a cookie's value; one not made here is ignored.
    pub fn open(secret: &Secret, sealed: &str) -> Option<Flash> {
        let text = seal::open(secret, "flash", sealed)?;
        let (tone, text) = text.split_once('|')?;
        let tone = if tone == "ok" { Tone::Ok } else { Tone::Warn };
        Some(Flash { tone, text: text.to_owned() })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_survives_the_cookie() {
        let secret = Secret::new([1; 32]);
        let flash = Flash::ok("Tersimpan | ya");
        assert_eq!(Flash::open(&secret, &flash.seal(&secret)), Some(flash));
        assert_eq!(Flash::open(&secret, "b2t8eA.00"), None);
    }
}
