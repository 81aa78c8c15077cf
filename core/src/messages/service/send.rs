//! One try to send a message: written down before, recorded after.

use super::{advance, report, scrub};
use crate::{
    app::Ctx,
    db::Tx,
    error::{Error, Result},
    messages::{
        AttemptOutcome, Begin, Budget, DailyCap, End, HIDDEN, Letter, MessageKind, MessageStatus, Progress,
        Rate, Step, next_step,
        store::{self, AttemptRow, Outgoing},
        template,
    },
    types::*,
};

/// Decides what is to be done with a message and, where it is to be sent, writes the try down as `sending`. When this
/// returns [`Begin::Send`] the try is on disk.
pub async fn begin(ctx: &Ctx, id: MessageId, provider: &str, budget: Option<Budget>) -> Result<Begin> {
    let mut tx = ctx.app.db.write().await?;
    let Some(message) = store::hold(&mut tx, id).await? else { return Err(Error::NotFound("message")) };
    let last = store::last_attempt(&mut tx, id).await?;
    let progress = Progress {
        kind: message.kind,
        status: message.status,
        expires_at: message.expires_at,
        last: last.as_ref().map(|try_| (try_.outcome, try_.finished_at.unwrap_or(try_.started_at))),
        unknown: store::count_unknown(&mut tx, id).await?,
    };
    let number = last.as_ref().map_or(0, |try_| try_.number);
    match next_step(&progress, ctx.now) {
        Step::Nothing => {
            scrub(&mut tx, &message).await?;
            tx.commit().await?;
            Ok(Begin::Nothing)
        }
        Step::Wait(ms) => Ok(Begin::Wait(ms)),
        Step::Resolve => {
            // Whoever it was sent through is asked, whoever would be used now.
            let tried = last.map_or_else(|| provider.to_owned(), |try_| try_.provider);
            Ok(Begin::Resolve(letter(message, number, tried, true)))
        }
        Step::Expire => {
            let failure = ("expired", "it could not be sent while it was of use");
            advance(&mut tx, ctx, &message, MessageStatus::Expired, Some(failure)).await?;
            tx.commit().await?;
            Ok(Begin::Nothing)
        }
        Step::Send => {
            if let Some(budget) = budget {
                tx.serialize_on(&format!("budget:{provider}")).await?;
                if let Some(cap) = budget.daily
                    && capped(&mut tx, provider, cap).await?
                {
                    return Ok(Begin::Capped);
                }
                if let Some(rate) = budget.rate
                    && let Some(wait) = limited(&mut tx, ctx, provider, rate, message.kind).await?
                {
                    return Ok(wait);
                }
            }
            let in_window = message.approved.is_none() || {
                let since = ctx.now.plus_ms(-WINDOW_MS);
                store::wrote_since(&mut tx, provider, &message.address, since).await?
            };
            store::start_attempt(&mut tx, id, number + 1, provider, ctx.now).await?;
            advance(&mut tx, ctx, &message, MessageStatus::Sending, None).await?;
            tx.commit().await?;
            Ok(Begin::Send(letter(message, number + 1, provider.to_owned(), in_window)))
        }
    }
}

/// For how long after somebody wrote to us a free text may be sent to them: a day, less what clocks may differ by.
const WINDOW_MS: i64 = 86_400_000 - 60_000;
/// While others are under way, a message looks again after this time.
const TURN_MS: i64 = 100;

/// The provider through which a message went out perhaps: it goes through no other one any more, so that nobody gets it
/// twice by two ways.
pub async fn pinned(ctx: &Ctx, id: MessageId) -> Result<Option<String>> {
    let mut tx = ctx.app.db.read().await?;
    Ok(store::uncertain_provider(&mut tx, id).await?)
}

/// Whether the account has sent all that it may within the day.
async fn capped(tx: &mut Tx, provider: &str, cap: DailyCap) -> Result<bool> {
    let (count, _) = store::tries_since(tx, provider, cap.since, cap.tries).await?;
    Ok(count >= cap.tries)
}

/// Why and for how many milliseconds the account has no room for one more try. Two processes that ask at once get one answer
/// after the other.
async fn limited(
    tx: &mut Tx,
    ctx: &Ctx,
    provider: &str,
    rate: Rate,
    kind: MessageKind,
) -> Result<Option<Begin>> {
    let allowed = rate.within_window(kind);
    let since = ctx.now.plus_ms(-rate.window_ms);
    let (count, oldest) = store::tries_since(tx, provider, since, allowed).await?;
    if let Some(oldest) = oldest.filter(|_| count >= allowed) {
        let ms = (rate.window_ms - ctx.now.since_ms(oldest)).clamp(1, rate.window_ms);
        return Ok(Some(Begin::Limited(ms)));
    }
    let running = store::under_way(tx, provider, ctx.now.plus_ms(-rate.longest_ms)).await?;
    Ok((running >= rate.at_once(kind)).then_some(Begin::Busy(TURN_MS)))
}

fn letter(message: Outgoing, attempt: i64, provider: String, in_window: bool) -> Letter {
    Letter {
        id: message.id,
        attempt,
        provider,
        in_window,
        buttons: message.buttons.map(|buttons| buttons.0).unwrap_or_default(),
        approved: message.approved.map(|approved| approved.0),
        channel: message.channel,
        kind: message.kind,
        address: message.address,
        subject: message.subject,
        body: message.body,
        expires_at: message.expires_at,
    }
}

