//! What stories need: a world of one's own on a fresh database.

mod browser;
mod daemon;
mod site;
mod terminal;
mod visitor;
mod world;

pub use browser::Browser;
pub use daemon::{Beside, Daemon, eventually, free_port, program};
pub use site::{Guest, Reply, Site};
pub use terminal::Terminal;
pub use visitor::{Followed, Page, Visitor};
pub use world::{Backend, Server, World, both, fresh_database};
