//! Messages to and from people; the filter is the address.

use super::{
    Shell,
    messages::{masked_address, template_name},
    view::{Choice, address},
};
use crate::{
    http::{Need, Routes},
    page::{FormErrors, Frame, Mark, Shown, Visit},
};
use aglis_core::{
    customers::service as customers,
    error::Error,
    messages::{
        Direction, Message, MessageChannel, MessageFilter, MessageStatus, service as messages,
        template::{FREE_TEXT, TEMPLATES},
    },
    permission::Permission as P,
    types::TicketId,
};
use askama::Template;
use axum::{http::StatusCode, routing::get};

const HOME: &str = "/messages";
const FIELDS: [&str; 6] = ["status", "channel", "template", "recipient", "customer", "ticket_id"];

struct Row {
    id: i64,
    about: String,
    inbound: bool,
    channel: String,
    address: String,
    customer: Option<i64>,
    ticket: Option<i64>,
    state: Mark,
    error: String,
    when: String,
}

fn row(frame: &Frame, one: &Message) -> Row {
    let lost = !matches!(one.status, MessageStatus::Delivered | MessageStatus::Read);
    Row {
        id: one.id.0,
        about: template_name(frame, &one.template),
        inbound: one.direction == Direction::In,
        channel: frame.word("staff-message-channel", one.channel),
        address: masked_address(one),
        customer: one.customer_id.filter(|_| frame.ctx().may(P::CustomerRead)).map(|id| id.0),
        ticket: one.ticket_id.filter(|_| frame.ctx().may(P::TicketRead)).map(|id| id.0),
        state: Mark::message(frame, "staff-message", one.status),
        error: one.error.clone().filter(|_| lost).unwrap_or_default(),
        when: frame.ago(&one.created_at),
    }
}

#[derive(Template)]
#[template(path = "staff/message_list.html")]
struct List<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    may_send: bool,
    recipient: String,
    customer: String,
    choices: Vec<Choice>,
    kept: Vec<(&'static str, String)>,
    rows: Vec<Row>,
    here: String,
    first: String,
    paged: bool,
    next: Option<String>,
}

fn choices(frame: &Frame) -> Vec<Choice> {
    let value = |name| frame.query(name).unwrap_or_default();
    let any = Some("staff-any");
    let names = TEMPLATES.iter().map(|template| template.name).chain([FREE_TEXT]);
    let templates = names.map(|name| (name.to_owned(), template_name(frame, name)));
    vec![
        Choice::of(
            frame,
            "status",
            "staff-status",
            "staff-message",
            MessageStatus::ALL,
            value("status"),
            any,
        ),
        Choice::of(
            frame,
            "channel",
            "staff-message-channel",
            "staff-message-channel",
            MessageChannel::ALL,
            value("channel"),
            any,
        ),
        Choice::among(frame, "template", "staff-message-template", templates, value("template"), "staff-any"),
    ]
}

async fn filter(frame: &Frame) -> Result<MessageFilter, Error> {
    let given = |name: &str| frame.query(name).map(str::trim).filter(|text| !text.is_empty());
    let unknown = |name: &'static str| move |error| Error::field(name, "unknown", format!("{error}"));
    let customer_id = match given("customer") {
        None => None,
        Some(text) => match customers::resolve(frame.ctx(), text).await {
            Ok(id) => Some(id),
            Err(Error::NotFound(_)) => {
                return Err(Error::field("customer", "unknown", "there is no such customer"));
            }
            Err(error) => return Err(error),
        },
    };
    let ticket_id = match given("ticket_id").map(str::parse) {
        None => None,
        Some(Ok(id)) => Some(TicketId(id)),
        Some(Err(_)) => return Err(Error::field("ticket_id", "invalid", "give a whole number")),
    };
    Ok(MessageFilter {
        customer_id,
        ticket_id,
        status: given("status").map(str::parse).transpose().map_err(unknown("status"))?,
        channel: given("channel").map(str::parse).transpose().map_err(unknown("channel"))?,
        template: given("template").map(str::to_owned),
        recipient: given("recipient").map(str::to_owned),
        limit: None,
        cursor: given("cursor").map(str::to_owned),
    })
}

async fn list(Visit(frame): Visit) -> Shown {
    let pairs: Vec<(&'static str, String)> =
        FIELDS.into_iter().map(|name| (name, frame.query(name).unwrap_or_default().to_owned())).collect();
    let filters: Vec<(&str, &str)> = pairs.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let found = match filter(&frame).await {
        Ok(filter) => messages::list(frame.ctx(), &filter).await,
        Err(error) => Err(error),
    };
    let (status, errors, rows, next) = match found {
        Ok(page) => {
            let rows = page.items.iter().map(|one| row(&frame, one)).collect();
            (StatusCode::OK, FormErrors::none(), rows, page.next_cursor)
        }
        Err(error) => {
            (StatusCode::UNPROCESSABLE_ENTITY, FormErrors::of(&frame, "staff", error)?, Vec::new(), None)
        }
    };
    let cursor = frame.query("cursor");
    let page = List {
        staff: Shell::new(&frame).await?,
        errors,
        may_send: frame.ctx().may(P::MessageSend),
        recipient: frame.query("recipient").unwrap_or_default().to_owned(),
        customer: frame.query("customer").unwrap_or_default().to_owned(),
        choices: choices(&frame),
        kept: pairs
            .iter()
            .filter(|(name, value)| *name == "ticket_id" && !value.is_empty())
            .cloned()
            .collect(),
        rows,
        here: address(HOME, &filters, cursor),
        first: address(HOME, &filters, None),
        paged: cursor.is_some(),
        next: next.map(|cursor| address(HOME, &filters, Some(&cursor))),
        frame: &frame,
    };
    Ok(frame.html(status, &page))
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::MessageRead), HOME, get(list))
}
