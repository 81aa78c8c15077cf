//! The first page: how things stand and what needs somebody now.

use super::{
    Shell,
    technicians::Switch,
    view::{TicketRow, address},
};
use crate::{
    http::{Need, Routes},
    page::{Frame, Shown, Visit},
};
use aglis_core::{
    app::Scope,
    permission::Permission as P,
    tickets::{TicketFilter, TicketStats, service as tickets},
    types::TechnicianId,
};
use askama::Template;
use axum::{http::StatusCode, routing::get};

/// The 30 days that averages are taken over.
const MONTH_HOURS: &str = "720";

struct Kpi {
    href: String,
    value: String,
    text: String,
    tone: &'static str,
}

struct Group {
    title: String,
    rows: Vec<TicketRow>,
    empty: String,
    more: String,
}

#[derive(Template)]
#[template(path = "staff/home.html")]
struct Home<'a> {
    frame: &'a Frame,
    staff: Shell,
    own: Option<Switch>,
    kpis: Vec<Kpi>,
    bars: Vec<i64>,
    bars_text: String,
    groups: Vec<Group>,
}

/// Technicians see their own tickets only, of which each has a technician.
fn sees_all(frame: &Frame) -> bool {
    frame.ctx().actor.scope() == Scope::All
}

fn kpis(frame: &Frame, stats: &TicketStats) -> Vec<Kpi> {
    let open: i64 = stats.by_status.values().sum();
    let critical = stats.by_priority.get("critical").copied().unwrap_or(0);
    let kpi = |filters: &[(&str, &str)], value: String, key: &str, tone| Kpi {
        href: address("/tickets", filters, None),
        value,
        text: frame.t(key),
        tone,
    };
    let count = |n: i64, tone| (n.to_string(), if n > 0 { tone } else { "" });
    let (overdue, overdue_tone) = count(stats.overdue, "bad");
    let (critical, critical_tone) = count(critical, "bad");
    let (soon, soon_tone) = count(stats.due_within_hour, "warn");
    let (nobody, nobody_tone) = count(stats.unassigned, "warn");
    let mut out = vec![
        kpi(&[("status", "active")], open.to_string(), "staff-kpi-open", ""),
        kpi(&[("status", "active"), ("priority", "critical")], critical, "staff-kpi-critical", critical_tone),
        kpi(&[("sla", "overdue")], overdue, "staff-kpi-overdue", overdue_tone),
        kpi(&[("q", "sla<1h !sla:overdue"), ("order", "due")], soon, "staff-kpi-soon", soon_tone),
    ];
    if sees_all(frame) {
        let filter = [("status", "active"), ("technician_id", "0")];
        out.push(kpi(&filter, nobody, "staff-kpi-nobody", nobody_tone));
    }
    out.push(kpi(&[("completed_hours", "24")], stats.completed_24h.to_string(), "staff-kpi-completed", ""));
    if let Some(percent) = stats.on_time_percent_30d {
        out.push(kpi(
            &[("completed_hours", MONTH_HOURS)],
            format!("{percent}%"),
            "staff-kpi-on-time",
            if percent >= 90 { "ok" } else { "warn" },
        ));
    }
    if let Some(rating) = stats.rating_30d_hundredths {
        out.push(kpi(
            &[("completed_hours", MONTH_HOURS)],
            aglis_core::i18n::format::decimal(frame.lang, rating as f64 / 100.0, 1),
            "staff-kpi-rating",
            "",
        ));
    }
    out
}

async fn group(
    frame: &Frame,
    title: &str,
    filter: TicketFilter,
    more: &[(&str, &str)],
) -> Result<Group, aglis_core::error::Error> {
    let page = tickets::list(frame.ctx(), &TicketFilter { limit: Some(8), ..filter }).await?;
    Ok(Group {
        title: frame.t(title),
        rows: page.items.iter().map(|ticket| TicketRow::new(frame, ticket)).collect(),
        empty: frame.t("staff-nothing-here"),
        more: address("/tickets", more, None),
    })
}

async fn show(Visit(frame): Visit) -> Shown {
    if !frame.ctx().may(P::TicketRead) {
        // Who must first choose a password, or works with other things than tickets, begins elsewhere.
        let staff = Shell::new(&frame).await?;
        return Ok(frame.go(staff.nav.first().map_or("/account", |item| item.href)));
    }
    let stats = tickets::stats(frame.ctx()).await?;
    let active = || TicketFilter { status: Some("active".to_owned()), ..TicketFilter::default() };
    let mut groups = vec![
        group(
            &frame,
            "staff-due-first",
            TicketFilter { order: Some("due".to_owned()), ..active() },
            &[("status", "active"), ("order", "due")],
        )
        .await?,
    ];
    if sees_all(&frame) {
        let nobody = TicketFilter { technician_id: Some(TechnicianId(0)), ..active() };
        let more = [("status", "active"), ("technician_id", "0")];
        groups.push(group(&frame, "staff-without-technician", nobody, &more).await?);
    }
    let most = stats.created_by_hour.iter().copied().max().unwrap_or(0).max(1);
    let bars = stats.created_by_hour.iter().map(|count| count * 40 / most).collect();
    let bars_text = frame.count("staff-by-hour-text", stats.created_by_hour.iter().sum::<i64>());
    let page = Home {
        own: Switch::own(&frame, "/").await?,
        kpis: kpis(&frame, &stats),
        bars,
        bars_text,
        groups,
        staff: Shell::new(&frame).await?,
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Staff, "/", get(show))
}
