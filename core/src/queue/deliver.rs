//! What the jobs that send messages do.

use super::{
    JobError, Outbox, Run, backoff_ms,
    outbox::{Room, Ticket, Way},
};
use crate::{
    error::Result as Done,
    messages::{
        Begin, End, Letter, Message, MessageChannel, MessageKind,
        service::{begin, finish, get, pinned},
    },
    provider::{
        Accepted, BREAKER_OPEN, Lookup, OutboundMail, OutboundMessage, RATE_LIMITED, SendError, Urgency,
        guard::{Breaker, BreakerState},
    },
    types::*,
};
use std::{collections::VecDeque, time::Duration};
use tokio::time::Instant;

/// While the provider is out of order, a message is tried again after this time at the latest.
const LONGEST_WAIT: Duration = Duration::from_secs(60);
/// A message that a limit holds back looks again after this time at the latest, because limits may be raised.
const LOOK_AGAIN: Duration = Duration::from_secs(5);

/// Sends a message, or finds out what became of a try that was cut off. An account that is out of order is followed by
/// the next one at once, unless the message went out perhaps. While every account is out of order the message waits,
/// until it expires, and loses none of its tries.
pub(super) async fn deliver(run: &Run, id: MessageId) -> Result<(), JobError> {
    let message = get(&run.ctx(), id).await?;
    let mut exits = exits(run, &message).await?;
    let mut held: Option<JobError> = None;
    loop {
        let Some(exit) = exits.front().cloned() else {
            return Err(held.unwrap_or_else(|| later("no provider is enabled", LONGEST_WAIT)));
        };
        let ctx = run.ctx();
        let (begun, ticket) = start(run, &message, &exit).await?;
        let letter = match begun {
            Begin::Send(letter) => letter,
            other => {
                give_back(run, ticket, false).await;
                match other {
                    Begin::Nothing => return Ok(()),
                    Begin::Wait(ms) => {
                        return Err(later("waiting for a delivery report", milliseconds(ms)));
                    }
                    Begin::Limited(ms) => {
                        if let Exit::Whatsapp(way) = &exit {
                            way.account.guarded.limiter.hold(milliseconds(ms));
                        }
                        return Err(later(RATE_LIMITED, milliseconds(ms).min(LOOK_AGAIN)));
                    }
                    Begin::Busy(ms) => {
                        if let Exit::Whatsapp(way) = &exit {
                            way.account.guarded.limiter.hold(milliseconds(ms));
                        }
                        return Err(later(RATE_LIMITED, milliseconds(ms)));
                    }
                    Begin::Capped => {
                        exits.pop_front();
                        // Nobody is locked out by it: a code goes when no other account has room.
                        if message.kind == MessageKind::Otp
                            && let Some(uncapped) = exit.uncapped()
                        {
                            exits.push_back(uncapped);
                        }
                        held = sooner(held, later("the daily cap is reached", LONGEST_WAIT));
                    }
                    Begin::Resolve(letter) => resolve(run, &letter).await?,
                    Begin::Send(_) => {}
                }
                continue;
            }
        };
        let left = letter.expires_at.map(|end| milliseconds(end.since_ms(ctx.now)));
        let sent = send(run, &exit, &letter, left.map(|left| Instant::now() + left)).await;
        give_back(run, ticket, !matches!(sent, Err(SendError::Deferred { .. }))).await;
        match record(run, &exit, &letter, sent).await? {
            Turn::Ended(verdict) => return verdict,
            Turn::Next(why) => {
                exits.pop_front();
                held = sooner(held, why);
            }
        }
    }
}

/// One way out for a message.
#[derive(Clone)]
enum Exit {
    Whatsapp(Box<Way>),
    Mail,
}

impl Exit {
    /// The same account without its daily cap.
    fn uncapped(&self) -> Option<Exit> {
        let Exit::Whatsapp(way) = self else { return None };
        let budget = way.budget.filter(|budget| budget.daily.is_some())?;
        let budget = crate::messages::Budget { daily: None, ..budget };
        Some(Exit::Whatsapp(Box::new(Way { budget: Some(budget), ..(**way).clone() })))
    }
}

