//! What can go wrong in a use case, as types that every surface turns into its own words.

use serde::{Deserialize, Serialize};

/// One field that was refused.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct FieldError {
    /// The field's name as in the request, with dots for nested ones.
    pub field: String,
    /// A stable word for programs, such as `required`, `too_long`, `unknown`, `taken`.
    pub code: String,
    /// What is wrong and how to mend it, in English.
    pub message: String,
}

impl FieldError {
    /// Names a field, a stable code and the mend.
    pub fn new(field: impl Into<String>, code: impl Into<String>, message: impl Into<String>) -> Self {
        FieldError { field: field.into(), code: code.into(), message: message.into() }
    }
}

/// Why a use case did not happen. Nothing of it was done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Fields of the request were refused.
    #[error("{}", .0.iter().map(|field| format!("{}: {}", field.field, field.message)).collect::<Vec<_>>().join("; "))]
    Invalid(Vec<FieldError>),
    /// Nobody is signed in, or the sign-in has ended.
    #[error("sign in first")]
    Unauthenticated {
        /// A stable word, such as `unauthenticated`, `wrong_credentials`, `totp_required`.
        code: &'static str,
        /// What to do, in English.
        detail: String,
    },
    /// The actor may not do this.
    #[error("{0} is not allowed")]
    Forbidden(String),
    /// There is no such thing, or not for this actor.
    #[error("{0} not found")]
    NotFound(&'static str),
    /// The thing is in a state in which this cannot be done.
    #[error("{message}")]
    Conflict {
        /// A stable word, such as `illegal_transition`, `version_mismatch`, `taken`.
        code: &'static str,
        /// What is in the way, in English.
        message: String,
        /// What can be done instead, such as the statuses that may follow.
        allowed: Vec<String>,
    },
    /// Too many tries; come back later.
    #[error("too many requests, try again in {retry_after_s} s")]
    RateLimited {
        /// Seconds until another try may succeed.
        retry_after_s: u64,
    },
    /// A file is too large.
    #[error("{0}")]
    TooLarge(String),
    /// A file is of a kind that is not accepted.
    #[error("{0}")]
    UnsupportedMedia(String),
    /// The database cannot be used now; nothing was written.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The place where files are kept cannot be used now; nothing was kept. The text says what is full or in the way.
    #[error("{0}")]
    Storage(String),
    /// A defect of the program; the text is for the log, never for the caller.
    #[error("internal error: {0}")]
    Internal(String),
}

/// The result of a use case.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl Error {
    /// One refused field.
    pub fn field(field: &str, code: &str, message: impl Into<String>) -> Self {
        Error::Invalid(vec![FieldError::new(field, code, message)])
    }

    /// A conflict without alternatives.
    pub fn conflict(code: &'static str, message: impl Into<String>) -> Self {
        Error::Conflict { code, message: message.into(), allowed: Vec::new() }
    }
}

impl From<crate::types::CursorError> for Error {
    fn from(error: crate::types::CursorError) -> Self {
        Error::field("cursor", "invalid", error.to_string())
    }
}

#[cfg(feature = "server")]
impl From<crate::db::DbError> for Error {
    fn from(error: crate::db::DbError) -> Self {
        use crate::db::DbError as E;
        match error {
            E::Unavailable(_) | E::CannotWrite(_) | E::Serialization(_) => {
                Error::Unavailable(error.to_string())
            }
            E::Constraint(_) | E::Defect(_) | E::NewerSchema { .. } | E::ChangedMigration(_) => {
                Error::Internal(error.to_string())
            }
        }
    }
}

/// Collects every refused field of a request, so that a caller learns of all of them at once.
#[derive(Debug, Default)]
pub struct Checker {
    errors: Vec<FieldError>,
}

impl Checker {
    /// An empty list of complaints.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a complaint.
    pub fn refuse(&mut self, field: &str, code: &str, message: impl Into<String>) -> &mut Self {
        self.errors.push(FieldError::new(field, code, message));
        self
    }

    /// Adds a complaint unless the condition holds.
    pub fn ensure(&mut self, holds: bool, field: &str, code: &str, message: impl Into<String>) -> &mut Self {
        if !holds {
            self.refuse(field, code, message);
        }
        self
    }

    /// Trims a text and checks that it is there, has at most `most` characters and no control characters.
    pub fn text(&mut self, field: &str, value: &str, most: usize) -> String {
        let value = self.optional_text(field, value, most);
        if value.is_empty() && !self.errors.iter().any(|error| error.field == field) {
            self.refuse(field, "required", format!("enter {}", field.replace('_', " ")));
        }
        value
    }

    /// Trims a text and checks that it has at most `most` characters and no control characters but line ends and tabs.
    /// Line ends count once, as they are kept and as browsers count them, though forms send two characters for each.
    pub fn optional_text(&mut self, field: &str, value: &str, most: usize) -> String {
        let value = value.trim().replace("\r\n", "\n");
        let count = value.chars().count();
        if count > most {
            self.refuse(field, "too_long", format!("shorten to {most} characters ({count} now)"));
        }
        if value.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t')) {
            self.refuse(field, "control_characters", "remove the control characters");
        }
        value
    }

    /// Checks that a number is within bounds.
    pub fn range<T: PartialOrd + std::fmt::Display + Copy>(
        &mut self,
        field: &str,
        value: T,
        least: T,
        most: T,
    ) -> T {
        self.ensure(
            value >= least && value <= most,
            field,
            "out_of_range",
            format!("use a value from {least} to {most}"),
        );
        value
    }

    /// Whether nothing has been refused so far.
    pub fn is_clean(&self) -> bool {
        self.errors.is_empty()
    }

    /// Gives back every complaint at once.
    pub fn finish(self) -> Result<()> {
        if self.errors.is_empty() { Ok(()) } else { Err(Error::Invalid(self.errors)) }
    }
}
