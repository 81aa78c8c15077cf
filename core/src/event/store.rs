//! SQL of the event log.

use super::{AuditEntry, AuditFilter, LiveEvent, Outcome, SubjectKind};
use crate::{
    args,
    db::{DbError, Query, Tx},
    types::*,
};

/// A row of `events`, whole.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Stored {
    /// Identifier.
    pub id: EventId,
    /// Place in the chain.
    pub seq: Option<i64>,
    /// When.
    pub at: Time,
    /// Kind.
    pub kind: String,
    /// Kind of actor.
    pub actor_kind: String,
    /// Actor's identifier.
    pub actor_id: Option<i64>,
    /// Actor's name.
    pub actor_name: String,
    /// Address.
    pub ip: String,
    /// Program.
    pub user_agent: String,
    /// Request.
    pub request_id: String,
    /// Kind of subject.
    pub subject_kind: SubjectKind,
    /// Subject's identifier.
    pub subject_id: Option<i64>,
    /// Subject's number or name.
    pub subject_label: String,
    /// The customer concerned.
    pub customer_id: Option<CustomerId>,
    /// How it went.
    pub outcome: Outcome,
    /// Details, as JSON text.
    pub payload: String,
    /// Hash, once sealed.
    pub hash: Option<String>,
}

impl From<Stored> for AuditEntry {
    fn from(row: Stored) -> Self {
        AuditEntry {
            id: row.id,
            seq: row.seq,
            at: row.at,
            data: serde_json::from_str(&row.payload).unwrap_or(serde_json::Value::Null),
            kind: row.kind,
            actor_kind: row.actor_kind,
            actor: row.actor_name,
            ip: row.ip,
            user_agent: row.user_agent,
            request_id: row.request_id,
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            subject: row.subject_label,
            outcome: row.outcome,
            hash: row.hash,
        }
    }
}

impl From<&Stored> for LiveEvent {
    fn from(row: &Stored) -> Self {
        LiveEvent {
            seq: row.seq.unwrap_or(0),
            at: row.at,
            kind: row.kind.clone(),
            actor: row.actor_name.clone(),
            subject_kind: row.subject_kind,
            subject_id: row.subject_id,
            subject: row.subject_label.clone(),
            customer_id: row.customer_id,
            outcome: row.outcome,
            data: serde_json::from_str(&row.payload).unwrap_or(serde_json::Value::Null),
        }
    }
}

impl Stored {
    /// What happened; none for a kind that this program does not know.
    pub fn event(&self) -> Option<super::Event> {
        let data: serde_json::Value = serde_json::from_str(&self.payload).ok()?;
        serde_json::from_value(serde_json::json!({ "kind": self.kind, "data": data })).ok()
    }
}

/// Where the chain begins and ends.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Chain {
    /// The last sequence number that retention cut off; 0 when nothing was.
    pub base_seq: i64,
    /// Its hash.
    pub base_hash: String,
    /// The last sealed sequence number.
    pub head_seq: i64,
    /// Its hash.
    pub head_hash: String,
}

const COLUMNS: &str = "id, seq, at, kind, actor_kind, actor_id, actor_name, ip, user_agent, request_id, subject_kind, subject_id, subject_label, customer_id, outcome, payload, hash";

/// Appends an event.
pub async fn insert(tx: &mut Tx, row: &Stored) -> Result<EventId, DbError> {
    let (id,): (EventId,) = tx
        .one(
            "INSERT INTO events (at, kind, actor_kind, actor_id, actor_name, ip, user_agent, request_id, subject_kind, subject_id, subject_label, customer_id, outcome, payload)
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14) RETURNING id",
            args![
                row.at,
                &row.kind,
                &row.actor_kind,
                row.actor_id,
                &row.actor_name,
                &row.ip,
                &row.user_agent,
                &row.request_id,
                row.subject_kind,
                row.subject_id,
                &row.subject_label,
                row.customer_id,
                row.outcome,
                &row.payload
            ],
        )
        .await?;
    Ok(id)
}

/// The chain's ends, locked against other sealers where that is needed.
pub async fn chain(tx: &mut Tx, lock: bool) -> Result<Chain, DbError> {
    let sql = if lock {
        "SELECT base_seq, base_hash, head_seq, head_hash FROM event_chain WHERE id = 1 {lock}"
    } else {
        "SELECT base_seq, base_hash, head_seq, head_hash FROM event_chain WHERE id = 1"
    };
    tx.one(sql, args![]).await
}

