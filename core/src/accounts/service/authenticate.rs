use super::{TOKEN_PREFIX, token_hash, unauthenticated};
use crate::{
    accounts::{
        Me, Pending,
        store::{sessions, tokens},
    },
    app::{Actor, App, Ctx, RequestInfo, StaffActor},
    error::{Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    permission::Role,
};

/// How often the use of a session or token is written down.
const TOUCH_MS: i64 = 60_000;
/// How often the use of a token becomes an event.
const RECORD_MS: i64 = 3_600_000;

/// Who a session belongs to, staff or customer: one query, so that disabling, a new role or changed rights work on the
/// next request.
///
/// # Errors
/// [`Error::Unauthenticated`] when there is no such session or it has ended.
pub async fn authenticate_session(app: &App, request: &RequestInfo, token: &str) -> Result<Actor> {
    let now = app.now();
    let mut tx = app.db.read().await?;
    let found = sessions::by_hash(&mut tx, &token_hash(token)).await?;
    drop(tx);
    let session = found.filter(|session| session.revoked_at.is_none()).ok_or_else(unauthenticated)?;
    if session.expires_at <= now {
        // Ended for good: a clock that is set back must not revive it.
        note(app, async |tx| sessions::revoke(tx, session.id, now).await.map(drop)).await;
        return Err(unauthenticated());
    }
    let actor = signed_in(app, &session).ok_or_else(unauthenticated)?;
    if now.since_ms(session.last_seen_at) >= TOUCH_MS {
        note(app, async |tx| sessions::touch(tx, session.id, &request.ip, now).await).await;
    }
    Ok(actor)
}

/// Who is behind a session; none when they may not sign in any more.
pub(super) fn signed_in(app: &App, session: &sessions::Signed) -> Option<Actor> {
    if let Some(id) = session.customer_id {
        return session.portal_enabled?.then(|| Actor::Customer {
            id,
            name: session.customer_name.clone().unwrap_or_default(),
            session_id: session.id,
            locale: session.customer_locale.clone().unwrap_or_default(),
        });
    }
    let role = session.role.filter(|_| session.active == Some(true))?;
    Some(Actor::User(StaffActor {
        user_id: session.user_id,
        name: session.username.clone().unwrap_or_default(),
        full_name: session.full_name.clone().unwrap_or_default(),
        role,
        permissions: session.permissions(role),
        technician_id: session.technician_id,
        locale: session.user_locale.clone().unwrap_or_default(),
        session_id: Some(session.id),
        token_id: None,
        pending: pending(app, role, session.must_change_password == Some(true), session.totp_enabled),
    }))
}

/// What somebody who has signed in must do first.
pub(super) fn pending(app: &App, role: Role, must_change_password: bool, totp: bool) -> Option<Pending> {
    if must_change_password {
        Some(Pending::Password)
    } else if !totp && app.config.security.totp_roles.contains(&role) {
        Some(Pending::Totp)
    } else {
        None
    }
}

/// Who an API token stands for and what it may do now.
///
/// # Errors
/// [`Error::Unauthenticated`] when there is no such token, or it was revoked, has expired or its owner is disabled.
pub async fn authenticate_token(app: &App, request: &RequestInfo, secret: &str) -> Result<Actor> {
    let refused = || Error::Unauthenticated {
        code: "invalid_token",
        detail: "this API token does not exist, was revoked or has expired; make a new one".to_owned(),
    };
    if !secret.starts_with(TOKEN_PREFIX) {
        return Err(refused());
    }
    let now = app.now();
    let mut tx = app.db.read().await?;
    let found = tokens::by_hash(&mut tx, &token_hash(secret)).await?;
    drop(tx);
    let token = found.filter(|token| token.revoked_at.is_none()).ok_or_else(refused)?;
    if token.expires_at.is_some_and(|end| end <= now) {
        // As with sessions: it does not revive when the clock is set back.
        note(app, async |tx| tokens::revoke(tx, token.id, now).await.map(drop)).await;
        return Err(refused());
    }
    if token.user_id.is_some() && token.active != Some(true) {
        return Err(refused());
    }
    let actor = bearer(&token);
    if token.last_used_at.is_none_or(|last| now.since_ms(last) >= TOUCH_MS) {
        let ctx = Ctx { app: app.clone(), actor: actor.clone(), now, request: request.clone() };
        let unrecorded = token.use_recorded_at.is_none_or(|last| now.since_ms(last) >= RECORD_MS);
        note(app, async |tx| {
            tokens::touch(tx, token.id, now).await?;
            if unrecorded && tokens::claim_use_record(tx, token.id, now.plus_ms(-RECORD_MS), now).await? {
                let subject = Subject::new(SubjectKind::Token, token.id.0, &token.name);
                emit(tx, &ctx, &subject, Event::TokenUsed { name: token.name.clone() }).await?;
            }
            Ok::<_, Error>(())
        })
        .await;
    }
    Ok(actor)
}

/// Who is behind a token.
pub(super) fn bearer(token: &tokens::Bearer) -> Actor {
    Actor::User(StaffActor {
        user_id: token.user_id,
        name: token.name.clone(),
        full_name: token.full_name.clone().unwrap_or_else(|| token.name.clone()),
        // A token that belongs to nobody was made by somebody who has the machine.
        role: token.role.unwrap_or(Role::Admin),
        permissions: token.permissions(),
        technician_id: token.technician_id,
        locale: token.locale.clone().unwrap_or_else(|| "en".to_owned()),
        session_id: None,
        token_id: Some(token.id),
        pending: None,
    })
}

/// Writes down that something was used. That it cannot be written (a full disk) is no reason to refuse the request.
async fn note<E: Into<Error>>(app: &App, work: impl AsyncFnOnce(&mut crate::db::Tx) -> Result<(), E>) {
    let written = async {
        let mut tx = app.db.write().await?;
        work(&mut tx).await.map_err(Into::into)?;
        tx.commit().await?;
        Ok::<_, Error>(())
    }
    .await;
    if let Err(error) = written {
        tracing::warn!("the use of a session or token could not be written down: {error}");
    }
}

/// Who comes by the local socket: root or a member of the `aglis` group, which whoever accepted the connection has
/// checked. Acts as an administrator; a user without a name is called by number.
pub fn authenticate_unix(uid: u32, name: Option<String>) -> Actor {
    Actor::Unix { uid, name: name.unwrap_or_else(|| format!("uid{uid}")) }
}

/// Who is signed in and what they may do.
///
/// # Errors
/// [`Error::Unauthenticated`] for customers and for nobody.
pub fn me(ctx: &Ctx) -> Result<Me> {
    match &ctx.actor {
        Actor::User(staff) => Ok(Me {
            name: staff.name.clone(),
            full_name: staff.full_name.clone(),
            user_id: staff.user_id,
            role: staff.role,
            technician_id: staff.technician_id,
            locale: staff.locale.clone(),
            permissions: ctx.actor.permissions().iter().collect(),
            via: if staff.token_id.is_some() { "token" } else { "session" }.to_owned(),
            zone: ctx.app.zone.name().to_owned(),
            pending: staff.pending,
        }),
        Actor::Unix { name, .. } => Ok(Me {
            name: name.clone(),
            full_name: name.clone(),
            user_id: None,
            role: Role::Admin,
            technician_id: None,
            locale: ctx.actor.locale().to_owned(),
            permissions: ctx.actor.permissions().iter().collect(),
            via: "socket".to_owned(),
            zone: ctx.app.zone.name().to_owned(),
            pending: None,
        }),
        Actor::Customer { .. } | Actor::Anonymous | Actor::System(_) => Err(unauthenticated()),
    }
}
