//! What is wrong with a form, in the reader's language, by field.

use super::Frame;
use aglis_core::error::{Error, FieldError};

/// One complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    /// The field, which is also the id of its element.
    pub field: String,
    /// What is wrong and how to mend it, as it stands at the field.
    pub text: String,
    /// The same away from the field, where it must say which one it means.
    pub summary: String,
}

/// The labels of fields that services complain of, by area: the catalogue's names for them.
const LABELS: &[(&str, &str, &str)] = &[
    ("portal", "body", "portal-ticket-comment"),
    ("portal", "comment", "portal-rate-comment"),
    ("portal", "description", "portal-ticket-description"),
    ("portal", "email", "portal-profile-email"),
    ("portal", "files", "portal-ticket-files"),
    ("portal", "locale", "portal-profile-language"),
    ("portal", "photos", "portal-ticket-files"),
    ("portal", "rating", "portal-rate-stars"),
    ("portal", "reason", "portal-reason"),
    ("staff", "action", "staff-job-acts"),
    ("staff", "address", "staff-address"),
    ("staff", "area_id", "staff-area"),
    ("staff", "attenuation_dbm", "staff-attenuation"),
    ("staff", "attenuation_file_id", "staff-photo-attenuation"),
    ("staff", "availability", "staff-availability"),
    ("staff", "batch", "staff-batch"),
    ("staff", "body", "staff-write"),
    ("staff", "category", "staff-work"),
    ("staff", "channel", "staff-message-channel"),
    ("staff", "checklist", "staff-checklist"),
    ("staff", "code", "staff-code"),
    ("staff", "count", "staff-job-count"),
    ("staff", "current", "staff-password-now"),
    ("staff", "cursor", "staff-pages"),
    ("staff", "customer", "staff-customer"),
    ("staff", "customer_id", "staff-customer"),
    ("staff", "days", "staff-analytics-period"),
    ("staff", "description", "staff-description"),
    ("staff", "email", "staff-email"),
    ("staff", "error", "staff-job-error"),
    ("staff", "eta_at", "staff-eta"),
    ("staff", "files", "staff-files"),
    ("staff", "from", "staff-phone"),
    ("staff", "full_name", "staff-name"),
    ("staff", "ids", "staff-queue-jobs"),
    ("staff", "into", "staff-merge-into"),
    ("staff", "into_id", "staff-merge-into"),
    ("staff", "ip_address", "staff-ip"),
    ("staff", "kind", "staff-queue-kind"),
    ("staff", "lead_id", "staff-lead"),
    ("staff", "locale", "staff-language"),
    ("staff", "login", "staff-login"),
    ("staff", "member_ids", "staff-helpers"),
    ("staff", "modem_file_id", "staff-photo-modem"),
    ("staff", "modem_serial", "staff-modem-serial"),
    ("staff", "name", "staff-name"),
    ("staff", "notes", "staff-notes"),
    ("staff", "odp_id", "staff-odp"),
    ("staff", "odp_port", "staff-odp-port"),
    ("staff", "older_than_seconds", "staff-age"),
    ("staff", "order", "staff-order"),
    ("staff", "otdr_file_id", "staff-photo-otdr"),
    ("staff", "package_id", "staff-package"),
    ("staff", "parent", "staff-parent"),
    ("staff", "parent_id", "staff-parent"),
    ("staff", "password", "staff-password"),
    ("staff", "phone", "staff-phone"),
    ("staff", "pic_name", "staff-pic"),
    ("staff", "pic_phone", "staff-pic-phone"),
    ("staff", "place", "staff-place"),
    ("staff", "pppoe_username", "staff-pppoe"),
    ("staff", "preferred_at", "staff-preferred"),
    ("staff", "priority", "staff-priority"),
    ("staff", "q", "staff-filter"),
    ("staff", "queue", "staff-queue-which"),
    ("staff", "reason", "staff-reason"),
    ("staff", "recipient", "staff-job-recipient"),
    ("staff", "resolution", "staff-resolution"),
    ("staff", "role", "staff-role"),
    ("staff", "send_at", "staff-message-at"),
    ("staff", "speed_down_mbps", "staff-speed-down"),
    ("staff", "speed_up_mbps", "staff-speed-up"),
    ("staff", "status", "staff-status"),
    ("staff", "tag", "staff-tag"),
    ("staff", "tags", "staff-tags"),
    ("staff", "template", "staff-message-template"),
    ("staff", "text", "staff-sandbox-text"),
    ("staff", "ticket_id", "staff-ticket"),
    ("staff", "title", "staff-title"),
    ("staff", "to", "staff-message-to"),
    ("staff", "until", "staff-job-until"),
    ("staff", "username", "staff-username"),
    ("staff", "wifi_name", "staff-wifi-name"),
];

fn label(frame: &Frame, area: &str, field: &str) -> Option<String> {
    let (.., key) = LABELS.iter().find(|(of, name, _)| (*of, *name) == (area, field))?;
    frame.try_t(key)
}

/// Every complaint about a form.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct FormErrors(Vec<FormError>);

impl FormErrors {
    /// No complaint.
    pub fn none() -> Self {
        Self::default()
    }

    /// One complaint.
    pub fn one(field: &str, text: impl Into<String>) -> Self {
        let mut errors = Self::default();
        errors.add(field, text);
        errors
    }

