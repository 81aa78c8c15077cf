//! What can go wrong between a client and the daemon.

use crate::error::FieldError;
use serde::{Deserialize, Serialize};
use std::{error::Error, fmt};

/// A problem document (RFC 9457) as the daemon sends it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Problem {
    /// HTTP status.
    pub status: u16,
    /// A stable word, such as `illegal_transition`.
    pub code: String,
    /// The kind of problem in short.
    pub title: String,
    /// What happened here and what to do.
    pub detail: String,
    /// Refused fields.
    pub errors: Vec<FieldError>,
    /// What would be possible instead.
    pub allowed: Vec<String>,
    /// Seconds after which another try may succeed.
    #[serde(rename = "retry_after")]
    pub retry_after_s: Option<u64>,
    /// The request's id, which the daemon's log knows.
    pub request_id: Option<String>,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = if self.detail.is_empty() { &self.title } else { &self.detail };
        f.write_str(text)?;
        for error in self.errors.iter().filter(|error| !text.contains(&error.message)) {
            write!(f, "; {}: {}", error.field, error.message)?;
        }
        Ok(())
    }
}

/// Why a call gave nothing.
#[derive(Debug, Clone, thiserror::Error)]
pub enum ClientError {
    /// The daemon said no, and why.
    #[error("{0}")]
    Problem(Box<Problem>),
    /// No connection could be made or it broke; whether a write happened is unknown unless it is repeated with the
    /// same idempotency key.
    #[error("{endpoint} is not reachable: {cause}")]
    Unreachable {
        /// The socket or address.
        endpoint: String,
        /// Why, such as `connection refused`.
        cause: String,
    },
    /// No answer in time.
    #[error("{endpoint} did not answer within {seconds} s")]
    Timeout {
        /// The socket or address.
        endpoint: String,
        /// How long we waited.
        seconds: u64,
    },
    /// The answer is not what this program understands, as with a daemon of another version.
    #[error("the answer of {endpoint} is not understood: {cause}")]
    Answer {
        /// The socket or address.
        endpoint: String,
        /// What is odd about it.
        cause: String,
    },
    /// Something about the call itself is wrong, before anything was sent.
    #[error("{0}")]
    Usage(String),
}

/// Exit codes, the same for every command.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Exit {
    /// Done; an empty list is done.
    Done = 0,
    /// Failed.
    Failed = 1,
    /// The call was wrong.
    Usage = 2,
    /// Some of several things were done.
    Partly = 3,
    /// Not signed in or not allowed.
    NotAllowed = 4,
    /// There is no such thing.
    NotFound = 5,
    /// The state of things does not permit it.
    Conflict = 6,
    /// Nobody there, or too slow.
    Unreachable = 7,
    /// A confirmation is needed and there is no terminal to ask on.
    Unconfirmed = 8,
    /// Interrupted.
    Interrupted = 130,
}

impl ClientError {
    /// A stable word for programs.
    pub fn code(&self) -> &str {
        match self {
            ClientError::Problem(problem) if !problem.code.is_empty() => &problem.code,
            ClientError::Problem(_) => "error",
            ClientError::Unreachable { .. } => "unreachable",
            ClientError::Timeout { .. } => "timeout",
            ClientError::Answer { .. } => "answer_not_understood",
            ClientError::Usage(_) => "usage",
        }
    }

    /// What to try, when there is something.
    pub fn hint(&self) -> Option<String> {
        match self {
            ClientError::Problem(problem) => match problem.status {
                401 => Some("give a token: AGLIS_TOKEN, or token_file in a profile".to_owned()),
                _ if !problem.allowed.is_empty() => {
                    Some(format!("possible now: {}", problem.allowed.join(", ")))
                }
                _ => problem.retry_after_s.map(|s| format!("try again in {s} s")),
            },
            ClientError::Unreachable { .. } => {
                Some("is aglisd running? Say where with --data DIR, --socket PATH or --server URL".to_owned())
            }
            ClientError::Timeout { .. } => Some("allow more time with --timeout".to_owned()),
            ClientError::Answer { .. } => {
                Some("compare the versions of this program and of aglisd".to_owned())
            }
            ClientError::Usage(_) => None,
        }
    }

    /// The exit code a command ends with.
    pub fn exit(&self) -> Exit {
        match self {
            ClientError::Problem(problem) => match problem.status {
                400 | 413 | 415 | 422 => Exit::Usage,
                401 | 403 => Exit::NotAllowed,
                404 | 410 => Exit::NotFound,
                409 | 412 | 428 => Exit::Conflict,
                408 | 502..=504 => Exit::Unreachable,
                _ => Exit::Failed,
            },
            ClientError::Unreachable { .. } | ClientError::Timeout { .. } => Exit::Unreachable,
            ClientError::Answer { .. } => Exit::Failed,
            ClientError::Usage(_) => Exit::Usage,
        }
    }

    /// Whether the same call may succeed later without a change.
    pub fn is_passing(&self) -> bool {
        match self {
            ClientError::Problem(problem) => matches!(problem.status, 408 | 429 | 502..=504),
            ClientError::Unreachable { .. } | ClientError::Timeout { .. } => true,
            ClientError::Answer { .. } | ClientError::Usage(_) => false,
        }
    }
}

/// The innermost cause of an error, which is the one that says something.
pub(super) fn chain(error: &dyn Error) -> String {
    let mut last = error;
    while let Some(source) = last.source() {
        last = source;
    }
    last.to_string()
}
