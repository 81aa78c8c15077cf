//! The HTTP API: one file per slice, each with its routes, what they need and their documentation.

pub mod areas;
pub mod audit;
pub mod auth;
pub mod conversations;
pub mod customer_portal;
pub mod customers;
pub mod document;
pub mod drafts;
pub mod events;
pub mod export;
pub mod files;
pub mod health;
pub mod holidays;
pub mod messages;
pub mod notifications;
pub mod odp;
pub mod packages;
pub mod portal_access;
pub mod presence;
pub mod providers;
pub mod queue;
pub mod roles;
pub mod sandbox;
pub mod technicians;
pub mod templates;
pub mod tickets;
pub mod tokens;
pub mod users;
pub mod webhooks;

use crate::http::Routes;

/// Every route of the API.
pub fn routes() -> Routes {
    Routes::new()
        .merge(areas::routes())
        .merge(audit::routes())
        .merge(auth::routes())
        .merge(conversations::routes())
        .merge(customer_portal::routes())
        .merge(customers::routes())
        .merge(document::routes())
        .merge(drafts::routes())
        .merge(events::routes())
        .merge(files::routes())
        .merge(health::routes())
        .merge(holidays::routes())
        .merge(messages::routes())
        .merge(notifications::routes())
        .merge(odp::routes())
        .merge(packages::routes())
        .merge(queue::routes())
        .merge(portal_access::routes())
        .merge(presence::routes())
        .merge(providers::routes())
        .merge(roles::routes())
        .merge(sandbox::routes())
        .merge(technicians::routes())
        .merge(templates::routes())
        .merge(tickets::routes())
        .merge(tokens::routes())
        .merge(users::routes())
        .merge(webhooks::routes())
}
