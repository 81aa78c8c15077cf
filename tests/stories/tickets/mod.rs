//! Tickets: from the report to the end, on both databases.

mod ending;
mod fixture;
mod listing;
mod moving;
