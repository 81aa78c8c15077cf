//! SQL of API tokens.

use crate::{
    accounts::{Token, permissions_of},
    args,
    db::{DbError, Json, Tx},
    permission::{Permission, Permissions, Role},
    types::*,
};

/// A token and whose it is.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Bearer {
    /// The token.
    pub id: TokenId,
    /// What it is for.
    pub name: String,
    /// The permissions it was made with, as words.
    pub scopes: Json<Vec<String>>,
    /// When it ends.
    pub expires_at: Option<Time>,
    /// When it was last used.
    pub last_used_at: Option<Time>,
    /// When its use was last recorded as an event.
    pub use_recorded_at: Option<Time>,
    /// When it was revoked.
    pub revoked_at: Option<Time>,
    /// The account it belongs to; none for a token made on the local socket.
    pub user_id: Option<UserId>,
    /// The account's person.
    pub full_name: Option<String>,
    /// The account's role.
    pub role: Option<Role>,
    /// The account's language.
    pub locale: Option<String>,
    /// Whether the account may sign in.
    pub active: Option<bool>,
    /// The technician it is.
    pub technician_id: Option<TechnicianId>,
    /// What an administrator changed about the role.
    pub changes: Option<String>,
}

/// Permissions written as words; words this program does not know are left out.
pub fn scopes(words: &[String]) -> Permissions {
    words.iter().filter_map(|word| word.parse::<Permission>().ok()).collect()
}

impl Bearer {
    /// Whether it neither ended nor was revoked, nor its account disabled.
    pub fn holds(&self, now: Time) -> bool {
        self.revoked_at.is_none()
            && self.expires_at.is_none_or(|end| end > now)
            && (self.user_id.is_none() || self.active == Some(true))
    }

    /// What the token may do now: its scopes, of what its owner may do now.
    pub fn permissions(&self) -> Permissions {
        let scopes = scopes(&self.scopes);
        self.role.map_or(scopes, |role| scopes.and(permissions_of(role, self.changes.as_deref())))
    }
}

const BEARER: &str = "SELECT a.id, a.name, a.scopes, a.expires_at, a.last_used_at, a.use_recorded_at, a.revoked_at, a.user_id, u.full_name, u.role, u.locale, u.active,
       (SELECT t.id FROM technicians t WHERE t.user_id = u.id) AS technician_id,
       (SELECT STRING_AGG(CASE WHEN r.granted THEN '+' ELSE '-' END || r.permission, ',') FROM role_permissions r WHERE r.role = u.role) AS changes
     FROM api_tokens a LEFT JOIN users u ON u.id = a.user_id";

/// The token with a secret, with whose it is and what they may do, in one query.
pub async fn by_hash(tx: &mut Tx, hash: &str) -> Result<Option<Bearer>, DbError> {
    tx.opt(format!("{BEARER} WHERE a.token_hash = $1"), args![hash]).await
}

/// [`by_hash`] for a token that is known.
pub async fn get(tx: &mut Tx, id: TokenId) -> Result<Option<Bearer>, DbError> {
    tx.opt(format!("{BEARER} WHERE a.id = $1"), args![id]).await
}

#[derive(sqlx::FromRow)]
struct Row {
    id: TokenId,
    name: String,
    scopes: Json<Vec<String>>,
    created_by: String,
    created_at: Time,
    expires_at: Option<Time>,
    last_used_at: Option<Time>,
}

impl From<Row> for Token {
    fn from(row: Row) -> Self {
        Token {
            id: row.id,
            name: row.name,
            scopes: scopes(&row.scopes).iter().collect(),
            created_by: row.created_by,
            created_at: row.created_at,
            expires_at: row.expires_at,
            last_used_at: row.last_used_at,
        }
    }
}

/// Tokens that are not revoked, the newest first.
pub async fn list(tx: &mut Tx, limit: i64) -> Result<Vec<Token>, DbError> {
    let rows: Vec<Row> = tx
        .all(
            "SELECT id, name, scopes, created_by, created_at, expires_at, last_used_at FROM api_tokens WHERE revoked_at IS NULL ORDER BY id DESC LIMIT $1",
            args![limit],
        )
        .await?;
    Ok(rows.into_iter().map(Token::from).collect())
}

/// Adds a token.
pub async fn insert(
    tx: &mut Tx,
    token: &Token,
    user: Option<UserId>,
    hash: &str,
) -> Result<TokenId, DbError> {
    let (id,): (TokenId,) = tx
        .one(
            "INSERT INTO api_tokens (name, user_id, token_hash, scopes, created_at, created_by, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            args![
                &token.name,
                user,
                hash,
                serde_json::Value::from(token.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>()),
                token.created_at,
                &token.created_by,
                token.expires_at
            ],
        )
        .await?;
    Ok(id)
}

/// Revokes a token; its name, or none when there is no such token or it is revoked already.
pub async fn revoke(tx: &mut Tx, id: TokenId, now: Time) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = tx
        .opt(
            "UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL RETURNING name",
            args![id, now],
        )
        .await?;
    Ok(row.map(|(name,)| name))
}

/// Notes that a token was used.
pub async fn touch(tx: &mut Tx, id: TokenId, now: Time) -> Result<(), DbError> {
    tx.run("UPDATE api_tokens SET last_used_at = $2 WHERE id = $1", args![id, now]).await.map(drop)
}

/// Takes the turn to record a token's use; false when another request did so since an instant.
pub async fn claim_use_record(tx: &mut Tx, id: TokenId, since: Time, now: Time) -> Result<bool, DbError> {
    Ok(tx
        .run(
            "UPDATE api_tokens SET use_recorded_at = $3 WHERE id = $1 AND (use_recorded_at IS NULL OR use_recorded_at <= $2)",
            args![id, since, now],
        )
        .await?
        == 1)
}
