//! The list of customers, and one customer.

use super::{
    Shell, done,
    messages::{self, Messages},
    view::{Choice, Fact, Opt, TicketRow, address, facts, local_phone},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Frame, Mark, Posted, Shown, Visit},
};
use aglis_core::{
    catalog::{PackageFilter, service as catalog},
    conversations::service as conversations,
    customers::{Customer, CustomerFilter, CustomerStatus, SetCustomerStatus, service as customers},
    error::Error,
    messages::MessageFilter,
    permission::Permission as P,
    tickets::{TicketFilter, service as tickets},
    types::{ConversationId, CustomerId, PageQuery},
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

struct Row {
    id: i64,
    number: String,
    name: String,
    phone: String,
    address: String,
    area: String,
    package: String,
    odp: String,
    status: Mark,
    open_tickets: i64,
}

#[derive(Template)]
#[template(path = "staff/customers.html")]
struct List<'a> {
    frame: &'a Frame,
    staff: Shell,
    may_create: bool,
    q: String,
    tag: String,
    choices: Vec<Choice>,
    rows: Vec<Row>,
    here: String,
    first: String,
    paged: bool,
    next: Option<String>,
}

/// Pages of a list to choose from that are read at most.
const MOST_PAGES: usize = 20;

/// Packages as the options of a choice.
pub async fn packages(frame: &Frame, chosen: &str, any: &str) -> Result<Choice, Error> {
    let mut rows = Vec::new();
    let mut filter = PackageFilter { limit: Some(200), ..PackageFilter::default() };
    for _ in 0..MOST_PAGES {
        let page = catalog::packages(frame.ctx(), &filter).await?;
        rows.extend(page.items.into_iter().map(|one| {
            let name = if one.active { one.name } else { frame.t1("staff-package-gone", "name", one.name) };
            (one.id.to_string(), name)
        }));
        filter.cursor = page.next_cursor;
        if filter.cursor.is_none() {
            break;
        }
    }
    Ok(Choice::among(frame, "package_id", "staff-package", rows, chosen, any))
}

/// Areas as the options of a choice.
pub async fn areas(frame: &Frame, chosen: &str, any: &str) -> Result<Choice, Error> {
    let mut rows = Vec::new();
    let mut query = PageQuery { limit: Some(200), cursor: None };
    for _ in 0..MOST_PAGES {
        let page = catalog::areas(frame.ctx(), &query).await?;
        rows.extend(page.items.into_iter().map(|one| (one.id.to_string(), one.name)));
        query.cursor = page.next_cursor;
        if query.cursor.is_none() {
            break;
        }
    }
    Ok(Choice::among(frame, "area_id", "staff-area", rows, chosen, any))
}

async fn list(Visit(frame): Visit) -> Shown {
    let value = |name: &str| frame.query(name).unwrap_or_default().trim().to_owned();
    let given = |name: &str| Some(value(name)).filter(|value| !value.is_empty());
    let filter = CustomerFilter {
        q: given("q"),
        status: given("status").and_then(|word| word.parse().ok()),
        tag: given("tag"),
        package_id: given("package_id").and_then(|id| id.parse().ok()),
        area_id: given("area_id").and_then(|id| id.parse().ok()),
        limit: None,
        cursor: given("cursor"),
    };
    let page = customers::list(frame.ctx(), &filter).await?;
    let (q, tag, status, package, area) =
        (value("q"), value("tag"), value("status"), value("package_id"), value("area_id"));
    let filters =
        [("q", q.as_str()), ("status", &status), ("tag", &tag), ("package_id", &package), ("area_id", &area)];
    let rows = page
        .items
        .into_iter()
        .map(|one| Row {
            id: one.id.0,
            number: one.number,
            name: one.name,
            phone: one.phone,
            address: one.address,
            area: one.area_name.unwrap_or_default(),
            package: one.package_name.unwrap_or_default(),
            odp: one.odp_name.unwrap_or_default(),
            status: Mark::customer(&frame, "staff-customer-status", one.status),
            open_tickets: one.open_tickets,
        })
        .collect();
    let list = List {
        staff: Shell::new(&frame).await?,
        may_create: frame.ctx().may(P::CustomerCreate),
        choices: vec![
            Choice::of(
                &frame,
                "status",
                "staff-status",
                "staff-customer-status",
                CustomerStatus::ALL,
                &status,
                Some("staff-any"),
            ),
            packages(&frame, &package, "staff-any").await?,
            areas(&frame, &area, "staff-any").await?,
        ],
        rows,
        here: address("/customers", &filters, None),
        first: address("/customers", &filters, None),
        paged: frame.query("cursor").is_some(),
        next: page.next_cursor.map(|cursor| address("/customers", &filters, Some(&cursor))),
        q: q.clone(),
        tag: tag.clone(),
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &list))
}

struct May {
    reveal: bool,
    update: bool,
    status: bool,
    ticket: bool,
    message: bool,
}

struct Entry {
    text: String,
    actor: String,
    when: String,
    internal: bool,
}

#[derive(Template)]
#[template(path = "staff/customer.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    id: i64,
    number: String,
    name: String,
    status: Mark,
    tags: Vec<String>,
    facts: Vec<Fact>,
    revealed: bool,
    tickets: Vec<TicketRow>,
    timeline: Vec<Entry>,
    here: String,
    older: Option<String>,
    messages: Option<Messages>,
    conversation: Option<ConversationId>,
    statuses: Vec<Opt>,
    may: May,
}

