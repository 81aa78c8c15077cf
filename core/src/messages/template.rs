//! What messages are made from: the catalogue entry, the variables it needs, what it is for.

use super::{MessageChannel, MessageKind};
use crate::{
    error::{Error, FieldError},
    i18n,
    types::{Locale, Time},
};

/// A kind of text we send.
#[derive(Debug)]
pub struct Template {
    /// The name; its text is the catalogue entry `msg-<name>`, a mail's subject `msg-<name>-subject`.
    pub name: &'static str,
    /// Variables that must not be empty.
    pub variables: &'static [&'static str],
    /// By which way.
    pub channel: MessageChannel,
    /// What for.
    pub kind: MessageKind,
    /// For how long after it was caused it is worth sending, in seconds.
    pub useful_seconds: i64,
    /// Whether its text lets whoever reads it in: staff never see it, and it is taken out once it is no longer needed.
    pub secret: bool,
}

const HOUR: i64 = 3600;

macro_rules! templates {
    ($($name:literal: $channel:ident $kind:ident $($secret:ident)?, $seconds:expr, [$($variable:literal),* $(,)?];)+) => {
        /// Every template there is.
        pub const TEMPLATES: &[Template] = &[$(Template {
            name: $name,
            variables: &[$($variable),*],
            channel: MessageChannel::$channel,
            kind: MessageKind::$kind,
            useful_seconds: $seconds,
            secret: templates!(@secret $($secret)?),
        }),+];
    };
    (@secret Secret) => { true };
    (@secret) => { false };
}

templates! {
    "otp-login": Whatsapp Otp Secret, HOUR / 6, ["code", "link", "minutes", "business"];
    "otp-phone": Whatsapp Otp Secret, HOUR / 6, ["code", "minutes", "business"];
    "ticket-created": Whatsapp Notification, 24 * HOUR, ["name", "number", "title", "business"];
    "ticket-assigned": Whatsapp Notification, 24 * HOUR, ["name", "number", "technician", "business"];
    "ticket-status": Whatsapp Notification, 24 * HOUR, ["name", "number", "status", "business"];
    "ticket-eta": Whatsapp Notification, 6 * HOUR, ["name", "number", "eta", "business"];
    "ticket-comment": Whatsapp Notification, 72 * HOUR, ["name", "number", "comment", "business"];
    "ticket-completed": Whatsapp Notification, 72 * HOUR, ["name", "number", "link", "business"];
    "ticket-cancelled": Whatsapp Notification, 72 * HOUR, ["name", "number", "reason", "business"];
    "ticket-merged": Whatsapp Notification, 72 * HOUR, ["name", "number", "into", "business"];
    "technician-lead": Whatsapp Notification, 24 * HOUR, ["name", "number", "title", "customer", "phone", "address", "link"];
    "technician-member": Whatsapp Notification, 24 * HOUR, ["name", "number", "title", "customer", "phone", "address", "link"];
    "technician-removed": Whatsapp Notification, 24 * HOUR, ["name", "number", "title"];
    "staff-notice": Whatsapp Notification, 24 * HOUR, ["title", "message", "link"];
    "password-reset": Email Notification Secret, HOUR, ["name", "link", "minutes", "business"];
}

/// The template of a name; a missing one is a defect.
///
/// # Errors
/// [`Error::Internal`] when no template has this name.
pub fn named(name: &str) -> Result<&'static Template, Error> {
    TEMPLATES
        .iter()
        .find(|template| template.name == name)
        .ok_or_else(|| Error::Internal(format!("no message template {name}")))
}

/// What stands as the template of a message whose text staff wrote.
pub const FREE_TEXT: &str = "text";

/// When a message that is to be sent at a time stops being worth it: as its template says, after a day where it has none.
pub fn useful_until(name: &str, at: Time) -> Time {
    named(name).map_or_else(|_| at.plus_seconds(24 * HOUR), |template| template.expires_at(at))
}

/// Whether the text of a message made from the template of this name must not be seen by staff.
pub fn is_secret(name: &str) -> bool {
    TEMPLATES.iter().any(|template| template.name == name && template.secret)
}

/// A text ready to be sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rendered {
    /// Subject, of mails.
    pub subject: Option<String>,
    /// Text.
    pub body: String,
}

