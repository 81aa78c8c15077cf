use super::{check_place, note, optional, taken};
use crate::{
    app::Ctx,
    catalog::{Area, AreaChange, NewArea, store},
    error::{Checker, Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    types::*,
};

/// Areas by name.
pub async fn areas(ctx: &Ctx, page: &PageQuery) -> Result<Page<Area>> {
    let after = page.after()?;
    let mut tx = ctx.app.db.read().await?;
    let rows = store::areas(&mut tx, after.as_ref(), page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |row| (row.name.clone(), row.id)))
}

/// One area.
pub async fn area(ctx: &Ctx, id: AreaId) -> Result<Area> {
    let mut tx = ctx.app.db.read().await?;
    store::area(&mut tx, id).await?.ok_or(Error::NotFound("area"))
}

/// Makes an area.
pub async fn create_area(ctx: &Ctx, new: NewArea) -> Result<Area> {
    let mut area = Area { id: AreaId(0), name: new.name, latitude: new.latitude, longitude: new.longitude };
    check(&mut area)?;
    let mut tx = ctx.app.db.write().await?;
    area.id = store::insert_area(&mut tx, &area).await.map_err(taken)?;
    emit(&mut tx, ctx, &subject(&area), Event::AreaCreated {}).await?;
    tx.commit().await?;
    Ok(area)
}

/// Changes an area.
pub async fn update_area(ctx: &Ctx, id: AreaId, change: AreaChange) -> Result<Area> {
    let mut tx = ctx.app.db.write().await?;
    let before = store::area(&mut tx, id).await?.ok_or(Error::NotFound("area"))?;
    let mut area = before.clone();
    area.name = change.name.unwrap_or(area.name);
    area.latitude = change.latitude.or(area.latitude);
    area.longitude = change.longitude.or(area.longitude);
    check(&mut area)?;
    let mut changes = Vec::new();
    note(&mut changes, "name", before.name, area.name.clone());
    note(&mut changes, "latitude", optional(before.latitude), optional(area.latitude));
    note(&mut changes, "longitude", optional(before.longitude), optional(area.longitude));
    if !changes.is_empty() {
        store::update_area(&mut tx, &area).await.map_err(taken)?;
        emit(&mut tx, ctx, &subject(&area), Event::AreaUpdated { changes }).await?;
        tx.commit().await?;
    }
    Ok(area)
}

fn subject(area: &Area) -> Subject {
    Subject::new(SubjectKind::Area, area.id.0, &area.name)
}

fn check(area: &mut Area) -> Result<()> {
    let mut check = Checker::new();
    area.name = check.text("name", &area.name, 80);
    check_place(&mut check, area.latitude, area.longitude);
    check.finish()
}
