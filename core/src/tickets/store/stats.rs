//! SQL of the figures.

use super::within;
use crate::{
    app::Scope,
    db::{DbError, Query, Tx},
    tickets::{Priority, TicketStatus},
    types::*,
};

/// The statuses of tickets that are not finished.
const OPEN: [TicketStatus; 4] =
    [TicketStatus::Open, TicketStatus::Assigned, TicketStatus::InProgress, TicketStatus::OnHold];

/// Unfinished tickets by status and priority.
pub async fn open(tx: &mut Tx, scope: Scope) -> Result<Vec<(TicketStatus, Priority, i64)>, DbError> {
    let mut query = Query::new("SELECT t.status, t.priority, COUNT(*) FROM tickets t WHERE t.status IN ");
    query.bind_list(OPEN);
    within(&mut query, "t", scope);
    query.push(" GROUP BY t.status, t.priority");
    tx.all_of(query).await
}

/// Unfinished tickets whose clock runs: past their due time, and due before `soon`.
pub async fn due(tx: &mut Tx, scope: Scope, now: Time, soon: Time) -> Result<(i64, i64), DbError> {
    let mut query = Query::new("SELECT CAST(COALESCE(SUM(CASE WHEN t.resolution_due_at < ");
    query
        .bind(now)
        .push(" THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN t.resolution_due_at >= ");
    query.bind(now).push(" THEN 1 ELSE 0 END), 0) AS BIGINT) FROM tickets t WHERE t.status IN ");
    query.bind_list([TicketStatus::Open, TicketStatus::Assigned, TicketStatus::InProgress]);
    query.push(" AND t.resolution_due_at < ").bind(soon);
    within(&mut query, "t", scope);
    Ok(tx.opt_of(query).await?.unwrap_or((0, 0)))
}

/// Tickets on hold that were late already when they were put there.
pub async fn late_on_hold(tx: &mut Tx, scope: Scope) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM tickets t WHERE t.status = ");
    query.bind(TicketStatus::OnHold).push(" AND t.held_at > t.resolution_due_at");
    within(&mut query, "t", scope);
    count(tx, query).await
}

/// Unfinished tickets that nobody has.
pub async fn unassigned(tx: &mut Tx, scope: Scope) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM tickets t WHERE t.lead_id IS NULL AND t.status IN ");
    query.bind_list(OPEN);
    within(&mut query, "t", scope);
    count(tx, query).await
}

async fn count(tx: &mut Tx, query: Query) -> Result<i64, DbError> {
    let row: Option<(i64,)> = tx.opt_of(query).await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// When tickets were reported since an instant, up to 100,000.
pub async fn created_since(tx: &mut Tx, scope: Scope, since: Time) -> Result<Vec<(Time,)>, DbError> {
    let mut query = Query::new("SELECT t.created_at FROM tickets t WHERE t.created_at >= ");
    query.bind(since);
    within(&mut query, "t", scope);
    query.push(" ORDER BY t.created_at LIMIT 100000");
    tx.all_of(query).await
}

/// Completed since an instant: how many, how many in time, how many ratings, their sum.
pub async fn completed_since(
    tx: &mut Tx,
    scope: Scope,
    since: Time,
) -> Result<(i64, i64, i64, i64), DbError> {
    let mut query = Query::new(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN t.completed_at <= t.resolution_due_at THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(t.rating), CAST(COALESCE(SUM(t.rating), 0) AS BIGINT) FROM tickets t WHERE t.completed_at >= ",
    );
    query.bind(since);
    within(&mut query, "t", scope);
    Ok(tx.opt_of(query).await?.unwrap_or_default())
}
