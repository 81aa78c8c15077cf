//! One field that finds everything: a number or phone leads straight there, words to the customers.

use super::view::address;
use crate::{
    http::{Need, Routes},
    page::{Shown, Visit},
};
use aglis_core::{customers::service as customers, permission::Permission as P, tickets::service as tickets};
use axum::routing::get;

async fn find(Visit(frame): Visit) -> Shown {
    let wanted = frame.query("q").unwrap_or_default().trim().to_owned();
    let ctx = frame.ctx();
    let upper = wanted.to_uppercase();
    if upper.starts_with("TKT") && tickets::resolve(ctx, &upper).await.is_ok() {
        return Ok(frame.go(&format!("/tickets/{upper}")));
    }
    let numeric = upper.starts_with("AGLS") || wanted.chars().filter(char::is_ascii_digit).count() >= 9;
    if numeric
        && ctx.may(P::CustomerRead)
        && let Ok(id) = customers::resolve(ctx, &upper).await
    {
        let customer = customers::get(ctx, id).await?;
        return Ok(frame.go(&format!("/customers/{}", customer.number)));
    }
    let path = if ctx.may(P::CustomerRead) && !wanted.contains(':') { "/customers" } else { "/tickets" };
    Ok(frame.go(&address(path, &[("q", &wanted)], None)))
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::TicketRead), "/search", get(find))
}
