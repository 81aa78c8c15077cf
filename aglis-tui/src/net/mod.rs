//! The daemon, from a thread of its own: the screen never waits for it.

pub mod request;
mod worker;

pub use worker::Worker;
