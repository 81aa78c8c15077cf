//! From a cookie or token to the person behind it.

use aglis_core::{
    accounts::service as accounts,
    app::{Actor, App, RequestInfo},
    error::{Error, Result},
};

/// Whom an API token belongs to.
pub async fn by_token(app: &App, request: &RequestInfo, token: &str) -> Result<Option<Actor>> {
    known(accounts::authenticate_token(app, request, token).await)
}

/// Whose session it is.
pub async fn by_session(app: &App, request: &RequestInfo, secret: &str) -> Result<Option<Actor>> {
    known(accounts::authenticate_session(app, request, secret).await)
}

fn known(found: Result<Actor>) -> Result<Option<Actor>> {
    match found {
        Ok(actor) => Ok(Some(actor)),
        Err(Error::Unauthenticated { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}
