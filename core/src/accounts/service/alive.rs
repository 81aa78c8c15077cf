use crate::{
    accounts::store::{sessions, tokens},
    app::{Actor, Ctx},
    error::Result,
};

/// Whether the actor's session or token still holds: neither ended nor revoked, nor its account disabled. For what
/// lasts longer than one request.
pub async fn alive(ctx: &Ctx) -> Result<bool> {
    let now = ctx.app.now();
    let mut tx = ctx.app.db.read().await?;
    let holds = match &ctx.actor {
        Actor::User(staff) => match (staff.session_id, staff.token_id) {
            (Some(session), _) => sessions::holds_for_user(&mut tx, session, now).await?,
            (None, Some(token)) => tokens::holds(&mut tx, token, now).await?,
            (None, None) => false,
        },
        Actor::Customer { session_id, .. } => sessions::holds(&mut tx, *session_id, now).await?,
        Actor::Unix { .. } | Actor::System(_) => true,
        Actor::Anonymous => false,
    };
    Ok(holds)
}
