//! Reporting a ticket for a customer who called.

use super::{
    Shell, conflict, drafts,
    ticket_acts::local_time,
    view::{Choice, Group, Opt},
};
use crate::{
    http::{Need, Routes},
    page::{Flash, Form, FormErrors, Frame, Posted, Shown, Visit, once},
};
use aglis_core::{
    customers::service as customers,
    error::{Error, FieldError},
    files::Kept,
    permission::Permission as P,
    portal::MOST_FILES,
    tickets::{Channel, ContactPreference, NewTicket, Priority, ServiceType, service as tickets},
    types::CustomerId,
};
use askama::Template;
use axum::{http::StatusCode, response::Response, routing::get};

#[derive(Template)]
#[template(path = "staff/ticket_new.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    customer: String,
    customer_name: String,
    works: Vec<Group>,
    choices: Vec<Choice>,
    title: String,
    description: String,
    preferred: String,
    may_attach: bool,
    may_assign: bool,
    auto_assign: bool,
}

/// Every kind of work with its categories; the usual category stands first in each. A value is `repair/slow_speed`.
fn works(frame: &Frame, chosen: &str) -> Vec<Group> {
    let group = |kind: &ServiceType| {
        let option = |category: &&str| {
            let value = format!("{kind}/{category}");
            Opt { text: frame.word("staff-category", category), selected: value == chosen, value }
        };
        Group {
            label: frame.word("staff-type", kind),
            options: kind.categories().iter().map(option).collect(),
        }
    };
    ServiceType::ALL.iter().map(group).collect()
}

/// The kind of work and its category that a value stands for.
fn work(value: &str) -> Option<(ServiceType, &'static str)> {
    let (kind, category) = value.split_once('/')?;
    let kind: ServiceType = kind.parse().ok()?;
    Some((kind, kind.categories().iter().find(|one| **one == category)?))
}

fn usual_work() -> String {
    let kind = ServiceType::Repair;
    format!("{kind}/{}", kind.categories().first().copied().unwrap_or_default())
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    customer: &str,
    form: &Form,
    errors: FormErrors,
) -> Result<Response, Error> {
    let ctx = frame.ctx();
    let customer_name = match customers::resolve(ctx, customer).await {
        Ok(id) if !customer.is_empty() && ctx.may(P::CustomerRead) => customers::get(ctx, id).await?.name,
        _ => String::new(),
    };
    let or = |name: &str, otherwise: &'static str| form.given(name).unwrap_or(otherwise).to_owned();
    let choices = vec![
        Choice::of(
            frame,
            "priority",
            "staff-priority",
            "staff-priority",
            Priority::ALL,
            &or("priority", "normal"),
            None,
        ),
        Choice::of(
            frame,
            "channel",
            "staff-channel",
            "staff-channel",
            Channel::ALL,
            &or("channel", "phone"),
            None,
        ),
        Choice::of(
            frame,
            "contact_preference",
            "staff-contact",
            "staff-contact",
            ContactPreference::ALL,
            &or("contact_preference", "whatsapp"),
            None,
        ),
    ];
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        customer: customer.to_owned(),
        customer_name,
        works: works(frame, form.given("work").unwrap_or(&usual_work())),
        choices,
        title: form.get("title").to_owned(),
        description: form.get("description").to_owned(),
        preferred: form.get("preferred_at").to_owned(),
        may_attach: ctx.may(P::TicketNote),
        may_assign: ctx.may(P::TicketAssign),
        auto_assign: form.has("auto_assign") || form.get("_csrf").is_empty(),
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit) -> Shown {
    let customer = frame.query("customer").unwrap_or_default().to_owned();
    Ok(draw(&frame, StatusCode::OK, &customer, &Form::default(), FormErrors::none()).await?)
}

async fn customer_id(frame: &Frame, form: &Form) -> Result<Option<CustomerId>, Error> {
    let Some(text) = form.given("customer") else { return Ok(None) };
    match customers::resolve(frame.ctx(), &text.to_uppercase()).await {
        Ok(id) => Ok(Some(id)),
        Err(Error::NotFound(_)) => Err(Error::field("customer_id", "unknown", "there is no such customer")),
        Err(error) => Err(error),
    }
}

/// What the form asks for.
async fn asked(frame: &Frame, form: &Form) -> Result<NewTicket, Error> {
    let mut wrong = Vec::new();
    let work = form.given("work").and_then(work);
    if work.is_none() {
        wrong.push(FieldError::new("category", "unknown", "choose one of the kinds of work"));
    }
    let preferred_at = form.given("preferred_at").map(|text| local_time(frame, text));
    if preferred_at == Some(None) {
        wrong.push(FieldError::new("preferred_at", "invalid", "enter a date and time"));
    }
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    Ok(NewTicket {
        customer_id: customer_id(frame, form).await?,
        service_type: work.map(|(kind, _)| kind),
        category: work.map(|(_, category)| category.to_owned()),
        priority: form.get("priority").parse().ok(),
        title: form.get("title").to_owned(),
        description: form.get("description").to_owned(),
        channel: form.get("channel").parse().ok(),
        preferred_at: preferred_at.flatten(),
        contact_preference: form.get("contact_preference").parse().ok(),
        auto_assign: form.has("auto_assign") && frame.ctx().may(P::TicketAssign),
    })
}

/// The files that came along; the first that was not taken is complained of.
fn kept(form: &mut Form) -> Result<Vec<Kept>, Error> {
    let files = form.take_files();
    if files.len() > MOST_FILES {
        return Err(Error::field("files", "too_many_files", format!("send at most {MOST_FILES}")));
    }
    let kept = files.into_iter().map(|sent| {
        sent.file.map_err(|error| Error::field("files", "refused", format!("{}: {error}", sent.name)))
    });
    kept.collect()
}

async fn create(posted: Posted) -> Shown {
    once(posted, "/tickets", make).await
}

async fn make(Posted { frame, mut form }: Posted) -> Shown {
    let files = kept(&mut form);
    let made = async { tickets::create_with_files(frame.ctx(), asked(&frame, &form).await?, &files?).await };
    let errors = match made.await {
        Ok(ticket) => {
            drafts::sent(&frame, "ticket-new").await;
            let number = &ticket.summary.number;
            let said = Flash::ok(frame.t1("staff-ticket-created", "number", number));
            return Ok(frame.go_with(&format!("/tickets/{number}"), said));
        }
        Err(Error::Conflict { code, message, .. }) => {
            FormErrors::one("form", conflict(&frame, code, message))
        }
        Err(error) => FormErrors::of(&frame, "staff", error)?,
    };
    Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, form.get("customer"), &form, errors).await?)
}

/// The routes.
pub fn routes(upload_bytes: u64) -> Routes {
    Routes::new().page_upload(
        Need::Permission(P::TicketCreate),
        upload_bytes,
        "/tickets/new",
        get(show).post(create),
    )
}
