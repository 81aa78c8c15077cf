//! From what people write to what is kept: every field checked, every complaint collected.

use super::super::{
    CustomerChange, CustomerType, IpMode, NewCustomer, News, rules,
    store::{self, Fields, Row},
    terms as words,
};
use crate::{
    accounts::check as common,
    catalog,
    db::{DbError, Tx},
    error::{Checker, Error, Result},
    event::Change,
    types::*,
};

/// The fields of a new customer; none when the telephone number is none, which is complained of.
pub fn of_new(check: &mut Checker, new: NewCustomer) -> Option<Fields> {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let name = check.text("name", &new.name, 120);
    let phone = rules::phone(check, "phone", &new.phone);
    let email = common::email(check, "email", &text(&new.email));
    let pic_name = given(check.optional_text("pic_name", &text(&new.pic_name), 120));
    let pic_phone = common::phone(check, "pic_phone", &text(&new.pic_phone));
    let address = check.text("address", &new.address, 500);
    rules::place(check, new.latitude, new.longitude);
    let pppoe_username = rules::pppoe_username(check, &text(&new.pppoe_username));
    let ip_mode = new.ip_mode.unwrap_or(IpMode::Dynamic);
    let ip_address = rules::ip_address(check, ip_mode, new.ip_address.as_deref());
    let locale = common::locale(check, new.locale.as_deref().unwrap_or("id"));
    let notes = check.optional_text("notes", &text(&new.notes), 4000);
    Some(Fields {
        customer_type: new.customer_type.unwrap_or(CustomerType::Residential),
        name,
        phone: phone?,
        email,
        pic_name,
        pic_phone,
        address,
        area_id: new.area_id,
        latitude: new.latitude,
        longitude: new.longitude,
        odp_id: new.odp_id,
        odp_port: new.odp_port,
        package_id: new.package_id,
        pppoe_username,
        ip_mode,
        ip_address,
        portal_enabled: new.portal_enabled.unwrap_or(true),
        locale,
        notify_whatsapp: new.notify_whatsapp.map_or_else(|| News::ALL.to_vec(), rules::news),
        notify_email: new.notify_email.map_or_else(|| News::ALL.to_vec(), rules::news),
        auto_answers: new.auto_answers.unwrap_or(true),
        notes,
    })
}

/// The fields after a change. Another ODP, or none, gives the port free unless a new one is named.
pub fn of_change(check: &mut Checker, before: &Fields, change: CustomerChange) -> Fields {
    let mut fields = before.clone();
    if let Some(value) = change.customer_type {
        fields.customer_type = value;
    }
    if let Some(value) = change.name {
        fields.name = check.text("name", &value, 120);
    }
    if let Some(phone) = change.phone.and_then(|value| rules::phone(check, "phone", &value)) {
        fields.phone = phone;
    }
    if let Some(value) = change.email {
        fields.email = common::email(check, "email", &value);
    }
    if let Some(value) = change.pic_name {
        fields.pic_name = given(check.optional_text("pic_name", &value, 120));
    }
    if let Some(value) = change.pic_phone {
        fields.pic_phone = common::phone(check, "pic_phone", &value);
    }
    if let Some(value) = change.address {
        fields.address = check.text("address", &value, 500);
    }
    if let Some(value) = change.area_id {
        fields.area_id = Some(value).filter(|area| area.0 != 0);
    }
    if change.latitude.is_some() || change.longitude.is_some() {
        fields.latitude = change.latitude.unwrap_or(before.latitude);
        fields.longitude = change.longitude.unwrap_or(before.longitude);
        rules::place(check, fields.latitude, fields.longitude);
    }
    if let Some(value) = change.odp_id {
        fields.odp_id = Some(value).filter(|odp| odp.0 != 0);
        if fields.odp_id != before.odp_id {
            fields.odp_port = None;
        }
    }
    if let Some(value) = change.odp_port {
        fields.odp_port = Some(value).filter(|port| *port != 0);
    }
    if let Some(value) = change.package_id {
        fields.package_id = Some(value).filter(|package| package.0 != 0);
    }
    if let Some(value) = change.pppoe_username {
        fields.pppoe_username = rules::pppoe_username(check, &value);
    }
    if change.ip_mode.is_some() || change.ip_address.is_some() {
        fields.ip_mode = change.ip_mode.unwrap_or(before.ip_mode);
        let kept = before.ip_address.clone().filter(|_| fields.ip_mode == IpMode::Static);
        let address = change.ip_address.or(kept);
        fields.ip_address = rules::ip_address(check, fields.ip_mode, address.as_deref());
    }
    if let Some(value) = change.portal_enabled {
        fields.portal_enabled = value;
    }
    if let Some(value) = change.locale {
        fields.locale = common::locale(check, &value);
    }
    if let Some(value) = change.notify_whatsapp {
        fields.notify_whatsapp = rules::news(value);
    }
    if let Some(value) = change.notify_email {
        fields.notify_email = rules::news(value);
    }
    if let Some(value) = change.auto_answers {
        fields.auto_answers = value;
    }
    if let Some(value) = change.notes {
        fields.notes = check.optional_text("notes", &value, 4000);
    }
    fields
}

