//! Changing one's own number: with a code on the old one and a code on the new one.

use super::{
    super::{ConfirmPhoneChange, OtpRequested, PhoneChange, Purpose, normal_code, store},
    codes, own,
};
use crate::{
    accounts::service::token_hash,
    app::Ctx,
    customers::service as customers,
    error::{Checker, Error, Result},
    event::{Event, Outcome, Subject, emit, emit_outcome},
    messages::service as messages,
    types::*,
};

/// The codes work in the session that asked for them.
fn browser_hash(session: SessionId) -> String {
    token_hash(&format!("session {session}"))
}

/// Sends a code to the number that the customer has and one to the number they want. Whether the new number is another
/// customer's is told to nobody who does not hold it.
///
/// # Errors
/// [`Error::Invalid`] for what is no number or the present one; [`Error::RateLimited`] as for codes to sign in.
pub async fn request_phone_change(ctx: &Ctx, body: &PhoneChange) -> Result<OtpRequested> {
    let (id, session) = own(ctx)?;
    let new: Phone = body
        .phone
        .parse()
        .map_err(|error: PhoneError| Error::field("phone", "invalid", error.to_string()))?;
    let mut tx = ctx.app.db.write().await?;
    // The address before the customer, as when the codes are tried, so that neither waits for the other for ever.
    codes::refuse_crowds(&mut tx, ctx).await?;
    let (customer, old) = store::with_phone(&mut tx, id).await?.ok_or(Error::NotFound("customer"))?;
    if old == new {
        return Err(Error::field("phone", "same", "this is your number already; enter the new one"));
    }
    let mut numbers = [(Purpose::PhoneOld, &old), (Purpose::PhoneNew, &new)];
    // Always in the same order, so that two who trade numbers do not wait for each other.
    numbers.sort_by(|(_, one), (_, other)| one.as_str().cmp(other.as_str()));
    for (purpose, phone) in numbers {
        codes::refuse_too_many(&mut tx, ctx, purpose, phone).await?;
    }
    store::kill_changes(&mut tx, id, ctx.now).await?;
    for (purpose, phone) in numbers {
        let fresh = codes::make(&mut tx, ctx, purpose, phone, Some(id), &browser_hash(session)).await?;
        let locale = customer.locale.parse().unwrap_or_default();
        let code = (fresh.code.as_str(), fresh.expires_at);
        messages::send_phone_code(&mut tx, ctx, phone, id, locale, code).await?;
    }
    let subject = Subject::customer(id, &customer.number);
    emit(&mut tx, ctx, &subject, Event::CustomerPhoneChangeRequested {}).await?;
    tx.commit().await?;
    Ok(OtpRequested::sent())
}

/// The number that the customer is changing to in this session; none when no change is under way.
pub async fn phone_change(ctx: &Ctx) -> Result<Option<Phone>> {
    let (id, session) = own(ctx)?;
    let mut tx = ctx.app.db.read().await?;
    Ok(store::number_wanted(&mut tx, id, &browser_hash(session), ctx.now).await?)
}

/// Changes the number when both codes are right, and ends every session: one signs in with the new number.
///
/// # Errors
/// [`Error::Invalid`] names each code that is wrong, used, too old or was asked for elsewhere; [`Error::Conflict`] with
/// `phone_taken` when another account has the new number.
pub async fn confirm_phone_change(ctx: &Ctx, body: &ConfirmPhoneChange) -> Result<()> {
    let (id, session) = own(ctx)?;
    let mut check = Checker::new();
    let given = [
        (Purpose::PhoneOld, "old_code", normal_code(&body.old_code)),
        (Purpose::PhoneNew, "new_code", normal_code(&body.new_code)),
    ];
    for (_, field, code) in &given {
        check.ensure(code.is_some(), field, "invalid", "enter the six digits of the message, such as 123456");
    }
    check.finish()?;
    let mut tx = ctx.app.db.write().await?;
    codes::refuse_sprayers(&mut tx, ctx).await?;
    let (customer, old) = store::with_phone(&mut tx, id).await?.ok_or(Error::NotFound("customer"))?;
    let mut wrong = Checker::new();
    let mut right = Vec::new();
    for (purpose, field, code) in given {
        let found = store::live_of(&mut tx, purpose, id, &browser_hash(session), ctx.now).await?;
        let code = code.unwrap_or_default();
        match found.filter(|found| purpose == Purpose::PhoneNew || found.phone == old) {
            Some(found) if codes::is_code(ctx, &found, &code) => right.push(found),
            found => {
                wrong.refuse(field, "wrong", "the code is wrong or no longer good; ask for new ones");
                if let Some(found) = found {
                    codes::count_wrong(&mut tx, ctx, &found).await?;
                }
            }
        }
    }
    if let Err(refused) = wrong.finish() {
        // The wrong try must outlast the refusal.
        codes::note_wrong(&mut tx, ctx, false).await?;
        let subject = Subject::customer(id, &customer.number);
        let event = Event::CustomerPhoneChangeFailed { reason: "wrong_code".to_owned() };
        emit_outcome(&mut tx, ctx, &subject, event, Outcome::Failed).await?;
        tx.commit().await?;
        return Err(refused);
    }
    for code in &right {
        if !store::use_code(&mut tx, code.id, ctx.now).await? {
            return Err(Error::field("old_code", "wrong", "the codes were just used; ask for new ones"));
        }
    }
    let new = right.pop().ok_or_else(|| Error::Internal("a change of number without a code".into()))?;
    customers::change_phone(&mut tx, ctx, id, new.phone).await?;
    Ok(tx.commit().await?)
}
