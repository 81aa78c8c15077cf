//! What the jobs that send messages do.

use super::{JobError, Outbox, Run};
use crate::{
    messages::{
        Begin, End, Letter, MessageChannel, MessageKind,
        service::{begin, finish, get},
    },
    provider::{Accepted, Lookup, OutboundMail, OutboundMessage, RATE_LIMITED, SendError, Urgency},
    types::*,
};
use std::time::Duration;

/// Sends a message, or finds out what became of a try that was cut off.
pub(super) async fn deliver(run: &Run, id: MessageId) -> Result<(), JobError> {
    let channel = get(&run.ctx(), id).await?.channel;
    let provider = name(&run.outbox, channel);
    let budget = run.outbox.budget.filter(|_| channel == MessageChannel::Whatsapp);
    loop {
        let ctx = run.ctx();
        match begin(&ctx, id, provider, budget).await? {
            Begin::Nothing => return Ok(()),
            Begin::Wait(ms) => return Err(later("waiting for a delivery report", milliseconds(ms))),
            Begin::Limited(ms) => {
                run.outbox.whatsapp.limiter.hold(milliseconds(ms));
                return Err(later(RATE_LIMITED, milliseconds(ms)));
            }
            Begin::Send(letter) => {
                let sent = send(&run.outbox, &letter).await;
                return record(run, &letter, provider, sent).await;
            }
            Begin::Resolve(letter) => {
                let end = match lookup(&run.outbox, &letter).await {
                    Ok(Lookup::Known(accepted)) => {
                        End::Accepted { provider_id: accepted.provider_id, cost: accepted.cost }
                    }
                    Ok(Lookup::Absent) => End::Absent,
                    Ok(Lookup::Unsupported) => {
                        End::Unknown { error: "cut off while it was being sent".to_owned() }
                    }
                    Err(error) => {
                        let after = error.retry_after().unwrap_or(Duration::from_secs(5));
                        return Err(JobError::Later { reason: error.to_string(), after });
                    }
                };
                finish(&run.ctx(), &letter, provider, &end).await?;
            }
        }
    }
}

fn milliseconds(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

fn later(reason: &str, after: Duration) -> JobError {
    JobError::Later { reason: reason.to_owned(), after }
}

async fn record(
    run: &Run,
    letter: &Letter,
    provider: &str,
    sent: Result<Accepted, SendError>,
) -> Result<(), JobError> {
    let (end, verdict) = match sent {
        Ok(accepted) => (End::Accepted { provider_id: accepted.provider_id, cost: accepted.cost }, Ok(())),
        Err(SendError::Permanent { code, reason }) => {
            let verdict = Err(JobError::GiveUp(format!("{code}: {reason}")));
            (End::Refused { code, error: reason }, verdict)
        }
        Err(SendError::Transient { code, reason, retry_after }) => {
            let verdict = Err(JobError::Retry { reason: format!("{code}: {reason}"), after: retry_after });
            (End::Failed { code, error: reason }, verdict)
        }
        Err(SendError::Uncertain { reason }) => {
            // The next look decides: a code stays as it is, anything else waits for a report first.
            let verdict = Err(JobError::Later { reason: reason.clone(), after: Duration::ZERO });
            (End::Unknown { error: reason }, verdict)
        }
        Err(SendError::Deferred { code, retry_after }) => {
            let verdict = Err(JobError::Later { reason: code.to_owned(), after: retry_after });
            (End::NotTried, verdict)
        }
    };
    finish(&run.ctx(), letter, provider, &end).await?;
    verdict
}

fn name(outbox: &Outbox, channel: MessageChannel) -> &str {
    match channel {
        MessageChannel::Whatsapp => outbox.whatsapp.provider.name(),
        MessageChannel::Email => outbox.mail.provider.name(),
    }
}

fn urgency(kind: MessageKind) -> Urgency {
    match kind {
        MessageKind::Otp => Urgency::Critical,
        MessageKind::Notification | MessageKind::Group | MessageKind::Inbound => Urgency::Normal,
        MessageKind::Bulk => Urgency::Bulk,
    }
}

fn whatsapp(letter: &Letter) -> OutboundMessage {
    OutboundMessage {
        message_id: letter.id.0,
        to: letter.address.trim_start_matches('+').to_owned(),
        body: letter.body.clone(),
        media: None,
        urgency: urgency(letter.kind),
    }
}

fn mail(letter: &Letter) -> OutboundMail {
    OutboundMail {
        urgency: urgency(letter.kind),
        ..OutboundMail::plain(
            letter.id.0,
            &letter.address,
            letter.subject.as_deref().unwrap_or_default(),
            &letter.body,
        )
    }
}

async fn send(outbox: &Outbox, letter: &Letter) -> Result<Accepted, SendError> {
    match letter.channel {
        MessageChannel::Whatsapp => outbox.whatsapp.provider.send(&whatsapp(letter)).await,
        MessageChannel::Email => outbox.mail.provider.send(&mail(letter)).await,
    }
}

async fn lookup(outbox: &Outbox, letter: &Letter) -> Result<Lookup, SendError> {
    match letter.channel {
        MessageChannel::Whatsapp => outbox.whatsapp.provider.lookup(&whatsapp(letter)).await,
        MessageChannel::Email => outbox.mail.provider.lookup(&mail(letter)).await,
    }
}
