//! What a ticket's page tells of it: facts, completion, files, and how the customer is reached.

use super::view::{Fact, facts, local_phone};
use crate::page::Frame;
use aglis_core::{
    app::Scope,
    catalog::service as catalog,
    customers::service as customers,
    error::Error,
    i18n::format,
    permission::Permission as P,
    tickets::{Attachment, Ticket},
    types::{FileId, Phone, Time},
};

/// A file as the page shows it.
pub struct FileView {
    /// Identifier.
    pub id: i64,
    /// File name.
    pub name: String,
    /// What it shows, its size, who sent it.
    pub text: String,
    /// Whether it is a picture.
    pub image: bool,
}

/// A photo that completing asked for.
pub struct Proof {
    /// The file.
    pub id: i64,
    /// What it shows.
    pub text: String,
}

/// How the customer is reached and found.
pub struct Contact {
    /// The number, masked for those who do not work for the customer.
    pub phone: String,
    /// The number for links, where it is not masked: with `+`, and digits only.
    pub dial: Option<(String, String)>,
    /// Who to ask for, in businesses.
    pub person: Option<String>,
    /// Their number.
    pub person_phone: Option<String>,
    /// Postal address.
    pub address: String,
    /// The place on a map.
    pub map: Option<String>,
}

/// The facts beside a ticket.
pub fn fact_list(frame: &Frame, ticket: &Ticket) -> Vec<Fact> {
    let time = |at: &Option<Time>| at.as_ref().map(|at| frame.date_time(at));
    facts(
        frame,
        [
            (
                "staff-type",
                Some(format!(
                    "{} · {}",
                    frame.word("staff-type", ticket.summary.service_type),
                    frame.word("staff-category", &ticket.summary.category)
                )),
            ),
            ("staff-channel", Some(frame.word("staff-channel", ticket.summary.channel))),
            ("staff-contact", Some(frame.word("staff-contact", ticket.contact_preference))),
            ("staff-area", ticket.summary.area_name.clone()),
            (
                "staff-created",
                Some(format!("{} · {}", frame.date_time(&ticket.summary.created_at), ticket.created_by)),
            ),
            (
                "staff-response-due",
                (ticket.summary.responded_at.is_none() && ticket.summary.status.is_open())
                    .then(|| frame.date_time(&ticket.summary.response_due_at)),
            ),
            ("staff-due", Some(frame.date_time(&ticket.summary.resolution_due_at))),
            ("staff-preferred", time(&ticket.preferred_at)),
            ("staff-eta", time(&ticket.eta_at)),
            ("staff-hold-reason", ticket.hold_reason.clone()),
            (
                "staff-cancel-reason",
                // Where it went stands on top.
                ticket.cancel_reason.clone().filter(|_| ticket.merged_into_id.is_none()),
            ),
            (
                "staff-rating",
                ticket.rating.map(|stars| {
                    format!("{stars}/5 {}", ticket.rating_comment.as_deref().unwrap_or_default())
                }),
            ),
        ],
    )
}

/// What was measured and left behind, and the photos that prove it.
pub async fn completion(frame: &Frame, ticket: &Ticket) -> Result<(Vec<Fact>, Vec<Proof>), Error> {
    let Some(data) = ticket.completion.as_ref() else {
        return Ok((facts(frame, [("staff-resolution", ticket.resolution.clone())]), Vec::new()));
    };
    let decimal = |value: Option<f64>, unit: &str| {
        value.map(|value| format!("{} {unit}", format::decimal(frame.lang, value, 1)))
    };
    let odp = match data.odp_id {
        Some(id) => match catalog::odp(frame.ctx(), id).await {
            Ok(odp) => Some(odp.name),
            Err(Error::NotFound(_)) => None,
            Err(error) => return Err(error),
        },
        None => None,
    };
    let list = facts(
        frame,
        [
            ("staff-resolution", ticket.resolution.clone()),
            ("staff-attenuation", decimal(data.attenuation_dbm, "dBm")),
            ("staff-odp", odp),
            ("staff-odp-port", data.odp_port.map(|port| port.to_string())),
            ("staff-modem-serial", data.modem_serial.clone()),
            ("staff-wifi-name", data.wifi_name.clone()),
            ("staff-speed-down", decimal(data.speed_down_mbps, "Mbps")),
            ("staff-speed-up", decimal(data.speed_up_mbps, "Mbps")),
            (
                "staff-completed-by",
                Some(format!("{} · {}", data.completed_by, frame.date_time(&data.completed_at))),
            ),
        ],
    );
    let proof = |file: Option<FileId>, text: &str| file.map(|id| Proof { id: id.0, text: frame.t(text) });
    let proofs = [
        proof(data.attenuation_file_id, "staff-photo-attenuation"),
        proof(data.modem_file_id, "staff-photo-modem"),
        proof(data.otdr_file_id, "staff-photo-otdr"),
    ];
    Ok((list, proofs.into_iter().flatten().collect()))
}

/// A file as the page shows it.
pub fn file(frame: &Frame, file: &Attachment) -> FileView {
    let text = format!(
        "{} · {} · {}",
        frame.word("staff-purpose", &file.purpose),
        frame.size(&file.bytes),
        file.uploaded_by
    );
    FileView { id: file.id.0, name: file.name.clone(), text, image: file.media_type.starts_with("image/") }
}

/// How the customer is reached, for those who work on the ticket and those who may see customers.
pub async fn contact(frame: &Frame, ticket: &Ticket) -> Result<Option<Contact>, Error> {
    let ctx = frame.ctx();
    let Some(id) = ticket.summary.customer_id else { return Ok(None) };
    if !ctx.may(P::CustomerRead) && !matches!(ctx.actor.scope(), Scope::Technician(_)) {
        return Ok(None);
    }
    let customer = if ticket.summary.status.is_open() {
        customers::contact(ctx, id).await?
    } else {
        customers::get(ctx, id).await?
    };
    let number = customer.phone.parse::<Phone>().ok();
    Ok(Some(Contact {
        phone: local_phone(&customer.phone),
        dial: number.map(|number| (number.as_str().to_owned(), number.digits().to_owned())),
        person: customer.pic_name,
        person_phone: customer.pic_phone.as_deref().map(local_phone),
        map: customer.latitude.zip(customer.longitude).map(|(latitude, longitude)| {
            format!("https://www.google.com/maps/search/?api=1&query={latitude},{longitude}")
        }),
        address: customer.address,
    }))
}
