//! Values that a browser keeps for us and cannot change: text with a keyed hash of it.

use aglis_core::app::Secret;
use base64::{Engine, engine::general_purpose::URL_SAFE_NO_PAD};
use subtle::ConstantTimeEq;

/// Seals a text for one purpose. Everybody can read it; nobody else can make it.
pub fn seal(secret: &Secret, purpose: &str, text: &str) -> String {
    format!("{}.{}", URL_SAFE_NO_PAD.encode(text), mark(secret, purpose, text))
}

/// Gives back the text if it was sealed here for the same purpose.
pub fn open(secret: &Secret, purpose: &str, sealed: &str) -> Option<String> {
    let (text, given) = sealed.split_once('.')?;
    let text = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    let right = mark(secret, purpose, &text);
    bool::from(right.as_bytes().ct_eq(given.as_bytes())).then_some(text)
}

fn mark(secret: &Secret, purpose: &str, text: &str) -> String {
    let mut hash = secret.keyed_hash(purpose, text);
    hash.truncate(32);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_sealed_for_the_purpose_opens() {
        let secret = Secret::new([1; 32]);
        let sealed = seal(&secret, "flash", "Laporan diterima ✓");
        assert_eq!(open(&secret, "flash", &sealed).as_deref(), Some("Laporan diterima ✓"));
        assert_eq!(open(&secret, "sign-in", &sealed), None);
        assert_eq!(open(&Secret::new([2; 32]), "flash", &sealed), None);
        for bad in ["", ".", "abc", "YQ.", "YQ.00", &sealed.replace('.', "")] {
            assert_eq!(open(&secret, "flash", bad), None, "{bad}");
        }
    }
}
