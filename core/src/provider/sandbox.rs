//! The sandbox: a provider that delivers into an inbox of our own, where a page shows every message
//! as a phone or mail program would. It is what runs when nothing else is configured.

use std::{fmt, sync::Arc};

use super::{
    Accepted, BoxFuture, Lookup, OutboundMail, OutboundMessage, Provider, SendError, mail::MailError,
};

/// Which kind of device a sandbox message landed on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SandboxChannel {
    /// A phone with WhatsApp.
    WhatsApp,
    /// A mailbox.
    Mail,
}

impl SandboxChannel {
    /// The word that storage and the API use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::WhatsApp => "whatsapp",
            Self::Mail => "mail",
        }
    }
}

/// A message as the recipient sees it.
#[derive(Clone)]
pub struct SandboxEntry {
    /// Phone or mailbox.
    pub channel: SandboxChannel,
    /// Our id of the message.
    pub message_id: i64,
    /// The id delivery reports will use: `sbx-{message_id}`.
    pub provider_id: String,
    /// Digits of the number, a group id, or a mail address.
    pub to: String,
    /// Subject of a mail.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// Names of the files that came along.
    pub files: Vec<String>,
}

impl fmt::Debug for SandboxEntry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SandboxEntry")
            .field("channel", &self.channel)
            .field("provider_id", &self.provider_id)
            .finish_non_exhaustive()
    }
}

/// Where sandbox messages are kept. Like a gateway with idempotency keys, an inbox keeps each of our
/// messages once and answers the second time with the entry of the first.
pub trait SandboxInbox: Send + Sync {
    /// Keeps a message and gives the id of the entry.
    ///
    /// # Errors
    /// [`SendError::Unavailable`] when the storage does not answer.
    fn record(&self, entry: SandboxEntry) -> BoxFuture<'_, Result<i64, SendError>>;

    /// Whether a message came.
    ///
    /// # Errors
    /// [`SendError::Unavailable`] when the storage does not answer.
    fn find<'a>(&'a self, provider_id: &'a str) -> BoxFuture<'a, Result<bool, SendError>>;
}

/// The id the sandbox gives a message; the same each time.
pub fn provider_id(message_id: i64) -> String {
    format!("sbx-{message_id}")
}

/// The sandbox provider, for both kinds of message.
#[derive(Clone)]
pub struct Sandbox {
    inbox: Arc<dyn SandboxInbox>,
}

impl Sandbox {
    /// A sandbox that delivers into `inbox`.
    pub fn new(inbox: Arc<dyn SandboxInbox>) -> Self {
        Self { inbox }
    }

    async fn found(&self, message_id: i64) -> Result<Lookup, SendError> {
        let provider_id = provider_id(message_id);
        Ok(if self.inbox.find(&provider_id).await? {
            Lookup::Known(Accepted { provider_id: Some(provider_id), cost: Some(0), ..Accepted::default() })
        } else {
            Lookup::Absent
        })
    }

    async fn deliver(&self, entry: SandboxEntry) -> Result<Accepted, SendError> {
        let provider_id = entry.provider_id.clone();
        let id = self.inbox.record(entry).await?;
        Ok(Accepted { provider_id: Some(provider_id), raw: format!("sandbox entry {id}"), cost: Some(0) })
    }
}

impl Provider<OutboundMessage> for Sandbox {
    fn name(&self) -> &str {
        "sandbox"
    }

    fn send<'a>(&'a self, message: &'a OutboundMessage) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            message.check()?;
            self.deliver(SandboxEntry {
                channel: SandboxChannel::WhatsApp,
                message_id: message.message_id,
                provider_id: provider_id(message.message_id),
                to: message.to.clone(),
                subject: None,
                body: message.plain_text(),
                files: message.media.iter().map(|m| m.file_name.clone()).collect(),
            })
            .await
        })
    }

    fn lookup<'a>(&'a self, message: &'a OutboundMessage) -> BoxFuture<'a, Result<Lookup, SendError>> {
        Box::pin(self.found(message.message_id))
    }
}

impl Provider<OutboundMail> for Sandbox {
    fn name(&self) -> &str {
        "sandbox"
    }

    fn send<'a>(&'a self, mail: &'a OutboundMail) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(async move {
            mail.check().map_err(MailError::into_refusal)?;
            self.deliver(SandboxEntry {
                channel: SandboxChannel::Mail,
                message_id: mail.message_id,
                provider_id: provider_id(mail.message_id),
                to: mail.to.clone(),
                subject: Some(mail.subject.clone()),
                body: mail.text.clone(),
                files: mail.attachments.iter().map(|a| a.file_name.clone()).collect(),
            })
            .await
        })
    }

    fn lookup<'a>(&'a self, mail: &'a OutboundMail) -> BoxFuture<'a, Result<Lookup, SendError>> {
        Box::pin(self.found(mail.message_id))
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Mutex;

    use super::*;

    #[derive(Default)]
    struct Memory(Mutex<Vec<SandboxEntry>>);

    impl SandboxInbox for Memory {
        fn record(&self, entry: SandboxEntry) -> BoxFuture<'_, Result<i64, SendError>> {
            let mut entries = self.0.lock().unwrap();
            let known = entries.iter().position(|known| known.provider_id == entry.provider_id);
            let place = known.unwrap_or(entries.len());
            if known.is_none() {
                entries.push(entry);
            }
            Box::pin(async move { Ok(place as i64) })
        }

        fn find<'a>(&'a self, provider_id: &'a str) -> BoxFuture<'a, Result<bool, SendError>> {
            let found = self.0.lock().unwrap().iter().any(|entry| entry.provider_id == provider_id);
            Box::pin(async move { Ok(found) })
        }
    }

    #[tokio::test]
    async fn a_message_lands_in_the_inbox_under_a_steady_id() {
        let inbox = Arc::new(Memory::default());
        let sandbox = Sandbox::new(inbox.clone());
        let message = OutboundMessage::text(12, "628123456789", "Halo");
        assert_eq!(Provider::lookup(&sandbox, &message).await.unwrap(), Lookup::Absent);
        for _ in 0..2 {
            let accepted = Provider::send(&sandbox, &message).await.unwrap();
            assert_eq!(accepted.provider_id.as_deref(), Some("sbx-12"));
        }
        assert!(matches!(Provider::lookup(&sandbox, &message).await.unwrap(), Lookup::Known(_)));
        assert_eq!(inbox.0.lock().unwrap().len(), 1);
    }

    #[tokio::test]
    async fn the_sandbox_refuses_what_a_gateway_would_refuse() {
        let sandbox = Sandbox::new(Arc::new(Memory::default()));
        let mail = OutboundMail {
            to: "budi@example.com\r\nBcc: all@example.com".into(),
            ..OutboundMail::plain(1, "", "Halo", "Isi")
        };
        let refused = Provider::send(&sandbox, &mail).await.unwrap_err();
        assert!(matches!(refused, SendError::Permanent { .. }));
    }
}
