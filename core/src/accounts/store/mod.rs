//! SQL of accounts, sessions, tokens and links.

pub mod attempts;
pub mod links;
pub mod roles;
pub mod sessions;
pub mod tokens;
pub mod users;
