//! SQL of tickets.

pub mod facts;
pub mod list;
pub mod parts;
pub mod stats;

use super::{
    Channel, ContactPreference, Priority, ServiceType, TicketStatus, TicketSummary,
    sla::{Clock, Target},
};
use crate::{
    app::Scope,
    args,
    catalog::SlaLevel,
    customers::CustomerType,
    db::{DbError, Query, Tx},
    types::*,
};

/// A row of `tickets`, as changes need it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct TicketRow {
    /// Identifier.
    pub id: TicketId,
    /// Number.
    pub number: String,
    /// Whose.
    pub customer_id: Option<CustomerId>,
    /// Kind of work.
    #[sqlx(rename = "type")]
    pub service_type: ServiceType,
    /// Category.
    pub category: String,
    /// Urgency.
    pub priority: Priority,
    /// Where it stands.
    pub status: TicketStatus,
    /// What it is about.
    pub title: String,
    /// The report in full.
    pub description: String,
    /// How it reached us.
    pub channel: Channel,
    /// How the customer wants to be reached.
    pub contact_preference: ContactPreference,
    /// When the customer would like a visit.
    pub preferred_at: Option<Time>,
    /// The customer's area when it was reported.
    pub area_id: Option<AreaId>,
    /// Who leads.
    pub lead_id: Option<TechnicianId>,
    /// When they expect to be there.
    pub eta_at: Option<Time>,
    /// The customer's level when it was reported.
    pub sla_level: SlaLevel,
    /// Promised minutes to the first response.
    pub response_minutes: i64,
    /// Promised minutes to the resolution.
    pub resolution_minutes: i64,
    /// When the clock began.
    pub sla_started_at: Time,
    /// When a first response is due.
    pub response_due_at: Time,
    /// When the resolution is due.
    pub resolution_due_at: Time,
    /// When 80 % of the time will be used.
    pub at_risk_at: Time,
    /// When somebody responded.
    pub responded_at: Option<Time>,
    /// When work began.
    pub started_at: Option<Time>,
    /// Since when it is on hold.
    pub held_at: Option<Time>,
    /// Why.
    pub hold_reason: Option<String>,
    /// Working milliseconds on hold, without a present pause.
    pub paused_ms: i64,
    /// When it was completed.
    pub completed_at: Option<Time>,
    /// When it was cancelled.
    pub cancelled_at: Option<Time>,
    /// Why.
    pub cancel_reason: Option<String>,
    /// What was done.
    pub resolution: Option<String>,
    /// Parent.
    pub parent_id: Option<TicketId>,
    /// The ticket it was merged into.
    pub merged_into_id: Option<TicketId>,
    /// Stars.
    pub rating: Option<i64>,
    /// What the customer said with them.
    pub rating_comment: Option<String>,
    /// When.
    pub rated_at: Option<Time>,
    /// How often it was opened again.
    pub reopened_count: i64,
    /// Counts changes.
    pub version: i64,
    /// Who reported it.
    pub created_by: String,
    /// When.
    pub created_at: Time,
    /// When it was last changed.
    pub updated_at: Time,
}

impl TicketRow {
    /// The ticket's clock.
    pub fn clock(&self) -> Clock {
        Clock {
            target: Target {
                response_minutes: self.response_minutes,
                resolution_minutes: self.resolution_minutes,
            },
            started_at: self.sla_started_at,
            paused_ms: self.paused_ms,
            response_due_at: self.response_due_at,
            resolution_due_at: self.resolution_due_at,
            at_risk_at: self.at_risk_at,
        }
    }

    /// Puts a clock in the place of the present one.
    pub fn set_clock(&mut self, clock: &Clock) {
        self.response_minutes = clock.target.response_minutes;
        self.resolution_minutes = clock.target.resolution_minutes;
        self.sla_started_at = clock.started_at;
        self.paused_ms = clock.paused_ms;
        self.response_due_at = clock.response_due_at;
        self.resolution_due_at = clock.resolution_due_at;
        self.at_risk_at = clock.at_risk_at;
    }
}

