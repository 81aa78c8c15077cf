//! Whether somebody who was let in may still stay, for what lasts longer than one request.

use crate::{
    app::{Actor, Ctx},
    args,
    error::Result,
};

/// Whether the actor's session or token still holds: neither ended nor revoked, nor its account disabled.
pub async fn alive(ctx: &Ctx) -> Result<bool> {
    let now = ctx.app.now();
    let (sql, id) = match &ctx.actor {
        Actor::User(staff) => match (staff.session_id, staff.token_id) {
            (Some(session), _) => (
                "SELECT s.id FROM sessions s JOIN users u ON u.id = s.user_id WHERE s.id = $1 AND s.revoked_at IS NULL AND s.expires_at > $2 AND u.active",
                session.0,
            ),
            (None, Some(token)) => (
                "SELECT t.id FROM api_tokens t LEFT JOIN users u ON u.id = t.user_id WHERE t.id = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) AND (t.user_id IS NULL OR u.active)",
                token.0,
            ),
            (None, None) => return Ok(false),
        },
        Actor::Customer { session_id, .. } => {
            ("SELECT id FROM sessions WHERE id = $1 AND revoked_at IS NULL AND expires_at > $2", session_id.0)
        }
        Actor::Unix { .. } | Actor::System(_) => return Ok(true),
        Actor::Anonymous => return Ok(false),
    };
    let mut tx = ctx.app.db.read().await?;
    Ok(tx.opt::<(i64,)>(sql, args![id, now]).await?.is_some())
}
