//! Changing what a ticket says.

use super::{
    Shell, conflict,
    ticket_acts::local_time,
    view::{Choice, local_input},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Flash, Form, FormErrors, Frame, Posted, Shown, Visit},
};
use aglis_core::{
    error::{Error, FieldError},
    permission::Permission as P,
    tickets::{ContactPreference, Ticket, TicketChange, service as tickets},
};
use askama::Template;
use axum::{http::StatusCode, response::Response, routing::get};

#[derive(Template)]
#[template(path = "staff/ticket_edit.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    number: String,
    version: i64,
    title: String,
    description: String,
    preferred: String,
    choices: Vec<Choice>,
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    ticket: &Ticket,
    form: Option<&Form>,
    errors: FormErrors,
) -> Result<Response, Error> {
    let or = |name: &str, now: &str| form.map_or(now, |form| form.get(name)).to_owned();
    let preferred = local_input(frame, ticket.preferred_at);
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        number: ticket.summary.number.clone(),
        version: ticket.summary.version,
        title: or("title", &ticket.summary.title),
        description: or("description", &ticket.description),
        preferred: or("preferred_at", &preferred),
        choices: vec![
            Choice::of(
                frame,
                "category",
                "staff-category",
                "staff-category",
                ticket.summary.service_type.categories(),
                &or("category", &ticket.summary.category),
                None,
            ),
            Choice::of(
                frame,
                "contact_preference",
                "staff-contact",
                "staff-contact",
                ContactPreference::ALL,
                &or("contact_preference", ticket.contact_preference.as_str()),
                None,
            ),
        ],
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit, Path(number): Path<String>) -> Shown {
    let id = tickets::resolve(frame.ctx(), &number).await?;
    let ticket = tickets::get(frame.ctx(), id).await?;
    Ok(draw(&frame, StatusCode::OK, &ticket, None, FormErrors::none()).await?)
}

/// What the form changes; what is as it was is not sent, so that it is not judged again.
fn change(frame: &Frame, form: &Form, before: &Ticket) -> Result<TicketChange, Error> {
    let changed =
        |name: &str, now: &str| Some(form.get(name).replace("\r\n", "\n")).filter(|text| text != now);
    let preferred_at = match changed("preferred_at", &local_input(frame, before.preferred_at)) {
        None => None,
        Some(text) if text.is_empty() => Some(None),
        Some(text) => Some(Some(local_time(frame, &text).ok_or_else(|| {
            Error::Invalid(vec![FieldError::new("preferred_at", "invalid", "enter a date and time")])
        })?)),
    };
    let preference = before.contact_preference;
    Ok(TicketChange {
        version: form.get("version").parse().ok(),
        category: changed("category", &before.summary.category),
        title: changed("title", &before.summary.title),
        description: changed("description", &before.description),
        preferred_at,
        contact_preference: form.get("contact_preference").parse().ok().filter(|new| *new != preference),
        eta_at: None,
    })
}

async fn save(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = tickets::resolve(frame.ctx(), &number).await?;
    let before = tickets::get(frame.ctx(), id).await?;
    let made = async { tickets::update(frame.ctx(), id, change(&frame, &form, &before)?).await };
    let errors = match made.await {
        Ok(_) => {
            let said = Flash::ok(frame.t("staff-done-saved"));
            return Ok(frame.go_with(&format!("/tickets/{}", before.summary.number), said));
        }
        Err(Error::Conflict { code, message, .. }) => {
            FormErrors::one("form", conflict(&frame, code, message))
        }
        Err(error) => FormErrors::of(&frame, "staff", error)?,
    };
    // The form carries the present version on: who sends it again has been told of the change and means it.
    Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, &before, Some(&form), errors).await?)
}

/// The route.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::TicketUpdate), "/tickets/{number}/edit", get(show).post(save))
}
