//! What stories need: a world of one's own on a fresh database.

mod world;

pub use world::{Backend, Server, World, both};
