//! Making and changing a customer.

use super::{
    Shell,
    customers::{areas, complaints, packages},
    view::{Choice, Opt},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Flash, Form, FormErrors, Frame, Posted, Shown, Visit},
};
use aglis_core::{
    catalog::{OdpFilter, service as catalog},
    customers::{Customer, CustomerChange, CustomerType, IpMode, NewCustomer, service as customers},
    error::Error,
    permission::Permission as P,
    types::{AreaId, OdpId, PackageId},
};
use askama::Template;
use axum::{http::StatusCode, response::Response, routing::get};
use std::collections::HashMap;

struct Input {
    name: &'static str,
    text: String,
    value: String,
    long: bool,
    required: bool,
}

#[derive(Template)]
#[template(path = "staff/customer_form.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    heading: String,
    action: String,
    version: String,
    inputs: Vec<Input>,
    choices: Vec<Choice>,
}

const INPUTS: [(&str, &str, bool, bool); 9] = [
    ("name", "staff-name", false, true),
    ("phone", "staff-phone", false, true),
    ("email", "staff-email", false, false),
    ("address", "staff-address", true, true),
    ("pic_name", "staff-pic", false, false),
    ("pic_phone", "staff-pic-phone", false, false),
    ("odp_port", "staff-odp-port", false, false),
    ("pppoe_username", "staff-pppoe", false, false),
    ("notes", "staff-notes", true, false),
];

type Values = HashMap<&'static str, String>;

const NAMES: [&str; 16] = [
    "name",
    "phone",
    "email",
    "address",
    "pic_name",
    "pic_phone",
    "odp_port",
    "pppoe_username",
    "notes",
    "type",
    "package_id",
    "area_id",
    "odp_id",
    "portal",
    "locale",
    "version",
];

fn of_form(form: &Form) -> Values {
    NAMES.into_iter().map(|name| (name, form.get(name).to_owned())).collect()
}

fn of_customer(customer: &Customer) -> Values {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    HashMap::from([
        ("name", customer.name.clone()),
        ("phone", customer.phone.clone()),
        ("email", text(&customer.email)),
        ("address", customer.address.clone()),
        ("pic_name", text(&customer.pic_name)),
        ("pic_phone", text(&customer.pic_phone)),
        ("odp_port", customer.odp_port.map(|port| port.to_string()).unwrap_or_default()),
        ("pppoe_username", text(&customer.pppoe_username)),
        ("notes", customer.notes.clone()),
        ("type", customer.customer_type.to_string()),
        ("package_id", customer.package.as_ref().map(|package| package.id.to_string()).unwrap_or_default()),
        ("area_id", customer.area_id.map(|id| id.to_string()).unwrap_or_default()),
        ("odp_id", customer.odp_id.map(|id| id.to_string()).unwrap_or_default()),
        ("portal", if customer.portal_enabled { "on" } else { "off" }.to_owned()),
        ("locale", customer.locale.clone()),
        ("version", customer.version.to_string()),
    ])
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    number: Option<&str>,
    values: &Values,
    errors: FormErrors,
) -> Result<Response, Error> {
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    let odps =
        catalog::odps(frame.ctx(), &OdpFilter { limit: Some(200), ..OdpFilter::default() }).await?.items;
    let odps = odps
        .into_iter()
        .map(|odp| (odp.id.to_string(), format!("{} ({}/{})", odp.name, odp.ports_used, odp.ports_total)));
    let switch = ["on", "off"].map(|word| Opt {
        value: word.to_owned(),
        text: frame.word("staff-portal", word),
        selected: value("portal") == word,
    });
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        heading: frame.t(if number.is_some() { "staff-customer-edit" } else { "staff-customer-new" }),
        action: number
            .map_or_else(|| "/customers/new".to_owned(), |number| format!("/customers/{number}/edit")),
        version: value("version"),
        inputs: INPUTS
            .into_iter()
            .map(|(name, text, long, required)| Input {
                name,
                text: frame.t(text),
                value: value(name),
                long,
                required,
            })
            .collect(),
        choices: vec![
            Choice::of(
                frame,
                "type",
                "staff-type",
                "staff-customer-type",
                CustomerType::ALL,
                &value("type"),
                None,
            ),
            packages(frame, &value("package_id"), "staff-nobody").await?,
            areas(frame, &value("area_id"), "staff-nobody").await?,
            Choice::among(frame, "odp_id", "staff-odp", odps, &value("odp_id"), "staff-nobody"),
            Choice { name: "portal", label: frame.t("staff-portal"), options: switch.into() },
        ],
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn new(Visit(frame): Visit) -> Shown {
    Ok(draw(&frame, StatusCode::OK, None, &Values::new(), FormErrors::none()).await?)
}

fn text(form: &Form, name: &str) -> Option<String> {
    form.given(name).map(str::to_owned)
}

async fn create(Posted { frame, form }: Posted) -> Shown {
    let new = NewCustomer {
        customer_type: form.get("type").parse().ok(),
        name: form.get("name").to_owned(),
        phone: form.get("phone").to_owned(),
        email: text(&form, "email"),
        pic_name: text(&form, "pic_name"),
        pic_phone: text(&form, "pic_phone"),
        address: form.get("address").to_owned(),
        area_id: form.get("area_id").parse().ok(),
        odp_id: form.get("odp_id").parse().ok(),
        odp_port: form.get("odp_port").parse().ok(),
        package_id: form.get("package_id").parse().ok(),
        pppoe_username: text(&form, "pppoe_username"),
        ip_mode: Some(IpMode::Dynamic),
        portal_enabled: Some(form.get("portal") != "off"),
        notes: text(&form, "notes"),
        ..NewCustomer::default()
    };
    match customers::create(frame.ctx(), new).await {
        Ok(customer) => {
            let said = Flash::ok(frame.t1("staff-customer-created", "number", &customer.number));
            Ok(frame.go_with(&format!("/customers/{}", customer.number), said))
        }
        Err(error) => {
            let errors = complaints(&frame, error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, None, &of_form(&form), errors).await?)
        }
    }
}