/// Records how a try ended. Reports that came before this commit are matched now. Returns false when the try was
/// already closed by somebody else, whose word then holds.
pub async fn finish(ctx: &Ctx, letter: &Letter, provider: &str, end: &End) -> Result<bool> {
    let mut tx = ctx.app.db.write().await?;
    if let End::Accepted { provider_id: Some(id), .. } = end {
        tx.serialize_on(&report::key(provider, id)).await?;
    }
    let Some(message) = store::hold(&mut tx, letter.id).await? else {
        return Err(Error::NotFound("message"));
    };
    if *end == End::NotTried {
        store::forget_attempt(&mut tx, letter.id, letter.attempt).await?;
        tx.commit().await?;
        return Ok(true);
    }
    if !store::end_attempt(&mut tx, letter.id, letter.attempt, row(end), ctx.now).await? {
        return Ok(false);
    }
    match end {
        End::Accepted { provider_id, cost } => {
            store::set_provider(&mut tx, letter.id, provider, provider_id.as_deref(), *cost).await?;
            advance(&mut tx, ctx, &message, MessageStatus::Sent, None).await?;
            if let Some(id) = provider_id {
                report::match_waiting(&mut tx, ctx, letter.id, provider, Some(id), None).await?;
            }
        }
        End::Refused { code, error } => {
            advance(&mut tx, ctx, &message, MessageStatus::Failed, Some((code, error))).await?;
        }
        End::Unknown { error } => {
            advance(&mut tx, ctx, &message, MessageStatus::Unknown, Some(("uncertain", error))).await?;
            if message.kind == MessageKind::Otp {
                scrub(&mut tx, &message).await?;
            }
        }
        End::Failed { .. } | End::Absent | End::NotTried => {}
    }
    tx.commit().await?;
    Ok(true)
}

fn row(end: &End) -> AttemptRow<'_> {
    let blank = AttemptRow {
        outcome: AttemptOutcome::Absent,
        provider_id: None,
        code: None,
        error: None,
        cost: None,
    };
    match end {
        End::Accepted { provider_id, cost } => AttemptRow {
            outcome: AttemptOutcome::Accepted,
            provider_id: provider_id.as_deref(),
            cost: *cost,
            ..blank
        },
        End::Refused { code, error } => {
            AttemptRow { outcome: AttemptOutcome::Refused, code: Some(code), error: Some(error), ..blank }
        }
        End::Failed { code, error } => {
            AttemptRow { outcome: AttemptOutcome::Failed, code: Some(code), error: Some(error), ..blank }
        }
        End::Unknown { error } => AttemptRow {
            outcome: AttemptOutcome::Unknown,
            code: Some("uncertain"),
            error: Some(error),
            ..blank
        },
        End::Absent | End::NotTried => blank,
    }
}

/// The job of a message was given up: the message failed, unless it was sent after all or perhaps.
pub async fn abandon(tx: &mut Tx, ctx: &Ctx, id: MessageId, error: &str) -> Result<()> {
    let Some(message) = store::hold(tx, id).await? else { return Ok(()) };
    scrub(tx, &message).await?;
    let cut_off = store::last_attempt(tx, id).await?.filter(|try_| try_.outcome == AttemptOutcome::Sending);
    let next = if let Some(try_) = cut_off {
        let end = End::Unknown { error: error.to_owned() };
        store::end_attempt(tx, id, try_.number, row(&end), ctx.now).await?;
        MessageStatus::Unknown
    } else if message.status == MessageStatus::Unknown {
        return Ok(());
    } else {
        MessageStatus::Failed
    };
    advance(tx, ctx, &message, next, Some(("gave_up", error))).await.map(drop)
}

/// Makes a message ready to be sent again because staff said so. A sent, old or perhaps sent one-time code or link is
/// refused: its reader has to ask for a new one.
pub async fn requeue(tx: &mut Tx, ctx: &Ctx, id: MessageId) -> Result<()> {
    let message = store::hold(tx, id).await?.ok_or(Error::NotFound("message"))?;
    if template::is_secret(&message.template)
        && (message.body == HIDDEN || message.status != MessageStatus::Queued)
    {
        return Err(Error::conflict(
            "illegal_transition",
            "a one-time code or link is not sent again: the recipient has to ask for a new one",
        ));
    }
    match message.status {
        MessageStatus::Failed | MessageStatus::Expired => {
            store::reset(tx, id, Some(template::useful_until(&message.template, ctx.now))).await?;
            Ok(())
        }
        MessageStatus::Queued | MessageStatus::Sending => Ok(()),
        status => Err(Error::conflict(
            "illegal_transition",
            format!("the message is {status}: only messages that were not sent can be sent again"),
        )),
    }
}

/// Lets a message that was not sent be of use until it is sent at a later time. A one-time code or link whose time is
/// over then is refused.
pub async fn postpone(tx: &mut Tx, id: MessageId, until: Time) -> Result<()> {
    let message = store::hold(tx, id).await?.ok_or(Error::NotFound("message"))?;
    if message.expires_at.is_none_or(|end| end > until) {
        return Ok(());
    }
    if template::is_secret(&message.template) {
        return Err(Error::conflict(
            "illegal_transition",
            "the one-time code or link has no use any more at that time",
        ));
    }
    Ok(store::set_expires_at(tx, id, template::useful_until(&message.template, until)).await?)
}
