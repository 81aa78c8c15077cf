//! Messages that staff write.

use super::{
    ApprovedTemplate, Direction, MessageChannel, MessageStatus, approved, business, enqueue, kept, shown,
};
use crate::{
    app::Ctx,
    conversations::service as conversations,
    customers,
    db::Tx,
    error::{Checker, Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    messages::{
        Message, MessageKind, SendMessage,
        store::{self, NewRow, Person},
        template::{self, FREE_TEXT, Template},
    },
    templates::service as templates,
    types::*,
};

/// Longest text, in characters.
const TEXT_CHARACTERS: usize = 4096;
/// Longest value of a variable, in characters.
const VALUE_CHARACTERS: usize = 1000;
/// Longest time ahead, in seconds.
const YEAR_S: i64 = 366 * 86_400;

/// Whom and what a request names, as far as that can be said without looking anything up.
struct Checked<'a> {
    phone: Option<Phone>,
    customer: Option<&'a str>,
    text: String,
    template: Option<&'static Template>,
    at: Time,
}

fn given(text: Option<&String>) -> Option<&str> {
    text.map(|text| text.trim()).filter(|text| !text.is_empty())
}

fn check<'a>(ctx: &Ctx, new: &'a SendMessage) -> Result<Checked<'a>> {
    let mut check = Checker::new();
    let (phone, customer) = (given(new.phone.as_ref()), given(new.customer.as_ref()));
    match (phone, customer) {
        (None, None) => {
            check.refuse("phone", "required", "give a phone or a customer");
        }
        (Some(_), Some(_)) => {
            check.refuse("customer", "unknown", "give a phone or a customer, not both");
        }
        _ => {}
    }
    let phone = phone.and_then(|text| match text.parse::<Phone>() {
        Ok(phone) => Some(phone),
        Err(error) => {
            check.refuse("phone", "invalid", error.to_string());
            None
        }
    });
    let (said, name) = (given(new.text.as_ref()), given(new.template.as_ref()));
    let mut text = String::new();
    let mut template = None;
    match (said, name) {
        (None, None) => {
            check.refuse("text", "required", "give a text or a template");
        }
        (Some(_), Some(_)) => {
            check.refuse("template", "unknown", "give a text or a template, not both");
        }
        (Some(said), None) => text = check.text("text", said, TEXT_CHARACTERS),
        (None, Some(name)) => match sendable().find(|template| template.name == name) {
            Some(found) => template = Some(found),
            None => {
                check.refuse("template", "unknown", format!("use one of {}", names().join(", ")));
            }
        },
    }
    for (name, value) in &new.variables {
        let field = format!("variables.{name}");
        check.optional_text(&field, value, VALUE_CHARACTERS);
        let known = template.is_some_and(|template| template.variables.iter().any(|one| one.name == name));
        check.ensure(known, &field, "unknown", "the message has no such variable; leave it out");
    }
    let fits = new.locale.is_none() || template.is_some() || name.is_some();
    check.ensure(fits, "locale", "unknown", "a text of your own has no language; leave it out");
    let at = new.send_at.unwrap_or(ctx.now);
    check.ensure(
        new.send_at.is_none() || (at > ctx.now && at <= ctx.now.plus_seconds(YEAR_S)),
        "send_at",
        "out_of_range",
        "give a time in the future, at most a year ahead",
    );
    check.finish()?;
    Ok(Checked { phone, customer, text, template, at })
}

/// The templates that staff may send by hand: nothing that lets its reader in.
pub fn sendable() -> impl Iterator<Item = &'static Template> {
    template::TEMPLATES.iter().filter(|template| is_sendable(template))
}

fn is_sendable(template: &Template) -> bool {
    !template.secret && template.kind != MessageKind::Otp && template.channel == MessageChannel::Whatsapp
}

fn names() -> Vec<&'static str> {
    sendable().map(|template| template.name).collect()
}

