use super::{note, taken};
use crate::{
    app::Ctx,
    catalog::{NewPackage, Package, PackageChange, PackageFilter, PackageType, SlaLevel, store},
    error::{Checker, Error, Result},
    event::{Change, Event, Subject, SubjectKind, emit},
    types::*,
};

/// No link to a home is faster than this, in Mbps.
const FASTEST: i64 = 100_000;
/// No package costs more than this, in rupiah.
const DEAREST: i64 = 1_000_000_000;

/// Packages by name.
pub async fn packages(ctx: &Ctx, filter: &PackageFilter) -> Result<Page<Package>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let after = page.after()?;
    let mut tx = ctx.app.db.read().await?;
    let rows = store::packages(&mut tx, filter.active, after.as_ref(), page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |row| (row.name.clone(), row.id)))
}

/// One package.
pub async fn package(ctx: &Ctx, id: PackageId) -> Result<Package> {
    let mut tx = ctx.app.db.read().await?;
    store::package(&mut tx, id).await?.ok_or(Error::NotFound("package"))
}

/// Makes a package.
pub async fn create_package(ctx: &Ctx, new: NewPackage) -> Result<Package> {
    let mut package = Package {
        id: PackageId(0),
        name: new.name,
        package_type: new.package_type.unwrap_or(PackageType::Broadband),
        down_mbps: new.down_mbps,
        up_mbps: new.up_mbps,
        monthly_price: new.monthly_price,
        setup_fee: new.setup_fee,
        sla_level: new.sla_level.unwrap_or(SlaLevel::Bronze),
        active: new.active.unwrap_or(true),
    };
    check(&mut package)?;
    let mut tx = ctx.app.db.write().await?;
    package.id = store::insert_package(&mut tx, &package, ctx.now).await.map_err(taken)?;
    emit(&mut tx, ctx, &subject(&package), Event::PackageCreated {}).await?;
    tx.commit().await?;
    Ok(package)
}

/// Changes a package. Customers who have it keep it, also when it is not sold any more.
pub async fn update_package(ctx: &Ctx, id: PackageId, change: PackageChange) -> Result<Package> {
    let mut tx = ctx.app.db.write().await?;
    let before = store::package(&mut tx, id).await?.ok_or(Error::NotFound("package"))?;
    let mut package = Package {
        id,
        name: change.name.unwrap_or_else(|| before.name.clone()),
        package_type: change.package_type.unwrap_or(before.package_type),
        down_mbps: change.down_mbps.unwrap_or(before.down_mbps),
        up_mbps: change.up_mbps.unwrap_or(before.up_mbps),
        monthly_price: change.monthly_price.unwrap_or(before.monthly_price),
        setup_fee: change.setup_fee.unwrap_or(before.setup_fee),
        sla_level: change.sla_level.unwrap_or(before.sla_level),
        active: change.active.unwrap_or(before.active),
    };
    check(&mut package)?;
    let changes = changes(&before, &package);
    if !changes.is_empty() {
        store::update_package(&mut tx, &package, ctx.now).await.map_err(taken)?;
        emit(&mut tx, ctx, &subject(&package), Event::PackageUpdated { changes }).await?;
        tx.commit().await?;
    }
    Ok(package)
}

fn subject(package: &Package) -> Subject {
    Subject::new(SubjectKind::Package, package.id.0, &package.name)
}

fn check(package: &mut Package) -> Result<()> {
    let mut check = Checker::new();
    package.name = check.text("name", &package.name, 80);
    check.range("down_mbps", package.down_mbps, 1, FASTEST);
    check.range("up_mbps", package.up_mbps, 1, FASTEST);
    check.range("monthly_price", package.monthly_price.0, 0, DEAREST);
    check.range("setup_fee", package.setup_fee.0, 0, DEAREST);
    check.finish()
}

fn changes(before: &Package, after: &Package) -> Vec<Change> {
    let mut changes = Vec::new();
    let mut diff = |field: &str, value: fn(&Package) -> String| {
        note(&mut changes, field, value(before), value(after));
    };
    diff("name", |p| p.name.clone());
    diff("type", |p| p.package_type.to_string());
    diff("down_mbps", |p| p.down_mbps.to_string());
    diff("up_mbps", |p| p.up_mbps.to_string());
    diff("monthly_price", |p| p.monthly_price.0.to_string());
    diff("setup_fee", |p| p.setup_fee.0.to_string());
    diff("sla_level", |p| p.sla_level.to_string());
    diff("active", |p| p.active.to_string());
    changes
}
