//! Calls about conversations.

use super::{Client, ClientError, Pages};
use crate::{
    conversations::{Conversation, ConversationFilter, Reply},
    messages::Message,
    types::{ConversationId, PageQuery},
};

impl Client {
    /// Conversations, the newest first, page by page.
    pub fn conversations(&self, filter: &ConversationFilter) -> Pages<Conversation> {
        self.pages("/api/conversations", filter)
    }

    /// One conversation.
    pub async fn conversation(&self, id: ConversationId) -> Result<Conversation, ClientError> {
        self.get(&format!("/api/conversations/{id}")).send().await
    }

    /// The newest messages of a conversation, the oldest of them first.
    pub async fn conversation_messages(
        &self,
        id: ConversationId,
        most: usize,
    ) -> Result<Vec<Message>, ClientError> {
        let page = PageQuery { limit: Some(200), cursor: None };
        let mut messages = self.pages(&format!("/api/conversations/{id}/messages"), &page).take(most).await?;
        messages.reverse();
        Ok(messages)
    }

    /// Answers with a text.
    pub async fn reply_conversation(
        &self,
        id: ConversationId,
        reply: &Reply,
        key: &str,
    ) -> Result<Message, ClientError> {
        self.post(&format!("/api/conversations/{id}/reply")).json(reply).key(key).send().await
    }

    /// Closes a conversation.
    pub async fn close_conversation(
        &self,
        id: ConversationId,
        key: &str,
    ) -> Result<Conversation, ClientError> {
        self.post(&format!("/api/conversations/{id}/close")).key(key).send().await
    }
}
