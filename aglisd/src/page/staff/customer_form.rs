//! Making and changing a customer.

use super::{
    Shell, conflict,
    customers::{areas, packages},
    odp::{self, OdpField},
    view::{Choice, Opt, languages},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Flash, Form, FormErrors, Frame, Posted, Shown, Visit, once},
};
use aglis_core::{
    customers::{Customer, CustomerChange, CustomerType, IpMode, NewCustomer, News, service as customers},
    error::{Error, FieldError},
    permission::Permission as P,
    types::{AreaId, OdpId, PackageId},
};
use askama::Template;
use axum::{http::StatusCode, response::Response, routing::get};
use std::collections::HashMap;

struct Input {
    name: &'static str,
    text: String,
    hint: String,
    hint_id: String,
    value: String,
    long: bool,
    required: bool,
}

struct Tick {
    id: String,
    name: &'static str,
    value: &'static str,
    text: String,
    on: bool,
}

enum Field {
    Input(Input),
    Choice(Choice),
    Odp,
    Tick(Tick),
}

struct Section {
    heading: String,
    fields: Vec<Field>,
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
    sections: Vec<Section>,
    odp: OdpField,
}

type Values = HashMap<&'static str, String>;

const NAMES: [&str; 20] = [
    "name",
    "phone",
    "email",
    "address",
    "place",
    "pic_name",
    "pic_phone",
    odp::NAME,
    "odp_port",
    "pppoe_username",
    "ip_mode",
    "ip_address",
    "notes",
    "type",
    "package_id",
    "area_id",
    "portal",
    "auto_answers",
    "locale",
    "version",
];
/// The fields that come once for each kind of news that is wanted by that way.
const NEWS: [(&str, &str); 2] =
    [("notify_whatsapp", "staff-notify-whatsapp"), ("notify_email", "staff-notify-email")];

fn joined(news: &[News]) -> String {
    news.iter().map(|news| news.as_str()).collect::<Vec<_>>().join(",")
}

fn of_form(form: &Form) -> Values {
    let once = NAMES.into_iter().map(|name| (name, form.get(name).to_owned()));
    once.chain(NEWS.into_iter().map(|(name, _)| (name, joined(&form.words(name))))).collect()
}

fn of_nobody() -> Values {
    [("locale", "id"), ("portal", "on"), ("auto_answers", "on"), ("ip_mode", IpMode::Dynamic.as_str())]
        .into_iter()
        .map(|(name, value)| (name, value.to_owned()))
        .chain(NEWS.into_iter().map(|(name, _)| (name, joined(News::ALL))))
        .collect()
}

fn of_customer(customer: &Customer) -> Values {
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    let place = customer.latitude.zip(customer.longitude);
    HashMap::from([
        ("name", customer.name.clone()),
        ("phone", customer.phone.clone()),
        ("email", text(&customer.email)),
        ("address", customer.address.clone()),
        ("place", place.map(|(latitude, longitude)| format!("{latitude}, {longitude}")).unwrap_or_default()),
        ("pic_name", text(&customer.pic_name)),
        ("pic_phone", text(&customer.pic_phone)),
        (odp::NAME, text(&customer.odp_name)),
        ("odp_port", customer.odp_port.map(|port| port.to_string()).unwrap_or_default()),
        ("pppoe_username", text(&customer.pppoe_username)),
        ("ip_mode", customer.ip_mode.to_string()),
        ("ip_address", text(&customer.ip_address)),
        ("notes", customer.notes.clone()),
        ("type", customer.customer_type.to_string()),
        ("package_id", customer.package.as_ref().map(|package| package.id.to_string()).unwrap_or_default()),
        ("area_id", customer.area_id.map(|id| id.to_string()).unwrap_or_default()),
        ("portal", if customer.portal_enabled { "on" } else { "off" }.to_owned()),
        ("auto_answers", if customer.auto_answers { "on" } else { "off" }.to_owned()),
        ("locale", customer.locale.clone()),
        ("notify_whatsapp", joined(&customer.notify_whatsapp)),
        ("notify_email", joined(&customer.notify_email)),
        ("version", customer.version.to_string()),
    ])
}