/// Moves the chain's end.
pub async fn set_head(tx: &mut Tx, seq: i64, hash: &str) -> Result<(), DbError> {
    tx.run("UPDATE event_chain SET head_seq = $1, head_hash = $2 WHERE id = 1", args![seq, hash])
        .await
        .map(drop)
}

/// Moves the chain's beginning.
pub async fn set_base(tx: &mut Tx, seq: i64, hash: &str) -> Result<(), DbError> {
    tx.run("UPDATE event_chain SET base_seq = $1, base_hash = $2 WHERE id = 1", args![seq, hash])
        .await
        .map(drop)
}

/// Events not sealed yet, in the order they were appended.
pub async fn unsealed(tx: &mut Tx, limit: i64) -> Result<Vec<Stored>, DbError> {
    tx.all(format!("SELECT {COLUMNS} FROM events WHERE seq IS NULL ORDER BY id LIMIT $1"), args![limit]).await
}

/// How many events are not sealed yet.
pub async fn count_unsealed(tx: &mut Tx) -> Result<i64, DbError> {
    let (count,): (i64,) = tx.one("SELECT COUNT(*) FROM events WHERE seq IS NULL", args![]).await?;
    Ok(count)
}

/// Gives an event its place and hash.
pub async fn seal(tx: &mut Tx, id: EventId, seq: i64, hash: &str) -> Result<(), DbError> {
    tx.run("UPDATE events SET seq = $2, hash = $3 WHERE id = $1", args![id, seq, hash]).await.map(drop)
}

/// Sealed events after a place, in order.
pub async fn after(tx: &mut Tx, seq: i64, limit: i64) -> Result<Vec<Stored>, DbError> {
    tx.all(format!("SELECT {COLUMNS} FROM events WHERE seq > $1 ORDER BY seq LIMIT $2"), args![seq, limit])
        .await
}

/// One event.
pub async fn get(tx: &mut Tx, id: EventId) -> Result<Option<Stored>, DbError> {
    tx.opt(format!("SELECT {COLUMNS} FROM events WHERE id = $1"), args![id]).await
}

/// The columns of a row of `history`, as those of `events`.
const KEPT: &str = "id, CAST(NULL AS BIGINT) AS seq, at, kind, actor_kind, actor_id, actor_name, '' AS ip, '' AS user_agent, '' AS request_id, subject_kind, subject_id, subject_label, customer_id, outcome, payload, CAST(NULL AS TEXT) AS hash";

/// Both what the trail holds and what is kept of what was cut off it; each is read by its own index in the order asked
/// for, and only as far as the page goes. `condition` names the limit as its last parameter.
fn told(condition: &str, order: &str, limit: &str) -> String {
    let page = format!("WHERE {condition} ORDER BY id {order} LIMIT {limit}");
    format!(
        "SELECT * FROM (SELECT {COLUMNS} FROM events {page}) young UNION ALL SELECT * FROM (SELECT {KEPT} FROM history {page}) old ORDER BY id {order} LIMIT {limit}"
    )
}

/// The statement of [`about`] and [`about_before`]: of a kind of subject, one of them, from an id, so many.
pub fn about_query(newest_first: bool) -> String {
    if newest_first {
        told("subject_kind = $1 AND subject_id = $2 AND id < $3", "DESC", "$4")
    } else {
        told("subject_kind = $1 AND subject_id = $2 AND id > $3", "ASC", "$4")
    }
}

/// The events about a subject, the oldest first, after an id.
pub async fn about(
    tx: &mut Tx,
    kind: SubjectKind,
    id: i64,
    after: EventId,
    limit: i64,
) -> Result<Vec<Stored>, DbError> {
    tx.all(about_query(false), args![kind, id, after, limit]).await
}

/// The newest events about a subject, the newest first.
pub async fn newest_about(
    tx: &mut Tx,
    kind: SubjectKind,
    id: i64,
    limit: i64,
) -> Result<Vec<Stored>, DbError> {
    about_before(tx, kind, id, EventId(i64::MAX), limit).await
}

/// The events about a subject, the newest first, before an id.
pub async fn about_before(
    tx: &mut Tx,
    kind: SubjectKind,
    id: i64,
    before: EventId,
    limit: i64,
) -> Result<Vec<Stored>, DbError> {
    tx.all(about_query(true), args![kind, id, before, limit]).await
}

