//! SQL of what the rules want to know: customers, technicians, holidays, the promises.

use crate::{
    args,
    catalog::SlaLevel,
    customers::{CustomerStatus, CustomerType},
    db::{DbError, Json, Query, Tx},
    technicians::{Availability, SkillLevel},
    tickets::{
        ServiceType, TicketStatus,
        assign::{Applicant, Place},
        sla::SlaRules,
    },
    types::*,
};
use std::collections::BTreeMap;

/// What a ticket takes from its customer.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct CustomerFacts {
    /// Person or business.
    #[sqlx(rename = "type")]
    pub customer_type: CustomerType,
    /// Where the account stands.
    pub status: CustomerStatus,
    /// Area.
    pub area_id: Option<AreaId>,
    /// Degrees north.
    pub latitude: Option<f64>,
    /// Degrees east.
    pub longitude: Option<f64>,
    /// The package's level.
    pub sla_level: Option<SlaLevel>,
}

/// What a ticket takes from its customer.
pub async fn customer(tx: &mut Tx, id: CustomerId) -> Result<Option<CustomerFacts>, DbError> {
    tx.opt(
        "SELECT c.type, c.status, c.area_id, c.latitude, c.longitude, p.sla_level FROM customers c LEFT JOIN packages p ON p.id = c.package_id WHERE c.id = $1",
        args![id],
    )
    .await
}

/// The promises an administrator set, if any.
pub async fn rules(tx: &mut Tx) -> Result<Option<SlaRules>, DbError> {
    let row: Option<(Json<SlaRules>,)> =
        tx.opt("SELECT value FROM settings WHERE key = 'sla'", args![]).await?;
    Ok(row.map(|(rules,)| rules.0))
}

/// Keeps the promises.
pub async fn set_rules(tx: &mut Tx, rules: serde_json::Value, now: Time) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO settings (key, value, updated_at) VALUES ('sla', $1, $2) ON CONFLICT (key) DO UPDATE SET value = excluded.value, updated_at = excluded.updated_at",
        args![rules, now],
    )
    .await
    .map(drop)
}

/// Holidays from a day on, up to 500.
pub async fn holidays(tx: &mut Tx, from: &str) -> Result<Vec<(String, String)>, DbError> {
    tx.all("SELECT day, name FROM holidays WHERE day >= $1 ORDER BY day LIMIT 500", args![from]).await
}

#[derive(sqlx::FromRow)]
struct TechnicianRow {
    id: TechnicianId,
    full_name: String,
    username: String,
    level: SkillLevel,
    availability: Availability,
    daily_maximum: i64,
    latitude: Option<f64>,
    longitude: Option<f64>,
}

/// Every technician with an active account, with skills, areas and load.
pub async fn applicants(tx: &mut Tx) -> Result<Vec<Applicant>, DbError> {
    let rows: Vec<TechnicianRow> = tx
        .all(
            "SELECT k.id, u.full_name, u.username, k.level, k.availability, k.daily_maximum, k.latitude, k.longitude FROM technicians k JOIN users u ON u.id = k.user_id WHERE u.active = $1 ORDER BY k.id LIMIT 2000",
            args![true],
        )
        .await?;
    let mut skills: BTreeMap<TechnicianId, Vec<ServiceType>> = BTreeMap::new();
    for (id, skill) in tx
        .all::<(TechnicianId, ServiceType)>(
            "SELECT technician_id, skill FROM technician_skills ORDER BY technician_id, skill LIMIT 20000",
            args![],
        )
        .await?
    {
        skills.entry(id).or_default().push(skill);
    }
    let mut areas: BTreeMap<TechnicianId, Vec<AreaId>> = BTreeMap::new();
    for (id, area) in tx
        .all::<(TechnicianId, AreaId)>(
            "SELECT technician_id, area_id FROM technician_areas ORDER BY technician_id, area_id LIMIT 20000",
            args![],
        )
        .await?
    {
        areas.entry(id).or_default().push(area);
    }
    let mut load: BTreeMap<TechnicianId, i64> = BTreeMap::new();
    let mut query = Query::new(
        "SELECT m.technician_id, COUNT(*) FROM tickets t JOIN ticket_team m ON m.ticket_id = t.id WHERE t.status IN ",
    );
    query.bind_list([TicketStatus::Assigned, TicketStatus::InProgress, TicketStatus::OnHold]);
    query.push(" GROUP BY m.technician_id");
    for (id, count) in tx.all_of::<(TechnicianId, i64)>(query).await? {
        load.insert(id, count);
    }
    Ok(rows
        .into_iter()
        .map(|row| Applicant {
            id: row.id,
            name: row.full_name,
            username: row.username,
            level: row.level,
            availability: row.availability,
            daily_maximum: row.daily_maximum,
            open_tickets: load.get(&row.id).copied().unwrap_or(0),
            skills: skills.remove(&row.id).unwrap_or_default(),
            areas: areas.remove(&row.id).unwrap_or_default(),
            place: Place::of(row.latitude, row.longitude),
        })
        .collect())
}

/// Technicians with their names, to find some by name.
pub async fn technician_names(tx: &mut Tx) -> Result<Vec<(TechnicianId, String, String)>, DbError> {
    tx.all(
        "SELECT k.id, u.full_name, u.username FROM technicians k JOIN users u ON u.id = k.user_id ORDER BY k.id LIMIT 5000",
        args![],
    )
    .await
}

/// Areas with their names, to find some by name.
pub async fn area_names(tx: &mut Tx) -> Result<Vec<(AreaId, String)>, DbError> {
    tx.all("SELECT id, name FROM areas ORDER BY id LIMIT 5000", args![]).await
}

/// A technician who is named.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Named {
    /// Who.
    pub id: TechnicianId,
    /// Their name.
    #[sqlx(rename = "full_name")]
    pub name: String,
    /// Whether their account can be used.
    pub active: bool,
}

/// The technicians of these identifiers.
pub async fn technicians(tx: &mut Tx, ids: &[TechnicianId]) -> Result<Vec<Named>, DbError> {
    let mut query = Query::new(
        "SELECT k.id, u.full_name, u.active FROM technicians k JOIN users u ON u.id = k.user_id WHERE k.id IN ",
    );
    query.bind_list(ids.iter().copied());
    tx.all_of(query).await
}
