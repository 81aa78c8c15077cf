//! A forgotten password: a link by mail, and the new password with it.

use super::{
    answer_alike, hashed,
    links::{spent, works},
    sign_in::spend_address_budget,
    token_hash,
    users::least,
};
use crate::{
    accounts::{
        ConfirmReset, FAILURE_WINDOW_S, Purpose, ResetPassword, check, reset_path,
        store::{
            attempts, links, sessions,
            users::{self, Account},
        },
    },
    app::Ctx,
    db::Tx,
    error::{Checker, Result},
    event::{Event, Subject, emit},
    messages::{self, MessageChannel},
};
use std::time::Instant;

/// Links asked for with one name within [`FAILURE_WINDOW_S`] after which no more are sent.
const MOST_LINKS: i64 = 3;

/// Sends a link for a new password to the account's e-mail address.
///
/// Whether there is such an account, and whether it has an address, shows neither in the answer nor in the time it
/// takes.
///
/// # Errors
/// [`crate::error::Error::RateLimited`] after too much from one address.
pub async fn reset_password(ctx: &Ctx, body: ResetPassword) -> Result<()> {
    let begun = Instant::now();
    let asked = ask(ctx, &body.login).await;
    answer_alike(begun).await;
    asked
}

async fn ask(ctx: &Ctx, login: &str) -> Result<()> {
    let login: String = login.trim().to_lowercase().chars().take(254).collect();
    let key = ctx.app.secret.keyed_hash("password reset", &login);
    let mut tx = ctx.app.db.write().await?;
    spend_address_budget(&mut tx, ctx, &key).await?;
    tx.serialize_on(&key).await?;
    let asked = attempts::failures_of(&mut tx, &key, ctx.now.plus_seconds(-FAILURE_WINDOW_S)).await?;
    if asked <= MOST_LINKS {
        let account = users::by_login(&mut tx, &login, true).await?;
        if let Some(account) = account.filter(|account| account.user.active) {
            send(&mut tx, ctx, &account).await?;
        }
    }
    tx.commit().await?;
    Ok(())
}

async fn send(tx: &mut Tx, ctx: &Ctx, account: &Account) -> Result<()> {
    let user = &account.user;
    let Some(email) = &user.email else { return Ok(()) };
    let secret = ctx.app.random_token();
    let life_s = i64::try_from(ctx.app.config.security.reset_lifetime.as_secs()).unwrap_or(i64::MAX);
    let expires_at = ctx.now.plus_seconds(life_s);
    links::insert(tx, Purpose::PasswordReset, Some(user.id), &token_hash(&secret), ctx.now, expires_at)
        .await?;
    emit(tx, ctx, &Subject::user(user.id, &user.username), Event::UserPasswordResetRequested {}).await?;
    let link = format!("{}{}", ctx.app.config.server.public_url, reset_path(&secret));
    let minutes = (life_s / 60).to_string();
    messages::service::send(
        tx,
        ctx,
        messages::service::NewMessage {
            template: "password-reset",
            channel: Some(MessageChannel::Email),
            locale: user.locale.parse().unwrap_or_default(),
            address: email,
            variables: &[
                ("name", user.full_name.as_str()),
                ("link", &link),
                ("minutes", &minutes),
                ("business", ctx.app.config.business.name.as_str()),
            ],
            customer_id: None,
            user_id: Some(user.id),
            ticket_id: None,
            expires_at: Some(expires_at),
        },
    )
    .await?;
    Ok(())
}

/// Sets the password with the link from the mail. Every session ends; a second factor stays asked for, and a locked
/// account stays locked.
pub async fn confirm_reset(ctx: &Ctx, body: ConfirmReset) -> Result<()> {
    let hash = token_hash(&body.secret);
    works(ctx, Purpose::PasswordReset, &hash).await?;
    let mut check = Checker::new();
    check::password(&mut check, &body.password, least(ctx), &[ctx.app.config.business.name.as_str()]);
    check.finish()?;
    let password = hashed(ctx, &body.password).await?;
    let mut tx = ctx.app.db.write().await?;
    let user = links::redeem(&mut tx, Purpose::PasswordReset, &hash, ctx.now).await?.flatten();
    let account = match user {
        Some(user) => users::get(&mut tx, user, true).await?.filter(|account| account.user.active),
        None => None,
    };
    let account = account.ok_or_else(spent)?;
    let user = &account.user;
    // Who it is shows only once the link is taken; a refusal here gives it back, because nothing is committed.
    let mut check = Checker::new();
    let names = [user.username.as_str(), user.full_name.as_str()];
    check::password(&mut check, &body.password, least(ctx), &names);
    check.finish()?;
    users::set_password(&mut tx, user.id, password.as_str(), false, ctx.now).await?;
    sessions::revoke_all(&mut tx, user.id, None, ctx.now).await?;
    links::revoke_all(&mut tx, user.id, ctx.now).await?;
    let event = Event::UserPasswordChanged { by_reset: true };
    emit(&mut tx, ctx, &Subject::user(user.id, &user.username), event).await?;
    tx.commit().await?;
    Ok(())
}
