//! What is wrong with a configuration, said so that it can be mended.

use std::{fmt, path::Path};

/// One thing that is wrong, with the place where it was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    /// The file and line, the variable, the flag, or nothing when no single place is at fault.
    pub place: String,
    /// The setting, such as `mail.port`, when there is one.
    pub key: Option<String>,
    /// What is wrong and what is expected.
    pub message: String,
}

impl Problem {
    pub(super) fn new(place: impl Into<String>, key: Option<String>, message: impl Into<String>) -> Self {
        Problem { place: place.into(), key, message: message.into() }
    }

    pub(super) fn at_line(path: &Path, line: usize, message: impl Into<String>) -> Self {
        Problem::new(format!("{}:{line}", path.display()), None, message)
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.place.is_empty() {
            write!(f, "{}: ", self.place)?;
        }
        if let Some(key) = &self.key {
            write!(f, "{key} ")?;
        }
        f.write_str(&self.message)
    }
}

/// Everything that is wrong with a configuration, one line each.
#[derive(Debug, Clone, thiserror::Error)]
pub struct ConfigError {
    /// At least one problem.
    pub problems: Vec<Problem>,
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, problem) in self.problems.iter().enumerate() {
            if i > 0 {
                f.write_str("\n")?;
            }
            problem.fmt(f)?;
        }
        Ok(())
    }
}
