//! Use cases of technicians.

use super::{
    Availability, NewTechnician, SetAvailability, SkillLevel, Technician, TechnicianChange, TechnicianFilter,
    store,
};
use crate::{
    app::{Actor, Ctx},
    db::Tx,
    error::{Checker, Error, Result},
    event::{Change, Event, Subject, SubjectKind, emit},
    permission::{Permission, Role},
    types::*,
};

/// Technicians whom the actor may see, with the open tickets they have, by identifier.
pub async fn list(ctx: &Ctx, filter: &TechnicianFilter) -> Result<Page<Technician>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let after = page.after::<TechnicianId>()?;
    let mut tx = ctx.app.db.read().await?;
    let rows = store::list(&mut tx, ctx.actor.scope(), filter, after, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |row| row.id))
}

/// One technician; technicians see themselves only.
pub async fn get(ctx: &Ctx, id: TechnicianId) -> Result<Technician> {
    let mut tx = ctx.app.db.read().await?;
    load(&mut tx, ctx, id).await
}

/// Finds a technician by identifier or sign-in name.
pub async fn resolve(ctx: &Ctx, text: &str) -> Result<TechnicianId> {
    let text = text.trim();
    let mut tx = ctx.app.db.read().await?;
    let scope = ctx.actor.scope();
    let found = match text.parse::<TechnicianId>() {
        Ok(id) => store::get(&mut tx, scope, id).await?.map(|technician| technician.id),
        Err(_) => store::by_username(&mut tx, scope, &text.to_lowercase()).await?,
    };
    found.ok_or(Error::NotFound("technician"))
}

/// Makes a staff account a technician.
pub async fn create(ctx: &Ctx, new: NewTechnician) -> Result<Technician> {
    let mut check = Checker::new();
    let mut tx = ctx.app.db.write().await?;
    let account = store::account(&mut tx, new.user_id).await?;
    match &account {
        None => {
            check.refuse("user_id", "unknown", format!("there is no staff account {}", new.user_id));
        }
        Some((username, role, active)) => {
            check.ensure(
                *role == Role::Technician,
                "user_id",
                "wrong_role",
                format!("{username} is {role}; give the account the role technician first"),
            );
            check.ensure(
                *active,
                "user_id",
                "inactive",
                format!("{username} may not sign in; enable the account first"),
            );
        }
    }
    let mut technician = Technician {
        id: TechnicianId(0),
        user_id: new.user_id,
        username: account.map(|(username, ..)| username).unwrap_or_default(),
        name: String::new(),
        phone: None,
        level: new.level.unwrap_or(SkillLevel::Intermediate),
        availability: new.availability.unwrap_or(Availability::OffDuty),
        daily_maximum: new.daily_maximum.unwrap_or(8),
        open_tickets: 0,
        skills: new.skills,
        areas: new.areas,
        latitude: new.latitude,
        longitude: new.longitude,
    };
    check_fields(&mut tx, &mut check, &mut technician).await?;
    check.finish()?;
    let id = store::insert(&mut tx, &technician, ctx.now).await.map_err(|error| {
        if error.is_constraint("user_id") {
            Error::field("user_id", "taken", "this account is a technician already; change that technician")
        } else {
            error.into()
        }
    })?;
    let technician = load(&mut tx, ctx, id).await?;
    emit(&mut tx, ctx, &subject(&technician), Event::TechnicianCreated {}).await?;
    tx.commit().await?;
    Ok(technician)
}

