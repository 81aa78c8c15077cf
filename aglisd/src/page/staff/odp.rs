//! The ODP in a form: typed by its name, with suggestions while one types. There may be thousands of them.

use crate::{
    http::{Need, Routes},
    page::{Form, Frame, Shown, Visit},
};
use aglis_core::{
    catalog::{OdpFilter, service as catalog},
    error::{Error, FieldError},
    permission::Permission as P,
    types::{AreaId, OdpId},
};
use askama::Template;
use axum::{http::StatusCode, routing::get};

const SUGGESTED: u32 = 20;

/// The field's name in forms. What is wrong with it is said at `odp_id`, as services call it.
pub const NAME: &str = "odp";

/// The field as it is shown.
pub struct OdpField {
    /// The name in it.
    pub value: String,
    /// What may be meant.
    pub options: Vec<Suggestion>,
}

/// An ODP that may be meant.
pub struct Suggestion {
    /// Its name.
    pub name: String,
    /// Where it hangs and how full it is.
    pub text: String,
}

/// The field with a name in it; at first it suggests what hangs in the area.
pub async fn field(frame: &Frame, value: String, area_id: Option<AreaId>) -> Result<OdpField, Error> {
    let options = suggestions(frame, OdpFilter { area_id, ..OdpFilter::default() }).await?;
    Ok(OdpField { value, options })
}

async fn suggestions(frame: &Frame, filter: OdpFilter) -> Result<Vec<Suggestion>, Error> {
    if !frame.ctx().may(P::CatalogRead) {
        return Ok(Vec::new());
    }
    let found = catalog::odps(frame.ctx(), &OdpFilter { limit: Some(SUGGESTED), ..filter }).await?;
    let suggestion = |odp: aglis_core::catalog::Odp| Suggestion {
        text: format!("{} · {}/{}", odp.location, odp.ports_used, odp.ports_total),
        name: odp.name,
    };
    Ok(found.items.into_iter().map(suggestion).collect())
}

/// The ODP that was typed; a name that none has is complained of.
pub async fn typed(frame: &Frame, form: &Form, wrong: &mut Vec<FieldError>) -> Result<Option<OdpId>, Error> {
    let Some(name) = form.given(NAME) else { return Ok(None) };
    match catalog::odp_named(frame.ctx(), name).await {
        Ok(odp) => Ok(Some(odp.id)),
        Err(Error::NotFound(_)) => {
            wrong.push(FieldError::new("odp_id", "unknown", format!("there is no ODP {name}")));
            Ok(None)
        }
        Err(error) => Err(error),
    }
}

/// The port that was typed, if it is a number.
pub fn port(form: &Form, wrong: &mut Vec<FieldError>) -> Option<i64> {
    let text = form.given("odp_port")?;
    let port = text.parse().ok().filter(|port| *port > 0);
    if port.is_none() {
        wrong.push(FieldError::new("odp_port", "invalid", "enter the number of the port, from 1"));
    }
    port
}

#[derive(Template)]
#[template(path = "staff/odp_options.html")]
struct Options {
    options: Vec<Suggestion>,
}

async fn options(Visit(frame): Visit) -> Shown {
    let q = frame.query(NAME).map(str::to_owned);
    let options = suggestions(&frame, OdpFilter { q, ..OdpFilter::default() }).await?;
    Ok(frame.html(StatusCode::OK, &Options { options }))
}

/// The route of the suggestions.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::CatalogRead), "/odps/options", get(options))
}
