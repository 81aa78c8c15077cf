//! The one integration binary: one link, one module per story.

mod accounts;
mod audit;
mod cli;
mod cli_writes;
mod customers;
mod disk;
mod gateway;
mod generated;
mod http;
mod kernel;
mod layers;
mod life;
mod messages;
mod notifications;
mod outage;
mod plans;
mod portal;
mod portal_pages;
mod providers;
mod queue;
mod start;
mod terminal;
mod tickets;
mod told;
mod units;
mod web;