/// Changes what a technician can do, where, and how much.
pub async fn update(ctx: &Ctx, id: TechnicianId, change: TechnicianChange) -> Result<Technician> {
    let mut tx = ctx.app.db.write().await?;
    store::lock(&mut tx, id).await?;
    let before = load(&mut tx, ctx, id).await?;
    let mut technician = before.clone();
    technician.level = change.level.unwrap_or(before.level);
    technician.daily_maximum = change.daily_maximum.unwrap_or(before.daily_maximum);
    technician.skills = change.skills.unwrap_or(technician.skills);
    technician.areas = change.areas.unwrap_or(technician.areas);
    technician.latitude = change.latitude.or(before.latitude);
    technician.longitude = change.longitude.or(before.longitude);
    let mut check = Checker::new();
    check_fields(&mut tx, &mut check, &mut technician).await?;
    check.finish()?;
    let changes = changes(&before, &technician);
    if !changes.is_empty() {
        store::update(&mut tx, &technician, ctx.now).await?;
        emit(&mut tx, ctx, &subject(&technician), Event::TechnicianUpdated { changes }).await?;
        tx.commit().await?;
    }
    Ok(technician)
}

/// Says whether a technician can take work. Technicians say it of themselves, others need `technician.manage`.
pub async fn set_availability(ctx: &Ctx, id: TechnicianId, set: SetAvailability) -> Result<Technician> {
    let own = matches!(&ctx.actor, Actor::User(staff) if staff.technician_id == Some(id));
    if !own {
        ctx.require(Permission::TechnicianManage)?;
    }
    let mut tx = ctx.app.db.write().await?;
    store::lock(&mut tx, id).await?;
    let mut technician = load(&mut tx, ctx, id).await?;
    if technician.availability != set.availability {
        store::set_availability(&mut tx, id, set.availability, ctx.now).await?;
        let event = Event::TechnicianAvailabilityChanged {
            from: technician.availability.to_string(),
            to: set.availability.to_string(),
        };
        emit(&mut tx, ctx, &subject(&technician), event).await?;
        tx.commit().await?;
        technician.availability = set.availability;
    }
    Ok(technician)
}

async fn load(tx: &mut Tx, ctx: &Ctx, id: TechnicianId) -> Result<Technician> {
    store::get(tx, ctx.actor.scope(), id).await?.ok_or(Error::NotFound("technician"))
}

fn subject(technician: &Technician) -> Subject {
    Subject::new(SubjectKind::Technician, technician.id.0, &technician.username)
}

async fn check_fields(tx: &mut Tx, check: &mut Checker, technician: &mut Technician) -> Result<()> {
    technician.skills.sort_unstable_by_key(|skill| skill.as_str());
    technician.skills.dedup();
    technician.areas.sort_unstable();
    technician.areas.dedup();
    check.ensure(
        !technician.skills.is_empty(),
        "skills",
        "required",
        "name at least one kind of work, such as repair",
    );
    check.range("daily_maximum", technician.daily_maximum, 1, 50);
    for (field, value, other, most) in [
        ("latitude", technician.latitude, technician.longitude, 90.0),
        ("longitude", technician.longitude, technician.latitude, 180.0),
    ] {
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
    let known = store::known_areas(tx, &technician.areas).await?;
    for area in technician.areas.iter().filter(|area| !known.contains(area)) {
        check.refuse("areas", "unknown", format!("there is no area {area}; choose among the areas"));
    }
    Ok(())
}

fn changes(before: &Technician, after: &Technician) -> Vec<Change> {
    fn joined<T: ToString>(values: &[T]) -> String {
        values.iter().map(T::to_string).collect::<Vec<_>>().join(",")
    }
    let mut changes = Vec::new();
    let mut diff = |field: &str, value: fn(&Technician) -> String| {
        let (from, to) = (value(before), value(after));
        if from != to {
            changes.push(Change { field: field.to_owned(), from: Some(from), to: Some(to) });
        }
    };
    diff("level", |t| t.level.to_string());
    diff("daily_maximum", |t| t.daily_maximum.to_string());
    diff("skills", |t| joined(&t.skills));
    diff("areas", |t| joined(&t.areas));
    // Where somebody starts from may be their home: that it changed is enough to know.
    if (before.latitude, before.longitude) != (after.latitude, after.longitude) {
        for field in ["latitude", "longitude"] {
            changes.push(Change { field: field.to_owned(), from: None, to: None });
        }
    }
    changes
}
