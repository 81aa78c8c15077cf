//! Tickets: from the report to the end, on both databases.

mod ending;
pub mod files;
pub mod fixture;
mod listing;
pub mod moving;
