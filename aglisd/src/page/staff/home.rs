//! The first page: how things stand and what needs somebody now.

use super::{
    Shell,
    view::{TicketRow, address},
};
use crate::{
    http::{Need, Routes},
    page::{Frame, Shown, Visit},
};
use aglis_core::{
    permission::Permission as P,
    tickets::{TicketFilter, TicketStats, service as tickets},
    types::TechnicianId,
};
use askama::Template;
use axum::{http::StatusCode, routing::get};

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
    kpis: Vec<Kpi>,
    bars: Vec<i64>,
    bars_text: String,
    groups: Vec<Group>,
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
        kpi(&[("status", "active"), ("order", "due")], soon, "staff-kpi-soon", soon_tone),
        kpi(&[("technician_id", "0")], nobody, "staff-kpi-nobody", nobody_tone),
        kpi(&[("status", "completed")], stats.completed_24h.to_string(), "staff-kpi-completed", ""),
    ];
    if let Some(percent) = stats.on_time_percent_30d {
        out.push(kpi(
            &[("status", "completed")],
            format!("{percent}%"),
            "staff-kpi-on-time",
            if percent >= 90 { "ok" } else { "warn" },
        ));
    }
    if let Some(rating) = stats.rating_30d_hundredths {
        out.push(kpi(
            &[("status", "completed")],
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
    let stats = tickets::stats(frame.ctx()).await?;
    let active = || TicketFilter { status: Some("active".to_owned()), ..TicketFilter::default() };
    let groups = vec![
        group(
            &frame,
            "staff-due-first",
            TicketFilter { order: Some("due".to_owned()), ..active() },
            &[("status", "active"), ("order", "due")],
        )
        .await?,
        group(
            &frame,
            "staff-without-technician",
            TicketFilter { technician_id: Some(TechnicianId(0)), ..active() },
            &[("status", "active"), ("technician_id", "0")],
        )
        .await?,
    ];
    let most = stats.created_by_hour.iter().copied().max().unwrap_or(0).max(1);
    let bars = stats.created_by_hour.iter().map(|count| count * 40 / most).collect();
    let bars_text = frame.count("staff-by-hour-text", stats.created_by_hour.iter().sum::<i64>());
    let page = Home {
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
    Routes::new().page(Need::Permission(P::TicketRead), "/", get(show))
}
