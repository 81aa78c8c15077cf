//! SQL of staff accounts and their second factors.

use crate::{
    accounts::{User, permissions_of},
    args,
    db::{DbError, Query, Tx},
    permission::{Permissions, Role},
    types::*,
};

/// A staff account with what signing in needs.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Account {
    /// What others may see.
    #[sqlx(flatten)]
    pub user: User,
    /// Argon2 hash in PHC form; none until a password is chosen.
    pub password_hash: Option<String>,
    /// The second factor's key, sealed.
    pub totp_secret: Option<String>,
    /// The last time step whose code was used.
    pub totp_last_step: i64,
    /// The technician this account is.
    pub technician_id: Option<TechnicianId>,
    /// What an administrator changed about the role.
    pub changes: Option<String>,
}

impl Account {
    /// What the account's role may do now.
    pub fn permissions(&self) -> Permissions {
        permissions_of(self.user.role, self.changes.as_deref())
    }
}

const USER: &str = "users.id, users.username, users.email, users.full_name, users.phone, users.role, users.locale, users.active, users.must_change_password, users.totp_confirmed_at IS NOT NULL AS totp_enabled, users.locked_at, users.created_at";

/// The columns that [`Account`] has beyond [`User`], read in the same query so that a change works on the next request.
const BEYOND: &str = "users.password_hash, users.totp_secret, users.totp_last_step, (SELECT t.id FROM technicians t WHERE t.user_id = users.id) AS technician_id, (SELECT STRING_AGG(CASE WHEN r.granted THEN '+' ELSE '-' END || r.permission, ',') FROM role_permissions r WHERE r.role = users.role) AS changes";

/// The account with a sign-in name or e-mail address, locked against other writers when asked.
pub async fn by_login(tx: &mut Tx, login: &str, lock: bool) -> Result<Option<Account>, DbError> {
    let lock = if lock { "{lock}" } else { "" };
    // A sign-in name has no `@`, so a text can only be one of the two.
    tx.opt(
        format!("SELECT {USER}, {BEYOND} FROM users WHERE username = $1 OR email = $1 {lock}"),
        args![login],
    )
    .await
}

/// The account with an identifier, locked against other writers when asked.
pub async fn get(tx: &mut Tx, id: UserId, lock: bool) -> Result<Option<Account>, DbError> {
    let lock = if lock { "{lock}" } else { "" };
    tx.opt(format!("SELECT {USER}, {BEYOND} FROM users WHERE id = $1 {lock}"), args![id]).await
}

/// A page of accounts by sign-in name.
pub async fn list(
    tx: &mut Tx,
    role: Option<Role>,
    active: Option<bool>,
    after: Option<&str>,
    limit: i64,
) -> Result<Vec<User>, DbError> {
    let mut query = Query::new(&format!("SELECT {USER} FROM users WHERE TRUE"));
    if let Some(role) = role {
        query.push(" AND role = ").bind(role);
    }
    if let Some(active) = active {
        query.push(" AND active = ").bind(active);
    }
    if let Some(after) = after {
        query.push(" AND username > ").bind(after);
    }
    query.push(" ORDER BY username LIMIT ").bind(limit);
    tx.all_of(query).await
}

/// Whether there is any account.
pub async fn any(tx: &mut Tx) -> Result<bool, DbError> {
    let found: Option<(i64,)> = tx.opt("SELECT id FROM users LIMIT 1", args![]).await?;
    Ok(found.is_some())
}

