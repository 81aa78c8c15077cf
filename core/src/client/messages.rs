//! Calls about messages.

use super::{Client, ClientError, Pages};
use crate::{
    messages::{Message, MessageFilter, SendMessage},
    types::MessageId,
};

impl Client {
    /// Messages, the newest first, page by page.
    pub fn messages(&self, filter: &MessageFilter) -> Pages<Message> {
        self.pages("/api/messages", filter)
    }

    /// One message.
    pub async fn message(&self, message: MessageId) -> Result<Message, ClientError> {
        self.get(&format!("/api/messages/{message}")).send().await
    }

    /// Sends a message to a phone or a customer.
    pub async fn send_message(&self, new: &SendMessage, key: &str) -> Result<Message, ClientError> {
        self.post("/api/messages").json(new).key(key).send().await
    }
}
