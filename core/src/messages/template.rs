//! What messages are made from: the catalogue entry, the variables it needs, what it is for.

use super::{MessageChannel, MessageKind};
use crate::{
    error::{Error, FieldError},
    i18n,
    templates::{EditedText, TemplatePurpose, Variable, fill},
    types::{Locale, Time},
};

/// A kind of text we send.
#[derive(Debug)]
pub struct Template {
    /// The name; its text is the catalogue entry `msg-<name>`, a mail's subject `msg-<name>-subject`.
    pub name: &'static str,
    /// Which part of the business it belongs to.
    pub purpose: TemplatePurpose,
    /// Variables; none of their values may be empty.
    pub variables: &'static [Variable],
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
const DAY: i64 = 24 * HOUR;

/// A template a line: purpose, channel and kind, how long it is of use, the variables that every text must hold, and
/// those that it may leave out.
macro_rules! templates {
    ($($name:literal: $purpose:ident $channel:ident $kind:ident $($secret:ident)?, $seconds:expr, [$($must:literal),*], [$($may:literal),*];)+) => {
        /// Every template there is.
        pub const TEMPLATES: &[Template] = &[$(Template {
            name: $name,
            purpose: TemplatePurpose::$purpose,
            variables: &[
                $(Variable { name: $must, required: true },)*
                $(Variable { name: $may, required: false },)*
            ],
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
    "otp-login": Access Whatsapp Otp Secret, HOUR / 6, ["code"], ["link", "minutes", "business"];
    "otp-phone": Access Whatsapp Otp Secret, HOUR / 6, ["code"], ["minutes", "business"];
    "otp-registration": Access Whatsapp Otp Secret, HOUR / 6, ["code"], ["minutes", "business"];
    "password-reset": Access Email Notification Secret, HOUR, ["link"], ["name", "minutes", "business"];
    "registration-received": Registration Whatsapp Notification, 3 * DAY, ["number"], ["name", "package", "link", "business"];
    "survey-schedule": Registration Whatsapp Notification, DAY, ["schedule"], ["name", "number", "address", "technician", "business"];
    "installation-schedule": Installation Whatsapp Notification, DAY, ["schedule"], ["name", "number", "address", "technician", "business"];
    "installation-done": Installation Whatsapp Notification, 3 * DAY, ["number"], ["name", "package", "technician", "business"];
    "service-activated": Installation Whatsapp Notification, 3 * DAY, ["number"], ["name", "package", "link", "business"];
    "welcome": Installation Whatsapp Notification, 3 * DAY, ["number"], ["name", "package", "link", "business"];
    "invoice-issued": Billing Whatsapp Notification, 3 * DAY, ["number", "amount", "due"], ["name", "period", "link", "business"];
    "payment-reminder-3-days-before": Billing Whatsapp Notification, DAY, ["amount", "due"], ["name", "number", "link", "business"];
    "payment-reminder-1-day-before": Billing Whatsapp Notification, DAY / 2, ["amount", "due"], ["name", "number", "link", "business"];
    "payment-reminder-1-day-after": Billing Whatsapp Notification, DAY, ["amount", "due"], ["name", "number", "link", "business"];
    "payment-received": Billing Whatsapp Notification, 3 * DAY, ["number", "amount"], ["name", "invoice", "method", "business"];
    "service-suspended": Billing Whatsapp Notification, DAY, ["amount"], ["name", "number", "link", "business"];
    "service-reactivated": Billing Whatsapp Notification, DAY, ["name"], ["package", "business"];
    "ticket-created": Ticket Whatsapp Notification, DAY, ["number"], ["name", "title", "business"];
    "ticket-assigned": Ticket Whatsapp Notification, DAY, ["number"], ["name", "technician", "business"];
    "ticket-status": Ticket Whatsapp Notification, DAY, ["number", "status"], ["name", "business"];
    "ticket-eta": Ticket Whatsapp Notification, 6 * HOUR, ["number", "eta"], ["name", "business"];
    "ticket-comment": Ticket Whatsapp Notification, 3 * DAY, ["number", "comment"], ["name", "business"];
    "ticket-completed": Ticket Whatsapp Notification, 3 * DAY, ["number"], ["name", "link", "business"];
    "ticket-cancelled": Ticket Whatsapp Notification, 3 * DAY, ["number"], ["name", "reason", "business"];
    "ticket-merged": Ticket Whatsapp Notification, 3 * DAY, ["number", "into"], ["name", "business"];
    "satisfaction-survey": Ticket Whatsapp Notification, 3 * DAY, ["link"], ["name", "number", "business"];
    "technician-lead": Team Whatsapp Notification, DAY, ["number"], ["name", "title", "customer", "phone", "address", "link"];
    "technician-member": Team Whatsapp Notification, DAY, ["number"], ["name", "title", "customer", "phone", "address", "link"];
    "technician-removed": Team Whatsapp Notification, DAY, ["number"], ["name", "title"];
    "sla-warning": Team Whatsapp Notification, 4 * HOUR, ["number"], ["title", "priority", "remaining", "technician", "link"];
    "team-message": Team Whatsapp Group, DAY, ["number"], ["title", "priority", "customer", "address", "technician", "link"];
    "daily-summary": Team Whatsapp Group, DAY / 2, ["date"], ["opened", "completed", "overdue", "waiting", "link"];
    "staff-notice": Team Whatsapp Notification, DAY, ["message"], ["title", "link"];
    "package-upgrade-offer": Offer Whatsapp Bulk, 7 * DAY, ["package"], ["name", "current", "price", "link", "business"];
    "promotion": Offer Whatsapp Bulk, 7 * DAY, ["message"], ["name", "title", "until", "business"];
    "maintenance-broadcast": Broadcast Whatsapp Bulk, 2 * DAY, ["schedule"], ["name", "area", "reason", "business"];
    "outage-broadcast": Broadcast Whatsapp Bulk, 6 * HOUR, ["area"], ["name", "estimate", "business"];
    "emergency-alert": Broadcast Whatsapp Notification, 6 * HOUR, ["message"], ["title", "business"];
    "auto-menu": Conversation Whatsapp Notification, HOUR / 6, [], ["link", "business"];
    "auto-bill": Conversation Whatsapp Notification, HOUR / 6, ["package", "price"], ["name", "link", "business"];
    "auto-tickets": Conversation Whatsapp Notification, HOUR / 6, ["tickets"], ["name", "link", "business"];
    "auto-help": Conversation Whatsapp Notification, HOUR / 6, [], ["link", "business"];
    "auto-off": Conversation Whatsapp Notification, HOUR / 6, [], ["name", "business"];
    "auto-on": Conversation Whatsapp Notification, HOUR / 6, [], ["name", "business"];
}

/// What variables hold in previews and tests: `variable` for all templates, or `template.variable` for one; Indonesian,
/// English.
const SAMPLES: &[(&str, &str, &str)] = &[
    ("address", "Jl. Tuparev 12, Karawang", "Jl. Tuparev 12, Karawang"),
    ("amount", "Rp\u{a0}221.889", "Rp\u{a0}221,889"),
    ("area", "Karawang Barat", "Karawang Barat"),
    ("business", "AGLIS", "AGLIS"),
    ("code", "123456", "123456"),
    ("comment", "Teknisi kami tiba pukul 14.00.", "Our technician arrives at 14:00."),
    ("completed", "14", "14"),
    ("current", "Home Bronze 30M", "Home Bronze 30M"),
    ("customer", "Siti Rahmawati", "Siti Rahmawati"),
    ("date", "Sabtu, 21 Nov 2026", "Saturday, 21 Nov 2026"),
    ("due", "8 Des 2026", "8 Dec 2026"),
    ("estimate", "pukul 16.00 WIB", "16:00 WIB"),
    ("eta", "21 Nov 2026, 14.05 WIB", "21 Nov 2026, 14:05 WIB"),
    ("into", "TKT20261121002", "TKT20261121002"),
    ("invoice", "INV202612010001", "INV202612010001"),
    ("link", "https://portal.example.net/customer", "https://portal.example.net/customer"),
    (
        "promotion.message",
        "Gratis biaya pemasangan untuk tetangga yang Anda ajak.",
        "Free installation for every neighbour you bring.",
    ),
    (
        "emergency-alert.message",
        "Kabel listrik jatuh di Jl. Tuparev. Jangan mendekati tiang kami.",
        "A power line is down in Jl. Tuparev. Keep away from our poles.",
    ),
    ("staff-notice.message", "Laporan baru menunggu ditugaskan.", "A new report waits to be assigned."),
    ("method", "QRIS", "QRIS"),
    ("minutes", "10", "10"),
    ("name", "Budi Santoso", "Budi Santoso"),
    ("technician-lead.name", "Andi Wijaya", "Andi Wijaya"),
    ("technician-member.name", "Dewi Lestari", "Dewi Lestari"),
    ("technician-removed.name", "Andi Wijaya", "Andi Wijaya"),
    ("number", "TKT20261121001", "TKT20261121001"),
    ("registration-received.number", "REG20261121001", "REG20261121001"),
    ("survey-schedule.number", "REG20261121001", "REG20261121001"),
    ("installation-done.number", "AGLS202611210001", "AGLS202611210001"),
    ("service-activated.number", "AGLS202611210001", "AGLS202611210001"),
    ("welcome.number", "AGLS202611210001", "AGLS202611210001"),
    ("invoice-issued.number", "INV202612010001", "INV202612010001"),
    ("payment-reminder-3-days-before.number", "INV202612010001", "INV202612010001"),
    ("payment-reminder-1-day-before.number", "INV202612010001", "INV202612010001"),
    ("payment-reminder-1-day-after.number", "INV202612010001", "INV202612010001"),
    ("payment-received.number", "PAY20261205001", "PAY20261205001"),
    ("service-suspended.number", "INV202612010001", "INV202612010001"),
    ("opened", "17", "17"),
    ("overdue", "2", "2"),
    ("package", "Home Silver 50M", "Home Silver 50M"),
    ("period", "Desember 2026", "December 2026"),
    ("phone", "0812-3456-7890", "0812-3456-7890"),
    ("price", "Rp\u{a0}199.900", "Rp\u{a0}199,900"),
    ("priority", "Tinggi", "High"),
    ("reason", "perbaikan kabel utama", "repair of the main cable"),
    ("ticket-cancelled.reason", "gangguan sudah hilang", "the fault is gone"),
    ("remaining", "45 menit", "45 minutes"),
    ("schedule", "Senin, 23 Nov 2026, 09.00–11.00 WIB", "Monday, 23 Nov 2026, 09:00–11:00 WIB"),
    (
        "maintenance-broadcast.schedule",
        "Senin, 23 Nov 2026, 00.00–04.00 WIB",
        "Monday, 23 Nov 2026, 00:00–04:00 WIB",
    ),
    ("status", "Sedang dikerjakan", "In progress"),
    ("technician", "Andi Wijaya", "Andi Wijaya"),
    (
        "tickets",
        "• *TKT20261121001*: Sedang dikerjakan, teknisi tiba sekitar 21 Nov 2026, 14.05 WIB",
        "• *TKT20261121001*: In progress, technician expected 21 Nov 2026, 14:05 WIB",
    ),
    ("title", "Internet mati sejak pagi", "No internet since this morning"),
    ("promotion.title", "Promo Akhir Tahun", "Year-end offer"),
    ("emergency-alert.title", "Bahaya listrik", "Electrical hazard"),
    ("staff-notice.title", "Tiket baru TKT20261121001", "New ticket TKT20261121001"),
    ("until", "31 Des 2026", "31 Dec 2026"),
    ("waiting", "5", "5"),
];

/// The template of a name.
///
/// # Errors
/// [`Error::Invalid`] on the field `template` when no template has this name.
pub fn named(name: &str) -> Result<&'static Template, Error> {
    find(name).ok_or_else(|| {
        let how = format!("there is no message template {name:?}; GET /api/templates lists all");
        Error::field("template", "unknown", how)
    })
}

/// The template of a name, if there is one.
pub fn find(name: &str) -> Option<&'static Template> {
    TEMPLATES.iter().find(|template| template.name == name)
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

impl Rendered {
    /// WhatsApp's marks mean nothing in a mail.
    fn without_marks(self, channel: MessageChannel) -> Self {
        match channel {
            MessageChannel::Whatsapp => self,
            MessageChannel::Email => Rendered { body: crate::marks::without(&self.body), ..self },
        }
    }
}

impl Template {
    /// Puts the variables into the built-in text.
    ///
    /// # Errors
    /// [`Error::Invalid`] names each variable that is missing or empty; a message with a hole is never sent.
    pub fn render(
        &self,
        channel: MessageChannel,
        locale: Locale,
        variables: &[(&'static str, &str)],
    ) -> Result<Rendered, Error> {
        self.check_values(variables)?;
        Ok(self.built_in(channel, locale, variables).without_marks(channel))
    }

    /// Puts the variables into an edited text. One that cannot be used, such as one with a variable that the program no
    /// longer has, gives way to the built-in text: the message goes out, and the log says so.
    ///
    /// # Errors
    /// The same as [`Template::render`].
    pub fn render_edited(
        &self,
        channel: MessageChannel,
        locale: Locale,
        edited: &EditedText,
        variables: &[(&'static str, &str)],
    ) -> Result<Rendered, Error> {
        let built_in = self.render(channel, locale, variables)?;
        let value = |name: &str| {
            let declared = self.variables.iter().any(|variable| variable.name == name);
            let given = variables.iter().find(|(given, _)| *given == name);
            given.filter(|_| declared).map(|(_, value)| *value)
        };
        let subject = match (&built_in.subject, &edited.subject) {
            (Some(_), Some(subject)) => fill(subject, value).map(|text| Some(one_line(&text))),
            (subject, _) => Some(subject.clone()),
        };
        Ok(match (fill(&edited.body, value), subject) {
            (Some(body), Some(subject)) => Rendered { subject, body }.without_marks(channel),
            _ => {
                tracing::error!(
                    template = self.name,
                    locale = locale.as_str(),
                    "the edited text cannot be used"
                );
                built_in
            }
        })
    }

    /// The built-in text with its variables in braces, as staff edit it; the subject is there unless it is never a mail.
    pub fn source(&self, locale: Locale) -> Rendered {
        let braces: Vec<_> =
            self.variables.iter().map(|one| (one.name, format!("{{{}}}", one.name))).collect();
        let values: Vec<_> = braces.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let channel = if self.can_be_mail() { MessageChannel::Email } else { self.channel };
        self.built_in(channel, locale, &values)
    }

    /// Whether it may go by mail, and so has a subject. A one-time code never does.
    pub fn can_be_mail(&self) -> bool {
        self.kind != MessageKind::Otp
    }

    /// What a variable holds in previews and tests.
    pub fn sample(&self, variable: &str, locale: Locale) -> &'static str {
        let own = format!("{}.{variable}", self.name);
        let of = |key: &str| SAMPLES.iter().find(|(name, ..)| *name == key);
        match (of(&own).or_else(|| of(variable)), locale) {
            (Some((_, text, _)), Locale::Id) | (Some((_, _, text)), Locale::En) => text,
            (None, _) => "",
        }
    }

    fn check_values(&self, values: &[(&'static str, &str)]) -> Result<(), Error> {
        let given = |name| values.iter().any(|(given, value)| *given == name && !value.trim().is_empty());
        let holes: Vec<_> = self
            .variables
            .iter()
            .filter(|variable| !given(variable.name))
            .map(|variable| {
                let mend = format!("message {} needs a value for {}", self.name, variable.name);
                FieldError::new(variable.name, "required", mend)
            })
            .collect();
        if holes.is_empty() { Ok(()) } else { Err(Error::Invalid(holes)) }
    }

    fn built_in(&self, channel: MessageChannel, locale: Locale, values: &[(&'static str, &str)]) -> Rendered {
        let args: Vec<_> = values.iter().map(|(name, value)| (*name, i18n::Arg::from(*value))).collect();
        let subject = match channel {
            MessageChannel::Whatsapp => None,
            MessageChannel::Email if self.is_about_a_ticket() => {
                Some(one_line(&locale.ta("msg-ticket-subject", &args)))
            }
            MessageChannel::Email => {
                Some(one_line(&i18n::t(locale, &format!("msg-{}-subject", self.name), &args)))
            }
        };
        Rendered { subject, body: i18n::t(locale, &format!("msg-{}", self.name), &args) }
    }

    fn is_about_a_ticket(&self) -> bool {
        matches!(self.purpose, TemplatePurpose::Ticket | TemplatePurpose::Team)
            && self.variables.iter().any(|variable| variable.name == "number")
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
                template.variables.iter().map(|one| (one.name, format!("<{}>", one.name))).collect();
            let given: Vec<(&'static str, &str)> =
                values.iter().map(|(name, value)| (*name, value.as_str())).collect();
            for locale in [Locale::Id, Locale::En] {
                let rendered = template.render(template.channel, locale, &given).unwrap();
                let all = format!("{}{}", rendered.subject.unwrap_or_default(), rendered.body);
                for (name, value) in &given {
                    assert!(all.contains(value), "{} ({locale}) does not use {name}", template.name);
                }
                assert!(!all.contains("msg-") && !all.contains('$'), "{} ({locale}): {all}", template.name);
                if template.can_be_mail() {
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

    #[test]
    fn every_variable_has_a_sample_and_every_sample_a_variable() {
        for template in TEMPLATES {
            for variable in template.variables {
                for locale in [Locale::Id, Locale::En] {
                    let sample = template.sample(variable.name, locale);
                    assert!(
                        !sample.trim().is_empty(),
                        "{} has no sample for {}",
                        template.name,
                        variable.name
                    );
                }
            }
        }
        let has = |template: &Template, name: &str| template.variables.iter().any(|one| one.name == name);
        for (key, ..) in SAMPLES {
            let used = match key.split_once('.') {
                Some((name, variable)) => find(name).is_some_and(|template| has(template, variable)),
                None => TEMPLATES.iter().any(|template| has(template, key)),
            };
            assert!(used, "nothing uses the sample {key}");
            assert_eq!(SAMPLES.iter().filter(|(other, ..)| other == key).count(), 1, "{key} stands twice");
        }
    }

    #[test]
    fn every_built_in_text_would_be_taken_as_an_edited_one() {
        for template in TEMPLATES {
            for locale in [Locale::Id, Locale::En] {
                let source = template.source(locale);
                let mut check = crate::error::Checker::new();
                crate::templates::checked(
                    &mut check,
                    template.variables,
                    template.can_be_mail(),
                    &source.body,
                    source.subject.as_deref(),
                );
                assert!(check.is_clean(), "{} ({locale}): {:?}", template.name, check.finish());
            }
        }
    }

    #[test]
    fn an_edited_text_is_filled_and_one_that_cannot_be_used_gives_way() {
        let template = named("ticket-status").unwrap();
        let given = [("name", "Budi {number}"), ("number", "TKT1"), ("status", "Selesai"), ("business", "B")];
        let render = |body: &str, subject: Option<&str>, channel| {
            let edited = EditedText { body: body.into(), subject: subject.map(str::to_owned) };
            template.render_edited(channel, Locale::Id, &edited, &given).unwrap()
        };
        let mail = render("{name}: {status} {number}", Some("{number}\n!"), MessageChannel::Email);
        assert_eq!(
            (mail.body.as_str(), mail.subject.as_deref()),
            ("Budi {number}: Selesai TKT1", Some("TKT1 !"))
        );
        let phone = render("{status}", Some("{number}"), MessageChannel::Whatsapp);
        assert_eq!((phone.body.as_str(), phone.subject), ("Selesai", None));
        let built_in = template.render(MessageChannel::Email, Locale::Id, &given).unwrap();
        assert_eq!(render("{gone}", None, MessageChannel::Email), built_in);
        assert_eq!(render("{status}", Some("{gone}"), MessageChannel::Email), built_in);
        let hole = [("name", "Budi"), ("number", "TKT1"), ("status", " "), ("business", "B")];
        let edited = EditedText { body: "{number}".into(), subject: None };
        let refused = template.render_edited(MessageChannel::Whatsapp, Locale::Id, &edited, &hole);
        assert!(matches!(refused, Err(Error::Invalid(fields)) if fields[0].field == "status"));
    }
}