const COLUMNS: &str = "id, number, customer_id, type, category, priority, status, title, description, channel, contact_preference, preferred_at, area_id, lead_id, eta_at, sla_level, response_minutes, resolution_minutes, sla_started_at, response_due_at, resolution_due_at, at_risk_at, responded_at, started_at, held_at, hold_reason, paused_ms, completed_at, cancelled_at, cancel_reason, resolution, parent_id, merged_into_id, rating, rating_comment, rated_at, reopened_count, version, created_by, created_at, updated_at";

/// The columns of a [`TicketSummary`], from `t` (tickets), `c` (customers), `a` (areas) and `u` (users).
const SUMMARY: &str = "t.id, t.number, t.type, t.category, t.priority, t.status, t.title, t.channel, t.customer_id, c.number AS customer_number, c.name AS customer_name, a.name AS area_name, t.lead_id, u.full_name AS lead_name, t.response_due_at, t.resolution_due_at, t.at_risk_at, t.responded_at, t.held_at, t.completed_at, t.version, t.created_at, t.updated_at";

const NAMES: &str = " LEFT JOIN customers c ON c.id = t.customer_id LEFT JOIN areas a ON a.id = t.area_id LEFT JOIN technicians k ON k.id = t.lead_id LEFT JOIN users u ON u.id = k.user_id";

/// A ticket as its page shows it, without the lists that hang on it.
#[derive(Debug, sqlx::FromRow)]
pub struct DetailRow {
    /// What a list shows.
    #[sqlx(flatten)]
    pub summary: TicketSummary,
    /// The report in full.
    pub description: String,
    /// How the customer wants to be reached.
    pub contact_preference: ContactPreference,
    /// When the customer would like a visit.
    pub preferred_at: Option<Time>,
    /// When the technician expects to be there.
    pub eta_at: Option<Time>,
    /// The customer's level when it was reported.
    pub sla_level: SlaLevel,
    /// Person or business.
    pub customer_type: Option<CustomerType>,
    /// Promised minutes to the first response.
    pub response_minutes: i64,
    /// Promised minutes to the resolution.
    pub resolution_minutes: i64,
    /// When the clock began.
    pub sla_started_at: Time,
    /// When work began.
    pub started_at: Option<Time>,
    /// Why it waits.
    pub hold_reason: Option<String>,
    /// Working milliseconds on hold, without a present pause.
    pub paused_ms: i64,
    /// When it was cancelled.
    pub cancelled_at: Option<Time>,
    /// Why.
    pub cancel_reason: Option<String>,
    /// What was done.
    pub resolution: Option<String>,
    /// Parent.
    pub parent_id: Option<TicketId>,
    /// The ticket it was merged into.
    pub merged_into_id: Option<TicketId>,
    /// Stars.
    pub rating: Option<i64>,
    /// What the customer said with them.
    pub rating_comment: Option<String>,
    /// When.
    pub rated_at: Option<Time>,
    /// How often it was opened again.
    pub reopened_count: i64,
    /// Who reported it.
    pub created_by: String,
}

impl DetailRow {
    /// The ticket's clock.
    pub fn clock(&self) -> Clock {
        Clock {
            target: Target {
                response_minutes: self.response_minutes,
                resolution_minutes: self.resolution_minutes,
            },
            started_at: self.sla_started_at,
            paused_ms: self.paused_ms,
            response_due_at: self.summary.response_due_at,
            resolution_due_at: self.summary.resolution_due_at,
            at_risk_at: self.summary.at_risk_at,
        }
    }
}

/// Adds the condition that a ticket is within a scope.
fn within(query: &mut Query, ticket: &str, scope: Scope) {
    match scope {
        Scope::All => {}
        Scope::Technician(id) => {
            query
                .push(" AND ")
                .push(ticket)
                .push(".id IN (SELECT ticket_id FROM ticket_team WHERE technician_id = ")
                .bind(id)
                .push(")");
        }
        Scope::Customer(id) => {
            query.push(" AND ").push(ticket).push(".customer_id = ").bind(id);
        }
        Scope::Nothing => {
            query.push(" AND FALSE");
        }
    }
}

