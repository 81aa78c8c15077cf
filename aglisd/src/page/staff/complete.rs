//! Completing a ticket, with what was measured and photographed; and attaching files.

use super::{
    Shell, done, drafts,
    odp::{self, OdpField},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Flash, Form, FormErrors, Frame, Posted, Shown, Visit, once},
};
use aglis_core::{
    customers::service as customers,
    error::{Error, FieldError},
    permission::Permission as P,
    tickets::{Complete, Ticket, service as tickets},
    types::{AreaId, ChecklistItemId, FileId},
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

struct Photo {
    field: &'static str,
    text: String,
    have: bool,
}

struct Input {
    name: &'static str,
    text: String,
    value: String,
}

struct Item {
    id: i64,
    text: String,
    done: bool,
    required: bool,
}

#[derive(Template)]
#[template(path = "staff/complete.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    form: &'a Form,
    number: String,
    title: String,
    photos: Vec<Photo>,
    odp: OdpField,
    inputs: Vec<Input>,
    checklist: Vec<Item>,
}

const PHOTOS: [(&str, &str, &str); 3] = [
    ("attenuation_file_id", "attenuation", "staff-photo-attenuation"),
    ("modem_file_id", "modem", "staff-photo-modem"),
    ("otdr_file_id", "otdr", "staff-photo-otdr"),
];
const INPUTS: [(&str, &str); 5] = [
    ("odp_port", "staff-odp-port"),
    ("modem_serial", "staff-modem-serial"),
    ("wifi_name", "staff-wifi-name"),
    ("speed_down_mbps", "staff-speed-down"),
    ("speed_up_mbps", "staff-speed-up"),
];

/// The newest photo of a purpose that is already on the ticket.
fn photo(ticket: &Ticket, purpose: &str) -> Option<FileId> {
    ticket.attachments.iter().rev().find(|file| file.purpose == purpose).map(|file| file.id)
}

/// Where the customer's line ends.
#[derive(Default)]
struct Line {
    odp: String,
    port: String,
    area_id: Option<AreaId>,
}

