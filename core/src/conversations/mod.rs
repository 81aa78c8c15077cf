//! Conversations: what is written to and fro with one WhatsApp address, as one thread that staff answer.
//!
//! A thread is kept by the writes of messages, in their transactions: it begins when somebody writes to us, or when staff
//! write by hand. Notifications and automatic answers are read in the thread, and neither begin it nor move it up.

pub mod answers;
pub mod keywords;
#[cfg(feature = "server")]
pub mod service;
#[cfg(feature = "server")]
mod store;

use crate::{messages::Direction, types::*};
use serde::{Deserialize, Serialize};

/// Characters that a reply may have.
pub const REPLY_CHARS: usize = 4096;
/// Characters of the last message that a list shows.
pub const EXCERPT_CHARS: usize = 160;

text_enum! {
    /// Whether somebody still works on a conversation.
    pub enum ConversationState, "conversation state" {
        /// Goes on.
        Open = "open",
        /// Done; the next message of the customer opens it again.
        Closed = "closed",
    }
}

text_enum! {
    /// Which conversations a list shows.
    pub enum ConversationView, "conversation view" {
        /// All of them.
        All = "all",
        /// Those in which the customer waits for an answer.
        Unanswered = "unanswered",
        /// Those that whoever asks has taken.
        Mine = "mine",
    }
}

/// A thread with one address.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct Conversation {
    /// Identifier.
    pub id: ConversationId,
    /// Phone in E.164 or group id; masked for who may not see personal data.
    pub address: String,
    /// Whether the address is a group.
    pub group: bool,
    /// The customer whose phone it is or was.
    pub customer_id: Option<CustomerId>,
    /// The customer's number, for those who may see customers.
    pub customer_number: Option<String>,
    /// The customer's name, for those who may see customers.
    pub customer_name: Option<String>,
    /// Whether somebody still works on it.
    pub state: ConversationState,
    /// Who has taken it.
    pub assigned_to: Option<UserId>,
    /// Their name.
    pub assigned_name: Option<String>,
    /// Messages of the customer since the last answer of staff, without those that were answered automatically.
    pub unanswered: i64,
    /// Who wrote last, automatic answers and notifications aside.
    pub last_direction: Direction,
    /// The beginning of what was written last.
    pub last_text: String,
    /// When that was.
    pub last_at: Time,
    /// Until when the Cloud API takes a text of one's own: a day after the customer last wrote. None when they never did.
    pub window_until: Option<Time>,
    /// When it began.
    pub created_at: Time,
}

/// Which conversations a list shows, the one with the newest message first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct ConversationFilter {
    /// All, unanswered, or one's own; all when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<ConversationView>,
    /// Only open or only closed ones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<ConversationState>,
    /// Only with this customer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub customer_id: Option<CustomerId>,
    /// Words of the customer's name, number or address, or the beginning of a phone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// How many conversations wait for an answer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct UnansweredCount {
    /// Conversations; counted up to 1,000.
    pub count: i64,
}

/// What staff answer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct Reply {
    /// The text, up to 4,096 characters.
    pub text: String,
}

/// Who is to have a conversation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct AssignConversation {
    /// The staff member; `null` for nobody.
    pub user_id: Option<UserId>,
}

/// A staff member who may be given a conversation.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct Answerer {
    /// Identifier.
    pub id: UserId,
    /// Their name.
    pub full_name: String,
}

/// The beginning of a text on one line, as a list shows it.
pub fn excerpt(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(EXCERPT_CHARS) {
        Some((at, _)) => format!("{}…", line[..at].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_excerpt_is_one_line_and_short() {
        assert_eq!(excerpt(" Halo,\n\n apa  kabar? "), "Halo, apa kabar?");
        assert_eq!(excerpt(""), "");
        let long = excerpt(&"é".repeat(500));
        assert_eq!(long.chars().count(), EXCERPT_CHARS + 1);
        assert!(long.ends_with('…'));
    }
}
