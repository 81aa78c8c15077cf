//! Use cases of signing in to the portal.

mod codes;
mod phone;

pub use phone::{confirm_phone_change, phone_change, request_phone_change};

use super::{
    OtpRequested, PortalCustomer, Purpose, RequestOtp, VerifyOtp, link_path, normal_code,
    store::{self, Challenge},
};
use crate::{
    accounts::{
        Session,
        service::{Holder, answer_alike, begin_session, token_hash},
    },
    app::{Actor, Ctx},
    db::Tx,
    error::{Error, Result},
    event::{Event, Outcome, Subject, emit, emit_outcome},
    messages::service as messages,
    types::*,
};
use std::time::Instant;

const HOUR_S: i64 = 3600;
/// Sessions shown at most.
const MOST_SESSIONS: i64 = 200;

/// A portal session just begun. The token goes to the browser and is kept nowhere else.
pub struct SignedIn {
    /// The session's secret, for the cookie.
    pub token: String,
    /// When the session ends by itself.
    pub expires_at: Time,
    /// Who it is.
    pub customer: PortalCustomer,
}

/// Sends a sign-in code by WhatsApp. `browser` is the secret in the asking browser's cookie: the code works there only.
///
/// Whether the number is a customer's shows neither in the answer nor in the time it takes; everything but the message
/// itself is done for every number.
///
/// # Errors
/// [`Error::Invalid`] for what is no number; [`Error::RateLimited`] within 60 seconds of the last code, after five codes
/// in an hour, or after too many from one address.
pub async fn request_otp(ctx: &Ctx, body: &RequestOtp, browser: &str) -> Result<OtpRequested> {
    let begun = Instant::now();
    let phone: Phone = body
        .phone
        .parse()
        .map_err(|error: PhoneError| Error::field("phone", "invalid", error.to_string()))?;
    let asked = ask(ctx, &phone, browser).await;
    answer_alike(begun).await;
    asked?;
    Ok(OtpRequested::sent())
}

async fn ask(ctx: &Ctx, phone: &Phone, browser: &str) -> Result<()> {
    let mut tx = ctx.app.db.write().await?;
    codes::refuse_too_many(&mut tx, ctx, Purpose::Portal, phone).await?;
    codes::refuse_crowds(&mut tx, ctx).await?;
    let customer = store::customer_by_phone(&mut tx, phone).await?;
    let whose = customer.as_ref().map(|customer| customer.id);
    let fresh = codes::make(&mut tx, ctx, Purpose::Portal, phone, whose, &token_hash(browser)).await?;
    emit(&mut tx, ctx, &subject(customer.as_ref()), Event::CustomerCodeRequested {}).await?;
    if let Some(customer) = &customer {
        let link = format!("{}{}", ctx.app.config.server.public_url, link_path(fresh.challenge, &fresh.code));
        messages::send_otp(
            &mut tx,
            ctx,
            phone,
            Some(customer.id),
            customer.locale.parse().unwrap_or_default(),
            messages::Otp { code: &fresh.code, link: &link, expires_at: fresh.expires_at },
        )
        .await?;
    }
    tx.commit().await?;
    Ok(())
}

fn subject(customer: Option<&PortalCustomer>) -> Subject {
    customer.map_or_else(|| Subject::system(""), |customer| Subject::customer(customer.id, &customer.number))
}

/// Signs a customer in with the code that came, in the browser that asked for it.
///
/// # Errors
/// [`Error::Unauthenticated`] with `wrong_code` for every reason why there is no sign-in; [`Error::RateLimited`] after
/// too many wrong codes from one address or overall.
pub async fn verify_otp(ctx: &Ctx, body: &VerifyOtp, browser: &str) -> Result<SignedIn> {
    let begun = Instant::now();
    let phone: Phone = body
        .phone
        .parse()
        .map_err(|error: PhoneError| Error::field("phone", "invalid", error.to_string()))?;
    let code = normal_code(&body.code).ok_or_else(|| {
        Error::field("code", "invalid", "enter the six digits of the message, such as 123456")
    })?;
    let signed = async {
        let mut tx = ctx.app.db.write().await?;
        codes::refuse_sprayers(&mut tx, ctx).await?;
        let challenge =
            store::live_for(&mut tx, Purpose::Portal, &phone, &token_hash(browser), ctx.now).await?;
        judge(tx, ctx, challenge, &code).await
    };
    or_alike(begun, signed.await).await
}

/// A refusal takes the same time whether the number is a customer's or nobody's.
async fn or_alike(begun: Instant, signed: Result<SignedIn>) -> Result<SignedIn> {
    if signed.is_err() {
        answer_alike(begun).await;
    }
    signed
}

/// Signs a customer in with the link of the message: the same code, named by its challenge. Called when the button on
/// the link's page is pressed, never when the page is looked at.
///
/// # Errors
/// As [`verify_otp`]; also in another browser than the one that asked.
pub async fn verify_link(ctx: &Ctx, challenge: i64, code: &str, browser: &str) -> Result<SignedIn> {
    let begun = Instant::now();
    let signed = async {
        let mut tx = ctx.app.db.write().await?;
        codes::refuse_sprayers(&mut tx, ctx).await?;
        let found = store::live(&mut tx, Purpose::Portal, challenge, &token_hash(browser), ctx.now).await?;
        judge(tx, ctx, found, &normal_code(code).unwrap_or_default()).await
    };
    or_alike(begun, signed.await).await
}