/// Whether an actor looked at a customer's personal data since an instant.
pub async fn revealed_since(
    tx: &mut Tx,
    customer: CustomerId,
    (actor_kind, actor_id): (&str, Option<i64>),
    since: Time,
) -> Result<bool, DbError> {
    let found: Option<(EventId,)> = tx
        .opt(
            "SELECT id FROM events WHERE customer_id = $1 AND kind = 'customer.revealed' AND actor_kind = $2 AND actor_id = $3 AND at > $4 LIMIT 1",
            args![customer, actor_kind, actor_id, since],
        )
        .await?;
    Ok(found.is_some())
}

/// The events that concern a customer, the newest first, before an id.
pub async fn of_customer(
    tx: &mut Tx,
    customer: CustomerId,
    before: EventId,
    limit: i64,
) -> Result<Vec<Stored>, DbError> {
    tx.all(of_customer_query(), args![customer, before, limit]).await
}

/// The statement of [`of_customer`]: of a customer, before an id, so many.
pub fn of_customer_query() -> String {
    told("customer_id = $1 AND id < $2", "DESC", "$3")
}

/// A page of the audit trail, the newest first.
pub async fn search(
    tx: &mut Tx,
    filter: &AuditFilter,
    before: Option<EventId>,
    limit: i64,
) -> Result<Vec<Stored>, DbError> {
    let mut query = Query::new(&format!("SELECT {COLUMNS} FROM events WHERE TRUE"));
    if let Some(actor) = &filter.actor {
        query.push(" AND actor_name = ").bind(actor);
    }
    if let Some(kind) = &filter.kind {
        match kind.strip_suffix('*') {
            // Kinds are plain ASCII words, so everything with a prefix lies between it and its next neighbour.
            Some(family) => {
                query.push(" AND kind >= ").bind(family);
                query.push(" AND kind < ").bind(format!("{family}\u{7f}"));
            }
            None => {
                query.push(" AND kind = ").bind(kind);
            }
        }
    }
    if let Some(kind) = filter.subject_kind {
        query.push(" AND subject_kind = ").bind(kind);
    }
    if let Some(id) = filter.subject_id {
        query.push(" AND subject_id = ").bind(id);
    }
    if let Some(outcome) = filter.outcome {
        query.push(" AND outcome = ").bind(outcome);
    }
    if let Some(since) = filter.since {
        query.push(" AND at >= ").bind(since);
    }
    if let Some(until) = filter.until {
        query.push(" AND at < ").bind(until);
    }
    if let Some(before) = before {
        query.push(" AND id < ").bind(before);
    }
    query.push(" ORDER BY id DESC LIMIT ").bind(limit);
    tx.all_of(query).await
}

/// Keeps what sealed events up to a place tell on timelines, of these kinds.
pub async fn keep(tx: &mut Tx, up_to_seq: i64, kinds: &[&str]) -> Result<u64, DbError> {
    const TOLD: &str = "id, at, kind, actor_kind, actor_id, actor_name, subject_kind, subject_id, subject_label, customer_id, outcome, payload";
    let mut query =
        Query::new(&format!("INSERT INTO history ({TOLD}) SELECT {TOLD} FROM events WHERE seq <= "));
    query.bind(up_to_seq).push(" AND kind IN ").bind_list(kinds.iter().copied());
    tx.run_of(query).await
}

/// Removes sealed events up to a place.
pub async fn trim(tx: &mut Tx, up_to_seq: i64) -> Result<u64, DbError> {
    tx.run("DELETE FROM events WHERE seq <= $1", args![up_to_seq]).await
}

/// The first sealed place that is not before an instant.
pub async fn first_seq_since(tx: &mut Tx, at: Time) -> Result<Option<i64>, DbError> {
    let row: Option<(i64,)> = tx
        .opt("SELECT seq FROM events WHERE seq IS NOT NULL AND at >= $1 ORDER BY seq LIMIT 1", args![at])
        .await?;
    Ok(row.map(|(seq,)| seq))
}

/// The hash of a sealed place.
pub async fn hash_at(tx: &mut Tx, seq: i64) -> Result<Option<String>, DbError> {
    let row: Option<(Option<String>,)> = tx.opt("SELECT hash FROM events WHERE seq = $1", args![seq]).await?;
    Ok(row.and_then(|(hash,)| hash))
}

/// Whether a technician is on a ticket's team, which decides whether they may follow its events.
pub async fn on_team(tx: &mut Tx, ticket: i64, technician: TechnicianId) -> Result<bool, DbError> {
    let found: Option<(i64,)> = tx
        .opt(
            "SELECT ticket_id FROM ticket_team WHERE ticket_id = $1 AND technician_id = $2",
            args![ticket, technician],
        )
        .await?;
    Ok(found.is_some())
}
