//! The start page.

use super::{
    super::{Frame, Mark, Shown, Visit},
    report::has_left,
    rows::{Row, rows},
};
use aglis_core::{
    catalog::Package,
    customers::CustomerStatus,
    portal::{DashboardStats, service as portal},
    tickets::{TicketFilter, TimelineEntry, service as tickets},
    types::Time,
};
use askama::Template;
use axum::http::StatusCode;

const SHOWN: u32 = 3;

#[derive(Template)]
#[template(path = "portal/dashboard.html")]
struct DashboardPage<'a> {
    frame: &'a Frame,
    may_report: bool,
    has_draft: bool,
    to_rate: Option<&'a str>,
    rows: Vec<Row>,
    status: Mark,
    suspended: bool,
    package: Option<&'a Package>,
    speed: String,
    price: String,
    number: &'a str,
    since: Option<&'a Time>,
    stats: &'a DashboardStats,
    activity: &'a [TimelineEntry],
}

/// `GET /customer/dashboard`
pub async fn dashboard(Visit(frame): Visit) -> Shown {
    let ctx = frame.ctx();
    let profile = portal::profile(ctx).await?;
    let stats = portal::stats(ctx).await?;
    let (draft, _) = portal::draft(ctx).await?;
    let filter =
        TicketFilter { status: Some("active".to_owned()), limit: Some(SHOWN), ..TicketFilter::default() };
    let active = tickets::list(ctx, &filter).await?;
    let activity = portal::activity(ctx).await?;
    let package = profile.package.as_ref();
    let may_report = !has_left(profile.status);
    let page = DashboardPage {
        frame: &frame,
        may_report,
        has_draft: may_report && draft.is_begun(),
        to_rate: stats.to_rate.as_deref(),
        rows: rows(&frame, &active.items),
        status: Mark::customer(&frame, "portal-service", profile.status),
        suspended: profile.status == CustomerStatus::Suspended,
        speed: package.map_or_else(String::new, |package| {
            frame.ta("portal-home-speed", &[("down", package.down_mbps), ("up", package.up_mbps)])
        }),
        price: package.map_or_else(String::new, |package| frame.rupiah(&package.monthly_price)),
        package,
        number: &profile.number,
        since: profile.activated_at.as_ref(),
        stats: &stats,
        activity: &activity,
    };
    Ok(frame.html(StatusCode::OK, &page))
}
