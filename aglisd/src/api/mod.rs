//! The HTTP API: one file per slice, each with its routes, what they need and their documentation.

pub mod document;
pub mod events;
pub mod health;

use crate::http::Routes;

/// Every route of the API.
pub fn routes() -> Routes {
    Routes::new().merge(health::routes()).merge(events::routes()).merge(document::routes())
}