/// A ticket's row within a scope, locked against others that want to change it.
pub async fn load(tx: &mut Tx, id: TicketId, scope: Scope) -> Result<Option<TicketRow>, DbError> {
    let mut query = Query::new("SELECT ");
    query.push(COLUMNS).push(" FROM tickets t WHERE t.id = ").bind(id);
    within(&mut query, "t", scope);
    query.push(" {lock}");
    tx.opt_of(query).await
}

/// The identifier behind a number.
pub async fn find(tx: &mut Tx, number: &str) -> Result<Option<TicketId>, DbError> {
    let found: Option<(TicketId,)> =
        tx.opt("SELECT id FROM tickets WHERE number = $1", args![number]).await?;
    Ok(found.map(|(id,)| id))
}

/// A ticket as its page shows it, within a scope.
pub async fn detail(tx: &mut Tx, id: TicketId, scope: Scope) -> Result<Option<DetailRow>, DbError> {
    let mut query = Query::new("SELECT ");
    query.push(SUMMARY).push(", t.description, t.contact_preference, t.preferred_at, t.eta_at, t.sla_level, c.type AS customer_type, t.response_minutes, t.resolution_minutes, t.sla_started_at, t.started_at, t.hold_reason, t.paused_ms, t.cancelled_at, t.cancel_reason, t.resolution, t.parent_id, t.merged_into_id, t.rating, t.rating_comment, t.rated_at, t.reopened_count, t.created_by FROM tickets t");
    query.push(NAMES).push(" WHERE t.id = ").bind(id);
    within(&mut query, "t", scope);
    tx.opt_of(query).await
}

/// Puts a new ticket in; `id`, `version` and what has not happened yet are left out.
pub async fn insert(tx: &mut Tx, row: &TicketRow) -> Result<TicketId, DbError> {
    let (id,): (TicketId,) = tx
        .one(
            "INSERT INTO tickets (number, customer_id, type, category, priority, status, title, description, channel, contact_preference, preferred_at, area_id, sla_level, response_minutes, resolution_minutes, sla_started_at, response_due_at, resolution_due_at, at_risk_at, created_by, created_at, updated_at)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $21) RETURNING id",
            args![
                &row.number,
                row.customer_id,
                row.service_type,
                &row.category,
                row.priority,
                row.status,
                &row.title,
                &row.description,
                row.channel,
                row.contact_preference,
                row.preferred_at,
                row.area_id,
                row.sla_level,
                row.response_minutes,
                row.resolution_minutes,
                row.sla_started_at,
                row.response_due_at,
                row.resolution_due_at,
                row.at_risk_at,
                &row.created_by,
                row.created_at
            ],
        )
        .await?;
    Ok(id)
}

/// Writes a loaded row back and counts the change.
pub async fn save(tx: &mut Tx, row: &TicketRow, now: Time) -> Result<(), DbError> {
    tx.run(
        "UPDATE tickets SET category = $2, priority = $3, status = $4, title = $5, description = $6, contact_preference = $7, preferred_at = $8, lead_id = $9, eta_at = $10, response_minutes = $11, resolution_minutes = $12, sla_started_at = $13, response_due_at = $14, resolution_due_at = $15, at_risk_at = $16, responded_at = $17, started_at = $18, held_at = $19, hold_reason = $20, paused_ms = $21, completed_at = $22, cancelled_at = $23, cancel_reason = $24, resolution = $25, parent_id = $26, merged_into_id = $27, rating = $28, rating_comment = $29, rated_at = $30, reopened_count = $31, version = version + 1, updated_at = $32 WHERE id = $1",
        args![
            row.id,
            &row.category,
            row.priority,
            row.status,
            &row.title,
            &row.description,
            row.contact_preference,
            row.preferred_at,
            row.lead_id,
            row.eta_at,
            row.response_minutes,
            row.resolution_minutes,
            row.sla_started_at,
            row.response_due_at,
            row.resolution_due_at,
            row.at_risk_at,
            row.responded_at,
            row.started_at,
            row.held_at,
            row.hold_reason.as_deref(),
            row.paused_ms,
            row.completed_at,
            row.cancelled_at,
            row.cancel_reason.as_deref(),
            row.resolution.as_deref(),
            row.parent_id,
            row.merged_into_id,
            row.rating,
            row.rating_comment.as_deref(),
            row.rated_at,
            row.reopened_count,
            now
        ],
    )
    .await
    .map(drop)
}