/// What the form says of the line; at first what is known of it.
async fn line(frame: &Frame, ticket: &Ticket, form: &Form) -> Result<Line, Error> {
    if form.has(odp::NAME) {
        let text = |name| form.get(name).to_owned();
        return Ok(Line { odp: text(odp::NAME), port: text("odp_port"), area_id: None });
    }
    let Some(id) = ticket.summary.customer_id else { return Ok(Line::default()) };
    let customer = customers::get(frame.ctx(), id).await?;
    let port = customer.odp_port.map(|port| port.to_string()).unwrap_or_default();
    Ok(Line { odp: customer.odp_name.unwrap_or_default(), port, area_id: customer.area_id })
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    number: &str,
    form: &Form,
    errors: FormErrors,
) -> Result<Response, Error> {
    let id = tickets::resolve(frame.ctx(), number).await?;
    let ticket = tickets::get(frame.ctx(), id).await?;
    let ticked: Vec<&str> = form.all("checklist").collect();
    let Line { odp, port, area_id } = line(frame, &ticket, form).await?;
    let value = |name: &str| if name == "odp_port" { port.clone() } else { form.get(name).to_owned() };
    let page = Page {
        odp: odp::field(frame, odp, area_id).await?,
        staff: Shell::new(frame).await?,
        errors,
        form,
        number: ticket.summary.number.clone(),
        title: ticket.summary.title.clone(),
        photos: PHOTOS
            .iter()
            // Photos are attached to the ticket, which has a permission of its own.
            .filter(|_| frame.ctx().may(P::TicketNote))
            .map(|(field, purpose, text)| Photo {
                field,
                text: frame.t(text),
                have: photo(&ticket, purpose).is_some(),
            })
            .collect(),
        inputs: INPUTS
            .iter()
            .map(|(name, text)| Input { name, text: frame.t(text), value: value(name) })
            .collect(),
        checklist: ticket
            .checklist
            .iter()
            .map(|item| Item {
                id: item.id.0,
                text: frame.word("checklist", &item.code),
                done: item.done_at.is_some() || ticked.contains(&item.id.0.to_string().as_str()),
                required: item.required,
            })
            .collect(),
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit, Path(number): Path<String>) -> Shown {
    Ok(draw(&frame, StatusCode::OK, &number, &Form::default(), FormErrors::none()).await?)
}

/// Reads a decimal as people write it, with a comma or a point.
fn decimal(form: &Form, field: &str, wrong: &mut Vec<FieldError>) -> Option<f64> {
    let text = form.given(field)?.replace(',', ".").replace('−', "-");
    text.parse().ok().or_else(|| {
        wrong.push(FieldError::new(field, "invalid", "enter a number"));
        None
    })
}

async fn complete(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let ctx = frame.ctx();
    let id = tickets::resolve(ctx, &number).await?;
    let made = async {
        let mut wrong = Vec::new();
        let ticket = tickets::get(ctx, id).await?;
        let mut body = Complete {
            resolution: form.get("resolution").to_owned(),
            attenuation_dbm: decimal(&form, "attenuation_dbm", &mut wrong),
            modem_serial: form.given("modem_serial").map(str::to_owned),
            odp_id: odp::typed(&frame, &form, &mut wrong).await?,
            odp_port: odp::port(&form, &mut wrong),
            wifi_name: form.given("wifi_name").map(str::to_owned),
            speed_down_mbps: decimal(&form, "speed_down_mbps", &mut wrong),
            speed_up_mbps: decimal(&form, "speed_up_mbps", &mut wrong),
            checklist: form.all("checklist").filter_map(|id| id.parse().ok().map(ChecklistItemId)).collect(),
            ..Complete::default()
        };
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        for (field, purpose, _) in PHOTOS {
            let sent = form.files().iter().find(|sent| sent.field == field);
            let file = match sent.map(|sent| &sent.file) {
                Some(Ok(kept)) => {
                    let kept = std::slice::from_ref(kept);
                    tickets::attach(ctx, id, kept, purpose, false).await?.first().map(|file| file.id)
                }
                Some(Err(error)) => return Err(Error::field(field, "refused", error.to_string())),
                None => photo(&ticket, purpose),
            };
            match purpose {
                "attenuation" => body.attenuation_file_id = file,
                "modem" => body.modem_file_id = file,
                _ => body.otdr_file_id = file,
            }
        }
        tickets::complete(ctx, id, body).await
    };
    let back = format!("/tickets/{number}");
    match made.await {
        Err(error @ Error::Invalid(_)) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, &number, &form, errors).await?)
        }
        result => {
            if let Ok(ticket) = &result {
                drafts::sent(&frame, &format!("complete-{}", ticket.summary.number)).await;
            }
            done(&frame, &back, "staff-done-completed", result)
        }
    }
}

async fn attach(Path(number): Path<String>, posted: Posted) -> Shown {
    let back = format!("/tickets/{number}");
    once(posted, &back.clone(), |posted| hang(number, back, posted)).await
}

async fn hang(number: String, back: String, Posted { frame, mut form }: Posted) -> Shown {
    let ctx = frame.ctx();
    let id = tickets::resolve(ctx, &number).await?;
    let mut kept = Vec::new();
    for sent in form.take_files() {
        match sent.file {
            Ok(file) => kept.push(file),
            Err(error) => return Ok(frame.go_with(&back, Flash::warn(format!("{}: {error}", sent.name)))),
        }
    }
    let result = tickets::attach(ctx, id, &kept, "report", form.has("customer_visible")).await;
    done(&frame, &back, "staff-done-files", result)
}

/// The routes.
pub fn routes(upload_bytes: u64) -> Routes {
    Routes::new()
        .page_upload(
            Need::Permission(P::TicketComplete),
            upload_bytes,
            "/tickets/{number}/complete",
            get(show).post(complete),
        )
        .page_upload(
            Need::Permission(P::TicketNote),
            upload_bytes,
            "/tickets/{number}/attachments",
            post(attach),
        )
}
