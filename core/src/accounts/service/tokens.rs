use super::{TOKEN_PREFIX, token_hash};
use crate::{
    accounts::{CreatedToken, NewToken, Token, store::tokens},
    app::Ctx,
    error::{Checker, Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    permission::Permissions,
    types::*,
};

/// Tokens shown at most.
const MOST_TOKENS: i64 = 1000;

/// API tokens that are not revoked, the newest first.
pub async fn tokens(ctx: &Ctx) -> Result<Vec<Token>> {
    let mut tx = ctx.app.db.read().await?;
    Ok(tokens::list(&mut tx, MOST_TOKENS).await?)
}

/// Makes an API token, which belongs to its maker's account; made on the local socket it belongs to nobody. It never
/// may more than its maker, now or later.
///
/// # Errors
/// [`Error::Invalid`] names every field at fault, also scopes that the maker does not have.
pub async fn create_token(ctx: &Ctx, body: NewToken) -> Result<CreatedToken> {
    let mut check = Checker::new();
    let name = check.text("name", &body.name, 80);
    let own = ctx.actor.permissions();
    let wanted: Permissions =
        if body.scopes.is_empty() { own } else { body.scopes.iter().copied().collect() };
    let lacking: Vec<String> =
        wanted.iter().filter(|scope| !own.has(*scope)).map(|scope| scope.to_string()).collect();
    check.ensure(
        lacking.is_empty(),
        "scopes",
        "not_yours",
        format!("you may not give {}, because you may not do it yourself", lacking.join(", ")),
    );
    let lifetime = match body.expires_in_days {
        Some(days) => check.range("expires_in_days", days, 1, 3650).saturating_mul(86_400),
        None => i64::try_from(ctx.app.config.security.token_lifetime.as_secs()).unwrap_or(i64::MAX),
    };
    check.finish()?;
    let secret = format!("{TOKEN_PREFIX}{}", ctx.app.random_token());
    let mut token = Token {
        id: TokenId(0),
        name,
        scopes: wanted.iter().collect(),
        created_by: ctx.actor.name().to_owned(),
        created_at: ctx.now,
        expires_at: Some(ctx.now.plus_seconds(lifetime)),
        last_used_at: None,
    };
    let mut tx = ctx.app.db.write().await?;
    token.id = tokens::insert(&mut tx, &token, ctx.actor.user_id(), &token_hash(&secret)).await?;
    let subject = Subject::new(SubjectKind::Token, token.id.0, &token.name);
    let event = Event::TokenCreated { name: token.name.clone(), scopes: token.scopes.clone() };
    emit(&mut tx, ctx, &subject, event).await?;
    tx.commit().await?;
    Ok(CreatedToken { token, secret })
}

/// Revokes an API token; it stops working on its next request.
pub async fn revoke_token(ctx: &Ctx, id: TokenId) -> Result<()> {
    let mut tx = ctx.app.db.write().await?;
    let name = tokens::revoke(&mut tx, id, ctx.now).await?.ok_or(Error::NotFound("API token"))?;
    let subject = Subject::new(SubjectKind::Token, id.0, &name);
    emit(&mut tx, ctx, &subject, Event::TokenRevoked { name: name.clone() }).await?;
    tx.commit().await?;
    Ok(())
}