    /// Adds a complaint.
    pub fn add(&mut self, field: &str, text: impl Into<String>) {
        let text = text.into();
        self.0.push(FormError { field: field.to_owned(), summary: text.clone(), text });
    }

    /// Adds that a field must be filled in.
    pub fn require(&mut self, frame: &Frame, area: &str, field: &str) {
        self.0.extend(Self::from_fields(frame, area, &[FieldError::new(field, "required", "")]).0);
    }

    /// Puts refused fields into the reader's language: the text `<area>-error-<field>-<code>` where the catalogues have
    /// it, else `frame-field-<code>`, else the service's own words; these two after the field's label where it is not
    /// beside them.
    pub fn from_fields(frame: &Frame, area: &str, fields: &[FieldError]) -> Self {
        let mut errors = Self::default();
        for field in fields {
            let name = field.field.replace(['_', '.'], "-");
            let code = field.code.replace('_', "-");
            if let Some(text) = frame.try_t(&format!("{area}-error-{name}-{code}")) {
                errors.add(&field.field, text);
                continue;
            }
            let text = frame.try_t(&format!("frame-field-{code}")).unwrap_or_else(|| field.message.clone());
            let summary = match label(frame, area, &field.field) {
                Some(label) => format!("{label}: {text}"),
                None => text.clone(),
            };
            errors.0.push(FormError { field: field.field.clone(), text, summary });
        }
        errors
    }

    /// The refused fields of a service's error; any other error is given back.
    pub fn of(frame: &Frame, area: &str, error: Error) -> Result<Self, Error> {
        match error {
            Error::Invalid(fields) => Ok(Self::from_fields(frame, area, &fields)),
            other => Err(other),
        }
    }

    /// Whether there is no complaint.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Every complaint in order.
    pub fn list(&self) -> &[FormError] {
        &self.0
    }

    /// The first complaint about a field.
    pub fn at(&self, field: &str) -> Option<&str> {
        self.0.iter().find(|error| error.field == field).map(|error| error.text.as_str())
    }

    /// The class of a field's box.
    pub fn class(&self, field: &str) -> &'static str {
        if self.at(field).is_some() { "field bad" } else { "field" }
    }

    /// Attributes that tie a field to its complaint, besides the ids of its hints. Names are the program's own.
    pub fn describe(&self, field: &str, hint: &str) -> String {
        match (self.at(field).is_some(), hint.is_empty()) {
            (false, true) => String::new(),
            (false, false) => format!(" aria-describedby=\"{hint}\""),
            (true, true) => format!(" aria-invalid=\"true\" aria-describedby=\"{field}-error\""),
            (true, false) => format!(" aria-invalid=\"true\" aria-describedby=\"{hint} {field}-error\""),
        }
    }

    /// What stands before the page's title when something is wrong.
    pub fn title_prefix(&self, frame: &Frame) -> String {
        if self.is_empty() { String::new() } else { format!("{} ", frame.t("frame-error-prefix")) }
    }
}

#[cfg(test)]
mod tests {
    use super::LABELS;
    use aglis_core::types::Locale;
    use std::{collections::BTreeSet, fs, path::Path};

    /// Fields of the API that no form of the staff has.
    const NOT_ON_PAGES: [&str; 6] = ["auto", "comment", "expires_in_days", "purpose", "rating", "sla"];

    /// The fields that a source text refuses, such as `check.refuse("phone", …)`.
    fn refused(text: &str) -> BTreeSet<String> {
        let mut fields = BTreeSet::new();
        for call in ["refuse(", "Error::field(", "FieldError::new(", ".text(", "optional_text(", ".range("] {
            for (at, _) in text.match_indices(call) {
                let Some((lead, rest)) = text[at + call.len()..].split_once('"') else { continue };
                let field = rest.split('"').next().unwrap_or_default();
                let plain = field.chars().all(|c| c.is_ascii_lowercase() || c == '_');
                if lead.trim().is_empty() && plain {
                    fields.insert(field.to_owned());
                }
            }
        }
        fields
    }

    fn read(folder: &Path, fields: &mut BTreeSet<String>) {
        for entry in fs::read_dir(folder).unwrap().flatten() {
            let path = entry.path();
            if path.is_dir() {
                read(&path, fields);
            } else {
                fields.extend(refused(&fs::read_to_string(&path).unwrap()));
            }
        }
    }

    #[test]
    fn every_field_that_is_complained_of_has_a_label() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let mut fields = BTreeSet::new();
        for folder in [
            "core/src/tickets/service",
            "core/src/customers",
            "core/src/accounts/service",
            "aglisd/src/page/staff",
        ] {
            read(&root.join("..").join(folder), &mut fields);
        }
        assert!(fields.len() > 25, "the fields are written otherwise than this test reads them: {fields:?}");
        let known = |field: &String| LABELS.iter().any(|(area, name, _)| (*area, *name) == ("staff", field));
        let missing: Vec<_> =
            fields.iter().filter(|field| !known(field) && !NOT_ON_PAGES.contains(&field.as_str())).collect();
        assert!(missing.is_empty(), "{missing:?}");
        for (_, field, key) in LABELS {
            for locale in Locale::ALL {
                assert!(locale.try_t(key).is_some(), "{key} for {field} is missing in {locale}");
            }
        }
    }
}
