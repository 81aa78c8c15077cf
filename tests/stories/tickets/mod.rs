//! Tickets: from the report to the end, on both databases.

mod fixture;
mod listing;
mod moving;
