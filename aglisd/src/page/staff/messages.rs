//! Messages to and from people, as lists on the pages of what they are about.

use crate::page::{Frame, Mark};
use aglis_core::{
    customers::rules::masked_email,
    error::Error,
    messages::{Direction, Message, MessageChannel, MessageFilter, MessageStatus, service as messages},
    permission::Permission as P,
    types::Phone,
};

const SHOWN: u32 = 20;
/// The query that leads to older messages.
const CURSOR: &str = "messages";

/// One message.
pub struct MessageRow {
    /// What it was for, or that it came from outside.
    pub about: String,
    /// By which way and to whom, masked.
    pub way: String,
    /// How far it got.
    pub state: Mark,
    /// When it was written.
    pub when: String,
    /// What went wrong, for those who look into it.
    pub error: Option<String>,
    /// The text, of messages from outside.
    pub text: Option<String>,
}

/// A page of messages.
pub struct Messages {
    /// The messages, the newest first.
    pub rows: Vec<MessageRow>,
    /// Where the older ones are.
    pub next: Option<String>,
}

/// The messages about something; none for those who may not see them. `here` is the page they stand on.
pub async fn about(frame: &Frame, filter: MessageFilter, here: &str) -> Result<Option<Messages>, Error> {
    if !frame.ctx().may(P::MessageRead) {
        return Ok(None);
    }
    let cursor = frame.query(CURSOR).map(str::to_owned);
    let page = messages::list(frame.ctx(), &MessageFilter { limit: Some(SHOWN), cursor, ..filter }).await?;
    Ok(Some(Messages {
        rows: page.items.into_iter().map(|one| row(frame, one)).collect(),
        next: page.next_cursor.map(|cursor| super::view::address(here, &[(CURSOR, &cursor)], None)),
    }))
}

/// To or from whom a message went, with the middle hidden.
pub fn masked_address(one: &Message) -> String {
    match one.channel {
        MessageChannel::Email => masked_email(&one.address),
        // A group has no number to hide.
        MessageChannel::Whatsapp => {
            one.address.parse::<Phone>().map_or_else(|_| one.address.clone(), |phone| phone.masked())
        }
    }
}

/// A template's name for people; messages to us have none.
pub fn template_name(frame: &Frame, template: &str) -> String {
    if template.is_empty() {
        return frame.t("staff-message-inbound");
    }
    frame.try_t(&format!("staff-template-{template}")).unwrap_or_else(|| template.to_owned())
}

fn row(frame: &Frame, one: Message) -> MessageRow {
    let inbound = one.direction == Direction::In;
    let address = masked_address(&one);
    MessageRow {
        about: if inbound { frame.t("staff-message-inbound") } else { template_name(frame, &one.template) },
        way: format!("{} · {address}", frame.word("staff-message-channel", one.channel)),
        state: Mark::message(frame, "staff-message", one.status),
        when: frame.date_time(&one.created_at),
        error: one.error.filter(|_| !matches!(one.status, MessageStatus::Delivered | MessageStatus::Read)),
        text: Some(one.body).filter(|_| inbound),
    }
}

#[cfg(test)]
mod tests {
    use aglis_core::{messages::template::TEMPLATES, types::Locale};

    #[test]
    fn every_template_has_a_name_for_people() {
        for template in TEMPLATES {
            for locale in Locale::ALL {
                let key = format!("staff-template-{}", template.name);
                assert!(locale.try_t(&key).is_some(), "{key} is missing in {locale}");
            }
        }
    }
}
