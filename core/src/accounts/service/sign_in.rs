use super::{
    authenticate::pending,
    begin::{self, Holder},
    me, second_factor, unauthenticated,
};
use crate::{
    accounts::{
        FAILURE_WINDOW_S, FAILURES_PER_ADDRESS, FAILURES_TO_LOCK, Me, SignIn, password,
        store::{
            attempts, sessions,
            users::{self, Account},
        },
    },
    app::{Actor, Ctx, StaffActor},
    db::Tx,
    error::{Error, Result},
    event::{Event, Outcome, Subject, emit, emit_outcome},
    types::*,
};

/// A session just begun. The token goes to the browser and is kept nowhere else.
pub struct SignedIn {
    /// The session's secret, for the cookie.
    pub token: String,
    /// When the session ends by itself.
    pub expires_at: Time,
    /// Who it is.
    pub me: Me,
}

/// Signs a staff member in by sign-in name or e-mail address and password, and the second factor where there is one.
///
/// What is answered, and after how long, does not depend on whether there is such an account: five failures in 15
/// minutes lock it, and answer `locked`, also where there is nothing to lock.
///
/// # Errors
/// [`Error::Unauthenticated`] with `wrong_credentials`, `locked`, or `totp_required` when the password was right and a
/// code is wanted; [`Error::RateLimited`] after too many failures from one address.
pub async fn sign_in(ctx: &Ctx, body: SignIn) -> Result<SignedIn> {
    let attempt = begin(ctx, &body.login).await?;
    let hash = attempt.account.as_ref().and_then(|account| account.password_hash.as_deref());
    let right = password::verify(&body.password, hash).await?;
    if attempt.over {
        return fail(ctx, attempt, "locked").await;
    }
    let Some(account) = attempt.account.as_ref().filter(|account| right && account.user.active) else {
        return fail(ctx, attempt, "wrong_credentials").await;
    };
    if account.user.locked_at.is_some() {
        return fail(ctx, attempt, "locked_account").await;
    }
    if account.user.totp_enabled && body.code.as_deref().unwrap_or_default().trim().is_empty() {
        let mut tx = ctx.app.db.write().await?;
        attempts::forget(&mut tx, attempt.id).await?;
        tx.commit().await?;
        return Err(Error::Unauthenticated {
            code: "totp_required",
            detail: "enter the six digits of your authenticator app, or a recovery code".to_owned(),
        });
    }
    let id = account.user.id;
    let mut tx = ctx.app.db.write().await?;
    // Read again under the lock: the account may have been disabled or locked while the password was hashed.
    let fresh = users::get(&mut tx, id, true).await?;
    let unchanged = fresh.filter(|fresh| {
        fresh.user.active && fresh.user.locked_at.is_none() && fresh.password_hash == account.password_hash
    });
    let Some(account) = unchanged else {
        drop(tx);
        return fail(ctx, attempt, "wrong_credentials").await;
    };
    let by_factor = account.user.totp_enabled;
    if by_factor {
        let code = body.code.as_deref().unwrap_or_default();
        if !second_factor::accept(&mut tx, ctx, &account, code).await? {
            drop(tx);
            return fail(ctx, attempt, "wrong_code").await;
        }
    }
    attempts::succeeded(&mut tx, attempt.id).await?;
    let signed = admit(&mut tx, ctx, &account, by_factor).await?;
    tx.commit().await?;
    Ok(signed)
}

/// A sign-in that has been counted and is to be judged.
pub(super) struct Attempt {
    /// The attempt's row.
    pub(super) id: i64,
    /// The account, if there is one.
    pub(super) account: Option<Account>,
    /// Failures within the window, this one included.
    failures: i64,
    /// Whether there were too many, so that not even the right password helps.
    pub(super) over: bool,
}

/// Counts an attempt as a failure before it is judged, so that a hundred guesses at once do not all find four before
/// them.
pub(super) async fn begin(ctx: &Ctx, login: &str) -> Result<Attempt> {
    let login: String = login.trim().to_lowercase().chars().take(254).collect();
    let since = ctx.now.plus_seconds(-FAILURE_WINDOW_S);
    let mut tx = ctx.app.db.write().await?;
    refuse_busy_address(&mut tx, ctx, since).await?;
    // Guesses at one name are counted one after the other, whether or not there is an account that could be locked.
    // People type passwords into the wrong field: what is no sign-in name is kept as a hash only.
    let hidden = ctx.app.secret.keyed_hash("unknown login", &login);
    tx.serialize_on(&hidden).await?;
    let account = users::by_login(&mut tx, &login, true).await?;
    let key = account.as_ref().map_or(hidden, |account| account.user.username.clone());
    let id = attempts::insert(&mut tx, &key, &budget_key(&ctx.request.ip), ctx.now).await?;
    let failures = attempts::failures_of(&mut tx, &key, since).await?;
    tx.commit().await?;
    Ok(Attempt { id, account, failures, over: failures > FAILURES_TO_LOCK })
}

