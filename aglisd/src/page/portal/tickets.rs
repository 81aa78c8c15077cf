//! The list of one's tickets.

use super::{
    super::{Frame, Shown, Visit},
    report::has_left,
    rows::{Row, rows},
};
use aglis_core::{
    portal::service as portal,
    tickets::{TicketFilter, service as tickets},
};
use askama::Template;
use axum::http::StatusCode;

const PER_PAGE: u32 = 20;

#[derive(Template)]
#[template(path = "portal/tickets.html")]
struct TicketsPage<'a> {
    frame: &'a Frame,
    may_report: bool,
    done: bool,
    rows: Vec<Row>,
    more: Option<String>,
}

/// `GET /customer/tickets`
pub async fn list(Visit(frame): Visit) -> Shown {
    let done = frame.query("show") == Some("done");
    let filter = TicketFilter {
        status: Some(if done { "completed,cancelled" } else { "active" }.to_owned()),
        limit: Some(PER_PAGE),
        cursor: frame.query("after").map(str::to_owned),
        ..TicketFilter::default()
    };
    let page = tickets::list(frame.ctx(), &filter).await?;
    let may_report = !has_left(portal::profile(frame.ctx()).await?.status);
    let show = if done { "show=done&" } else { "" };
    let more = page.next_cursor.map(|cursor| format!("/customer/tickets?{show}after={cursor}"));
    let page = TicketsPage { frame: &frame, may_report, done, rows: rows(&frame, &page.items), more };
    Ok(frame.html(StatusCode::OK, &page))
}
