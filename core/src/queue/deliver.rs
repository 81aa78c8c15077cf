//! What the jobs that send messages do.

use super::{JobError, Outbox, Run, backoff_ms};
use crate::{
    messages::{
        Begin, End, Letter, MessageChannel, MessageKind,
        service::{begin, finish, get},
    },
    provider::{
        Accepted, Lookup, OutboundMail, OutboundMessage, RATE_LIMITED, SendError, Urgency,
        guard::{Breaker, BreakerState},
    },
    types::*,
};
use std::time::Duration;
use tokio::time::Instant;

/// While the provider is out of order, a message is tried again after this time at the latest.
const LONGEST_WAIT: Duration = Duration::from_secs(60);

/// Sends a message, or finds out what became of a try that was cut off. While the provider is out of order the message
/// waits, until it expires, and loses none of its tries.
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
                let left = letter.expires_at.map(|end| milliseconds(end.since_ms(ctx.now)));
                let sent = send(&run.outbox, &letter, left.map(|left| Instant::now() + left)).await;
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
        Err(SendError::Unavailable { code, reason, retry_after }) => {
            let verdict = Err(waits(run, letter, &format!("{code}: {reason}"), retry_after));
            (End::Failed { code, error: reason }, verdict)
        }
        Err(SendError::Transient { code, reason, retry_after }) => {
            let said = format!("{code}: {reason}");
            let verdict = if breaker(&run.outbox, letter.channel).state() == BreakerState::Closed {
                Err(JobError::Retry { reason: said, after: retry_after })
            } else {
                // So much fails that it is not this message's fault.
                Err(waits(run, letter, &said, retry_after))
            };
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

/// Later, and the later the more tries there were.
fn waits(run: &Run, letter: &Letter, reason: &str, asked: Option<Duration>) -> JobError {
    let pause = milliseconds(backoff_ms(letter.attempt, run.app.random_below(1001))).min(LONGEST_WAIT);
    later(reason, pause.max(asked.unwrap_or_default()))
}

fn breaker(outbox: &Outbox, channel: MessageChannel) -> &Breaker {
    match channel {
        MessageChannel::Whatsapp => &outbox.whatsapp.breaker,
        MessageChannel::Email => &outbox.mail.breaker,
    }
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

fn whatsapp(letter: &Letter, not_after: Option<Instant>) -> OutboundMessage {
    OutboundMessage {
        not_after,
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

async fn send(outbox: &Outbox, letter: &Letter, not_after: Option<Instant>) -> Result<Accepted, SendError> {
    match letter.channel {
        MessageChannel::Whatsapp => outbox.whatsapp.provider.send(&whatsapp(letter, not_after)).await,
        MessageChannel::Email => outbox.mail.provider.send(&mail(letter)).await,
    }
}

async fn lookup(outbox: &Outbox, letter: &Letter) -> Result<Lookup, SendError> {
    match letter.channel {
        MessageChannel::Whatsapp => outbox.whatsapp.provider.lookup(&whatsapp(letter, None)).await,
        MessageChannel::Email => outbox.mail.provider.lookup(&mail(letter)).await,
    }
}
