//! The token that every form carries: a keyed hash of the session's (or, before sign-in, the browser's) secret.

use aglis_core::app::Secret;
use subtle::ConstantTimeEq;

/// The name of the hidden field.
pub const FIELD: &str = "_csrf";
/// The header that scripts send instead.
pub const HEADER: &str = "x-csrf-token";

/// The token for a session or browser.
pub fn token(secret: &Secret, seed: &str) -> String {
    let mut token = secret.keyed_hash("csrf", seed);
    token.truncate(32);
    token
}

/// Whether a token belongs to a session or browser.
pub fn matches(secret: &Secret, seed: &str, given: &str) -> bool {
    !seed.is_empty() && bool::from(token(secret, seed).as_bytes().ct_eq(given.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_good_for_its_own_seed_only() {
        let secret = Secret::new([1; 32]);
        let good = token(&secret, "one");
        assert!(matches(&secret, "one", &good));
        assert!(!matches(&secret, "two", &good));
        assert!(!matches(&secret, "", &token(&secret, "")));
        assert!(!matches(&secret, "one", ""));
    }
}
