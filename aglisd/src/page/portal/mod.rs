//! The customer portal: pages for phones on slow mobile data. All of it works without a script.

mod cancel;
mod dashboard;
mod files;
mod phone;
mod profile;
mod report;
mod rows;
mod sign_in;
mod ticket;
mod tickets;

use super::{Flash, Frame, Shown, Visit};
use crate::http::{Need, Routes};
use aglis_core::error::Error;
use axum::{
    response::Redirect,
    routing::{get, post},
};

/// Pages that people see before they are signed in.
const DOOR: Need = Need::Public("people sign in here");
const INSIDE: Need = Need::Customer;

async fn start(Visit(_): Visit) -> Redirect {
    Redirect::to("/customer/dashboard")
}

/// Back to a page that says what is in the way; an error that is no such thing stays one.
#[expect(clippy::result_large_err, reason = "the answer of every page, passed on as it is")]
fn in_the_way(frame: &Frame, back: &str, error: Error) -> Shown {
    if let Error::Conflict { code, .. } = &error
        && let Some(text) = frame.try_t(&format!("portal-conflict-{}", code.replace('_', "-")))
    {
        return Ok(frame.go_with(back, Flash::warn(text)));
    }
    Err(error.into())
}

/// Every page of the portal; `upload_bytes` is the most that a form with files may bring.
pub fn routes(upload_bytes: u64) -> Routes {
    Routes::new()
        .page(DOOR, "/customer", get(start))
        .page(DOOR, "/customer/login", get(sign_in::login).post(sign_in::send_code))
        .page(DOOR, "/customer/login/code", get(sign_in::code).post(sign_in::enter))
        .page(DOOR, "/customer/login/resend", post(sign_in::resend))
        .page(DOOR, "/customer/login/{challenge}/{code}", get(sign_in::link).post(sign_in::follow))
        .page(INSIDE, "/customer/logout", post(sign_in::logout))
        .page(INSIDE, "/customer/dashboard", get(dashboard::dashboard))
        .page(INSIDE, "/customer/tickets", get(tickets::list))
        .page(INSIDE, "/customer/tickets/new", get(report::begin))
        .page(INSIDE, "/customer/tickets/new/check", get(report::check).post(report::send))
        .page(INSIDE, "/customer/tickets/new/drop", post(report::discard))
        .page_upload(
            INSIDE,
            upload_bytes,
            "/customer/tickets/new/{step}",
            get(report::show).post(report::answer),
        )
        .page(INSIDE, "/customer/tickets/{number}", get(ticket::show))
        .page_upload(INSIDE, upload_bytes, "/customer/tickets/{number}/comments", post(ticket::comment))
        .page(INSIDE, "/customer/tickets/{number}/rate", post(ticket::rate))
        .page(INSIDE, "/customer/tickets/{number}/reopen", post(ticket::reopen))
        .page(INSIDE, "/customer/tickets/{number}/cancel", get(cancel::ask).post(cancel::cancel))
        .page(INSIDE, "/customer/files/{id}", get(files::show))
        .page(INSIDE, "/customer/profile", get(profile::show).post(profile::save))
        .page(INSIDE, "/customer/profile/phone", get(phone::ask).post(phone::send_codes))
        .page(INSIDE, "/customer/profile/phone/code", get(phone::codes).post(phone::change))
        .page(INSIDE, "/customer/profile/phone/resend", post(phone::resend))
        .page(INSIDE, "/customer/profile/sessions/{id}/revoke", post(profile::revoke))
}
