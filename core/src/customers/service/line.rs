//! Where a customer's line ends, as work on it leaves it.

use super::{fields, subject};
use crate::{
    app::{Ctx, Scope},
    customers::{
        CustomerStatus,
        store::{self, Row},
        terms,
    },
    db::Tx,
    error::{Checker, Error, Result},
    event::{Event, emit},
    types::*,
};

/// Complains of an ODP that does not exist and of a port that it does not have; for a customer also of one that another
/// customer has. Customer and ODP stay locked until the transaction ends.
pub async fn check_line(
    tx: &mut Tx,
    check: &mut Checker,
    customer: Option<CustomerId>,
    odp: OdpId,
    port: Option<i64>,
) -> Result<()> {
    let others = match customer {
        Some(id) => {
            store::lock(tx, id).await?;
            fields::Others::Except(Some(id))
        }
        None => fields::Others::Whoever,
    };
    fields::check_port(tx, check, odp, port, others).await
}

/// Notes within the transaction of the work where a customer's line ends from now on; nowhere when it was taken down. The
/// port must be free, as for any change.
pub async fn set_line(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CustomerId,
    odp_id: Option<OdpId>,
    odp_port: Option<i64>,
) -> Result<()> {
    moved(tx, ctx, id, odp_id, odp_port).await.map(drop)
}

/// [`set_line`] for an installation, which puts a customer who waited for it in service.
pub async fn installed(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CustomerId,
    odp_id: Option<OdpId>,
    odp_port: Option<i64>,
) -> Result<()> {
    let row = moved(tx, ctx, id, odp_id, odp_port).await?;
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

/// Notes where the line ends; gives the customer as they were before.
async fn moved(
    tx: &mut Tx,
    ctx: &Ctx,
    id: CustomerId,
    odp_id: Option<OdpId>,
    odp_port: Option<i64>,
) -> Result<Row> {
    store::lock(tx, id).await?;
    let row = store::get(tx, Scope::All, id).await?.ok_or(Error::NotFound("customer"))?;
    let mut after = row.fields.clone();
    (after.odp_id, after.odp_port) = (odp_id, odp_port);
    let mut check = Checker::new();
    fields::check_references(tx, &mut check, Some(&row), Some(&after)).await?;
    check.finish()?;
    let changes = fields::changes(&row.fields, &after);
    if !changes.is_empty() {
        let name_key = terms::name_key(&after.name);
        store::update(tx, row.id, &after, &name_key, ctx.now).await.map_err(fields::taken)?;
        emit(tx, ctx, &subject(&row), Event::CustomerUpdated { changes }).await?;
    }
    Ok(row)
}
