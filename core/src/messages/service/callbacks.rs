//! Reports that speak of no message we know, and what the tries through a provider came to.

use crate::{
    app::Ctx,
    db::Tx,
    error::Result,
    messages::{Callback, CallbackFilter, Tally, store},
    types::*,
};

/// A page of the reports that speak of no message we know, the newest first.
pub async fn callbacks(ctx: &Ctx, filter: &CallbackFilter) -> Result<Page<Callback>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let before = page.after::<i64>()?;
    let mut tx = ctx.app.db.read().await?;
    let rows = store::unmatched(&mut tx, filter.provider.as_deref(), before, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |callback| callback.id))
}

/// What the tries through a provider came to since an instant.
pub async fn tally(tx: &mut Tx, provider: &str, since: Time) -> Result<Tally> {
    let (tries, accepted, cost) = store::tally(tx, provider, since).await?;
    Ok(Tally { tries, accepted, cost })
}