async fn edit(Visit(frame): Visit, Path(number): Path<String>) -> Shown {
    let id = customers::resolve(frame.ctx(), &number).await?;
    let customer = customers::get(frame.ctx(), id).await?;
    Ok(draw(&frame, StatusCode::OK, Some(&number), &of_customer(&customer), FormErrors::none()).await?)
}

async fn update(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = customers::resolve(frame.ctx(), &number).await?;
    let before = of_customer(&customers::get(frame.ctx(), id).await?);
    // Only what was changed is sent: what stands masked in a field stays as it is.
    let changed =
        |name: &str| Some(form.get(name).to_owned()).filter(|value| before.get(name) != Some(value));
    let number_of = |name: &str| changed(name).map(|value| value.parse::<i64>().unwrap_or(0));
    let change = CustomerChange {
        version: form.get("version").parse().ok(),
        customer_type: changed("type").and_then(|word| word.parse().ok()),
        name: changed("name"),
        phone: changed("phone"),
        email: changed("email"),
        pic_name: changed("pic_name"),
        pic_phone: changed("pic_phone"),
        address: changed("address"),
        area_id: number_of("area_id").filter(|id| *id > 0).map(AreaId),
        odp_id: number_of("odp_id").map(OdpId),
        odp_port: number_of("odp_port"),
        package_id: number_of("package_id").filter(|id| *id > 0).map(PackageId),
        pppoe_username: changed("pppoe_username"),
        portal_enabled: changed("portal").map(|word| word != "off"),
        notes: changed("notes"),
        ..CustomerChange::default()
    };
    match customers::update(frame.ctx(), id, change).await {
        Ok(_) => Ok(frame.go_with(&format!("/customers/{number}"), Flash::ok(frame.t("staff-done-saved")))),
        Err(error) => {
            let errors = complaints(&frame, error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, Some(&number), &of_form(&form), errors).await?)
        }
    }
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::CustomerCreate), "/customers/new", get(new).post(create)).page(
        Need::Permission(P::CustomerUpdate),
        "/customers/{number}/edit",
        get(edit).post(update),
    )
}
