//! SQL of master data.

use super::{Area, Holiday, Odp, Package};
use crate::{
    args,
    db::{DbError, Query, Tx},
    types::*,
};

/// A place in a list that is sorted by name.
pub type ByName<Id> = (String, Id);

const PACKAGE: &str =
    "SELECT id, name, type, down_mbps, up_mbps, monthly_price, setup_fee, sla_level, active FROM packages p";
const ODP: &str =
    "SELECT o.id, o.name, o.location, o.latitude, o.longitude, o.area_id, a.name AS area_name, o.ports_total,
   (SELECT COUNT(*) FROM customers c WHERE c.odp_id = o.id AND c.odp_port IS NOT NULL) AS ports_used
   FROM odps o LEFT JOIN areas a ON a.id = o.area_id";
const AREA: &str = "SELECT id, name, latitude, longitude FROM areas";

fn by_name<Id: crate::db::Param + Copy>(
    query: &mut Query,
    table: &str,
    after: Option<&ByName<Id>>,
    limit: i64,
) {
    if let Some((name, id)) = after {
        query.push(&format!(" AND ({table}.name, {table}.id) > (")).bind(name);
        query.push(", ").bind(*id).push(")");
    }
    query.push(&format!(" ORDER BY {table}.name, {table}.id LIMIT ")).bind(limit);
}

/// Packages after a place, by name.
pub async fn packages(
    tx: &mut Tx,
    active: Option<bool>,
    after: Option<&ByName<PackageId>>,
    limit: i64,
) -> Result<Vec<Package>, DbError> {
    let mut query = Query::new(PACKAGE);
    query.push(" WHERE TRUE");
    if let Some(active) = active {
        query.push(" AND active = ").bind(active);
    }
    by_name(&mut query, "p", after, limit);
    tx.all_of(query).await
}

/// One package.
pub async fn package(tx: &mut Tx, id: PackageId) -> Result<Option<Package>, DbError> {
    tx.opt(format!("{PACKAGE} WHERE id = $1"), args![id]).await
}

/// Adds a package; its identifier is given by the database.
pub async fn insert_package(tx: &mut Tx, package: &Package, now: Time) -> Result<PackageId, DbError> {
    let p = package;
    let (id,): (PackageId,) = tx
        .one(
            "INSERT INTO packages (name, type, down_mbps, up_mbps, monthly_price, setup_fee, sla_level, active, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $9) RETURNING id",
            args![&p.name, p.package_type, p.down_mbps, p.up_mbps, p.monthly_price, p.setup_fee, p.sla_level, p.active, now],
        )
        .await?;
    Ok(id)
}

/// Writes a package.
pub async fn update_package(tx: &mut Tx, package: &Package, now: Time) -> Result<(), DbError> {
    let p = package;
    tx.run(
        "UPDATE packages SET name = $2, type = $3, down_mbps = $4, up_mbps = $5, monthly_price = $6, setup_fee = $7,
           sla_level = $8, active = $9, updated_at = $10 WHERE id = $1",
        args![p.id, &p.name, p.package_type, p.down_mbps, p.up_mbps, p.monthly_price, p.setup_fee, p.sla_level, p.active, now],
    )
    .await
    .map(drop)
}

/// ODPs after a place, by name, with the ports counted that customers have.
pub async fn odps(
    tx: &mut Tx,
    text: Option<&str>,
    area: Option<AreaId>,
    after: Option<&ByName<OdpId>>,
    limit: i64,
) -> Result<Vec<Odp>, DbError> {
    let mut query = Query::new(ODP);
    query.push(" WHERE TRUE");
    if let Some(text) = text {
        let escaped = text.to_lowercase().replace('!', "!!").replace('%', "!%").replace('_', "!_");
        for (before, column) in [(" AND (", "o.name"), (" OR ", "o.location")] {
            query.push(&format!("{before}LOWER({column}) LIKE ")).bind(format!("%{escaped}%"));
            query.push(" ESCAPE '!'");
        }
        query.push(")");
    }
    if let Some(area) = area {
        query.push(" AND o.area_id = ").bind(area);
    }
    by_name(&mut query, "o", after, limit);
    tx.all_of(query).await
}

/// One ODP.
pub async fn odp(tx: &mut Tx, id: OdpId) -> Result<Option<Odp>, DbError> {
    tx.opt(format!("{ODP} WHERE o.id = $1"), args![id]).await
}