async fn judge(mut tx: Tx, ctx: &Ctx, challenge: Option<Challenge>, code: &str) -> Result<SignedIn> {
    let customer = match &challenge {
        Some(Challenge { customer_id: Some(id), phone, .. }) => {
            store::reachable_by(&mut tx, *id, phone).await?
        }
        _ => None,
    };
    if let (Some(challenge), Some(customer)) = (&challenge, &customer)
        && codes::is_code(ctx, challenge, code)
        && store::use_code(&mut tx, challenge.id, ctx.now).await?
    {
        let signed = admit(&mut tx, ctx, customer.clone()).await?;
        tx.commit().await?;
        return Ok(signed);
    }
    if let Some(challenge) = &challenge {
        codes::count_wrong(&mut tx, ctx, challenge).await?;
    }
    // What was tried against no live code or nobody's number cannot have guessed anything: its own address pays for it,
    // and nobody else.
    let idle = challenge.as_ref().is_none_or(|challenge| challenge.customer_id.is_none());
    codes::note_wrong(&mut tx, ctx, idle).await?;
    let reason = if challenge.is_some() { "wrong_code" } else { "no_live_code" };
    let event = Event::CustomerSignInFailed { reason: reason.to_owned() };
    emit_outcome(&mut tx, ctx, &subject(customer.as_ref()), event, Outcome::Failed).await?;
    tx.commit().await?;
    Err(Error::Unauthenticated {
        code: "wrong_code",
        detail:
            "the code is wrong, was used, has expired or was asked for in another browser; ask for a new one"
                .to_owned(),
    })
}

async fn admit(tx: &mut Tx, ctx: &Ctx, customer: PortalCustomer) -> Result<SignedIn> {
    let life = ctx.app.config.security.customer_session;
    let begun = begin_session(tx, ctx, Holder::Customer(customer.id), life).await?;
    let actor = Actor::Customer {
        id: customer.id,
        name: customer.name.clone(),
        session_id: begun.id,
        locale: customer.locale.clone(),
    };
    let ctx = Ctx { actor, ..ctx.clone() };
    emit(tx, &ctx, &subject(Some(&customer)), Event::CustomerSignedIn {}).await?;
    Ok(SignedIn { token: begun.token, expires_at: begun.expires_at, customer })
}

/// The customer and session that ask.
fn own(ctx: &Ctx) -> Result<(CustomerId, SessionId)> {
    match &ctx.actor {
        Actor::Customer { id, session_id, .. } => Ok((*id, *session_id)),
        _ => Err(Error::Unauthenticated {
            code: "unauthenticated",
            detail: "sign in to the portal first".to_owned(),
        }),
    }
}

/// Ends the portal session that asks.
///
/// # Errors
/// [`Error::Unauthenticated`] when the caller is no customer.
pub async fn sign_out(ctx: &Ctx) -> Result<()> {
    let (customer, session) = own(ctx)?;
    end(ctx, customer, session).await.map(drop)
}

async fn end(ctx: &Ctx, customer: CustomerId, session: SessionId) -> Result<bool> {
    let mut tx = ctx.app.db.write().await?;
    let ended = store::revoke(&mut tx, customer, session, ctx.now).await?;
    if ended {
        let who = store::customer(&mut tx, customer).await?;
        emit(&mut tx, ctx, &subject(who.as_ref()), Event::CustomerSignedOut {}).await?;
    }
    tx.commit().await?;
    Ok(ended)
}

/// The customer's own sessions, the last used first.
pub async fn own_sessions(ctx: &Ctx) -> Result<Vec<Session>> {
    let (customer, current) = own(ctx)?;
    let mut tx = ctx.app.db.read().await?;
    let rows = store::sessions(&mut tx, customer, ctx.now, MOST_SESSIONS).await?;
    let session = |row: store::SessionRow| Session {
        id: row.id,
        ip: row.ip,
        user_agent: row.user_agent,
        created_at: row.created_at,
        last_seen_at: row.last_seen_at,
        expires_at: row.expires_at,
        current: row.id == current,
    };
    Ok(rows.into_iter().map(session).collect())
}

/// Ends one of the customer's own sessions.
///
/// # Errors
/// [`Error::NotFound`] also for sessions of others.
pub async fn revoke_session(ctx: &Ctx, id: SessionId) -> Result<()> {
    let (customer, _) = own(ctx)?;
    if end(ctx, customer, id).await? { Ok(()) } else { Err(Error::NotFound("session")) }
}

/// Ends whatever lets somebody in as a customer: the codes under way first, then the sessions, also one that such a
/// code has just begun.
pub async fn shut_out(tx: &mut Tx, ctx: &Ctx, customer: CustomerId) -> Result<()> {
    store::kill_codes_of(tx, customer, ctx.now).await?;
    store::revoke_all(tx, customer, ctx.now).await?;
    Ok(())
}

/// Removes codes that count no more. Runs daily.
pub async fn sweep(ctx: &Ctx) -> Result<u64> {
    let mut tx = ctx.app.db.write().await?;
    let removed = store::delete_codes(&mut tx, ctx.now.plus_seconds(-24 * HOUR_S)).await?;
    tx.commit().await?;
    Ok(removed)
}
