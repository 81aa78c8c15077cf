//! Links that work once: signing in from the machine, the first administrator.

use super::{
    hashed,
    sign_in::{SignedIn, admit, spend_address_budget},
    token_hash,
    users::{least, taken},
};
use crate::{
    accounts::{
        FirstAdministrator, LinkSignIn, Purpose, User, check,
        store::{attempts, links, users},
    },
    app::Ctx,
    error::{Checker, Error, Result},
    event::{Event, Outcome, Subject, emit, emit_outcome},
    permission::Role,
    types::*,
};

const SIGN_IN_S: i64 = 15 * 60;
const FIRST_START_S: i64 = 24 * 3600;

pub(super) fn spent() -> Error {
    Error::Unauthenticated {
        code: "link_spent",
        detail: "this link was used or has expired; ask for a new one".to_owned(),
    }
}

/// Makes a link's secret with which an account signs in once within 15 minutes. For programs on this machine only.
pub async fn create_sign_in_link(ctx: &Ctx, user: UserId) -> Result<String> {
    let secret = ctx.app.random_token();
    let mut tx = ctx.app.db.write().await?;
    super::users::load(&mut tx, user, false).await?;
    let expires_at = ctx.now.plus_seconds(SIGN_IN_S);
    links::insert(&mut tx, Purpose::SignIn, Some(user), &token_hash(&secret), ctx.now, expires_at).await?;
    tx.commit().await?;
    Ok(secret)
}

/// Signs in with a link's secret. The page that the link opens asks before it spends it, because programs that look
/// at links beforehand would spend it otherwise.
pub async fn sign_in_with_link(ctx: &Ctx, body: LinkSignIn) -> Result<SignedIn> {
    let mut tx = ctx.app.db.write().await?;
    let attempt = spend_address_budget(&mut tx, ctx, "link").await?;
    let found = links::redeem(&mut tx, Purpose::SignIn, &token_hash(&body.secret), ctx.now).await?;
    let account = match found.flatten() {
        Some(user) => users::get(&mut tx, user, true).await?.filter(|account| account.user.active),
        None => None,
    };
    let Some(account) = account else {
        let event = Event::UserSignInFailed { reason: "link".to_owned() };
        emit_outcome(&mut tx, ctx, &Subject::system(""), event, Outcome::Failed).await?;
        tx.commit().await?;
        return Err(spent());
    };
    attempts::forget(&mut tx, attempt).await?;
    let signed = admit(&mut tx, ctx, &account, false).await?;
    tx.commit().await?;
    Ok(signed)
}

/// Makes the link's secret with which the first administrator is made, valid for a day; none when there are accounts.
pub async fn create_first_link(ctx: &Ctx) -> Result<Option<String>> {
    let secret = ctx.app.random_token();
    let mut tx = ctx.app.db.write().await?;
    if users::any(&mut tx).await? {
        return Ok(None);
    }
    let expires_at = ctx.now.plus_seconds(FIRST_START_S);
    links::insert(&mut tx, Purpose::FirstStart, None, &token_hash(&secret), ctx.now, expires_at).await?;
    tx.commit().await?;
    Ok(Some(secret))
}

/// Makes the first administrator and signs them in.
///
/// # Errors
/// [`Error::Unauthenticated`] with `link_spent`; [`Error::Conflict`] with `not_first` when there are accounts by now.
pub async fn create_first_administrator(ctx: &Ctx, body: FirstAdministrator) -> Result<SignedIn> {
    let hash = token_hash(&body.secret);
    works(ctx, Purpose::FirstStart, &hash).await?;
    let mut check = Checker::new();
    let mut user = User {
        id: UserId(0),
        username: check::username(&mut check, &body.username),
        email: check::email(&mut check, "email", body.email.as_deref().unwrap_or_default()),
        full_name: String::new(),
        phone: None,
        role: Role::Admin,
        locale: "id".to_owned(),
        active: true,
        must_change_password: false,
        totp_enabled: false,
        locked_at: None,
        created_at: ctx.now,
    };
    user.full_name = check.text("full_name", body.full_name.as_deref().unwrap_or(&user.username), 120);
    let names = [user.username.as_str(), user.full_name.as_str(), ctx.app.config.business.name.as_str()];
    check::password(&mut check, &body.password, least(ctx), &names);
    check.finish()?;
    let password = hashed(ctx, &body.password).await?;
    let mut tx = ctx.app.db.write().await?;
    if users::any(&mut tx).await? {
        return Err(Error::conflict("not_first", "there are accounts already; sign in with one"));
    }
    if links::redeem(&mut tx, Purpose::FirstStart, &hash, ctx.now).await?.is_none() {
        return Err(spent());
    }
    user.id = users::insert(&mut tx, &user, Some(password.as_str())).await.map_err(taken)?;
    let event = Event::UserCreated { role: Some(user.role) };
    emit(&mut tx, ctx, &Subject::user(user.id, &user.username), event).await?;
    let account = super::users::load(&mut tx, user.id, true).await?;
    let signed = admit(&mut tx, ctx, &account, false).await?;
    tx.commit().await?;
    Ok(signed)
}

/// Refuses a link that would not work, before anything costly is done for it.
pub(super) async fn works(ctx: &Ctx, purpose: Purpose, hash: &str) -> Result<()> {
    let mut tx = ctx.app.db.write().await?;
    let attempt = spend_address_budget(&mut tx, ctx, "link").await?;
    let works = links::works(&mut tx, purpose, hash, ctx.now).await?;
    if works {
        attempts::forget(&mut tx, attempt).await?;
    }
    tx.commit().await?;
    if works { Ok(()) } else { Err(spent()) }
}
