use crate::{
    app::Ctx,
    catalog::{Holiday, SetHoliday, store},
    error::{Checker, Error, Result},
    event::{Event, Subject, emit},
    types::*,
};
use jiff::civil::Date;

/// Holidays, the earliest first.
pub async fn holidays(ctx: &Ctx, page: &PageQuery) -> Result<Page<Holiday>> {
    let after = page.after::<String>()?.unwrap_or_default();
    let mut tx = ctx.app.db.read().await?;
    let rows = store::holidays(&mut tx, &after, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |row| row.day.clone()))
}

/// The holiday on a day.
pub async fn holiday(ctx: &Ctx, day: &str) -> Result<Holiday> {
    let mut tx = ctx.app.db.read().await?;
    store::holiday(&mut tx, day).await?.ok_or(Error::NotFound("holiday"))
}

/// Makes a day a holiday, or renames one. Tickets that exist keep the due times they were promised.
pub async fn set_holiday(ctx: &Ctx, day: &str, set: SetHoliday) -> Result<Holiday> {
    let mut check = Checker::new();
    let date = day.parse::<Date>().ok().filter(|date| date.to_string() == day);
    check.ensure(date.is_some(), "day", "invalid", "use a day such as 2026-08-17");
    let name = check.text("name", &set.name, 80);
    check.finish()?;
    let holiday = Holiday { day: day.to_owned(), name };
    let mut tx = ctx.app.db.write().await?;
    if store::holiday(&mut tx, day).await?.as_ref() != Some(&holiday) {
        store::set_holiday(&mut tx, &holiday).await?;
        let event = Event::HolidaySet { day: holiday.day.clone(), name: holiday.name.clone() };
        emit(&mut tx, ctx, &Subject::system(day), event).await?;
        tx.commit().await?;
    }
    Ok(holiday)
}

/// Makes a day a working day again.
pub async fn remove_holiday(ctx: &Ctx, day: &str) -> Result<()> {
    let mut tx = ctx.app.db.write().await?;
    if !store::remove_holiday(&mut tx, day).await? {
        return Err(Error::NotFound("holiday"));
    }
    emit(&mut tx, ctx, &Subject::system(day), Event::HolidayRemoved { day: day.to_owned() }).await?;
    tx.commit().await?;
    Ok(())
}