fn given(text: String) -> Option<String> {
    Some(text).filter(|text| !text.is_empty())
}

/// Customers change their e-mail address, language and what they want to hear of, and nothing else.
pub fn refuse_what_staff_change(check: &mut Checker, change: &CustomerChange) {
    let CustomerChange {
        version: _,
        customer_type,
        name,
        phone,
        email: _,
        pic_name,
        pic_phone,
        address,
        area_id,
        latitude,
        longitude,
        odp_id,
        odp_port,
        package_id,
        pppoe_username,
        ip_mode,
        ip_address,
        portal_enabled,
        locale: _,
        notify_whatsapp: _,
        notify_email: _,
        auto_answers: _,
        notes,
    } = change;
    for (field, given) in [
        ("type", customer_type.is_some()),
        ("name", name.is_some()),
        ("phone", phone.is_some()),
        ("pic_name", pic_name.is_some()),
        ("pic_phone", pic_phone.is_some()),
        ("address", address.is_some()),
        ("area_id", area_id.is_some()),
        ("latitude", latitude.is_some()),
        ("longitude", longitude.is_some()),
        ("odp_id", odp_id.is_some()),
        ("odp_port", odp_port.is_some()),
        ("package_id", package_id.is_some()),
        ("pppoe_username", pppoe_username.is_some()),
        ("ip_mode", ip_mode.is_some()),
        ("ip_address", ip_address.is_some()),
        ("portal_enabled", portal_enabled.is_some()),
        ("notes", notes.is_some()),
    ] {
        check.ensure(!given, field, "staff_only", "ask customer service to change this");
    }
}

/// Checks what the fields point at and what must be unique, as far as it was changed. An ODP stays locked until the
/// transaction ends, so that two customers cannot be given one port.
pub async fn check_references(
    tx: &mut Tx,
    check: &mut Checker,
    before: Option<&Row>,
    fields: Option<&Fields>,
) -> Result<()> {
    let Some(fields) = fields else { return Ok(()) };
    let own = before.map(|row| row.id);
    let old = before.map(|row| &row.fields);
    if old.is_none_or(|old| old.phone != fields.phone)
        && let Some(other) = store::by_phone(tx, crate::app::Scope::All, &fields.phone).await?
        && Some(other) != own
    {
        let number = store::number(tx, other).await?;
        check.refuse(
            "phone",
            "taken",
            format!("customer {number} has this number; open that one or use another number"),
        );
    }
    if let Some(username) = &fields.pppoe_username
        && old.is_none_or(|old| old.pppoe_username != fields.pppoe_username)
        && let Some(other) = store::by_pppoe(tx, username).await?
        && Some(other) != own
    {
        let number = store::number(tx, other).await?;
        check.refuse("pppoe_username", "taken", format!("customer {number} has this user name; use another"));
    }
    if let Some(area) = fields.area_id
        && old.is_none_or(|old| old.area_id != fields.area_id)
        && catalog::service::area_in(tx, area).await?.is_none()
    {
        check.refuse("area_id", "unknown", format!("there is no area {area}; choose one of the areas"));
    }
    if let Some(package) = fields.package_id
        && old.is_none_or(|old| old.package_id != fields.package_id)
    {
        match catalog::service::package_in(tx, package).await? {
            None => {
                check.refuse(
                    "package_id",
                    "unknown",
                    format!("there is no package {package}; choose one of the packages"),
                );
            }
            Some(package) if !package.active => {
                check.refuse(
                    "package_id",
                    "inactive",
                    format!("{} is not sold any more; choose another", package.name),
                );
            }
            Some(_) => {}
        }
    }
    if old.is_none_or(|old| (old.odp_id, old.odp_port) != (fields.odp_id, fields.odp_port)) {
        match fields.odp_id {
            Some(odp) => check_port(tx, check, odp, fields.odp_port, Others::Except(own)).await?,
            None => {
                check.ensure(
                    fields.odp_port.is_none(),
                    "odp_id",
                    "required",
                    "choose the ODP that the port belongs to",
                );
            }
        }
    }
    Ok(())
}

