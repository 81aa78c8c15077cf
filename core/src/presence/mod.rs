//! Who has a ticket open and who is writing on it, so that two do not answer at once. Browsers say so again and again;
//! it is known for less than a minute and stored nowhere.

#[cfg(feature = "server")]
mod board;
#[cfg(feature = "server")]
pub mod service;

#[cfg(feature = "server")]
pub use board::Board;

use crate::types::*;
use serde::{Deserialize, Serialize};

text_enum! {
    /// What somebody does with an open ticket.
    pub enum Activity, "activity" {
        /// Has it open.
        Viewing = "viewing",
        /// Writes a reply or a note.
        Writing = "writing",
    }
}

/// What one does with an open ticket. Said again within half a minute, or one counts as gone.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetPresence {
    /// Viewing or writing.
    pub activity: Activity,
}

/// Somebody at a ticket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Person {
    /// Their name.
    pub name: String,
    /// What they do.
    pub activity: Activity,
}

/// Who is at a ticket besides the reader, on the live stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Presence {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Everybody by name; nobody when the last one left.
    pub people: Vec<Person>,
}

/// One word of a browser, as processes pass it on to each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// The ticket.
    pub ticket_id: TicketId,
    /// Who.
    pub user_id: UserId,
    /// Their name.
    pub name: String,
    /// What they do; none when they left.
    pub activity: Option<Activity>,
}
