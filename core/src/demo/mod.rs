//! A made-up provider in Karawang, to try everything without an account anywhere. The same seed gives the same people,
//! places and tickets; only passwords differ.

pub mod service;
mod store;

use crate::{permission::Role, types::*};

/// What was made.
#[derive(Debug)]
pub struct Demo {
    /// The administrator, for whom a sign-in link can be made.
    pub administrator: UserId,
    /// The other staff accounts: role and sign-in name.
    pub staff: Vec<(Role, String)>,
    /// Their password; none when the provider was made by an earlier start.
    pub password: Option<String>,
    /// A customer who may sign in to the portal.
    pub customer_phone: String,
}