/// The active administrators, locked so that two of them cannot be taken away at once.
pub async fn lock_active_admins(tx: &mut Tx) -> Result<Vec<UserId>, DbError> {
    let rows: Vec<(UserId,)> = tx
        .all(
            "SELECT id FROM users WHERE role = $1 AND active = $2 ORDER BY id {lock}",
            args![Role::Admin, true],
        )
        .await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Adds an account with the values of a [`User`]; its identifier is given here.
pub async fn insert(tx: &mut Tx, user: &User, password_hash: Option<&str>) -> Result<UserId, DbError> {
    let (id,): (UserId,) = tx
        .one(
            "INSERT INTO users (username, email, full_name, phone, role, password_hash, must_change_password, locale, active, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10) RETURNING id",
            args![
                &user.username,
                user.email.clone(),
                &user.full_name,
                user.phone.clone(),
                user.role,
                password_hash.map(str::to_owned),
                user.must_change_password,
                &user.locale,
                user.active,
                user.created_at
            ],
        )
        .await?;
    Ok(id)
}

/// Writes back what a [`crate::accounts::UserChange`] may change.
pub async fn update(tx: &mut Tx, user: &User, now: Time) -> Result<(), DbError> {
    tx.run(
        "UPDATE users SET email = $2, full_name = $3, phone = $4, role = $5, locale = $6, active = $7, updated_at = $8 WHERE id = $1",
        args![
            user.id,
            user.email.clone(),
            &user.full_name,
            user.phone.clone(),
            user.role,
            &user.locale,
            user.active,
            now
        ],
    )
    .await
    .map(drop)
}

/// Sets the password and whether another one must be chosen at the next sign-in.
pub async fn set_password(
    tx: &mut Tx,
    id: UserId,
    hash: &str,
    must_change: bool,
    now: Time,
) -> Result<(), DbError> {
    tx.run(
        "UPDATE users SET password_hash = $2, must_change_password = $3, updated_at = $4 WHERE id = $1",
        args![id, hash, must_change, now],
    )
    .await
    .map(drop)
}

/// Locks the account, or unlocks it with none.
pub async fn set_locked(tx: &mut Tx, id: UserId, at: Option<Time>, now: Time) -> Result<(), DbError> {
    tx.run("UPDATE users SET locked_at = $2, updated_at = $3 WHERE id = $1", args![id, at, now])
        .await
        .map(drop)
}

/// Sets the second factor's sealed key, confirmed or not yet, or removes it with none.
pub async fn set_totp(
    tx: &mut Tx,
    id: UserId,
    sealed: Option<&str>,
    confirmed_at: Option<Time>,
    now: Time,
) -> Result<(), DbError> {
    tx.run(
        "UPDATE users SET totp_secret = $2, totp_confirmed_at = $3, totp_last_step = 0, updated_at = $4 WHERE id = $1",
        args![id, sealed.map(str::to_owned), confirmed_at, now],
    )
    .await
    .map(drop)
}

/// Uses up a time step; false when it or a later one was used before.
pub async fn use_totp_step(tx: &mut Tx, id: UserId, step: i64) -> Result<bool, DbError> {
    Ok(tx
        .run("UPDATE users SET totp_last_step = $2 WHERE id = $1 AND totp_last_step < $2", args![id, step])
        .await?
        == 1)
}

/// Puts new recovery codes in the place of the old ones.
pub async fn replace_recovery_codes(tx: &mut Tx, id: UserId, hashes: &[String]) -> Result<(), DbError> {
    tx.run("DELETE FROM recovery_codes WHERE user_id = $1", args![id]).await?;
    for hash in hashes {
        tx.run("INSERT INTO recovery_codes (user_id, code_hash) VALUES ($1, $2)", args![id, hash]).await?;
    }
    Ok(())
}

/// Uses up a recovery code; none when there is no such unused code, else how many are left.
pub async fn use_recovery_code(
    tx: &mut Tx,
    id: UserId,
    hash: &str,
    now: Time,
) -> Result<Option<i64>, DbError> {
    let used = tx
        .run(
            "UPDATE recovery_codes SET used_at = $3 WHERE user_id = $1 AND code_hash = $2 AND used_at IS NULL",
            args![id, hash, now],
        )
        .await?;
    if used == 0 {
        return Ok(None);
    }
    let (left,): (i64,) = tx
        .one("SELECT COUNT(*) FROM recovery_codes WHERE user_id = $1 AND used_at IS NULL", args![id])
        .await?;
    Ok(Some(left))
}
