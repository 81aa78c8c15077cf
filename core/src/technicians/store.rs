//! SQL of technicians.

use super::{Availability, SkillLevel, Technician, TechnicianFilter};
use crate::{
    app::Scope,
    args,
    db::{DbError, Query, Tx},
    permission::Role,
    tickets::ServiceType,
    types::*,
};

/// A row of `technicians` with the account's names and the open tickets counted.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Row {
    id: TechnicianId,
    user_id: UserId,
    username: String,
    name: String,
    phone: Option<Phone>,
    level: SkillLevel,
    availability: Availability,
    daily_maximum: i64,
    open_tickets: i64,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

/// Loads are counted from the open tickets, which are few, and not from all that a technician ever had.
const SELECT: &str =
    "SELECT t.id, t.user_id, u.username, u.full_name AS name, u.phone, t.level, t.availability, t.daily_maximum,
   COALESCE(load.tickets, 0) AS open_tickets, t.latitude, t.longitude
   FROM technicians t JOIN users u ON u.id = t.user_id LEFT JOIN (SELECT m.technician_id, COUNT(*) AS tickets
     FROM tickets o JOIN ticket_team m ON m.ticket_id = o.id
     WHERE o.status IN ('open', 'assigned', 'in_progress', 'on_hold') GROUP BY m.technician_id) load
   ON load.technician_id = t.id WHERE TRUE";

fn within(query: &mut Query, scope: Scope) {
    match scope {
        Scope::All => {}
        Scope::Technician(id) => {
            query.push(" AND t.id = ").bind(id);
        }
        Scope::Customer(_) | Scope::Nothing => {
            query.push(" AND FALSE");
        }
    }
}

/// One technician, if the scope holds them.
pub async fn get(tx: &mut Tx, scope: Scope, id: TechnicianId) -> Result<Option<Technician>, DbError> {
    let mut query = Query::new(SELECT);
    query.push(" AND t.id = ").bind(id);
    within(&mut query, scope);
    let rows = tx.all_of(query).await?;
    Ok(whole(tx, rows).await?.pop())
}

/// The technician with a sign-in name, if the scope holds them.
pub async fn by_username(tx: &mut Tx, scope: Scope, username: &str) -> Result<Option<TechnicianId>, DbError> {
    let mut query =
        Query::new("SELECT t.id FROM technicians t JOIN users u ON u.id = t.user_id WHERE u.username = ");
    query.bind(username);
    within(&mut query, scope);
    Ok(tx.opt_of::<(TechnicianId,)>(query).await?.map(|(id,)| id))
}

/// Technicians after an identifier.
pub async fn list(
    tx: &mut Tx,
    scope: Scope,
    filter: &TechnicianFilter,
    after: Option<TechnicianId>,
    limit: i64,
) -> Result<Vec<Technician>, DbError> {
    let mut query = Query::new(SELECT);
    within(&mut query, scope);
    if let Some(availability) = filter.availability {
        query.push(" AND t.availability = ").bind(availability);
    }
    if let Some(skill) = filter.skill {
        query.push(
            " AND EXISTS (SELECT 1 FROM technician_skills s WHERE s.technician_id = t.id AND s.skill = ",
        );
        query.bind(skill).push(")");
    }
    if let Some(area) = filter.area_id {
        query.push(
            " AND (EXISTS (SELECT 1 FROM technician_areas r WHERE r.technician_id = t.id AND r.area_id = ",
        );
        query.bind(area);
        query.push(") OR NOT EXISTS (SELECT 1 FROM technician_areas r WHERE r.technician_id = t.id))");
    }
    if let Some(after) = after {
        query.push(" AND t.id > ").bind(after);
    }
    query.push(" ORDER BY t.id LIMIT ").bind(limit);
    let rows = tx.all_of(query).await?;
    whole(tx, rows).await
}

