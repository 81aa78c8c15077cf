//! Writing to a customer or a phone: a text of one's own, or a template with its values.

use super::{
    Shell, done,
    messages::template_name,
    ticket_acts::local_time,
    view::{Choice, address},
};
use crate::{
    http::{Need, Routes},
    page::{Flash, Form, FormErrors, Frame, Posted, Shown, Visit, once},
};
use aglis_core::{
    error::{Error, FieldError},
    messages::{SendMessage, service as messages},
    permission::Permission as P,
    types::{Locale, Phone},
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

const HOME: &str = "/messages/new";
/// Before the name of a variable in the form.
const VARIABLE: &str = "variables.";

struct Blank {
    field: String,
    name: String,
    value: String,
    /// Whether it is known anyway when a customer is written to.
    known: bool,
}

#[derive(Template)]
#[template(path = "staff/message_new.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    to: String,
    text: String,
    send_at: String,
    template: String,
    templates: Choice,
    locales: Choice,
    blanks: Vec<Blank>,
    preview: Option<String>,
}

/// What was filled in, or the address says.
#[derive(Default)]
struct Filled {
    to: String,
    text: String,
    template: String,
    locale: String,
    send_at: String,
    variables: Vec<(String, String)>,
}

impl Filled {
    fn of(form: &Form) -> Filled {
        let text = |name| form.get(name).to_owned();
        let variable = |(name, value): (&str, &str)| {
            Some((name.strip_prefix(VARIABLE)?.to_owned(), value.trim().to_owned()))
        };
        Filled {
            to: text("to"),
            text: text("text"),
            template: text("template"),
            locale: text("locale"),
            send_at: text("send_at"),
            variables: form.pairs().filter_map(variable).collect(),
        }
    }

    /// What the service is asked; what looks like a phone is one, anything else names a customer.
    fn message(&self, frame: &Frame) -> Result<SendMessage, Error> {
        let given = |text: &str| Some(text.to_owned()).filter(|text| !text.is_empty());
        let number = self.to.len() < 9 && !self.to.starts_with('0');
        let is_phone = !number && self.to.parse::<Phone>().is_ok();
        let send_at = match self.send_at.as_str() {
            "" => None,
            text => Some(
                local_time(frame, text)
                    .ok_or_else(|| Error::field("send_at", "invalid", "enter a date and time"))?,
            ),
        };
        let locale: Option<Locale> = match self.locale.as_str() {
            "" => None,
            text => Some(text.parse().map_err(|_| Error::field("locale", "unknown", "use id or en"))?),
        };
        Ok(SendMessage {
            phone: given(&self.to).filter(|_| is_phone),
            customer: given(&self.to).filter(|_| !is_phone),
            text: given(&self.text).filter(|_| self.template.is_empty()),
            template: given(&self.template),
            variables: self.variables.iter().filter(|(_, value)| !value.is_empty()).cloned().collect(),
            locale: locale.filter(|_| !self.template.is_empty()),
            send_at,
            dry_run: false,
        })
    }
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    filled: &Filled,
    errors: FormErrors,
    preview: Option<String>,
) -> Result<Response, Error> {
    let chosen = messages::sendable().find(|template| template.name == filled.template);
    let blank = |name: &&'static str| Blank {
        field: format!("{VARIABLE}{name}"),
        name: frame.try_t(&format!("staff-variable-{name}")).unwrap_or_else(|| (*name).to_owned()),
        value: filled
            .variables
            .iter()
            .find(|(known, _)| known == name)
            .map_or_else(String::new, |(_, v)| v.clone()),
        known: matches!(*name, "name" | "business"),
    };
    let names = messages::sendable().map(|one| (one.name.to_owned(), template_name(frame, one.name)));
    let languages =
        [("id", "Bahasa Indonesia"), ("en", "English")].map(|(id, name)| (id.to_owned(), name.to_owned()));
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        to: filled.to.clone(),
        text: filled.text.clone(),
        send_at: filled.send_at.clone(),
        template: chosen.map_or_else(String::new, |template| template.name.to_owned()),
        templates: Choice::among(
            frame,
            "template",
            "staff-message-template",
            names,
            &filled.template,
            "staff-message-own-text",
        ),
        locales: Choice::among(
            frame,
            "locale",
            "staff-language",
            languages,
            &filled.locale,
            "staff-message-their-language",
        ),
        blanks: chosen.map_or_else(Vec::new, |template| {
            template.variables.iter().map(|one| blank(&one.name)).collect()
        }),
        preview,
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit) -> Shown {
    let value = |name| frame.query(name).unwrap_or_default().to_owned();
    let filled =
        Filled { to: value("to"), template: value("template"), text: value("text"), ..Filled::default() };
    Ok(draw(&frame, StatusCode::OK, &filled, FormErrors::none(), None).await?)
}

/// Complaints of the service under the names of the form's fields.
fn here(fields: Vec<FieldError>) -> Vec<FieldError> {
    let rename = |field: FieldError| match field.field.as_str() {
        "phone" | "customer" => FieldError { field: "to".to_owned(), ..field },
        _ => field,
    };
    fields.into_iter().map(rename).collect()
}

async fn send(posted: Posted) -> Shown {
    once(posted, "/messages", write).await
}

async fn write(Posted { mut frame, form }: Posted) -> Shown {
    HOME.clone_into(&mut frame.path);
    let filled = Filled::of(&form);
    let only_look = form.has("look");
    let result = match filled.message(&frame) {
        Ok(new) => messages::write(frame.ctx(), &SendMessage { dry_run: only_look, ..new }).await,
        Err(error) => Err(error),
    };
    match result {
        Ok(message) if only_look => {
            let text = Some(message.body);
            Ok(draw(&frame, StatusCode::OK, &filled, FormErrors::none(), text).await?)
        }
        Ok(message) => {
            let to = address(&format!("/messages/{}", message.id), &[], None);
            let said = if frame.ctx().may(P::MessageRead) { to.as_str() } else { HOME };
            Ok(frame.go_with(said, Flash::ok(frame.t("staff-message-written"))))
        }
        Err(Error::Invalid(fields)) => {
            let errors = FormErrors::from_fields(&frame, "staff", &here(fields));
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, &filled, errors, None).await?)
        }
        Err(Error::NotFound(_)) => {
            let unknown = [FieldError::new("to", "unknown", "there is no such customer")];
            let errors = FormErrors::from_fields(&frame, "staff", &unknown);
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, &filled, errors, None).await?)
        }
        Err(error) => done::<()>(&frame, HOME, "staff-message-written", Err(error)),
    }
}

/// The routes.
pub fn routes() -> Routes {
    let need = Need::Permission(P::MessageSend);
    Routes::new().page(need, HOME, get(show)).page(need, "/messages/send", post(send))
}