fn fact_list(frame: &Frame, customer: &Customer) -> Vec<Fact> {
    facts(
        frame,
        [
            ("staff-type", Some(frame.word("staff-customer-type", customer.customer_type))),
            ("staff-phone", Some(local_phone(&customer.phone))),
            ("staff-email", customer.email.clone()),
            ("staff-pic", customer.pic_name.clone()),
            ("staff-pic-phone", customer.pic_phone.as_deref().map(local_phone)),
            ("staff-address", Some(customer.address.clone())),
            ("staff-area", customer.area_name.clone()),
            (
                "staff-package",
                customer
                    .package
                    .as_ref()
                    .map(|package| format!("{} · {}", package.name, frame.rupiah(&package.monthly_price))),
            ),
            (
                "staff-odp",
                customer.odp_name.as_ref().map(|name| match customer.odp_port {
                    Some(port) => format!("{name} / {port}"),
                    None => name.clone(),
                }),
            ),
            ("staff-pppoe", customer.pppoe_username.clone()),
            ("staff-ip", customer.ip_address.clone()),
            ("staff-since", customer.activated_at.as_ref().map(|at| frame.date(at))),
            (
                "staff-portal",
                Some(frame.t(if customer.portal_enabled { "staff-portal-on" } else { "staff-portal-off" })),
            ),
            (
                "staff-auto-answers",
                Some(frame.word("staff-auto-answers", if customer.auto_answers { "on" } else { "off" })),
            ),
            ("staff-notes", Some(customer.notes.clone())),
        ],
    )
}

async fn draw(frame: &Frame, customer: Customer, revealed: bool) -> Result<Response, Error> {
    let ctx = frame.ctx();
    let id: CustomerId = customer.id;
    let filter = TicketFilter { customer_id: Some(id), limit: Some(20), ..TicketFilter::default() };
    let shown = if ctx.may(P::TicketRead) { tickets::list(ctx, &filter).await?.items } else { Vec::new() };
    let here = home(&customer.number);
    let cursor = frame.query("before").map(str::to_owned);
    let timeline =
        customers::timeline(ctx, id, &PageQuery { limit: Some(50), cursor: cursor.clone() }).await?;
    let about = MessageFilter { customer_id: Some(id), ..MessageFilter::default() };
    let page = Page {
        messages: messages::about(frame, about, &here).await?,
        conversation: if ctx.may(P::MessageRead) { conversations::of_customer(ctx, id).await? } else { None },
        older: timeline.next_cursor.map(|cursor| address(&here, &[("before", &cursor)], None)),
        here: address(&here, &[("before", cursor.as_deref().unwrap_or_default())], None),
        staff: Shell::new(frame).await?,
        id: id.0,
        status: Mark::customer(frame, "staff-customer-status", customer.status),
        facts: fact_list(frame, &customer),
        revealed,
        tickets: shown.iter().map(|ticket| TicketRow::new(frame, ticket)).collect(),
        timeline: timeline
            .items
            .into_iter()
            .map(|entry| Entry {
                when: frame.date_time(&entry.at),
                text: entry.text,
                actor: entry.actor,
                internal: entry.internal,
            })
            .collect(),
        statuses: Choice::of(
            frame,
            "status",
            "staff-status",
            "staff-customer-status",
            customer.status.next(),
            "",
            None,
        )
        .options,
        may: May {
            reveal: ctx.may(P::CustomerReveal),
            update: ctx.may(P::CustomerUpdate),
            status: ctx.may(P::CustomerStatus),
            ticket: ctx.may(P::TicketCreate),
            message: ctx.may(P::MessageSend),
        },
        number: customer.number,
        name: customer.name,
        tags: customer.tags,
        frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

async fn show(Visit(frame): Visit, Path(number): Path<String>) -> Shown {
    let id = customers::resolve(frame.ctx(), &number).await?;
    let customer = customers::get(frame.ctx(), id).await?;
    Ok(draw(&frame, customer, false).await?)
}

async fn reveal(Path(number): Path<String>, Posted { mut frame, .. }: Posted) -> Shown {
    frame.path = home(&number);
    let id = customers::resolve(frame.ctx(), &number).await?;
    let customer = customers::reveal(frame.ctx(), id).await?;
    Ok(draw(&frame, customer, true).await?)
}

fn home(number: &str) -> String {
    format!("/customers/{number}")
}

async fn status(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = customers::resolve(frame.ctx(), &number).await?;
    let result = match form.get("status").parse() {
        Ok(status) => {
            customers::set_status(
                frame.ctx(),
                id,
                SetCustomerStatus { status, reason: form.given("reason").map(str::to_owned) },
            )
            .await
        }
        Err(error) => Err(Error::field("status", "unknown", format!("{error}"))),
    };
    done(&frame, &home(&number), "staff-done-status", result)
}

async fn tags(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = customers::resolve(frame.ctx(), &number).await?;
    let result = match form.given("remove") {
        Some(tag) => customers::untag(frame.ctx(), id, tag).await,
        None => customers::tag(frame.ctx(), id, form.get("tag")).await,
    };
    done(&frame, &home(&number), "staff-done-saved", result)
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .page(Need::Permission(P::CustomerRead), "/customers", get(list))
        .page(Need::Permission(P::CustomerRead), "/customers/{number}", get(show))
        .page(Need::Permission(P::CustomerReveal), "/customers/{number}/reveal", post(reveal))
        .page(Need::Permission(P::CustomerStatus), "/customers/{number}/status", post(status))
        .page(Need::Permission(P::CustomerUpdate), "/customers/{number}/tags", post(tags))
}
