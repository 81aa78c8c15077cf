//! A customer's number: for whoever is to visit them, and when it changes.

use super::{assemble, fields, load, subject};
use crate::{
    app::{Ctx, Scope},
    customers::{
        Customer,
        store::{self, Fields},
        terms,
    },
    db::Tx,
    error::{Error, Result},
    event::{self, Event, emit},
    portal_access,
    types::*,
};

/// A look at the same customer within so many seconds is not recorded again: pages refresh by themselves.
const ONE_LOOK_S: i64 = 12 * 3600;

/// A customer as those see them who work for them: technicians on the team of a ticket that is not finished see how to
/// reach the customer, and that they looked is recorded once a day. For everybody else it is [`super::get`].
pub async fn contact(ctx: &Ctx, id: CustomerId) -> Result<Customer> {
    let Scope::Technician(technician) = ctx.actor.scope() else { return super::get(ctx, id).await };
    let mut tx = ctx.app.db.read().await?;
    if !store::works_for(&mut tx, technician, id).await? {
        drop(tx);
        return super::get(ctx, id).await;
    }
    let row = load(&mut tx, ctx, id).await?;
    let who = (ctx.actor.kind(), ctx.actor.id());
    let since = ctx.now.plus_seconds(-ONE_LOOK_S);
    let looked = event::store::revealed_since(&mut tx, id, who, since).await?;
    let subject = subject(&row);
    let customer = assemble(&mut tx, row, false).await?;
    drop(tx);
    if !looked {
        let mut tx = ctx.app.db.write().await?;
        let fields = ["phone", "email", "pic_phone"].map(str::to_owned).to_vec();
        emit(&mut tx, ctx, &subject, Event::PersonalDataRevealed { fields }).await?;
        tx.commit().await?;
    }
    Ok(customer)
}

/// Gives a customer another number, which they have proved to hold, and ends every sign-in to the portal.
///
/// # Errors
/// [`Error::Conflict`] with `phone_taken` when another account has it; whose it is, is not said.
pub async fn change_phone(tx: &mut Tx, ctx: &Ctx, id: CustomerId, phone: Phone) -> Result<()> {
    let taken = || Error::conflict("phone_taken", "another account has this number; ask customer service");
    store::lock(tx, id).await?;
    let row = load(tx, ctx, id).await?;
    if store::by_phone(tx, Scope::All, &phone).await?.is_some() {
        return Err(taken());
    }
    let after = Fields { phone, ..row.fields.clone() };
    let name_key = terms::name_key(&after.name);
    store::update(tx, id, &after, &name_key, ctx.now)
        .await
        .map_err(|error| if error.is_constraint("phone") { taken() } else { error.into() })?;
    store::set_terms(tx, id, &fields::terms(&row.number, &after)).await?;
    portal_access::service::shut_out(tx, ctx, id).await?;
    emit(tx, ctx, &subject(&row), Event::CustomerPhoneChanged {}).await?;
    Ok(())
}
