use super::{check_place, note, optional, taken};
use crate::{
    app::Ctx,
    catalog::{NewOdp, Odp, OdpChange, OdpFilter, store},
    db::Tx,
    error::{Checker, Error, Result},
    event::{Change, Event, Subject, SubjectKind, emit},
    types::*,
};

/// Ports of the largest ODP there is.
const MOST_PORTS: i64 = 256;

/// ODPs by name, with the ports in use.
pub async fn odps(ctx: &Ctx, filter: &OdpFilter) -> Result<Page<Odp>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let after = page.after()?;
    let mut tx = ctx.app.db.read().await?;
    let text = filter.q.as_deref().map(str::trim).filter(|text| !text.is_empty());
    let rows = store::odps(&mut tx, text, filter.area_id, after.as_ref(), page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |row| (row.name.clone(), row.id)))
}

/// One ODP.
pub async fn odp(ctx: &Ctx, id: OdpId) -> Result<Odp> {
    let mut tx = ctx.app.db.read().await?;
    store::odp(&mut tx, id).await?.ok_or(Error::NotFound("ODP"))
}

/// The ODP of a name as people type it.
pub async fn odp_named(ctx: &Ctx, name: &str) -> Result<Odp> {
    let mut tx = ctx.app.db.read().await?;
    store::odp_named(&mut tx, name.trim()).await?.ok_or(Error::NotFound("ODP"))
}

/// Makes an ODP.
pub async fn create_odp(ctx: &Ctx, new: NewOdp) -> Result<Odp> {
    let mut tx = ctx.app.db.write().await?;
    let mut odp = Odp {
        id: OdpId(0),
        name: new.name,
        location: new.location,
        latitude: new.latitude,
        longitude: new.longitude,
        area_id: new.area_id,
        area_name: None,
        ports_total: new.ports_total,
        ports_used: 0,
    };
    check(&mut tx, &mut odp).await?;
    odp.id = store::insert_odp(&mut tx, &odp, ctx.now).await.map_err(taken)?;
    emit(&mut tx, ctx, &subject(&odp), Event::OdpCreated {}).await?;
    tx.commit().await?;
    Ok(odp)
}

/// Changes an ODP. It keeps at least the ports that customers have.
pub async fn update_odp(ctx: &Ctx, id: OdpId, change: OdpChange) -> Result<Odp> {
    let mut tx = ctx.app.db.write().await?;
    store::odp_locked(&mut tx, id).await?;
    let before = store::odp(&mut tx, id).await?.ok_or(Error::NotFound("ODP"))?;
    let mut odp = before.clone();
    odp.name = change.name.unwrap_or(odp.name);
    odp.location = change.location.unwrap_or(odp.location);
    odp.latitude = change.latitude.or(odp.latitude);
    odp.longitude = change.longitude.or(odp.longitude);
    odp.area_id = change.area_id.or(odp.area_id).filter(|area| area.0 != 0);
    odp.ports_total = change.ports_total.unwrap_or(odp.ports_total);
    check(&mut tx, &mut odp).await?;
    let highest = store::highest_port(&mut tx, id).await?.unwrap_or(0);
    if odp.ports_total < highest {
        return Err(Error::field(
            "ports_total",
            "in_use",
            format!("a customer has port {highest}; use {highest} or more, or move that customer first"),
        ));
    }
    let changes = changes(&before, &odp);
    if !changes.is_empty() {
        store::update_odp(&mut tx, &odp, ctx.now).await.map_err(taken)?;
        emit(&mut tx, ctx, &subject(&odp), Event::OdpUpdated { changes }).await?;
        tx.commit().await?;
    }
    Ok(odp)
}

fn subject(odp: &Odp) -> Subject {
    Subject::new(SubjectKind::Odp, odp.id.0, &odp.name)
}

async fn check(tx: &mut Tx, odp: &mut Odp) -> Result<()> {
    let mut check = Checker::new();
    odp.name = check.text("name", &odp.name, 80);
    odp.location = check.text("location", &odp.location, 300);
    check_place(&mut check, odp.latitude, odp.longitude);
    check.range("ports_total", odp.ports_total, 1, MOST_PORTS);
    odp.area_name = None;
    if let Some(id) = odp.area_id {
        odp.area_name = store::area(tx, id).await?.map(|area| area.name);
        check.ensure(
            odp.area_name.is_some(),
            "area_id",
            "unknown",
            format!("there is no area {id}; choose one of the areas"),
        );
    }
    check.finish()
}

fn changes(before: &Odp, after: &Odp) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut diff = |field: &str, value: fn(&Odp) -> String| {
        note(&mut changes, field, value(before), value(after));
    };
    diff("name", |o| o.name.clone());
    diff("location", |o| o.location.clone());
    diff("latitude", |o| optional(o.latitude));
    diff("longitude", |o| optional(o.longitude));
    diff("area_id", |o| optional(o.area_id));
    diff("ports_total", |o| o.ports_total.to_string());
    changes
}
