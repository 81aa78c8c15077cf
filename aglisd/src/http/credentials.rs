//! From a cookie or token to the person behind it.

use super::memory::Memory;
use aglis_core::{
    accounts::service as accounts,
    app::{Actor, App, RequestInfo},
    error::{Error, Result},
};

/// Whom an API token belongs to.
pub async fn by_token(
    app: &App,
    memory: &Memory,
    request: &RequestInfo,
    token: &str,
) -> Result<Option<Actor>> {
    let key = ("token", accounts::token_hash(token));
    known(memory.actors.get(app, key, async || accounts::authenticate_token(app, request, token).await).await)
}

/// Whose session it is.
pub async fn by_session(
    app: &App,
    memory: &Memory,
    request: &RequestInfo,
    secret: &str,
) -> Result<Option<Actor>> {
    let key = ("session", accounts::token_hash(secret));
    known(
        memory
            .actors
            .get(app, key, async || accounts::authenticate_session(app, request, secret).await)
            .await,
    )
}

fn known(found: Result<Actor>) -> Result<Option<Actor>> {
    match found {
        Ok(actor) => Ok(Some(actor)),
        Err(Error::Unauthenticated { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
