//! Reporting a ticket for a customer who called.

use super::{Shell, view::Choice};
use crate::{
    http::{Need, Routes},
    page::{Flash, Form, FormErrors, Frame, Posted, Shown, Visit},
};
use aglis_core::{
    customers::service as customers,
    error::Error,
    permission::Permission as P,
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
    choices: Vec<Choice>,
    title: String,
    description: String,
    auto_assign: bool,
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    customer: &str,
    form: &Form,
    errors: FormErrors,
) -> Result<Response, Error> {
    let customer_name = match customers::resolve(frame.ctx(), customer).await {
        Ok(id) if !customer.is_empty() => customers::get(frame.ctx(), id).await?.name,
        _ => String::new(),
    };
    let or = |name: &str, otherwise: &'static str| form.given(name).unwrap_or(otherwise).to_owned();
    let kind = or("type", "repair");
    let service_type = kind.parse().unwrap_or(ServiceType::Repair);
    let choices = vec![
        Choice::of(frame, "type", "staff-type", "staff-type", ServiceType::ALL, &kind, None),
        Choice::of(
            frame,
            "category",
            "staff-category",
            "staff-category",
            service_type.categories(),
            &or("category", ""),
            Some("staff-category-usual"),
        ),
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
        choices,
        title: form.get("title").to_owned(),
        description: form.get("description").to_owned(),
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

async fn create(Posted { frame, form }: Posted) -> Shown {
    let made = async {
        let new = NewTicket {
            customer_id: customer_id(&frame, &form).await?,
            service_type: form.get("type").parse().ok(),
            // A category of another type means that the type was changed after it; the type's usual one is taken.
            category: form
                .given("category")
                .filter(|category| {
                    form.get("type")
                        .parse::<ServiceType>()
                        .is_ok_and(|kind| kind.categories().contains(category))
                })
                .map(str::to_owned),
            priority: form.get("priority").parse().ok(),
            title: form.get("title").to_owned(),
            description: form.get("description").to_owned(),
            channel: form.get("channel").parse().ok(),
            preferred_at: None,
            contact_preference: form.get("contact_preference").parse().ok(),
            auto_assign: form.has("auto_assign"),
        };
        tickets::create(frame.ctx(), new).await
    };
    match made.await {
        Ok(ticket) => {
            let number = &ticket.summary.number;
            Ok(frame.go_with(
                &format!("/tickets/{number}"),
                Flash::ok(frame.t1("staff-ticket-created", "number", number)),
            ))
        }
        Err(error) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, form.get("customer"), &form, errors).await?)
        }
    }
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::TicketCreate), "/tickets/new", get(show).post(create))
}
