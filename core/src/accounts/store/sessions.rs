//! SQL of sessions.

use crate::{
    accounts::{Session, permissions_of},
    app::RequestInfo,
    args,
    db::{DbError, Tx},
    permission::{Permissions, Role},
    types::*,
};

/// A session and whose it is: of staff or of a customer.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Signed {
    /// The session.
    pub id: SessionId,
    /// When it was last used.
    pub last_seen_at: Time,
    /// When it ends by itself.
    pub expires_at: Time,
    /// When it was ended.
    pub revoked_at: Option<Time>,
    /// The staff account.
    pub user_id: Option<UserId>,
    /// Its sign-in name.
    pub username: Option<String>,
    /// Its person's name.
    pub full_name: Option<String>,
    /// Its role.
    pub role: Option<Role>,
    /// Its language.
    pub user_locale: Option<String>,
    /// Whether it may sign in.
    pub active: Option<bool>,
    /// Whether it must choose a new password first.
    pub must_change_password: Option<bool>,
    /// Whether it has a second factor.
    pub totp_enabled: bool,
    /// The technician it is.
    pub technician_id: Option<TechnicianId>,
    /// What an administrator changed about the role.
    pub changes: Option<String>,
    /// The customer.
    pub customer_id: Option<CustomerId>,
    /// Their name.
    pub customer_name: Option<String>,
    /// Their language.
    pub customer_locale: Option<String>,
    /// Whether they may use the portal.
    pub portal_enabled: Option<bool>,
}

impl Signed {
    /// Whether it neither ended nor was revoked.
    pub fn holds(&self, now: Time) -> bool {
        self.revoked_at.is_none() && self.expires_at > now
    }

    /// What a role may do, as it stood when the session was read.
    pub fn permissions(&self, role: Role) -> Permissions {
        permissions_of(role, self.changes.as_deref())
    }
}

const SIGNED: &str = "SELECT s.id, s.last_seen_at, s.expires_at, s.revoked_at, s.user_id, u.username, u.full_name, u.role, u.locale AS user_locale, u.active, u.must_change_password,
       u.totp_confirmed_at IS NOT NULL AS totp_enabled,
       (SELECT t.id FROM technicians t WHERE t.user_id = u.id) AS technician_id,
       (SELECT STRING_AGG(CASE WHEN r.granted THEN '+' ELSE '-' END || r.permission, ',') FROM role_permissions r WHERE r.role = u.role) AS changes,
       s.customer_id, c.name AS customer_name, c.locale AS customer_locale, c.portal_enabled
     FROM sessions s LEFT JOIN users u ON u.id = s.user_id LEFT JOIN customers c ON c.id = s.customer_id";

/// The session with a token, with whose it is and what they may do, in one query.
pub async fn by_hash(tx: &mut Tx, hash: &str) -> Result<Option<Signed>, DbError> {
    tx.opt(format!("{SIGNED} WHERE s.token_hash = $1"), args![hash]).await
}

/// [`by_hash`] for a session that is known.
pub async fn get(tx: &mut Tx, id: SessionId) -> Result<Option<Signed>, DbError> {
    tx.opt(format!("{SIGNED} WHERE s.id = $1"), args![id]).await
}

/// Begins a session of a staff account or of a customer.
pub async fn insert(
    tx: &mut Tx,
    user: Option<UserId>,
    customer: Option<CustomerId>,
    hash: &str,
    request: &RequestInfo,
    now: Time,
    expires_at: Time,
) -> Result<SessionId, DbError> {
    let (id,): (SessionId,) = tx
        .one(
            "INSERT INTO sessions (user_id, customer_id, token_hash, ip, user_agent, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $6, $7) RETURNING id",
            args![user, customer, hash, &request.ip, &request.user_agent, now, expires_at],
        )
        .await?;
    Ok(id)
}

/// Notes that a session was used.
pub async fn touch(tx: &mut Tx, id: SessionId, ip: &str, now: Time) -> Result<(), DbError> {
    tx.run("UPDATE sessions SET last_seen_at = $2, ip = $3 WHERE id = $1", args![id, now, ip]).await.map(drop)
}

/// Sessions of a staff account that have not ended, the last used first.
pub async fn of_user(tx: &mut Tx, user: UserId, now: Time, limit: i64) -> Result<Vec<Session>, DbError> {
    tx.all(
        "SELECT id, ip, user_agent, created_at, last_seen_at, expires_at FROM sessions
         WHERE user_id = $1 AND revoked_at IS NULL AND expires_at > $2 ORDER BY last_seen_at DESC, id DESC LIMIT $3",
        args![user, now, limit],
    )
    .await
}

/// Ends a session for good; false when it had ended already.
pub async fn revoke(tx: &mut Tx, id: SessionId, now: Time) -> Result<bool, DbError> {
    Ok(tx
        .run("UPDATE sessions SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL", args![id, now])
        .await?
        == 1)
}

/// Ends a session if it is a staff account's; false when it is not, or had ended already.
pub async fn revoke_of_user(tx: &mut Tx, user: UserId, id: SessionId, now: Time) -> Result<bool, DbError> {
    Ok(tx
        .run(
            "UPDATE sessions SET revoked_at = $3 WHERE id = $1 AND user_id = $2 AND revoked_at IS NULL AND expires_at > $3",
            args![id, user, now],
        )
        .await?
        == 1)
}

/// Ends every session of a staff account but one.
pub async fn revoke_all(
    tx: &mut Tx,
    user: UserId,
    but: Option<SessionId>,
    now: Time,
) -> Result<u64, DbError> {
    tx.run(
        "UPDATE sessions SET revoked_at = $3 WHERE user_id = $1 AND id <> $2 AND revoked_at IS NULL",
        args![user, but.map_or(0, |id| id.0), now],
    )
    .await
}

/// Removes sessions, of staff and of customers, that ended before an instant.
pub async fn delete_ended(tx: &mut Tx, before: Time) -> Result<u64, DbError> {
    tx.run("DELETE FROM sessions WHERE expires_at < $1", args![before]).await
}
