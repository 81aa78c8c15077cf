//! Use cases of accounts, sign-in, sessions, tokens and roles.

mod alike;
mod authenticate;
mod begin;
mod links;
mod own;
mod present;
mod reset;
mod roles;
mod second_factor;
mod sign_in;
mod tokens;
mod users;

pub use alike::answer_alike;
pub use authenticate::{authenticate_session, authenticate_token, authenticate_unix, me};
pub use begin::{Begun, Holder, begin as begin_session};
pub use links::{create_first_administrator, create_first_link, create_sign_in_link, sign_in_with_link};
pub use own::{
    change_password, confirm_totp, own_sessions, remove_totp, revoke_session, set_locale, start_totp,
};
pub use present::present;
pub use reset::{confirm_reset, reset_password};
pub use roles::{roles, set_right};
pub use sign_in::{SignedIn, sign_in, sign_out};
pub use tokens::{create_token, revoke_token, tokens};
pub use users::{
    create_user, remove_totp_of, resolve_user, set_password, unlock_user, update_user, user, users,
};

use super::{
    password::{self, PasswordHash},
    store,
};
use crate::{
    app::{Actor, Ctx, StaffActor},
    error::{Error, Result},
    types::*,
};
use sha2::{Digest, Sha256};

/// What API tokens begin with, so that scanners recognise a leaked one.
pub const TOKEN_PREFIX: &str = "aglis_";

/// How a random secret is kept: SHA-256 suffices, because nobody can try 2^256 of them.
pub fn token_hash(secret: &str) -> String {
    hex::encode(Sha256::digest(secret.as_bytes()))
}

fn unauthenticated() -> Error {
    Error::Unauthenticated { code: "unauthenticated", detail: "sign in first".to_owned() }
}

/// The account and session that ask. What one does about one's own account takes a session: a token that leaked must
/// not be able to take the account over.
fn own_account(ctx: &Ctx) -> Result<(UserId, SessionId)> {
    match &ctx.actor {
        Actor::User(StaffActor { user_id: Some(user), session_id: Some(session), .. }) => {
            Ok((*user, *session))
        }
        Actor::User(_) | Actor::Unix { .. } => Err(Error::conflict(
            "no_session",
            "this is about one's own account: sign in with name and password, not with a token or the local socket",
        )),
        Actor::Customer { .. } | Actor::Anonymous | Actor::System(_) => Err(unauthenticated()),
    }
}

/// Hashes a new password with a salt of its own.
async fn hashed(ctx: &Ctx, password: &str) -> Result<PasswordHash> {
    let mut salt = [0; 16];
    ctx.app.random.fill(&mut salt);
    Ok(password::hash(password, salt).await?)
}

/// How long what has ended is kept before it is removed, in seconds.
const KEPT_S: i64 = 7 * 86_400;

/// Removes sessions and links that ended a week ago, and attempts that count no more. Runs daily.
pub async fn sweep(ctx: &Ctx) -> Result<u64> {
    let before = ctx.now.plus_seconds(-KEPT_S);
    let mut tx = ctx.app.db.write().await?;
    let removed = store::sessions::delete_ended(&mut tx, before).await?
        + store::links::delete_expired(&mut tx, before).await?
        + store::attempts::delete_before(&mut tx, ctx.now.plus_seconds(-86_400)).await?;
    tx.commit().await?;
    Ok(removed)
}