/// The ways out that a message may take, the first to be tried first.
async fn exits(run: &Run, message: &Message) -> Result<VecDeque<Exit>, JobError> {
    if message.channel == MessageChannel::Email {
        return Ok(VecDeque::from([Exit::Mail]));
    }
    let ctx = run.ctx();
    let perhaps = pinned(&ctx, message.id).await?;
    let group = message.address.ends_with("@g.us");
    let ways = run.outbox.ways(&ctx, group, perhaps.as_deref()).await?;
    match perhaps {
        Some(name) if ways.is_empty() => {
            Err(JobError::GiveUp(format!("it was perhaps sent through {name}, which is not in use any more")))
        }
        _ => Ok(ways.into_iter().map(|way| Exit::Whatsapp(Box::new(way))).collect()),
    }
}

/// Decides what is to be done and, where the message is to be sent, takes a place within the account's limits: in Redis
/// where it answers, else in the database.
async fn start(run: &Run, message: &Message, exit: &Exit) -> Done<(Begin, Option<Ticket>)> {
    let ctx = run.ctx();
    let way = match exit {
        Exit::Mail => {
            return Ok((begin(&ctx, message.id, run.outbox.mail.provider.name(), None).await?, None));
        }
        Exit::Whatsapp(way) => way,
    };
    let (mut budget, mut ticket) = (way.budget, None);
    if let (Some(bucket), Some(limits)) = (&run.outbox.bucket, &mut budget)
        && let Some(rate) = limits.rate
    {
        match bucket.take(way.account.name, &rate, message.kind, message.id).await {
            Room::Yes(taken) => {
                limits.rate = None;
                ticket = Some(taken);
            }
            Room::Unsure(taken) => ticket = Some(taken),
            Room::No(ms) => return Ok((Begin::Limited(ms), None)),
            Room::Busy(ms) => return Ok((Begin::Busy(ms), None)),
            Room::Away => {}
        }
    }
    match begin(&ctx, message.id, way.account.name, budget).await {
        Ok(begun) => Ok((begun, ticket)),
        Err(error) => {
            give_back(run, ticket, false).await;
            Err(error)
        }
    }
}

async fn give_back(run: &Run, ticket: Option<Ticket>, went: bool) {
    if let (Some(bucket), Some(ticket)) = (&run.outbox.bucket, ticket) {
        bucket.give_back(&ticket, went).await;
    }
}

/// Asks the provider of a try that was cut off what became of it.
async fn resolve(run: &Run, letter: &Letter) -> Result<(), JobError> {
    let end = match lookup(&run.outbox, letter).await {
        Ok(Lookup::Known(accepted)) => {
            End::Accepted { provider_id: accepted.provider_id, cost: accepted.cost }
        }
        Ok(Lookup::Absent) => End::Absent,
        Ok(Lookup::Unsupported) => End::Unknown { error: "cut off while it was being sent".to_owned() },
        Err(error) => {
            let after = error.retry_after().unwrap_or(Duration::from_secs(5));
            return Err(JobError::Later { reason: error.to_string(), after });
        }
    };
    finish(&run.ctx(), letter, &letter.provider, &end).await?;
    if let (Some(bucket), Some(account)) = (&run.outbox.bucket, run.outbox.account(&letter.provider)) {
        bucket.release(account.name, letter.id).await;
    }
    Ok(())
}

fn milliseconds(ms: i64) -> Duration {
    Duration::from_millis(u64::try_from(ms).unwrap_or(0))
}

fn later(reason: &str, after: Duration) -> JobError {
    JobError::Later { reason: reason.to_owned(), after }
}

/// Of two reasons to wait, the one that ends first.
fn sooner(held: Option<JobError>, why: JobError) -> Option<JobError> {
    let after = |error: &JobError| match error {
        JobError::Later { after, .. } => *after,
        JobError::Retry { .. } | JobError::GiveUp(_) => Duration::MAX,
    };
    match held {
        Some(held) if after(&held) <= after(&why) => Some(held),
        _ => Some(why),
    }
}

