//! What is wrong with a form, in the reader's language, by field.

use super::Frame;
use aglis_core::error::{Error, FieldError};

/// One complaint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormError {
    /// The field, which is also the id of its element.
    pub field: String,
    /// What is wrong and how to mend it.
    pub text: String,
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
        self.0.push(FormError { field: field.to_owned(), text: text.into() });
    }

    /// Puts refused fields into the reader's language: the text `<area>-error-<field>-<code>` where the catalogues have
    /// it, else `frame-field-<code>`, else the service's own words.
    pub fn from_fields(frame: &Frame, area: &str, fields: &[FieldError]) -> Self {
        let mut errors = Self::default();
        for field in fields {
            let name = field.field.replace(['_', '.'], "-");
            let code = field.code.replace('_', "-");
            let text = frame
                .try_t(&format!("{area}-error-{name}-{code}"))
                .or_else(|| frame.try_t(&format!("frame-field-{code}")))
                .unwrap_or_else(|| field.message.clone());
            errors.add(&field.field, text);
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
