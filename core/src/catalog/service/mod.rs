//! Use cases of master data.

mod areas;
mod holidays;
mod odps;
mod packages;

pub use areas::{area, areas, create_area, update_area};
pub use holidays::{holiday, holidays, remove_holiday, set_holiday};
pub use odps::{create_odp, odp, odp_named, odps, update_odp};
pub use packages::{create_package, package, packages, update_package};

use super::{Area, Package, store};
use crate::{
    db::{DbError, Tx},
    error::{Checker, Error, Result},
    event::Change,
    types::*,
};

/// A package, within somebody else's transaction.
pub async fn package_in(tx: &mut Tx, id: PackageId) -> Result<Option<Package>> {
    Ok(store::package(tx, id).await?)
}

/// An area, within somebody else's transaction.
pub async fn area_in(tx: &mut Tx, id: AreaId) -> Result<Option<Area>> {
    Ok(store::area(tx, id).await?)
}

/// An ODP's name and number of ports; it stays locked until the transaction ends, so that ports are given out one by one.
pub async fn odp_locked(tx: &mut Tx, id: OdpId) -> Result<Option<(String, i64)>> {
    Ok(store::odp_locked(tx, id).await?)
}

/// A name that another row has.
fn taken(error: DbError) -> Error {
    if error.is_constraint("name") {
        Error::field("name", "taken", "this name is in use; choose another")
    } else {
        error.into()
    }
}

/// Both coordinates or none, each in its bounds.
fn check_place(check: &mut Checker, latitude: Option<f64>, longitude: Option<f64>) {
    for (field, value, other, most) in
        [("latitude", latitude, longitude, 90.0), ("longitude", longitude, latitude, 180.0)]
    {
        match value {
            Some(value) => {
                check.range(field, value, -most, most);
            }
            None => {
                check.ensure(
                    other.is_none(),
                    field,
                    "required",
                    "give both latitude and longitude, or neither",
                );
            }
        }
    }
}

/// Notes a change where two texts differ.
fn note(changes: &mut Vec<Change>, field: &str, from: String, to: String) {
    if from != to {
        changes.push(Change { field: field.to_owned(), from: Some(from), to: Some(to) });
    }
}

fn optional<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}
