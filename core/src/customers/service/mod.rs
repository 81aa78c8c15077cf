//! Use cases of customers.

mod contact;
mod fields;
mod line;
mod list;
mod timeline;

pub use contact::{change_phone, contact};
pub use line::{check_line, installed, set_line};
pub use list::{choose, conditions, list};
pub use timeline::timeline;

use super::{
    Customer, CustomerChange, CustomerStatus, NewCustomer, SetCustomerStatus, rules,
    store::{self, Row},
    terms,
};
use crate::{
    app::{Ctx, Scope},
    catalog,
    counter::{self, Series},
    db::Tx,
    error::{Checker, Error, Result},
    event::{Change, Event, Subject, emit},
    permission::Permission,
    portal_access,
    types::*,
};

/// A customer as the actor may see them. Staff see personal data masked; [`reveal`] shows it.
pub async fn get(ctx: &Ctx, id: CustomerId) -> Result<Customer> {
    let mut tx = ctx.app.db.read().await?;
    let row = load(&mut tx, ctx, id).await?;
    whole(&mut tx, ctx, row).await
}

/// What a notification says of a customer.
pub type Brief = store::BriefRow;

/// A customer in few words, within somebody else's transaction.
pub async fn brief(tx: &mut Tx, id: CustomerId) -> Result<Option<Brief>> {
    Ok(store::brief(tx, id).await?)
}

/// Finds a customer by what people type: an identifier, a number (`AGLS…`) or a telephone number.
pub async fn resolve(ctx: &Ctx, text: &str) -> Result<CustomerId> {
    let text = text.trim();
    let scope = ctx.actor.scope();
    let mut tx = ctx.app.db.read().await?;
    let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let found = if digits && text.len() < 9 && !text.starts_with('0') {
        let id = text.parse().map_err(|_| Error::NotFound("customer"))?;
        store::get(&mut tx, scope, id).await?.map(|row| row.id)
    } else if let Ok(phone) = text.parse::<Phone>() {
        store::by_phone(&mut tx, scope, &phone).await?
    } else {
        store::by_number(&mut tx, scope, &text.to_ascii_uppercase()).await?
    };
    found.ok_or(Error::NotFound("customer"))
}

/// Shows a customer with personal data unmasked, and records that it was looked at.
pub async fn reveal(ctx: &Ctx, id: CustomerId) -> Result<Customer> {
    let mut tx = ctx.app.db.write().await?;
    let row = load(&mut tx, ctx, id).await?;
    let fields = ["phone", "email", "pic_phone"].map(str::to_owned).to_vec();
    emit(&mut tx, ctx, &subject(&row), Event::PersonalDataRevealed { fields }).await?;
    let customer = assemble(&mut tx, row, false).await?;
    tx.commit().await?;
    Ok(customer)
}

/// Makes a customer with a number of the local day. One who is in service already is taken over by those who may change
/// an account's status; nobody begins as suspended or terminated.
pub async fn create(ctx: &Ctx, new: NewCustomer) -> Result<Customer> {
    let mut check = Checker::new();
    let status = new.status.unwrap_or(CustomerStatus::PendingInstallation);
    if status != CustomerStatus::PendingInstallation {
        ctx.require(Permission::CustomerStatus)?;
    }
    check.ensure(
        !status.needs_reason(),
        "status",
        "not_at_first",
        format!("make the customer first, then change the status to {status} and say why"),
    );
    let mut tags: Vec<String> = new.tags.iter().map(|tag| rules::tag(&mut check, "tags", tag)).collect();
    tags.sort_unstable();
    tags.dedup();
    check.ensure(
        tags.len() <= rules::MOST_TAGS,
        "tags",
        "too_many",
        format!("use at most {} tags", rules::MOST_TAGS),
    );
    let fields = fields::of_new(&mut check, new);

    let mut tx = ctx.app.db.write().await?;
    fields::check_references(&mut tx, &mut check, None, fields.as_ref()).await?;
    check.finish()?;
    // Without complaints the fields are all there.
    let fields =
        fields.ok_or_else(|| Error::Internal("a customer without fields passed the checks".into()))?;
    let number = counter::next(&mut tx, ctx, Series::Customer).await?;
    let activated_at = (status == CustomerStatus::Active).then_some(ctx.now);
    let name_key = terms::name_key(&fields.name);
    let id = store::insert(&mut tx, &number, &fields, &name_key, status, activated_at, ctx.now)
        .await
        .map_err(fields::taken)?;
    store::set_terms(&mut tx, id, &fields::terms(&number, &fields)).await?;
    for tag in &tags {
        store::tag(&mut tx, id, tag).await?;
    }
    let subject = Subject::customer(id, &number);
    emit(&mut tx, ctx, &subject, Event::CustomerCreated { number }).await?;
    finish(tx, ctx, id).await
}