/// Whether a port may be one that a customer has.
#[derive(Debug, Clone, Copy)]
pub enum Others {
    /// It must be free, or this customer's own.
    Except(Option<CustomerId>),
    /// It may be anybody's.
    Whoever,
}

/// Complains of an ODP that does not exist, of a port that it does not have, and of one that others have.
pub async fn check_port(
    tx: &mut Tx,
    check: &mut Checker,
    odp: OdpId,
    port: Option<i64>,
    others: Others,
) -> Result<()> {
    let Some((name, ports)) = catalog::service::odp_locked(tx, odp).await? else {
        check.refuse("odp_id", "unknown", format!("there is no ODP {odp}; choose one of the ODPs"));
        return Ok(());
    };
    let Some(port) = port else { return Ok(()) };
    let taken: Vec<_> = match others {
        Others::Except(own) => {
            store::ports(tx, odp).await?.into_iter().filter(|(_, who, _)| Some(*who) != own).collect()
        }
        Others::Whoever => Vec::new(),
    };
    let free: Vec<i64> = (1..=ports).filter(|port| !taken.iter().any(|(other, ..)| other == port)).collect();
    let choices = if free.is_empty() {
        format!("{name} has no free port; choose another ODP")
    } else {
        format!("choose a free port of {name}: {}", rules::spans(&free))
    };
    if !(1..=ports).contains(&port) {
        let choices = match others {
            Others::Except(_) => format!("; {choices}"),
            Others::Whoever => String::new(),
        };
        check.refuse("odp_port", "out_of_range", format!("{name} has ports 1 to {ports}{choices}"));
    } else if let Some((_, _, number)) = taken.iter().find(|(other, ..)| *other == port) {
        check.refuse("odp_port", "taken", format!("customer {number} has port {port}; {choices}"));
    }
    Ok(())
}

/// What a unique index refused although the checks before had found nothing: somebody was faster.
pub fn taken(error: DbError) -> Error {
    for (constraint, field) in
        [("odp_port", "odp_port"), ("pppoe_username", "pppoe_username"), ("phone", "phone")]
    {
        if error.is_constraint(constraint) {
            return Error::field(field, "taken", "another customer was just given this; choose another");
        }
    }
    error.into()
}

/// The words a customer is found by.
pub fn terms(number: &str, fields: &Fields) -> Vec<String> {
    let texts = [fields.name.as_str(), &fields.address, fields.pic_name.as_deref().unwrap_or_default()];
    let phones: Vec<&Phone> = std::iter::once(&fields.phone).chain(&fields.pic_phone).collect();
    words::index(number, &texts, &phones)
}

/// What differs, by field. Values that are personal data are left out.
pub fn changes(before: &Fields, after: &Fields) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut note = |field: &str, values: Option<(String, String)>| {
        let (from, to) = values.unzip();
        changes.push(Change { field: field.to_owned(), from, to });
    };
    macro_rules! personal {
        ($($field:ident),+) => {$( if before.$field != after.$field { note(stringify!($field), None) } )+};
    }
    macro_rules! plain {
        ($($name:literal $field:ident |$v:ident| $text:expr;)+) => {$(
            if before.$field != after.$field {
                let text = |$v: &Fields| -> String { $text };
                note($name, Some((text(before), text(after))));
            }
        )+};
    }
    personal!(name, phone, email, pic_name, pic_phone, address, latitude, longitude, notes);
    let id = |id: Option<i64>| id.map(|id| id.to_string()).unwrap_or_default();
    let joined = |news: &[News]| news.iter().map(|news| news.as_str()).collect::<Vec<_>>().join(",");
    plain! {
        "type" customer_type |f| f.customer_type.to_string();
        "area_id" area_id |f| id(f.area_id.map(|area| area.0));
        "odp_id" odp_id |f| id(f.odp_id.map(|odp| odp.0));
        "odp_port" odp_port |f| id(f.odp_port);
        "package_id" package_id |f| id(f.package_id.map(|package| package.0));
        "pppoe_username" pppoe_username |f| f.pppoe_username.clone().unwrap_or_default();
        "ip_mode" ip_mode |f| f.ip_mode.to_string();
        "ip_address" ip_address |f| f.ip_address.clone().unwrap_or_default();
        "portal_enabled" portal_enabled |f| f.portal_enabled.to_string();
        "locale" locale |f| f.locale.clone();
        "notify_whatsapp" notify_whatsapp |f| joined(&f.notify_whatsapp);
        "notify_email" notify_email |f| joined(&f.notify_email);
        "auto_answers" auto_answers |f| f.auto_answers.to_string();
    }
    changes
}
