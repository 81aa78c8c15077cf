//! Messages that follow from events.

use super::{NewMessage, business, send};
use crate::{
    app::Ctx,
    customers::News,
    db::Tx,
    error::{Error, Result},
    event::{Event, Outcome, Recipient, Subject, SubjectKind, emit_outcome},
    i18n::format,
    messages::{
        MessageChannel,
        store::{self, CustomerFacts, Person, TicketFacts},
    },
    tickets::ContactPreference,
    types::*,
};

/// Writes the messages that an event sets off. Whoever cannot or does not want to be reached is left out. A message that
/// cannot be made is logged and never fails what caused it.
pub async fn react(
    tx: &mut Tx,
    ctx: &Ctx,
    subject: &Subject,
    event: &Event,
    to: &Recipient,
    template: &str,
) -> Result<()> {
    let (SubjectKind::Ticket, Some(id)) = (subject.kind, subject.id) else { return Ok(()) };
    let Some(ticket) = store::ticket_facts(tx, TicketId(id)).await? else { return Ok(()) };
    let reached = match to {
        Recipient::Customer(news) => store::customer_facts(tx, TicketId(id))
            .await?
            .map(|customer| (ways(&customer.person, &wanted(&customer, *news)), customer.person)),
        Recipient::Lead(technician) | Recipient::Member(technician) | Recipient::Former(technician) => {
            store::technician_facts(tx, *technician).await?.map(|person| {
                // One work order is enough.
                let mut ways = ways(&person, MessageChannel::ALL);
                ways.truncate(1);
                (ways, person)
            })
        }
    };
    let Some((ways, person)) = reached.filter(|(ways, _)| !ways.is_empty()) else { return Ok(()) };
    let said = said(tx, ctx, event, &ticket, person.locale).await?;
    let pages = match to {
        Recipient::Customer(_) => "/customer/tickets",
        Recipient::Lead(_) | Recipient::Member(_) | Recipient::Former(_) => "/tickets",
    };
    let link = format!("{}{pages}/{}", ctx.app.config.server.public_url, ticket.number);
    let phone = ticket.customer_phone.as_ref().map(Phone::local).unwrap_or_default();
    let variables = [
        ("name", person.name.as_str()),
        ("number", ticket.number.as_str()),
        ("title", ticket.title.as_str()),
        ("business", business(ctx)),
        ("link", link.as_str()),
        ("customer", ticket.customer_name.as_deref().unwrap_or("-")),
        ("phone", if phone.is_empty() { "-" } else { phone.as_str() }),
        ("address", ticket.customer_address.as_deref().unwrap_or("-")),
        said.as_ref().map_or(("said", ""), |(name, text)| (*name, text.as_str())),
    ];
    for (channel, address) in &ways {
        let message = NewMessage {
            template,
            channel: Some(*channel),
            locale: person.locale,
            address,
            variables: &variables,
            customer_id: person.customer_id,
            user_id: person.user_id,
            ticket_id: Some(TicketId(id)),
            expires_at: None,
        };
        match send(tx, ctx, message).await {
            Ok(_) => {}
            Err(error @ (Error::Invalid(_) | Error::Internal(_))) => {
                tracing::error!(template, ticket = %ticket.number, %error, "a message could not be made");
                let refused = refused(TicketId(id), template, *channel, &error);
                emit_outcome(tx, ctx, subject, refused, Outcome::Failed).await?;
            }
            Err(error) => return Err(error),
        }
    }
    Ok(())
}

fn refused(ticket: TicketId, template: &str, channel: MessageChannel, error: &Error) -> Event {
    let fields = match error {
        Error::Invalid(fields) => fields.iter().map(|one| one.field.clone()).collect(),
        _ => Vec::new(),
    };
    Event::MessageRefused {
        ticket_id: Some(ticket),
        template: template.to_owned(),
        channel: channel.to_string(),
        fields,
        error: error.to_string(),
    }
}

/// The ways by which a customer wants to hear of something, the one they prefer for this ticket first.
fn wanted(customer: &CustomerFacts, news: News) -> Vec<MessageChannel> {
    let mut channels: Vec<MessageChannel> = [
        (MessageChannel::Whatsapp, &customer.notify_whatsapp),
        (MessageChannel::Email, &customer.notify_email),
    ]
    .into_iter()
    .filter(|(_, list)| list.contains(&news))
    .map(|(channel, _)| channel)
    .collect();
    if customer.contact_preference == ContactPreference::Email {
        channels.reverse();
    }
    channels
}

/// Where somebody is reached, by those of the channels by which they can be.
fn ways(person: &Person, channels: &[MessageChannel]) -> Vec<(MessageChannel, String)> {
    let address = |channel| match channel {
        MessageChannel::Whatsapp => person.phone.as_ref().map(|phone| phone.as_str().to_owned()),
        MessageChannel::Email => person.email.clone(),
    };
    channels.iter().filter_map(|channel| Some((*channel, address(*channel)?))).collect()
}

/// What only this event's template says.
async fn said(
    tx: &mut Tx,
    ctx: &Ctx,
    event: &Event,
    ticket: &TicketFacts,
    locale: Locale,
) -> Result<Option<(&'static str, String)>> {
    Ok(match event {
        Event::TicketAssigned { lead_name, .. } => Some(("technician", lead_name.clone())),
        Event::TicketStatusChanged { to: Some(status), .. } => {
            let key = format!("msg-status-{}", status.as_str().replace('_', "-"));
            Some(("status", crate::i18n::t(locale, &key, &[])))
        }
        Event::TicketEtaSet { eta_at } => {
            let at = eta_at.or(ticket.eta_at);
            at.map(|at| ("eta", format::date_time(locale, &ctx.app.zone, at)))
        }
        Event::TicketCancelled { reason, .. } => Some(("reason", reason.clone())),
        Event::TicketMerged { into_number, .. } => Some(("into", into_number.clone())),
        Event::TicketCommented { comment_id: Some(comment), .. } => {
            store::comment_body(tx, *comment).await?.map(|body| ("comment", body))
        }
        _ => None,
    })
}
