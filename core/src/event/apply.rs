//! Does what an event sets off, in the event's own transaction.

use super::{Event, Reaction, Subject, reactions};
use crate::{
    app::Ctx,
    db::Tx,
    error::Result,
    messages,
    notifications::service::{Notice, Told, notify},
    types::*,
};
use std::pin::Pin;

/// Applies every reaction to an event that was just recorded. Boxed, so that what every use case ends in is compiled
/// once and not with each of them.
pub(super) fn apply<'a>(
    tx: &'a mut Tx,
    ctx: &'a Ctx,
    subject: &'a Subject,
    event_id: EventId,
    event: &'a Event,
) -> Pin<Box<dyn Future<Output = Result<()>> + Send + 'a>> {
    Box::pin(async move {
        let mut told = Told::default();
        for reaction in reactions(event) {
            match reaction {
                Reaction::Notify { audience, notification_type, priority, text } => {
                    let notice = Notice { audience: &audience, notification_type, priority, text };
                    notify(tx, ctx, subject, (event_id, event), notice, &mut told).await?;
                }
                Reaction::Message { to, template } => {
                    messages::service::react(tx, ctx, subject, event, &to, template).await?;
                }
            }
        }
        Ok(())
    })
}
