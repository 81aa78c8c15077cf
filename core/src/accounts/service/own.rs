//! What somebody does about their own account: sessions, password, second factor.

use super::{
    hashed, own_account, second_factor,
    sign_in::{self, Attempt},
    users::{least, load},
};
use crate::{
    accounts::{
        ChangePassword, ConfirmPassword, RecoveryCodes, Session, SetLocale, TotpCode, TotpKey, check,
        password,
        store::{attempts, links, sessions, users},
        totp,
    },
    app::Ctx,
    error::{Checker, Error, Result},
    event::{Change, Event, Subject, emit},
    types::*,
};

/// Sessions shown at most; nobody has more devices.
const MOST_SESSIONS: i64 = 200;

/// One's own sessions, the last used first.
pub async fn own_sessions(ctx: &Ctx) -> Result<Vec<Session>> {
    let (user, current) = own_account(ctx)?;
    let mut tx = ctx.app.db.read().await?;
    let mut found = sessions::of_user(&mut tx, user, ctx.now, MOST_SESSIONS).await?;
    for session in &mut found {
        session.current = session.id == current;
    }
    Ok(found)
}

/// Ends one of one's own sessions.
///
/// # Errors
/// [`Error::NotFound`] also for sessions of others.
pub async fn revoke_session(ctx: &Ctx, id: SessionId) -> Result<()> {
    let (user, _) = own_account(ctx)?;
    let mut tx = ctx.app.db.write().await?;
    if !sessions::revoke_of_user(&mut tx, user, id, ctx.now).await? {
        return Err(Error::NotFound("session"));
    }
    let event = Event::SessionRevoked { session_id: id.0 };
    emit(&mut tx, ctx, &Subject::user(user, ctx.actor.name()), event).await?;
    tx.commit().await?;
    Ok(())
}

/// Checks one's own password, counted against guessing like a sign-in, so that a session left open is no way to guess.
async fn confirm(ctx: &Ctx, given: &str) -> Result<Attempt> {
    let attempt = sign_in::begin(ctx, ctx.actor.name()).await?;
    let hash = attempt.account.as_ref().and_then(|account| account.password_hash.as_deref());
    if password::verify(given, hash).await? && !attempt.over {
        return Ok(attempt);
    }
    sign_in::fail(ctx, attempt, "wrong_password").await
}

/// Changes one's own password; every other session ends, and links sent before stop working.
///
/// # Errors
/// [`Error::Unauthenticated`] with `wrong_credentials` when the present password is wrong; [`Error::Invalid`] when the
/// new one is not good enough.
pub async fn change_password(ctx: &Ctx, body: ChangePassword) -> Result<()> {
    let (id, session) = own_account(ctx)?;
    let mut tx = ctx.app.db.read().await?;
    let account = load(&mut tx, id, false).await?;
    drop(tx);
    let mut check = Checker::new();
    let user = &account.user;
    let names = [user.username.as_str(), user.full_name.as_str(), ctx.app.config.business.name.as_str()];
    check::password(&mut check, &body.password, least(ctx), &names);
    check.ensure(
        body.current != body.password,
        "password",
        "unchanged",
        "choose another password than the present one",
    );
    check.finish()?;
    let attempt =
        if account.password_hash.is_some() { Some(confirm(ctx, &body.current).await?) } else { None };
    let hash = hashed(ctx, &body.password).await?;
    let mut tx = ctx.app.db.write().await?;
    let fresh = load(&mut tx, id, true).await?;
    if fresh.password_hash != account.password_hash {
        return Err(Error::conflict("changed", "the password was changed a moment ago; sign in again"));
    }
    if let Some(attempt) = attempt {
        attempts::succeeded(&mut tx, attempt.id).await?;
    }
    users::set_password(&mut tx, id, hash.as_str(), false, ctx.now).await?;
    sessions::revoke_all(&mut tx, id, Some(session), ctx.now).await?;
    links::revoke_all(&mut tx, id, ctx.now).await?;
    let event = Event::UserPasswordChanged { by_reset: false };
    emit(&mut tx, ctx, &Subject::user(id, &user.username), event).await?;
    tx.commit().await?;
    Ok(())
}

