//! The sandbox provider's inbox, kept in the database.

use crate::{
    app::App,
    error::Error,
    messages::{self, Direction, MessageChannel, SandboxNew},
    provider::{
        BoxFuture, SendError,
        sandbox::{SandboxChannel, SandboxEntry, SandboxInbox},
    },
};

/// Keeps what the sandbox provider is given in `sandbox_messages`.
pub struct DbInbox(pub App);

fn unavailable(error: Error) -> SendError {
    SendError::unavailable("sandbox", error.to_string())
}

impl SandboxInbox for DbInbox {
    fn record(&self, entry: SandboxEntry) -> BoxFuture<'_, Result<i64, SendError>> {
        Box::pin(async move {
            let new = SandboxNew {
                direction: Direction::Out,
                channel: match entry.channel {
                    SandboxChannel::WhatsApp => MessageChannel::Whatsapp,
                    SandboxChannel::Mail => MessageChannel::Email,
                },
                address: entry.to,
                subject: entry.subject,
                body: entry.body,
                provider_id: entry.provider_id,
            };
            let ctx = self.0.system("sandbox");
            messages::service::sandbox_record(&ctx, &new).await.map_err(unavailable)
        })
    }

    fn find<'a>(&'a self, provider_id: &'a str) -> BoxFuture<'a, Result<bool, SendError>> {
        Box::pin(async move {
            let ctx = self.0.system("sandbox");
            let found = messages::service::sandbox_find(&ctx, provider_id).await.map_err(unavailable)?;
            Ok(found.is_some())
        })
    }
}
