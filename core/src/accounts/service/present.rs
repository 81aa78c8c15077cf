use super::authenticate::{bearer, signed_in};
use crate::{
    accounts::store::{sessions, tokens},
    app::{Actor, Ctx},
    error::Result,
};

/// The actor with the rights they have by now; none when their session or token has ended or their account is disabled.
/// For what lasts longer than one request.
pub async fn present(ctx: &Ctx) -> Result<Option<Actor>> {
    let (app, now) = (&ctx.app, ctx.app.now());
    let (session, token) = match &ctx.actor {
        Actor::User(staff) => (staff.session_id, staff.token_id),
        Actor::Customer { session_id, .. } => (Some(*session_id), None),
        Actor::Unix { .. } | Actor::System(_) => return Ok(Some(ctx.actor.clone())),
        Actor::Anonymous => return Ok(None),
    };
    let mut tx = app.db.read().await?;
    if let Some(id) = session {
        let found = sessions::get(&mut tx, id).await?;
        return Ok(found.filter(|session| session.holds(now)).and_then(|session| signed_in(app, &session)));
    }
    let Some(id) = token else { return Ok(None) };
    Ok(tokens::get(&mut tx, id).await?.filter(|token| token.holds(now)).map(|token| bearer(&token)))
}
