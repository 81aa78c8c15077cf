//! The list of tickets; its filter is its address.

use super::{
    Shell,
    customers::areas,
    technicians::technicians,
    view::{Choice, Opt, TicketRow, address},
};
use crate::{
    http::{Need, Path, Routes},
    page::{FormErrors, Frame, Shown, Visit},
};
use aglis_core::{
    error::Error,
    permission::Permission as P,
    tickets::{Priority, ServiceType, TicketFilter, TicketStatus, service as tickets},
};
use askama::Template;
use axum::{http::StatusCode, routing::get};

#[derive(Template)]
#[template(path = "staff/tickets.html")]
struct List<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    may_create: bool,
    q: String,
    choices: Vec<Choice>,
    kept: Vec<(&'static str, String)>,
    rows: Vec<TicketRow>,
    here: String,
    first: String,
    paged: bool,
    next: Option<String>,
}

const FIELDS: [&str; 10] = [
    "q",
    "status",
    "priority",
    "type",
    "sla",
    "technician_id",
    "area_id",
    "order",
    "customer_id",
    "completed_hours",
];
/// Filters that links set and the form has no field for: it keeps them.
const KEPT: [&str; 2] = ["customer_id", "completed_hours"];

/// The value for tickets that nobody has.
const NOBODY: &str = "0";

async fn choices(frame: &Frame) -> Result<Vec<Choice>, Error> {
    let value = |name| frame.query(name).unwrap_or_default();
    let mut status = Choice::of(
        frame,
        "status",
        "staff-status",
        "staff-status",
        TicketStatus::ALL,
        value("status"),
        Some("staff-any"),
    );
    status.options.insert(
        1,
        Opt {
            value: "active".to_owned(),
            text: frame.t("staff-status-active"),
            selected: value("status") == "active",
        },
    );
    let mut people = technicians(frame, value("technician_id")).await?;
    let nobody = value("technician_id") == NOBODY;
    people
        .options
        .insert(1, Opt { value: NOBODY.to_owned(), text: frame.t("staff-nobody"), selected: nobody });
    let area = areas(frame, value("area_id"), "staff-any").await?;
    Ok(vec![
        status,
        Choice::of(
            frame,
            "priority",
            "staff-priority",
            "staff-priority",
            Priority::ALL,
            value("priority"),
            Some("staff-any"),
        ),
        Choice::of(
            frame,
            "type",
            "staff-type",
            "staff-type",
            ServiceType::ALL,
            value("type"),
            Some("staff-any"),
        ),
        Choice::of(
            frame,
            "sla",
            "staff-sla",
            "staff-sla",
            &["overdue", "at_risk"],
            value("sla"),
            Some("staff-any"),
        ),
        people,
        area,
        Choice::of(frame, "order", "staff-order", "staff-order", &["newest", "due"], value("order"), None),
    ])
}

/// Reads the filter from the address; empty fields of the form count as absent.
fn filter(frame: &Frame) -> Result<TicketFilter, Error> {
    let mut pairs = form_urlencoded::Serializer::new(String::new());
    for name in FIELDS.into_iter().chain(["cursor"]) {
        if let Some(value) = frame.query(name).filter(|value| !value.is_empty()) {
            pairs.append_pair(name, value);
        }
    }
    serde_urlencoded::from_str(&pairs.finish())
        .map_err(|error| Error::field("q", "invalid", error.to_string()))
}

async fn list(Visit(frame): Visit) -> Shown {
    let pairs: Vec<(&str, String)> =
        FIELDS.into_iter().map(|name| (name, frame.query(name).unwrap_or_default().to_owned())).collect();
    let filters: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let found = match filter(&frame) {
        Ok(filter) => tickets::list(frame.ctx(), &filter).await,
        Err(error) => Err(error),
    };
    let (status, errors, rows, next) = match found {
        Ok(page) => {
            let rows = page.items.iter().map(|ticket| TicketRow::new(&frame, ticket)).collect();
            (StatusCode::OK, FormErrors::none(), rows, page.next_cursor)
        }
        Err(error) => {
            (StatusCode::UNPROCESSABLE_ENTITY, FormErrors::of(&frame, "staff", error)?, Vec::new(), None)
        }
    };
    let page = List {
        staff: Shell::new(&frame).await?,
        errors,
        may_create: frame.ctx().may(P::TicketCreate),
        q: frame.query("q").unwrap_or_default().to_owned(),
        choices: choices(&frame).await?,
        kept: KEPT.into_iter().filter_map(|name| Some((name, frame.query(name)?.to_owned()))).collect(),
        rows,
        here: address("/tickets", &filters, None),
        first: address("/tickets", &filters, None),
        paged: frame.query("cursor").is_some(),
        next: next.map(|cursor| address("/tickets", &filters, Some(&cursor))),
        frame: &frame,
    };
    Ok(frame.html(status, &page))
}

#[derive(Template)]
#[template(path = "staff/ticket_row.html")]
struct Row<'a> {
    frame: &'a Frame,
    row: TicketRow,
}

/// One row, to replace a shown one after a change.
async fn row(Visit(frame): Visit, Path(number): Path<String>) -> Shown {
    let id = tickets::resolve(frame.ctx(), &number).await?;
    let ticket = tickets::get(frame.ctx(), id).await?;
    let row = TicketRow::new(&frame, &ticket.summary);
    Ok(frame.html(StatusCode::OK, &Row { frame: &frame, row }))
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::TicketRead), "/tickets", get(list)).page(
        Need::Permission(P::TicketRead),
        "/tickets/{number}/row",
        get(row),
    )
}