/// The rows with their skills and areas.
async fn whole(tx: &mut Tx, rows: Vec<Row>) -> Result<Vec<Technician>, DbError> {
    let ids = || rows.iter().map(|row| row.id);
    let mut query = Query::new("SELECT technician_id, skill FROM technician_skills WHERE technician_id IN ");
    query.bind_list(ids()).push(" ORDER BY technician_id, skill");
    let skills: Vec<(TechnicianId, ServiceType)> = tx.all_of(query).await?;
    let mut query = Query::new("SELECT technician_id, area_id FROM technician_areas WHERE technician_id IN ");
    query.bind_list(ids()).push(" ORDER BY technician_id, area_id");
    let areas: Vec<(TechnicianId, AreaId)> = tx.all_of(query).await?;
    fn of<T: Copy>(all: &[(TechnicianId, T)], id: TechnicianId) -> Vec<T> {
        all.iter().filter(|(owner, _)| *owner == id).map(|(_, value)| *value).collect()
    }
    let whole = rows.into_iter().map(|row| Technician {
        id: row.id,
        user_id: row.user_id,
        username: row.username,
        name: row.name,
        phone: row.phone,
        level: row.level,
        availability: row.availability,
        daily_maximum: row.daily_maximum,
        open_tickets: row.open_tickets,
        skills: of(&skills, row.id),
        areas: of(&areas, row.id),
        latitude: row.latitude,
        longitude: row.longitude,
    });
    Ok(whole.collect())
}

/// Locks a technician against other writers until the end of the transaction.
pub async fn lock(tx: &mut Tx, id: TechnicianId) -> Result<(), DbError> {
    tx.opt::<(TechnicianId,)>("SELECT id FROM technicians WHERE id = $1 {lock}", args![id]).await.map(drop)
}

/// A staff account's name, role and whether it may sign in.
pub async fn account(tx: &mut Tx, id: UserId) -> Result<Option<(String, Role, bool)>, DbError> {
    tx.opt("SELECT username, role, active FROM users WHERE id = $1", args![id]).await
}

/// The areas among these that exist.
pub async fn known_areas(tx: &mut Tx, areas: &[AreaId]) -> Result<Vec<AreaId>, DbError> {
    let mut query = Query::new("SELECT id FROM areas WHERE id IN ");
    query.bind_list(areas.iter().copied());
    let rows: Vec<(AreaId,)> = tx.all_of(query).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Adds a technician with skills and areas; the identifier is given by the database.
pub async fn insert(tx: &mut Tx, technician: &Technician, now: Time) -> Result<TechnicianId, DbError> {
    let t = technician;
    let (id,): (TechnicianId,) = tx
        .one(
            "INSERT INTO technicians (user_id, level, availability, daily_maximum, latitude, longitude, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7) RETURNING id",
            args![t.user_id, t.level, t.availability, t.daily_maximum, t.latitude, t.longitude, now],
        )
        .await?;
    insert_lists(tx, id, &t.skills, &t.areas).await?;
    Ok(id)
}

/// Writes a technician with skills and areas.
pub async fn update(tx: &mut Tx, technician: &Technician, now: Time) -> Result<(), DbError> {
    let t = technician;
    tx.run(
        "UPDATE technicians SET level = $2, daily_maximum = $3, latitude = $4, longitude = $5, updated_at = $6 WHERE id = $1",
        args![t.id, t.level, t.daily_maximum, t.latitude, t.longitude, now],
    )
    .await?;
    tx.run("DELETE FROM technician_skills WHERE technician_id = $1", args![t.id]).await?;
    tx.run("DELETE FROM technician_areas WHERE technician_id = $1", args![t.id]).await?;
    insert_lists(tx, t.id, &t.skills, &t.areas).await
}

async fn insert_lists(
    tx: &mut Tx,
    id: TechnicianId,
    skills: &[ServiceType],
    areas: &[AreaId],
) -> Result<(), DbError> {
    for skill in skills {
        tx.run("INSERT INTO technician_skills (technician_id, skill) VALUES ($1, $2)", args![id, *skill])
            .await?;
    }
    for area in areas {
        tx.run("INSERT INTO technician_areas (technician_id, area_id) VALUES ($1, $2)", args![id, *area])
            .await?;
    }
    Ok(())
}

/// Writes whether a technician can take work.
pub async fn set_availability(
    tx: &mut Tx,
    id: TechnicianId,
    availability: Availability,
    now: Time,
) -> Result<(), DbError> {
    tx.run(
        "UPDATE technicians SET availability = $2, updated_at = $3 WHERE id = $1",
        args![id, availability, now],
    )
    .await
    .map(drop)
}