/// Changes a customer's fields. Customers may change how they are reached; the rest is for staff. Another phone number,
/// or the portal switched off, ends every sign-in to the portal.
pub async fn update(ctx: &Ctx, id: CustomerId, change: CustomerChange) -> Result<Customer> {
    let mut tx = ctx.app.db.write().await?;
    store::lock(&mut tx, id).await?;
    let row = load(&mut tx, ctx, id).await?;
    if let Some(version) = change.version.filter(|version| *version != row.version) {
        return Err(Error::conflict(
            "version_mismatch",
            format!(
                "somebody changed this customer since: it has version {}, yours was {version}; load it again",
                row.version
            ),
        ));
    }
    let mut check = Checker::new();
    if ctx.actor.scope() != Scope::All {
        fields::refuse_what_staff_change(&mut check, &change);
    }
    let fields = fields::of_change(&mut check, &row.fields, change);
    fields::check_references(&mut tx, &mut check, Some(&row), Some(&fields)).await?;
    check.finish()?;
    let changes = fields::changes(&row.fields, &fields);
    if changes.is_empty() {
        return whole(&mut tx, ctx, row).await;
    }
    store::update(&mut tx, id, &fields, &terms::name_key(&fields.name), ctx.now)
        .await
        .map_err(fields::taken)?;
    store::set_terms(&mut tx, id, &fields::terms(&row.number, &fields)).await?;
    let shut = row.fields.portal_enabled && !fields.portal_enabled;
    if shut || fields.phone != row.fields.phone {
        portal_access::service::shut_out(&mut tx, ctx, id).await?;
    }
    emit(&mut tx, ctx, &subject(&row), Event::CustomerUpdated { changes }).await?;
    finish(tx, ctx, id).await
}

/// Switches automatic answers on or off because the customer said so in a message; part of the caller's transaction.
pub async fn set_auto_answers(tx: &mut Tx, ctx: &Ctx, id: CustomerId, on: bool) -> Result<()> {
    let Some(number) = store::set_auto_answers(tx, id, on, ctx.now).await? else { return Ok(()) };
    let change =
        Change { field: "auto_answers".to_owned(), from: Some((!on).to_string()), to: Some(on.to_string()) };
    let event = Event::CustomerUpdated { changes: vec![change] };
    emit(tx, ctx, &Subject::customer(id, number), event).await.map(drop)
}

/// Moves an account to another status.
pub async fn set_status(ctx: &Ctx, id: CustomerId, set: SetCustomerStatus) -> Result<Customer> {
    let mut check = Checker::new();
    let reason = check.optional_text("reason", set.reason.as_deref().unwrap_or_default(), 500);
    check.ensure(
        !set.status.needs_reason() || !reason.is_empty(),
        "reason",
        "required",
        format!("say why the account is to be {}", set.status),
    );
    check.finish()?;
    let mut tx = ctx.app.db.write().await?;
    store::lock(&mut tx, id).await?;
    let row = load(&mut tx, ctx, id).await?;
    if !row.status.next().contains(&set.status) {
        return Err(Error::Conflict {
            code: "illegal_transition",
            message: if row.status == set.status {
                format!("the account is {} already", row.status)
            } else {
                format!("an account that is {} cannot become {}", row.status, set.status)
            },
            allowed: row.status.next().iter().map(ToString::to_string).collect(),
        });
    }
    let activated_at = (set.status == CustomerStatus::Active).then_some(ctx.now);
    store::set_status(&mut tx, id, set.status, activated_at, ctx.now).await?;
    let event = Event::CustomerStatusChanged {
        from: row.status.to_string(),
        to: set.status.to_string(),
        reason: Some(reason).filter(|reason| !reason.is_empty()),
    };
    emit(&mut tx, ctx, &subject(&row), event).await?;
    finish(tx, ctx, id).await
}