/// Writes a message of staff to a phone or a customer down, to be sent at once or at a time; it waits for no quiet hours.
///
/// # Errors
/// [`Error::Invalid`] names every field that is missing or does not fit; [`Error::NotFound`] when there is no such
/// customer.
pub async fn write(ctx: &Ctx, new: &SendMessage) -> Result<Message> {
    let Checked { phone, customer, text, template, at } = check(ctx, new)?;
    let named = match customer {
        Some(customer) => Some(customers::service::resolve(ctx, customer).await?),
        None => None,
    };
    let mut tx = ctx.app.db.write().await?;
    let id = match (named, &phone) {
        (Some(id), _) => Some(id),
        (None, Some(phone)) => store::customer_of(&mut tx, phone).await?,
        (None, None) => None,
    };
    let person = match id {
        Some(id) => store::customer(&mut tx, id).await?,
        None => None,
    };
    let Some(address) = phone.or_else(|| person.as_ref().and_then(|person| person.phone.clone())) else {
        return Err(Error::field("customer", "invalid", "the customer has no phone"));
    };
    let locale = new.locale.or(person.as_ref().map(|person| person.locale)).unwrap_or_default();
    let (body, form) = match template {
        Some(template) => filled(&mut tx, ctx, template, locale, new, person.as_ref()).await?,
        None => (text, None),
    };
    let name = template.map_or(FREE_TEXT, |template| template.name);
    let row = NewRow {
        direction: Direction::Out,
        channel: MessageChannel::Whatsapp,
        kind: MessageKind::Notification,
        address: address.as_str(),
        customer_id: id,
        user_id: None,
        ticket_id: None,
        template: name,
        locale: locale.as_str(),
        subject: None,
        body: &body,
        buttons: None,
        approved: kept(form.as_ref())?,
        status: MessageStatus::Queued,
        provider: None,
        provider_id: None,
        created_at: ctx.now,
        expires_at: Some(template::useful_until(name, at)),
    };
    let message_id = store::insert(&mut tx, row).await?;
    let message = store::get(&mut tx, message_id).await?.ok_or(Error::NotFound("message"))?;
    if new.dry_run {
        return Ok(shown(ctx, Message { id: MessageId(0), ..message }));
    }
    enqueue(&mut tx, ctx.now, at, message_id, MessageChannel::Whatsapp, MessageKind::Notification).await?;
    let wrote = conversations::Wrote { message_id, address: address.as_str(), customer_id: id, text: &body };
    conversations::written(&mut tx, ctx, &wrote).await?;
    let mut subject = Subject::new(SubjectKind::Message, message_id.0, name);
    subject.customer_id = id;
    let event = Event::MessageWritten {
        message_id: Some(message_id),
        template: name.to_owned(),
        channel: MessageChannel::Whatsapp.to_string(),
    };
    emit(&mut tx, ctx, &subject, event).await?;
    tx.commit().await?;
    Ok(shown(ctx, message))
}

/// The template's text with the values that were given and those that are known anyway, and its approved form.
async fn filled(
    tx: &mut Tx,
    ctx: &Ctx,
    template: &Template,
    locale: Locale,
    new: &SendMessage,
    person: Option<&Person>,
) -> Result<(String, Option<ApprovedTemplate>)> {
    let value = |name: &'static str| -> Option<(&'static str, &str)> {
        if let Some(value) = new.variables.get(name) {
            return Some((name, value.trim()));
        }
        match name {
            "name" => person.map(|person| (name, person.name.as_str())),
            "business" => Some((name, business(ctx))),
            _ => None,
        }
    };
    let values: Vec<(&'static str, &str)> =
        template.variables.iter().filter_map(|one| value(one.name)).collect();
    match templates::render(tx, template, MessageChannel::Whatsapp, locale, &values).await {
        Ok(rendered) => {
            let form = approved(ctx, template, MessageChannel::Whatsapp, locale, &values);
            Ok((rendered.body, form))
        }
        Err(Error::Invalid(holes)) => Err(Error::Invalid(
            holes
                .into_iter()
                .map(|mut hole| {
                    hole.field = format!("variables.{}", hole.field);
                    hole
                })
                .collect(),
        )),
        Err(error) => Err(error),
    }
}
