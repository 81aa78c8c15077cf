//! What stories need: a world of one's own on a fresh database.

mod terminal;
mod world;

pub use terminal::Terminal;
pub use world::{Backend, Server, World, both};
