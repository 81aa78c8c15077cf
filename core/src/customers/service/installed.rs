//! What a finished installation changes.

use super::{fields, subject};
use crate::{
    app::{Ctx, Scope},
    customers::{CustomerStatus, store, terms},
    db::Tx,
    error::{Checker, Error, Result},
    event::{Event, emit},
    types::*,
};

/// Notes within the installation's own transaction where a customer's line ends, and puts one who waited for it in
/// service. The port must be free, as for any change.
pub async fn installed(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CustomerId,
    odp_id: Option<OdpId>,
    odp_port: Option<i64>,
) -> Result<()> {
    store::lock(tx, id).await?;
    let row = store::get(tx, Scope::All, id).await?.ok_or(Error::NotFound("customer"))?;
    let mut after = row.fields.clone();
    (after.odp_id, after.odp_port) = (odp_id, odp_port);
    let mut check = Checker::new();
    fields::check_references(tx, &mut check, Some(&row), Some(&after)).await?;
    check.finish()?;
    let changes = fields::changes(&row.fields, &after);
    if !changes.is_empty() {
        store::update(tx, id, &after, &terms::name_key(&after.name), ctx.now).await.map_err(fields::taken)?;
        emit(tx, ctx, &subject(&row), Event::CustomerUpdated { changes }).await?;
    }
    if row.status == CustomerStatus::PendingInstallation {
        store::set_status(tx, id, CustomerStatus::Active, Some(ctx.now), ctx.now).await?;
        let event = Event::CustomerStatusChanged {
            from: row.status.to_string(),
            to: CustomerStatus::Active.to_string(),
            reason: None,
        };
        emit(tx, ctx, &subject(&row), event).await?;
    }
    Ok(())
}
