//! From a cookie or token to the person behind it.

use aglis_core::{
    app::{Actor, App},
    error::Result,
};

/// Whom an API token belongs to.
pub async fn by_token(_: &App, _: &str) -> Result<Option<Actor>> {
    Ok(None)
}

/// Whose session it is.
pub async fn by_session(_: &App, _: &str) -> Result<Option<Actor>> {
    Ok(None)
}
