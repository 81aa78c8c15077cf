//! `ticket create`

use super::{Create, files};
use crate::{
    cmd::text_of,
    context::Context,
    failure::{Failure, Result},
    operation::Operation,
    output::counted,
    table::Cell,
};
use aglis_core::{
    client::{Client, Exit, File, Upload},
    tickets::{NewTicket, Ticket},
    types::CustomerId,
};

/// Opens a ticket and attaches the photos of the report.
pub(super) fn run(context: &Context, create: Create) -> Result {
    let description = match (&create.description, &create.file) {
        (None, None) => create.title.clone(),
        _ => text_of(create.description.clone(), create.file.as_deref(), "description")?,
    };
    if create.photo.len() > files::MOST {
        return Err(Failure::usage(format!("at most {} photos come with a report", files::MOST)));
    }
    let photos = create.photo.iter().map(|path| files::read(path)).collect::<Result<Vec<File>>>()?;
    let client = context.client()?;
    context.block_on(async {
        let new = NewTicket {
            customer_id: customer(&client, create.customer.as_deref()).await?,
            service_type: create.service_type,
            category: create.category,
            priority: create.priority,
            title: create.title,
            description,
            channel: create.channel,
            preferred_at: create.preferred_at,
            contact_preference: create.contact,
            auto_assign: create.auto_assign,
        };
        if context.global.dry_run {
            context.out.remark(match photos.len() {
                0 => "dry run: would open this ticket".to_owned(),
                n => format!("dry run: would open this ticket with {}", counted(n, "photo", "photos")),
            });
            context.out.text(&format!("{}\n", serde_json::to_string_pretty(&new)?))?;
            return Ok(Exit::Done);
        }
        let operation = Operation::new(context, create.given.operation)?;
        operation.tell();
        let made = client.create_ticket(&new, operation.id()).await;
        let mut ticket = made.map_err(|error| operation.failed(error.into()))?;
        if !photos.is_empty() {
            let upload =
                Upload { purpose: "report", customer_visible: create.customer_visible, files: &photos };
            ticket.attachments = client
                .attach(ticket.summary.id, &upload, &operation.key("photos"))
                .await
                .map_err(|error| {
                    let mut failure = operation.failed(error.into());
                    let number = &ticket.summary.number;
                    failure.message =
                        format!("{number} is open, but without its photos: {}", failure.message);
                    failure
                })?;
        }
        print(&operation, &ticket)
    })
}

async fn customer(client: &Client, customer: Option<&str>) -> Result<Option<CustomerId>> {
    let Some(customer) = customer else { return Ok(None) };
    match customer.parse() {
        Ok(id) => Ok(Some(id)),
        Err(_) => Ok(Some(client.customer(customer, false).await?.id)),
    }
}

fn print(operation: &Operation<'_>, ticket: &Ticket) -> Result {
    let summary = &ticket.summary;
    operation.one(&summary.id.to_string(), ticket, |table| {
        table.fact("opened", Cell::new(format!("{} (id {})", summary.number, summary.id)));
        table.fact("status", Cell::new(summary.status));
        table.fact_option("technician", summary.lead_name.as_ref());
        for file in &ticket.attachments {
            table.fact("photo", Cell::new(&file.name));
        }
    })?;
    Ok(Exit::Done)
}
