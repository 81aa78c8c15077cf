//! The AGLIS daemon: HTTP API, customer portal, staff web, message worker and scheduler.

pub mod allocator;
pub mod alone;
pub mod api;
pub mod cli;
pub mod greet;
pub mod http;
pub mod log;
pub mod metrics;
pub mod page;
pub mod serve;
pub mod work;
pub mod worker;