/// What follows a try.
enum Turn {
    /// That was all.
    Ended(Result<(), JobError>),
    /// The account is out of order: the next one may try. When there is none, this is why.
    Next(JobError),
}

async fn record(
    run: &Run,
    exit: &Exit,
    letter: &Letter,
    sent: Result<Accepted, SendError>,
) -> Result<Turn, JobError> {
    let price = match exit {
        Exit::Whatsapp(way) => way.cost,
        Exit::Mail => None,
    };
    let (end, turn) = match sent {
        Ok(accepted) => {
            let cost = accepted.cost.or(price);
            (End::Accepted { provider_id: accepted.provider_id, cost }, Turn::Ended(Ok(())))
        }
        Err(SendError::Permanent { code, reason }) => {
            let verdict = Err(JobError::GiveUp(format!("{code}: {reason}")));
            (End::Refused { code, error: reason }, Turn::Ended(verdict))
        }
        Err(SendError::Unavailable { code, reason, retry_after }) => {
            let why = waits(run, letter, &format!("{code}: {reason}"), retry_after);
            (End::Failed { code, error: reason }, Turn::Next(why))
        }
        Err(SendError::Transient { code, reason, retry_after }) => {
            let said = format!("{code}: {reason}");
            let turn = if breaker(&run.outbox, exit).state() == BreakerState::Closed {
                Turn::Ended(Err(JobError::Retry { reason: said, after: retry_after }))
            } else {
                // So much fails that it is not this message's fault.
                Turn::Next(waits(run, letter, &said, retry_after))
            };
            (End::Failed { code, error: reason }, turn)
        }
        Err(SendError::Uncertain { reason }) => {
            // The next look decides: a code stays as it is, anything else waits for a report first.
            let verdict = Err(JobError::Later { reason: reason.clone(), after: Duration::ZERO });
            (End::Unknown { error: reason }, Turn::Ended(verdict))
        }
        Err(SendError::Deferred { code, retry_after }) => {
            let why =
                later(code, retry_after.min(if code == BREAKER_OPEN { LONGEST_WAIT } else { LOOK_AGAIN }));
            let turn = if code == BREAKER_OPEN { Turn::Next(why) } else { Turn::Ended(Err(why)) };
            (End::NotTried, turn)
        }
    };
    finish(&run.ctx(), letter, &letter.provider, &end).await?;
    Ok(turn)
}

/// Later, and the later the more tries there were.
fn waits(run: &Run, letter: &Letter, reason: &str, asked: Option<Duration>) -> JobError {
    let pause = milliseconds(backoff_ms(letter.attempt, run.app.random_below(1001))).min(LONGEST_WAIT);
    later(reason, pause.max(asked.unwrap_or_default()))
}

fn breaker<'a>(outbox: &'a Outbox, exit: &'a Exit) -> &'a Breaker {
    match exit {
        Exit::Whatsapp(way) => &way.account.guarded.breaker,
        Exit::Mail => &outbox.mail.breaker,
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
        buttons: letter.buttons.clone(),
        approved: letter.approved.clone(),
        in_window: letter.in_window,
        urgency: urgency(letter.kind),
        ..OutboundMessage::text(letter.id.0, letter.address.trim_start_matches('+'), &letter.body)
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

async fn send(
    run: &Run,
    exit: &Exit,
    letter: &Letter,
    not_after: Option<Instant>,
) -> Result<Accepted, SendError> {
    match exit {
        Exit::Whatsapp(way) => way.account.guarded.provider.send(&whatsapp(letter, not_after)).await,
        Exit::Mail => run.outbox.mail.provider.send(&mail(letter)).await,
    }
}

/// Only the account that a try went through knows what became of it.
async fn lookup(outbox: &Outbox, letter: &Letter) -> Result<Lookup, SendError> {
    match letter.channel {
        MessageChannel::Whatsapp => match outbox.account(&letter.provider) {
            Some(account) => account.guarded.provider.lookup(&whatsapp(letter, None)).await,
            None => Ok(Lookup::Unsupported),
        },
        MessageChannel::Email => outbox.mail.provider.lookup(&mail(letter)).await,
    }
}