/// Puts a ticket's search words in the place of those it had.
pub async fn set_terms(tx: &mut Tx, id: TicketId, terms: &[String], fresh: bool) -> Result<(), DbError> {
    if !fresh {
        tx.run("DELETE FROM ticket_terms WHERE ticket_id = $1", args![id]).await?;
    }
    let mut query = Query::new("INSERT INTO ticket_terms (ticket_id, term) VALUES ");
    for (at, term) in terms.iter().enumerate() {
        query
            .push(if at == 0 { "" } else { ", " })
            .bind_list([crate::db::Param::value(id), crate::db::Param::value(term)]);
    }
    if terms.is_empty() {
        return Ok(());
    }
    tx.run_of(query).await.map(drop)
}

/// The tickets that have this one as parent, up to 200.
pub async fn children(tx: &mut Tx, id: TicketId) -> Result<Vec<TicketId>, DbError> {
    let rows: Vec<(TicketId,)> =
        tx.all("SELECT id FROM tickets WHERE parent_id = $1 ORDER BY id LIMIT 200", args![id]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// The parent of a ticket, to walk up; locked, so that nobody closes a circle meanwhile.
pub async fn parent_of(tx: &mut Tx, id: TicketId) -> Result<Option<TicketId>, DbError> {
    let row: Option<(Option<TicketId>,)> =
        tx.opt("SELECT parent_id FROM tickets WHERE id = $1 {lock}", args![id]).await?;
    Ok(row.and_then(|(parent,)| parent))
}

/// The area a ticket is in.
pub async fn area_of(tx: &mut Tx, id: TicketId) -> Result<Option<AreaId>, DbError> {
    let row: Option<(Option<AreaId>,)> =
        tx.opt("SELECT area_id FROM tickets WHERE id = $1", args![id]).await?;
    Ok(row.and_then(|(area,)| area))
}

/// Points what was merged into a ticket, and what has it as parent, to the ticket it was merged into.
pub async fn redirect(tx: &mut Tx, from: TicketId, to: TicketId, now: Time) -> Result<(), DbError> {
    tx.run(
        "UPDATE tickets SET merged_into_id = $2, version = version + 1, updated_at = $3 WHERE merged_into_id = $1",
        args![from, to, now],
    )
    .await?;
    tx.run(
        "UPDATE tickets SET parent_id = CASE WHEN id = $2 THEN NULL ELSE $2 END, version = version + 1, updated_at = $3 WHERE parent_id = $1",
        args![from, to, now],
    )
    .await
    .map(drop)
}

/// The tickets that were merged into this one, up to 50.
pub async fn merged_into(tx: &mut Tx, id: TicketId) -> Result<Vec<TicketId>, DbError> {
    let rows: Vec<(TicketId,)> =
        tx.all("SELECT id FROM tickets WHERE merged_into_id = $1 ORDER BY id LIMIT 50", args![id]).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// What a notification says of a ticket.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct BriefRow {
    /// What it is about.
    pub title: String,
    /// Whose it is.
    pub customer_name: Option<String>,
}

/// A ticket in few words.
pub async fn brief(tx: &mut Tx, id: TicketId) -> Result<Option<BriefRow>, DbError> {
    tx.opt(
        "SELECT t.title, c.name AS customer_name FROM tickets t LEFT JOIN customers c ON c.id = t.customer_id WHERE t.id = $1",
        args![id],
    )
    .await
}