/// The ODP of a name, whatever the case; of names that differ in case only, the one written so.
pub async fn odp_named(tx: &mut Tx, name: &str) -> Result<Option<Odp>, DbError> {
    let sql =
        format!("{ODP} WHERE LOWER(o.name) = $1 ORDER BY CASE WHEN o.name = $2 THEN 0 ELSE 1 END LIMIT 1");
    tx.opt(sql, args![name.to_lowercase(), name]).await
}

/// An ODP's name and number of ports, locked until the transaction ends.
pub async fn odp_locked(tx: &mut Tx, id: OdpId) -> Result<Option<(String, i64)>, DbError> {
    tx.opt("SELECT name, ports_total FROM odps WHERE id = $1 {lock}", args![id]).await
}

/// The highest port of an ODP that a customer has.
pub async fn highest_port(tx: &mut Tx, id: OdpId) -> Result<Option<i64>, DbError> {
    let (port,): (Option<i64>,) = tx
        .one("SELECT MAX(odp_port) FROM customers WHERE odp_id = $1 AND odp_port IS NOT NULL", args![id])
        .await?;
    Ok(port)
}

/// Adds an ODP; its identifier is given by the database.
pub async fn insert_odp(tx: &mut Tx, odp: &Odp, now: Time) -> Result<OdpId, DbError> {
    let (id,): (OdpId,) = tx
        .one(
            "INSERT INTO odps (name, location, latitude, longitude, area_id, ports_total, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $7) RETURNING id",
            args![&odp.name, &odp.location, odp.latitude, odp.longitude, odp.area_id, odp.ports_total, now],
        )
        .await?;
    Ok(id)
}

/// Writes an ODP.
pub async fn update_odp(tx: &mut Tx, odp: &Odp, now: Time) -> Result<(), DbError> {
    tx.run(
        "UPDATE odps SET name = $2, location = $3, latitude = $4, longitude = $5, area_id = $6, ports_total = $7,
           updated_at = $8 WHERE id = $1",
        args![odp.id, &odp.name, &odp.location, odp.latitude, odp.longitude, odp.area_id, odp.ports_total, now],
    )
    .await
    .map(drop)
}

/// Areas after a place, by name.
pub async fn areas(tx: &mut Tx, after: Option<&ByName<AreaId>>, limit: i64) -> Result<Vec<Area>, DbError> {
    let mut query = Query::new(AREA);
    query.push(" WHERE TRUE");
    by_name(&mut query, "areas", after, limit);
    tx.all_of(query).await
}

/// One area.
pub async fn area(tx: &mut Tx, id: AreaId) -> Result<Option<Area>, DbError> {
    tx.opt(format!("{AREA} WHERE id = $1"), args![id]).await
}

/// Adds an area; its identifier is given by the database.
pub async fn insert_area(tx: &mut Tx, area: &Area) -> Result<AreaId, DbError> {
    let (id,): (AreaId,) = tx
        .one(
            "INSERT INTO areas (name, latitude, longitude) VALUES ($1, $2, $3) RETURNING id",
            args![&area.name, area.latitude, area.longitude],
        )
        .await?;
    Ok(id)
}

/// Writes an area.
pub async fn update_area(tx: &mut Tx, area: &Area) -> Result<(), DbError> {
    tx.run(
        "UPDATE areas SET name = $2, latitude = $3, longitude = $4 WHERE id = $1",
        args![area.id, &area.name, area.latitude, area.longitude],
    )
    .await
    .map(drop)
}

/// Holidays after a day.
pub async fn holidays(tx: &mut Tx, after: &str, limit: i64) -> Result<Vec<Holiday>, DbError> {
    tx.all("SELECT day, name FROM holidays WHERE day > $1 ORDER BY day LIMIT $2", args![after, limit]).await
}

/// One holiday.
pub async fn holiday(tx: &mut Tx, day: &str) -> Result<Option<Holiday>, DbError> {
    tx.opt("SELECT day, name FROM holidays WHERE day = $1", args![day]).await
}

/// Sets a holiday.
pub async fn set_holiday(tx: &mut Tx, holiday: &Holiday) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO holidays (day, name) VALUES ($1, $2) ON CONFLICT (day) DO UPDATE SET name = excluded.name",
        args![&holiday.day, &holiday.name],
    )
    .await
    .map(drop)
}

/// Removes a holiday; tells whether there was one.
pub async fn remove_holiday(tx: &mut Tx, day: &str) -> Result<bool, DbError> {
    Ok(tx.run("DELETE FROM holidays WHERE day = $1", args![day]).await? > 0)
}
