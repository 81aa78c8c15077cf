//! What changes customers.

use super::{Create, Status, Tag, Update, facts, print};
use crate::{
    context::Context,
    failure::{Failure, Result},
    many::Many,
    operation::Operation,
};
use aglis_core::{
    client::Exit,
    customers::{Customer, CustomerChange, CustomerStatus, NewCustomer, SetCustomerStatus},
    types::OdpId,
};

/// `customer create`
pub(super) fn create(context: &Context, create: Create) -> Result {
    let fields = create.fields;
    let new = NewCustomer {
        customer_type: fields.customer_type,
        name: create.name,
        phone: create.phone,
        email: fields.email,
        pic_name: fields.pic_name,
        pic_phone: fields.pic_phone,
        address: create.address,
        area_id: fields.area,
        latitude: fields.latitude,
        longitude: fields.longitude,
        odp_id: fields.odp.map(OdpId),
        odp_port: fields.port,
        package_id: fields.package,
        pppoe_username: fields.pppoe,
        ip_mode: fields.ip_mode,
        ip_address: fields.ip_address,
        status: create.status,
        portal_enabled: fields.portal,
        auto_answers: fields.auto_answers,
        locale: fields.language,
        notes: fields.notes,
        tags: create.tag,
        ..NewCustomer::default()
    };
    if context.global.dry_run {
        context.out.remark("dry run: would create this customer");
        context.out.text(&format!("{}\n", serde_json::to_string_pretty(&new)?))?;
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, create.given.operation)?;
    let client = context.client()?;
    operation.tell();
    let customer = context.block_on(async {
        let made = client.create_customer(&new, operation.id()).await;
        made.map_err(|error| operation.failed(error.into()))
    })?;
    operation.one(&customer.id.to_string(), &customer, |table| facts(context, table, &customer))?;
    Ok(Exit::Done)
}

/// `customer update`
pub(super) fn update(context: &Context, update: Update) -> Result {
    let fields = update.fields;
    let coordinate = |degrees: Option<f64>| (update.no_coordinates || degrees.is_some()).then_some(degrees);
    let change = CustomerChange {
        version: None,
        customer_type: fields.customer_type,
        name: update.name,
        phone: update.phone,
        email: fields.email,
        pic_name: fields.pic_name,
        pic_phone: fields.pic_phone,
        address: update.address,
        area_id: fields.area,
        latitude: coordinate(fields.latitude),
        longitude: coordinate(fields.longitude),
        odp_id: fields.odp.map(OdpId),
        odp_port: fields.port,
        package_id: fields.package,
        pppoe_username: fields.pppoe,
        ip_mode: fields.ip_mode,
        ip_address: fields.ip_address,
        portal_enabled: fields.portal,
        auto_answers: fields.auto_answers,
        locale: fields.language,
        notify_whatsapp: update.notify_whatsapp.map(|wanted| wanted.0),
        notify_email: update.notify_email.map(|wanted| wanted.0),
        notes: fields.notes,
    };
    let asked = serde_json::to_value(&change)?;
    if asked.as_object().is_none_or(serde_json::Map::is_empty) {
        return Err(Failure::usage("nothing to change was given").hint("see aglisctl customer update --help"));
    }
    let client = context.client()?;
    context.block_on(async {
        let current = client.customer(&update.one.customer, false).await?;
        if context.global.dry_run {
            context.out.remark(format!("dry run: would change {}", current.number));
            context.out.text(&format!("{}\n", serde_json::to_string_pretty(&asked)?))?;
            return Ok(Exit::Done);
        }
        // What somebody else changed since it was read is not overwritten.
        let change = CustomerChange { version: Some(current.version), ..change };
        print(context, &client.change_customer(current.id, &change).await?)
    })
}

/// `customer status`
pub(super) fn status(context: &Context, status: Status) -> Result {
    let to = status.status;
    if matches!(to, CustomerStatus::Suspended | CustomerStatus::Terminated) && status.reason.is_none() {
        return Err(Failure::usage(format!("{to} needs a --reason")));
    }
    let body = SetCustomerStatus { status: to, reason: status.reason };
    Many::new(context, status.chosen)?.run(
        "customer",
        &format!("set {{}} to {to}"),
        to != CustomerStatus::Terminated,
        move |client, id| async move {
            let customer = client.customer(id, false).await?;
            Ok(format!("{} ({}): {} -> {to}", customer.number, customer.name, customer.status))
        },
        move |client, id, key| {
            let body = body.clone();
            async move { client.set_customer_status(id, &body, &key).await }
        },
        |customer: &Customer| format!("{} is {}", customer.number, customer.status),
    )
}

/// `customer tag`
pub(super) fn tag(context: &Context, tag: Tag) -> Result {
    let (add, remove) = (tag.add, tag.remove);
    let signs = |tags: &[String], sign: &str| {
        tags.iter().map(|tag| format!("{sign}{tag}")).collect::<Vec<_>>().join(" ")
    };
    let would = format!("{} {}", signs(&add, "+"), signs(&remove, "-")).trim().to_owned();
    let what = format!("tag {{}} {would}");
    Many::new(context, tag.chosen)?.run(
        "customer",
        &what,
        true,
        move |client, id| {
            let would = would.clone();
            async move {
                let customer = client.customer(id, false).await?;
                Ok(format!("{} ({}) [{}]: {would}", customer.number, customer.name, customer.tags.join(", ")))
            }
        },
        move |client, id, _| {
            let (add, remove) = (add.clone(), remove.clone());
            async move {
                for tag in add {
                    client.add_tag(&id, &tag).await?;
                }
                for tag in remove {
                    client.remove_tag(&id, &tag).await?;
                }
                client.customer(&id, false).await
            }
        },
        |customer: &Customer| format!("{}: {}", customer.number, customer.tags.join(", ")),
    )
}
