//! Texts that staff have begun to write and not sent yet, by the form they belong to. They are there on another computer
//! too, and for nobody else.

#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
pub mod store;

use crate::types::*;
use serde::{Deserialize, Serialize};

/// A begun text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Draft {
    /// What was written so far; empty when nothing was.
    pub text: String,
    /// When it was last changed; none when nothing was written.
    pub updated_at: Option<Time>,
}

/// What was written so far.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SaveDraft {
    /// Up to 4,000 characters.
    pub text: String,
}
