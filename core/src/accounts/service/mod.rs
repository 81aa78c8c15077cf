//! Use cases of accounts, sign-in, sessions, tokens and roles.

mod alive;
mod authenticate;
mod second_factor;
mod sign_in;

pub use alive::alive;
pub use authenticate::{authenticate_session, authenticate_token, authenticate_unix, me};
pub use sign_in::{SignedIn, sign_in, sign_out};

use crate::error::Error;
use sha2::{Digest, Sha256};

/// What API tokens begin with, so that scanners recognise a leaked one.
pub const TOKEN_PREFIX: &str = "aglis_";

/// How a random secret is kept: SHA-256 suffices, because nobody can try 2^256 of them.
pub fn token_hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

fn unauthenticated() -> Error {
    Error::Unauthenticated { code: "unauthenticated", detail: "sign in first".to_owned() }
}