/// Two numbers as maps give them, `-6.3021, 107.2820`; a decimal comma is understood where a blank parts the two.
fn coordinates(text: &str) -> Option<(f64, f64)> {
    let text = text.replace('−', "-");
    let words: Vec<&str> = text.split_whitespace().collect();
    let parts: Vec<&str> = if words.len() == 2 { words } else { text.split([',', ';']).collect() };
    let [latitude, longitude] = parts[..] else { return None };
    let number = |part: &str| {
        let part = part.trim().trim_end_matches([',', ';']).replace(',', ".");
        part.parse::<f64>().ok().filter(|number| number.is_finite())
    };
    Some((number(latitude)?, number(longitude)?))
}

fn place(form: &Form, wrong: &mut Vec<FieldError>) -> (Option<f64>, Option<f64>) {
    let Some(text) = form.given("place") else { return (None, None) };
    let found = coordinates(text);
    if found.is_none() {
        wrong.push(FieldError::new(
            "place",
            "invalid",
            "enter latitude and longitude, such as -6.3021, 107.2820",
        ));
    }
    found.unzip()
}

/// A tick for each kind of news and each way.
fn ticks(frame: &Frame, values: &Values) -> Vec<Field> {
    let mut ticks = Vec::new();
    for (name, text) in NEWS {
        let wanted = values.get(name).map_or("", String::as_str);
        for news in News::ALL {
            let word = news.as_str();
            let text = frame.t1(text, "news", frame.word("staff-news", word));
            let on = wanted.split(',').any(|one| one == word);
            ticks.push(Field::Tick(Tick { id: format!("{name}-{word}"), name, value: word, text, on }));
        }
    }
    ticks
}