/// Puts a tag on a customer; one that is there already stays.
pub async fn tag(ctx: &Ctx, id: CustomerId, tag: &str) -> Result<Customer> {
    let mut check = Checker::new();
    let tag = rules::tag(&mut check, "tag", tag);
    check.finish()?;
    let mut tx = ctx.app.db.write().await?;
    store::lock(&mut tx, id).await?;
    let row = load(&mut tx, ctx, id).await?;
    if store::tag(&mut tx, id, &tag).await? {
        if store::tags(&mut tx, id).await?.len() > rules::MOST_TAGS {
            return Err(Error::field(
                "tag",
                "too_many",
                format!("a customer has at most {} tags; take one off first", rules::MOST_TAGS),
            ));
        }
        emit(&mut tx, ctx, &subject(&row), Event::CustomerTagged { tag }).await?;
    }
    finish(tx, ctx, id).await
}

/// Takes a tag off a customer; one that is not there is no error.
pub async fn untag(ctx: &Ctx, id: CustomerId, tag: &str) -> Result<Customer> {
    let mut check = Checker::new();
    let tag = rules::tag(&mut check, "tag", tag);
    check.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let row = load(&mut tx, ctx, id).await?;
    if store::untag(&mut tx, id, &tag).await? {
        emit(&mut tx, ctx, &subject(&row), Event::CustomerUntagged { tag }).await?;
    }
    finish(tx, ctx, id).await
}

async fn load(tx: &mut Tx, ctx: &Ctx, id: CustomerId) -> Result<Row> {
    store::get(tx, ctx.actor.scope(), id).await?.ok_or(Error::NotFound("customer"))
}

fn subject(row: &Row) -> Subject {
    Subject::customer(row.id, &row.number)
}

/// Commits and gives the customer as it is now.
async fn finish(mut tx: Tx, ctx: &Ctx, id: CustomerId) -> Result<Customer> {
    let row = load(&mut tx, ctx, id).await?;
    let customer = whole(&mut tx, ctx, row).await?;
    tx.commit().await?;
    Ok(customer)
}

/// The customer with tags and package; their own data is not hidden from themselves.
async fn whole(tx: &mut Tx, ctx: &Ctx, row: Row) -> Result<Customer> {
    let masked = ctx.actor.scope() != Scope::Customer(row.id);
    assemble(tx, row, masked).await
}

async fn assemble(tx: &mut Tx, row: Row, masked: bool) -> Result<Customer> {
    let Row {
        id,
        number,
        fields,
        area_name,
        odp_name,
        status,
        version,
        activated_at,
        created_at,
        updated_at,
    } = row;
    let package = match fields.package_id {
        Some(package) => catalog::service::package_in(tx, package).await?,
        None => None,
    };
    let show = |phone: &Phone| if masked { phone.masked() } else { phone.as_str().to_owned() };
    Ok(Customer {
        id,
        number,
        customer_type: fields.customer_type,
        name: fields.name,
        phone: show(&fields.phone),
        email: fields.email.map(|email| if masked { rules::masked_email(&email) } else { email }),
        pic_name: fields.pic_name,
        pic_phone: fields.pic_phone.as_ref().map(show),
        address: fields.address,
        area_id: fields.area_id,
        area_name,
        latitude: fields.latitude,
        longitude: fields.longitude,
        odp_id: fields.odp_id,
        odp_name,
        odp_port: fields.odp_port,
        package,
        pppoe_username: fields.pppoe_username,
        ip_mode: fields.ip_mode,
        ip_address: fields.ip_address,
        status,
        portal_enabled: fields.portal_enabled,
        locale: fields.locale,
        notify_whatsapp: fields.notify_whatsapp,
        notify_email: fields.notify_email,
        auto_answers: fields.auto_answers,
        notes: fields.notes,
        tags: store::tags(tx, id).await?,
        version,
        activated_at,
        created_at,
        updated_at,
    })
}