impl Template {
    /// Puts the variables in.
    ///
    /// # Errors
    /// [`Error::Invalid`] names each variable that is missing or empty; a message with a hole is never sent.
    pub fn render(
        &self,
        channel: MessageChannel,
        locale: Locale,
        variables: &[(&'static str, &str)],
    ) -> Result<Rendered, Error> {
        let holes: Vec<_> = self
            .variables
            .iter()
            .filter(|name| !variables.iter().any(|(given, value)| given == *name && !value.trim().is_empty()))
            .map(|name| {
                let mend = format!("message {} needs a value for {name}", self.name);
                FieldError::new(*name, "required", mend)
            })
            .collect();
        if !holes.is_empty() {
            return Err(Error::Invalid(holes));
        }
        let args: Vec<_> = variables.iter().map(|(name, value)| (*name, i18n::Arg::from(*value))).collect();
        let subject = match (channel, self.channel) {
            (MessageChannel::Whatsapp, _) => None,
            (MessageChannel::Email, MessageChannel::Whatsapp) if self.variables.contains(&"number") => {
                Some(one_line(&locale.ta("msg-ticket-subject", &args)))
            }
            (MessageChannel::Email, _) => {
                Some(one_line(&i18n::t(locale, &format!("msg-{}-subject", self.name), &args)))
            }
        };
        let text = i18n::t(locale, &format!("msg-{}", self.name), &args);
        let body = if subject.is_some() { crate::marks::without(&text) } else { text };
        Ok(Rendered { subject, body })
    }

    /// Whether nobody is worse off for getting it in the morning.
    pub fn can_wait(&self) -> bool {
        const PATIENT: &[&str] = &["ticket-completed", "ticket-cancelled", "ticket-merged"];
        matches!(self.kind, MessageKind::Group | MessageKind::Bulk) || PATIENT.contains(&self.name)
    }

    /// When a message caused now stops being worth sending.
    pub fn expires_at(&self, now: Time) -> Time {
        now.plus_seconds(self.useful_seconds)
    }
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_template_is_whole_in_both_languages() {
        for template in TEMPLATES {
            let values: Vec<(&'static str, String)> =
                template.variables.iter().map(|name| (*name, format!("<{name}>"))).collect();
            let given: Vec<(&'static str, &str)> =
                values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            for locale in [Locale::Id, Locale::En] {
                let rendered = template.render(template.channel, locale, &given).unwrap();
                let all = format!("{}{}", rendered.subject.unwrap_or_default(), rendered.body);
                for (name, value) in &given {
                    assert!(all.contains(value), "{} ({locale}) does not use {name}", template.name);
                }
                assert!(!all.contains("msg-") && !all.contains('$'), "{} ({locale}): {all}", template.name);
                if template.kind != MessageKind::Otp {
                    let mail = template.render(MessageChannel::Email, locale, &given).unwrap();
                    let subject = mail.subject.unwrap();
                    assert!(!subject.contains("msg-") && !subject.contains('$'), "{subject}");
                }
            }
        }
    }

    #[test]
    fn what_lets_its_reader_in_is_secret() {
        for template in TEMPLATES {
            let opens = template.kind == MessageKind::Otp || template.name == "password-reset";
            assert_eq!(is_secret(template.name), opens, "{}", template.name);
        }
        assert!(!is_secret(""), "messages to us have no template");
    }

    #[test]
    fn an_empty_or_missing_variable_is_refused_by_name() {
        let template = named("otp-login").unwrap();
        let given = [("code", " "), ("business", "AGLIS")];
        let Err(Error::Invalid(fields)) = template.render(MessageChannel::Whatsapp, Locale::Id, &given)
        else {
            panic!()
        };
        assert_eq!(fields.iter().map(|f| f.field.as_str()).collect::<Vec<_>>(), ["code", "link", "minutes"]);
        assert!(named("no-such").is_err());
    }

    #[test]
    fn a_text_of_ones_own_is_worth_sending_for_a_day_and_no_template_has_its_name() {
        let at = Time::from_ms(1_800_000_000_000);
        assert!(named(FREE_TEXT).is_err() && !is_secret(FREE_TEXT));
        assert_eq!(useful_until(FREE_TEXT, at), at.plus_seconds(86_400));
        assert_eq!(useful_until("ticket-eta", at), at.plus_seconds(6 * 3600));
    }

    #[test]
    fn values_are_put_in_as_they_are() {
        let given =
            [("name", "{ $business } { -x }"), ("number", "TKT1"), ("status", "a\nb"), ("business", "B & C")];
        let template = named("ticket-status").unwrap();
        let rendered = template.render(MessageChannel::Whatsapp, Locale::Id, &given).unwrap();
        assert!(rendered.body.contains("{ $business } { -x }") && rendered.body.contains("B & C"));
    }
}
