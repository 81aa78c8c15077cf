//! One file per screen: what it knows, what happens to it, how it looks.

pub mod audit;
pub mod customers;
pub mod events;
pub mod overview;
pub mod queue;
pub mod store;
pub mod ticket;
pub mod tickets;
pub mod words;
