//! Technicians: who can take work now, how much they have, and saying so.

use super::{
    Shell, done,
    view::{Choice, Opt, address},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Frame, Mark, Posted, Shown, Visit, problem::safe_next},
};
use aglis_core::{
    app::Actor,
    error::Error,
    permission::Permission as P,
    technicians::{Availability, SetAvailability, Technician, TechnicianFilter, service as technician},
    types::TechnicianId,
};
use askama::Template;
use axum::{
    http::StatusCode,
    routing::{get, post},
};

const HERE: &str = "/technicians";
/// Pages of the list that are read for a choice at most.
const MOST_PAGES: usize = 10;

/// Buttons that say whether somebody can take work.
pub struct Switch {
    /// The technician.
    pub id: i64,
    /// Where to go on.
    pub next: String,
    /// Each availability; the present one is chosen.
    pub options: Vec<Opt>,
}

impl Switch {
    fn new(frame: &Frame, technician: &Technician, next: &str) -> Switch {
        let option = |one: &Availability| Opt {
            value: one.to_string(),
            text: frame.word("staff-availability", one),
            selected: *one == technician.availability,
        };
        Switch {
            id: technician.id.0,
            next: next.to_owned(),
            options: Availability::ALL.iter().map(option).collect(),
        }
    }

    /// The switch of the person who looks, where they are a technician.
    pub async fn own(frame: &Frame, next: &str) -> Result<Option<Switch>, Error> {
        let Actor::User(staff) = &frame.ctx().actor else { return Ok(None) };
        let Some(id) = staff.technician_id else { return Ok(None) };
        let technician = technician::get(frame.ctx(), id).await?;
        Ok(Some(Switch::new(frame, &technician, next)))
    }
}

/// Technicians as the options of a choice; one that is chosen stays there whoever looks.
pub async fn technicians(frame: &Frame, chosen: &str) -> Result<Choice, Error> {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut filter = TechnicianFilter { limit: Some(200), ..TechnicianFilter::default() };
    if frame.ctx().may(P::TechnicianRead) {
        for _ in 0..MOST_PAGES {
            let page = technician::list(frame.ctx(), &filter).await?;
            rows.extend(page.items.into_iter().map(|one| (one.id.to_string(), one.name)));
            filter.cursor = page.next_cursor;
            if filter.cursor.is_none() {
                break;
            }
        }
        rows.sort_by(|a, b| a.1.cmp(&b.1));
    }
    let known = chosen.is_empty() || chosen == "0" || rows.iter().any(|(id, _)| id == chosen);
    if !known {
        rows.push((chosen.to_owned(), format!("#{chosen}")));
    }
    Ok(Choice::among(frame, "technician_id", "staff-technician", rows, chosen, "staff-any"))
}

struct Row {
    name: String,
    username: String,
    level: String,
    skills: String,
    state: Mark,
    load: String,
    full: bool,
    tickets: String,
    switch: Option<Switch>,
}

#[derive(Template)]
#[template(path = "staff/technicians.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    rows: Vec<Row>,
    here: String,
    next: Option<String>,
}

async fn list(Visit(frame): Visit) -> Shown {
    let cursor = frame.query("cursor").map(str::to_owned);
    let here = address(HERE, &[], cursor.as_deref());
    let filter = TechnicianFilter { cursor, ..TechnicianFilter::default() };
    let page = technician::list(frame.ctx(), &filter).await?;
    let may = frame.ctx().may(P::TechnicianManage);
    let rows = page.items.into_iter().map(|one| {
        let skills: Vec<String> = one.skills.iter().map(|skill| frame.word("staff-type", skill)).collect();
        let id = one.id.to_string();
        Row {
            level: frame.word("staff-level", one.level),
            skills: skills.join(", "),
            state: Mark::availability(&frame, "staff-availability", one.availability),
            load: format!("{}/{}", one.open_tickets, one.daily_maximum),
            full: one.open_tickets >= one.daily_maximum,
            tickets: address("/tickets", &[("status", "active"), ("technician_id", &id)], None),
            switch: may.then(|| Switch::new(&frame, &one, &here)),
            name: one.name,
            username: one.username,
        }
    });
    let page = Page {
        rows: rows.collect(),
        staff: Shell::new(&frame).await?,
        next: page.next_cursor.map(|cursor| address(HERE, &[], Some(&cursor))),
        here: here.clone(),
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

async fn set(Path(id): Path<i64>, Posted { frame, form }: Posted) -> Shown {
    let result = match form.get("availability").parse() {
        Ok(availability) => {
            technician::set_availability(frame.ctx(), TechnicianId(id), SetAvailability { availability })
                .await
        }
        Err(error) => Err(Error::field("availability", "unknown", format!("{error}"))),
    };
    done(&frame, &safe_next(form.given("next"), "/"), "staff-done-availability", result)
}

/// The routes. Technicians say it of themselves; the service asks others for their permission.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::TechnicianRead), HERE, get(list)).page(
        Need::Staff,
        "/technicians/{id}/availability",
        post(set),
    )
}