/// Refuses an address from which too much has failed. The local socket has none. What comes from one address is counted
/// one after the other.
async fn refuse_busy_address(tx: &mut Tx, ctx: &Ctx, since: Time) -> Result<()> {
    if ctx.request.ip.is_empty() || ctx.request.ip == "local" {
        return Ok(());
    }
    let address = budget_key(&ctx.request.ip);
    tx.serialize_on(&format!("sign-in from {address}")).await?;
    let (count, first) = attempts::failures_from(tx, &address, since).await?;
    if count < FAILURES_PER_ADDRESS {
        return Ok(());
    }
    let left_ms = first.map_or(0, |first| first.plus_seconds(FAILURE_WINDOW_S).since_ms(ctx.now));
    Err(Error::RateLimited { retry_after_s: u64::try_from(left_ms / 1000).unwrap_or(0) + 1 })
}

/// Counts something an address tries, as failed, until it turns out right and is taken back.
pub(super) async fn spend_address_budget(tx: &mut Tx, ctx: &Ctx, what: &str) -> Result<i64> {
    refuse_busy_address(tx, ctx, ctx.now.plus_seconds(-FAILURE_WINDOW_S)).await?;
    Ok(attempts::insert(tx, what, &budget_key(&ctx.request.ip), ctx.now).await?)
}

/// Records a failure, locks the account when it was the last one allowed, and says what the caller may know.
pub(super) async fn fail<T>(ctx: &Ctx, attempt: Attempt, reason: &str) -> Result<T> {
    let mut tx = ctx.app.db.write().await?;
    let subject = match &attempt.account {
        Some(account) => Subject::user(account.user.id, &account.user.username),
        None => Subject::system(""),
    };
    let event = Event::UserSignInFailed { reason: reason.to_owned() };
    emit_outcome(&mut tx, ctx, &subject, event, Outcome::Failed).await?;
    if let Some(account) = attempt.account.filter(|_| attempt.failures >= FAILURES_TO_LOCK) {
        let fresh = users::get(&mut tx, account.user.id, true).await?;
        if fresh.is_some_and(|fresh| fresh.user.locked_at.is_none()) {
            users::set_locked(&mut tx, account.user.id, Some(ctx.now), ctx.now).await?;
            emit(&mut tx, ctx, &subject, Event::UserLocked { failures: attempt.failures }).await?;
        }
    }
    tx.commit().await?;
    if attempt.failures > FAILURES_TO_LOCK {
        return Err(Error::Unauthenticated {
            code: "locked",
            detail: "too many failed sign-ins; ask an administrator to unlock the account".to_owned(),
        });
    }
    Err(Error::Unauthenticated {
        code: "wrong_credentials",
        detail: "the name, the password or the code is wrong; after five failures in 15 minutes an account is locked until an administrator unlocks it"
            .to_owned(),
    })
}

/// Begins a session and records it. Whoever calls this has made sure who it is.
pub(super) async fn admit(
    tx: &mut Tx,
    ctx: &Ctx,
    account: &Account,
    second_factor: bool,
) -> Result<SignedIn> {
    let user = &account.user;
    let begun = begin::begin(tx, ctx, Holder::User(user.id), ctx.app.config.security.session).await?;
    let ctx = Ctx {
        actor: Actor::User(StaffActor {
            user_id: Some(user.id),
            name: user.username.clone(),
            full_name: user.full_name.clone(),
            role: user.role,
            permissions: account.permissions(),
            technician_id: account.technician_id,
            locale: user.locale.clone(),
            session_id: Some(begun.id),
            token_id: None,
            pending: pending(&ctx.app, user.role, user.must_change_password, user.totp_enabled),
        }),
        ..ctx.clone()
    };
    emit(tx, &ctx, &Subject::user(user.id, &user.username), Event::UserSignedIn { second_factor }).await?;
    Ok(SignedIn { token: begun.token, expires_at: begun.expires_at, me: me(&ctx)? })
}

/// Ends the session that asks.
///
/// # Errors
/// [`Error::Unauthenticated`] when the caller did not come by a session of staff.
pub async fn sign_out(ctx: &Ctx) -> Result<()> {
    let Actor::User(StaffActor { session_id: Some(session), user_id: Some(user), name, .. }) = &ctx.actor
    else {
        return Err(unauthenticated());
    };
    let mut tx = ctx.app.db.write().await?;
    if sessions::revoke(&mut tx, *session, ctx.now).await? {
        emit(&mut tx, ctx, &Subject::user(*user, name), Event::UserSignedOut {}).await?;
    }
    tx.commit().await?;
    Ok(())
}
