//! Codes that come by WhatsApp: how many there may be, making one, judging one.

use super::super::{
    CODE_LIFE_S, CODES_PER_ADDRESS, CODES_PER_HOUR, Purpose, RESEND_AFTER_S, TRIES, WRONG_OVERALL,
    WRONG_PER_ADDRESS, WRONG_WINDOW_S,
    store::{self, Challenge, NewCode},
};
use crate::{
    app::Ctx,
    db::Tx,
    error::{Error, Result},
    types::*,
};

const HOUR_S: i64 = 3600;

fn limited(until: Time, now: Time) -> Error {
    Error::RateLimited { retry_after_s: u64::try_from(until.since_ms(now).max(0) / 1000).unwrap_or(0) + 1 }
}

/// Refuses another code for a number within 60 seconds of the last one or after five in an hour. Requests for one number
/// are judged one after the other, also where the number is nobody's.
pub(super) async fn refuse_too_many(tx: &mut Tx, ctx: &Ctx, purpose: Purpose, phone: &Phone) -> Result<()> {
    let now = ctx.now;
    tx.serialize_on(&format!("{purpose} code {}", phone.as_str())).await?;
    let (count, first, last) = store::codes_for(tx, purpose, phone, now.plus_seconds(-HOUR_S)).await?;
    if let Some(last) = last.filter(|last| now < last.plus_seconds(RESEND_AFTER_S)) {
        return Err(limited(last.plus_seconds(RESEND_AFTER_S), now));
    }
    if count >= CODES_PER_HOUR {
        return Err(limited(first.unwrap_or(now).plus_seconds(HOUR_S), now));
    }
    Ok(())
}

/// Refuses another code to an address that has asked for too many.
pub(super) async fn refuse_crowds(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    let address = budget_key(&ctx.request.ip);
    tx.serialize_on(&format!("portal from {address}")).await?;
    let (count, first) = store::codes_from(tx, &address, ctx.now.plus_seconds(-HOUR_S)).await?;
    if count >= CODES_PER_ADDRESS {
        return Err(limited(first.unwrap_or(ctx.now).plus_seconds(HOUR_S), ctx.now));
    }
    Ok(())
}

/// A code just made.
pub(super) struct Fresh {
    /// Its identifier.
    pub(super) challenge: i64,
    /// The digits.
    pub(super) code: String,
    /// Until when it works.
    pub(super) expires_at: Time,
}

/// Makes a code for a number, which kills the one before. It works only where `browser_hash` is known.
pub(super) async fn make(
    tx: &mut Tx,
    ctx: &Ctx,
    purpose: Purpose,
    phone: &Phone,
    customer_id: Option<CustomerId>,
    browser_hash: &str,
) -> Result<Fresh> {
    let now = ctx.now;
    let code = format!("{:06}", ctx.app.random_below(1_000_000));
    store::kill_codes(tx, purpose, phone, now).await?;
    let expires_at = now.plus_seconds(CODE_LIFE_S);
    let new = NewCode {
        purpose,
        phone,
        customer_id,
        code_hash: &code_hash(ctx, purpose, phone, &code),
        browser_hash,
        address: &budget_key(&ctx.request.ip),
        created_at: now,
        expires_at,
    };
    match store::insert_code(tx, &new).await {
        Ok(challenge) => Ok(Fresh { challenge, code, expires_at }),
        // Another request for the same number was a moment faster.
        Err(error) if error.is_constraint("otp_codes") => Err(limited(now.plus_seconds(RESEND_AFTER_S), now)),
        Err(error) => Err(error.into()),
    }
}

fn code_hash(ctx: &Ctx, purpose: Purpose, phone: &Phone, code: &str) -> String {
    ctx.app.secret.keyed_hash(&format!("{purpose} code"), &format!("{} {code}", phone.as_str()))
}

/// Whether these are the digits.
pub(super) fn is_code(ctx: &Ctx, challenge: &Challenge, code: &str) -> bool {
    use subtle::ConstantTimeEq;
    let given = code_hash(ctx, challenge.purpose, &challenge.phone, code);
    bool::from(given.as_bytes().ct_eq(challenge.code_hash.as_bytes()))
}

/// Refuses who has typed too many wrong codes, and everybody while somebody tries codes on many numbers.
pub(super) async fn refuse_sprayers(tx: &mut Tx, ctx: &Ctx) -> Result<()> {
    let since = ctx.now.plus_seconds(-WRONG_WINDOW_S);
    let address = budget_key(&ctx.request.ip);
    tx.serialize_on(&format!("portal from {address}")).await?;
    let from_address = store::wrong_from(tx, &address, since).await?;
    let overall = store::wrong_overall(tx, since).await?;
    for ((count, first), most) in [(from_address, WRONG_PER_ADDRESS), (overall, WRONG_OVERALL)] {
        if count >= most {
            return Err(limited(first.unwrap_or(ctx.now).plus_seconds(WRONG_WINDOW_S), ctx.now));
        }
    }
    Ok(())
}

/// Counts a wrong try against a code; the last one allowed makes it useless.
pub(super) async fn count_wrong(tx: &mut Tx, ctx: &Ctx, challenge: &Challenge) -> Result<()> {
    let dead = (challenge.wrong_tries + 1 >= TRIES).then_some(ctx.now);
    Ok(store::wrong_try(tx, challenge.id, dead).await?)
}

/// Counts a wrong try against whoever made it; an idle one, which could not have let anybody in, against nobody else.
pub(super) async fn note_wrong(tx: &mut Tx, ctx: &Ctx, idle: bool) -> Result<()> {
    Ok(store::note_wrong(tx, &budget_key(&ctx.request.ip), idle, ctx.now).await?)
}
