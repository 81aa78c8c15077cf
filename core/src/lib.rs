//! Everything the AGLIS programs share.
//!
//! A slice of the product (tickets, customers, …) is one folder: `mod.rs` and its neighbours hold types and pure
//! rules, `store.rs` the SQL, `service.rs` the use cases, one transaction each. Feature `client` is what a program
//! needs to talk to the daemon; feature `server` is the daemon's inside.

#[macro_use]
pub mod types;

#[cfg(feature = "server")]
#[macro_use]
pub mod db;
pub mod accounts;
#[cfg(feature = "server")]
pub mod app;
pub mod catalog;
#[cfg(feature = "client")]
pub mod client;
#[cfg(feature = "server")]
pub mod config;
pub mod conversations;
#[cfg(feature = "server")]
pub mod counter;
pub mod csv;
pub mod customers;
#[cfg(feature = "server")]
pub mod demo;
pub mod drafts;
pub mod error;
pub mod event;
#[cfg(feature = "server")]
pub mod files;
pub mod filter;
#[cfg(feature = "server")]
pub mod health;
#[cfg(feature = "server")]
pub mod hub;
#[cfg(feature = "server")]
pub mod i18n;
#[cfg(feature = "server")]
pub mod idempotency;
#[cfg(feature = "server")]
pub mod marks;
pub mod messages;
pub mod notifications;
pub mod permission;
pub mod portal;
pub mod portal_access;
pub mod presence;
#[cfg(feature = "server")]
pub mod private;
#[cfg(feature = "server")]
pub mod provider;
pub mod providers;
pub mod queue;
#[cfg(feature = "server")]
pub mod secret;
pub mod technicians;
pub mod templates;
pub mod tickets;
pub mod tls;
