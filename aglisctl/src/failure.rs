//! Why a command failed: for people on one or two lines, for programs as `{code,message,hint}`.

use aglis_core::client::{ClientError, Exit};
use std::io::{self, Write};

/// A failure with its exit code.
#[derive(Debug)]
pub struct Failure {
    /// A stable word.
    pub code: String,
    /// What happened.
    pub message: String,
    /// What to try.
    pub hint: Option<String>,
    /// The operation that failed, with which it can be run again.
    pub operation: Option<String>,
    /// The code to end with.
    pub exit: Exit,
    /// The reader of our output went away; there is nobody to tell.
    silent: bool,
}

/// The result of a command or a part of one.
pub type Result<T = Exit> = std::result::Result<T, Failure>;

impl Failure {
    /// A failure with everything said.
    pub fn new(exit: Exit, code: &str, message: impl Into<String>) -> Self {
        Failure {
            code: code.to_owned(),
            message: message.into(),
            hint: None,
            operation: None,
            exit,
            silent: false,
        }
    }

    /// The command line is wrong.
    pub fn usage(message: impl Into<String>) -> Self {
        Self::new(Exit::Usage, "usage", message)
    }

    /// Adds what to try.
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The failure as programs read it.
    pub fn json(&self) -> serde_json::Value {
        let mut told = serde_json::json!({ "code": self.code, "message": self.message, "hint": self.hint });
        if let Some(operation) = &self.operation {
            told["operation"] = operation.as_str().into();
        }
        told
    }

    /// Tells it on standard error and gives the exit code.
    pub fn report(&self, as_json: bool) -> Exit {
        let mut err = io::stderr().lock();
        let _ = match (self.silent, as_json) {
            (true, _) => return Exit::Done,
            (false, true) => writeln!(err, "{}", self.json()),
            (false, false) => match &self.hint {
                Some(hint) => writeln!(err, "aglisctl: {}\n  {hint}", self.message),
                None => writeln!(err, "aglisctl: {}", self.message),
            },
        };
        self.exit
    }
}

impl From<ClientError> for Failure {
    fn from(error: ClientError) -> Self {
        let hint = error.hint();
        Failure { hint, ..Failure::new(error.exit(), error.code(), error.to_string()) }
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        let silent = error.kind() == io::ErrorKind::BrokenPipe;
        Failure { silent, ..Failure::new(Exit::Failed, "io", error.to_string()) }
    }
}

impl From<serde_json::Error> for Failure {
    fn from(error: serde_json::Error) -> Self {
        if error.is_io() {
            io::Error::from(error).into()
        } else {
            Failure::new(Exit::Failed, "json", error.to_string())
        }
    }
}