/// Sets the language of one's own pages, notifications and messages.
pub async fn set_locale(ctx: &Ctx, body: SetLocale) -> Result<()> {
    let (id, _) = own_account(ctx)?;
    let mut check = Checker::new();
    let locale = check::locale(&mut check, &body.locale);
    check.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let mut user = load(&mut tx, id, true).await?.user;
    if user.locale == locale {
        return Ok(());
    }
    let from = std::mem::replace(&mut user.locale, locale);
    users::update(&mut tx, &user, ctx.now).await?;
    let change = Change { field: "locale".to_owned(), from: Some(from), to: Some(user.locale.clone()) };
    let event = Event::UserUpdated { changes: vec![change] };
    emit(&mut tx, ctx, &Subject::user(id, &user.username), event).await?;
    tx.commit().await?;
    Ok(())
}

/// Begins to set up a second factor: a new key, which counts from [`confirm_totp`] on.
///
/// # Errors
/// [`Error::Conflict`] with `totp_enabled` when there is one already.
pub async fn start_totp(ctx: &Ctx) -> Result<TotpKey> {
    let (id, _) = own_account(ctx)?;
    let mut key = [0; totp::KEY_BYTES];
    ctx.app.random.fill(&mut key);
    let mut tx = ctx.app.db.write().await?;
    let account = load(&mut tx, id, true).await?;
    refuse_second(account.user.totp_enabled)?;
    users::set_totp(&mut tx, id, Some(&second_factor::seal(&ctx.app, &key)), None, ctx.now).await?;
    tx.commit().await?;
    let issuer = &ctx.app.config.business.name;
    Ok(TotpKey {
        key: totp::base32(&key),
        otpauth_url: totp::otpauth_url(&key, issuer, &account.user.username),
    })
}

fn refuse_second(enabled: bool) -> Result<()> {
    if enabled {
        return Err(Error::conflict("totp_enabled", "a second factor is set up already; remove it first"));
    }
    Ok(())
}

/// Ends setting up a second factor with a first code, and gives out recovery codes. Other sessions, which began without
/// it, end.
///
/// # Errors
/// [`Error::Invalid`] when the code is not one of the key's; [`Error::Conflict`] with `totp_not_started`.
pub async fn confirm_totp(ctx: &Ctx, body: TotpCode) -> Result<RecoveryCodes> {
    let (id, session) = own_account(ctx)?;
    let mut tx = ctx.app.db.write().await?;
    let account = load(&mut tx, id, true).await?;
    refuse_second(account.user.totp_enabled)?;
    let Some(sealed) = &account.totp_secret else {
        return Err(Error::conflict("totp_not_started", "start with POST /api/auth/totp/start"));
    };
    let key = second_factor::open(&ctx.app, sealed)?;
    let Some(step) = totp::step_of(&key, &body.code, ctx.now.ms() / 1000)? else {
        return Err(Error::field(
            "code",
            "invalid",
            "this is not the code the app shows now; check the phone's clock",
        ));
    };
    users::set_totp(&mut tx, id, Some(sealed), Some(ctx.now), ctx.now).await?;
    users::use_totp_step(&mut tx, id, step).await?;
    let codes: Vec<String> = std::iter::repeat_with(|| {
        let mut random = [0; 10];
        ctx.app.random.fill(&mut random);
        totp::recovery_code(random)
    })
    .take(totp::RECOVERY_CODES)
    .collect();
    let hashes: Vec<String> =
        codes.iter().map(|code| second_factor::recovery_hash(&ctx.app, &code.replace('-', ""))).collect();
    users::replace_recovery_codes(&mut tx, id, &hashes).await?;
    sessions::revoke_all(&mut tx, id, Some(session), ctx.now).await?;
    emit(&mut tx, ctx, &Subject::user(id, &account.user.username), Event::UserTotpEnabled {}).await?;
    tx.commit().await?;
    Ok(RecoveryCodes { codes })
}

/// Removes one's own second factor, with one's password.
pub async fn remove_totp(ctx: &Ctx, body: ConfirmPassword) -> Result<()> {
    let (id, _) = own_account(ctx)?;
    let attempt = confirm(ctx, &body.password).await?;
    let mut tx = ctx.app.db.write().await?;
    attempts::succeeded(&mut tx, attempt.id).await?;
    let account = load(&mut tx, id, true).await?;
    if account.totp_secret.is_some() {
        users::set_totp(&mut tx, id, None, None, ctx.now).await?;
        users::replace_recovery_codes(&mut tx, id, &[]).await?;
    }
    if account.user.totp_enabled {
        emit(&mut tx, ctx, &Subject::user(id, &account.user.username), Event::UserTotpDisabled {}).await?;
    }
    tx.commit().await?;
    Ok(())
}