async fn sections(frame: &Frame, values: &Values) -> Result<Vec<Section>, Error> {
    let value = |name: &str| values.get(name).cloned().unwrap_or_default();
    let input = |name, text: &str, long, required| {
        let hint = frame.try_t(&format!("{text}-hint")).unwrap_or_default();
        let hint_id = if hint.is_empty() { String::new() } else { format!("{name}-hint") };
        Field::Input(Input { name, text: frame.t(text), hint, hint_id, value: value(name), long, required })
    };
    let switch = |name: &str, area: &str| {
        let chosen = value(name);
        let word = |word: &str| Opt {
            value: word.to_owned(),
            text: frame.word(area, word),
            selected: chosen == word,
        };
        vec![word("on"), word("off")]
    };
    let kind = Choice::of(
        frame,
        "type",
        "staff-type",
        "staff-customer-type",
        CustomerType::ALL,
        &value("type"),
        None,
    );
    let mode =
        Choice::of(frame, "ip_mode", "staff-ip-mode", "staff-ip-mode", IpMode::ALL, &value("ip_mode"), None);
    Ok(vec![
        Section {
            heading: frame.t("staff-customer-who"),
            fields: vec![
                Field::Choice(kind),
                input("name", "staff-name", false, true),
                input("phone", "staff-phone", false, true),
                input("email", "staff-email", false, false),
                input("pic_name", "staff-pic", false, false),
                input("pic_phone", "staff-pic-phone", false, false),
            ],
        },
        Section {
            heading: frame.t("staff-customer-where"),
            fields: vec![
                input("address", "staff-address", true, true),
                Field::Choice(areas(frame, &value("area_id"), "staff-nobody").await?),
                input("place", "staff-place", false, false),
            ],
        },
        Section {
            heading: frame.t("staff-customer-line"),
            fields: vec![
                Field::Choice(packages(frame, &value("package_id"), "staff-nobody").await?),
                Field::Odp,
                input("odp_port", "staff-odp-port", false, false),
                input("pppoe_username", "staff-pppoe", false, false),
                Field::Choice(mode),
                input("ip_address", "staff-ip", false, false),
            ],
        },
        Section {
            heading: frame.t("staff-customer-reach"),
            fields: [
                Field::Choice(Choice {
                    name: "portal",
                    label: frame.t("staff-portal"),
                    options: switch("portal", "staff-portal"),
                }),
                Field::Choice(Choice {
                    name: "auto_answers",
                    label: frame.t("staff-auto-answers"),
                    options: switch("auto_answers", "staff-auto-answers"),
                }),
                Field::Choice(Choice {
                    name: "locale",
                    label: frame.t("staff-language"),
                    options: languages(&value("locale")),
                }),
            ]
            .into_iter()
            .chain(ticks(frame, values))
            .chain([input("notes", "staff-notes", true, false)])
            .collect(),
        },
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
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        heading: frame.t(if number.is_some() { "staff-customer-edit" } else { "staff-customer-new" }),
        action: number
            .map_or_else(|| "/customers/new".to_owned(), |number| format!("/customers/{number}/edit")),
        version: value("version"),
        sections: sections(frame, values).await?,
        odp: odp::field(frame, value(odp::NAME), value("area_id").parse().ok().map(AreaId)).await?,
        frame,
    };
    Ok(frame.html(status, &page))
}

/// What is wrong with the form, or the error itself where the form is not to blame.
fn complaints(frame: &Frame, error: Error) -> Result<FormErrors, Error> {
    match error {
        Error::Conflict { code, message, .. } => Ok(FormErrors::one("form", conflict(frame, code, message))),
        Error::Invalid(mut fields) => {
            for field in &mut fields {
                match field.field.as_str() {
                    "latitude" | "longitude" => "place".clone_into(&mut field.field),
                    "portal_enabled" => "portal".clone_into(&mut field.field),
                    _ => {}
                }
            }
            fields.dedup_by(|a, b| a.field == b.field);
            Ok(FormErrors::from_fields(frame, "staff", &fields))
        }
        other => Err(other),
    }
}

async fn new(Visit(frame): Visit) -> Shown {
    Ok(draw(&frame, StatusCode::OK, None, &of_nobody(), FormErrors::none()).await?)
}

fn text(form: &Form, name: &str) -> Option<String> {
    form.given(name).map(str::to_owned)
}

async fn create(posted: Posted) -> Shown {
    once(posted, "/customers", make).await
}

async fn make(Posted { frame, form }: Posted) -> Shown {
    let made = async {
        let mut wrong = Vec::new();
        let (latitude, longitude) = place(&form, &mut wrong);
        let odp_id = odp::typed(&frame, &form, &mut wrong).await?;
        let new = NewCustomer {
            customer_type: form.get("type").parse().ok(),
            name: form.get("name").to_owned(),
            phone: form.get("phone").to_owned(),
            email: text(&form, "email"),
            pic_name: text(&form, "pic_name"),
            pic_phone: text(&form, "pic_phone"),
            address: form.get("address").to_owned(),
            area_id: form.get("area_id").parse().ok(),
            latitude,
            longitude,
            odp_id,
            odp_port: odp::port(&form, &mut wrong),
            package_id: form.get("package_id").parse().ok(),
            pppoe_username: text(&form, "pppoe_username"),
            ip_mode: form.get("ip_mode").parse().ok(),
            ip_address: text(&form, "ip_address"),
            portal_enabled: Some(form.get("portal") != "off"),
            auto_answers: Some(form.get("auto_answers") != "off"),
            locale: text(&form, "locale"),
            notify_whatsapp: Some(form.words("notify_whatsapp")),
            notify_email: Some(form.words("notify_email")),
            notes: text(&form, "notes"),
            ..NewCustomer::default()
        };
        if !wrong.is_empty() {
            return Err(Error::Invalid(wrong));
        }
        customers::create(frame.ctx(), new).await
    };
    match made.await {
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

/// What the form changes. Only what differs is sent: what stands masked in a field stays as it is.
async fn change(frame: &Frame, form: &Form, customer: &Customer) -> Result<CustomerChange, Error> {
    let before = of_customer(customer);
    let changed =
        |name: &str| Some(form.get(name).to_owned()).filter(|value| before.get(name) != Some(value));
    let news =
        |name: &str, before: &[News]| Some(form.words(name)).filter(|ticked: &Vec<News>| ticked != before);
    // Nothing chosen removes it.
    let chosen = |name: &str| changed(name).map(|value| value.parse::<i64>().unwrap_or(0));
    let mut wrong = Vec::new();
    // An emptied field takes them away.
    let (latitude, longitude) = changed("place").map(|_| place(form, &mut wrong)).unzip();
    let odp_id = match changed(odp::NAME) {
        Some(_) => Some(odp::typed(frame, form, &mut wrong).await?.unwrap_or(OdpId(0))),
        None => None,
    };
    // Another ODP gives the old port free: the one in the form is meant for the new one.
    let port = odp::port(form, &mut wrong);
    let odp_port = match odp_id {
        Some(OdpId(0)) => changed("odp_port").and(port),
        Some(_) => port,
        None => changed("odp_port").map(|_| port.unwrap_or(0)),
    };
    if !wrong.is_empty() {
        return Err(Error::Invalid(wrong));
    }
    Ok(CustomerChange {
        version: form.get("version").parse().ok(),
        customer_type: changed("type").and_then(|word| word.parse().ok()),
        name: changed("name"),
        phone: changed("phone"),
        email: changed("email"),
        pic_name: changed("pic_name"),
        pic_phone: changed("pic_phone"),
        address: changed("address"),
        area_id: chosen("area_id").map(AreaId),
        latitude,
        longitude,
        odp_id,
        odp_port,
        package_id: chosen("package_id").map(PackageId),
        pppoe_username: changed("pppoe_username"),
        ip_mode: changed("ip_mode").and_then(|word| word.parse().ok()),
        ip_address: changed("ip_address"),
        portal_enabled: changed("portal").map(|word| word != "off"),
        auto_answers: changed("auto_answers").filter(|word| !word.is_empty()).map(|word| word != "off"),
        locale: changed("locale"),
        notify_whatsapp: news("notify_whatsapp", &customer.notify_whatsapp),
        notify_email: news("notify_email", &customer.notify_email),
        notes: changed("notes"),
    })
}

async fn update(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let id = customers::resolve(frame.ctx(), &number).await?;
    let customer = customers::get(frame.ctx(), id).await?;
    let made = async {
        let change = change(&frame, &form, &customer).await?;
        customers::update(frame.ctx(), id, change).await
    };
    match made.await {
        Ok(_) => Ok(frame.go_with(&format!("/customers/{number}"), Flash::ok(frame.t("staff-done-saved")))),
        Err(error) => {
            let mut values = of_form(&form);
            if matches!(error, Error::Conflict { .. }) {
                // Who sends the form again has been told and means it.
                let now = customers::get(frame.ctx(), id).await?;
                values.insert("version", now.version.to_string());
            }
            let errors = complaints(&frame, error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, Some(&number), &values, errors).await?)
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn coordinates_are_read_as_maps_and_people_write_them() {
        for text in [
            "-6.3021, 107.282",
            "-6.3021,107.282",
            "−6,3021 107,282",
            "-6,3021; 107,282",
            " -6.3021  107.282 ",
        ] {
            assert_eq!(coordinates(text), Some((-6.3021, 107.282)), "{text}");
        }
        for text in ["", "-6.3021", "here, there", "1, 2, 3", "NaN, 1", "inf 2"] {
            assert_eq!(coordinates(text), None, "{text}");
        }
    }
}
