//! SQL of the figures.

use crate::{
    args,
    db::{DbError, Query, Tx},
    tickets::{Priority, TicketStatus},
    types::*,
};

/// The statuses of tickets that are not finished.
const OPEN: [TicketStatus; 4] =
    [TicketStatus::Open, TicketStatus::Assigned, TicketStatus::InProgress, TicketStatus::OnHold];

/// Unfinished tickets by status and priority.
pub async fn open(tx: &mut Tx) -> Result<Vec<(TicketStatus, Priority, i64)>, DbError> {
    let mut query = Query::new("SELECT status, priority, COUNT(*) FROM tickets WHERE status IN ");
    query.bind_list(OPEN).push(" GROUP BY status, priority");
    tx.all_of(query).await
}

/// Unfinished tickets whose clock runs: past their due time, and due before `soon`.
pub async fn due(tx: &mut Tx, now: Time, soon: Time) -> Result<(i64, i64), DbError> {
    let mut query = Query::new("SELECT CAST(COALESCE(SUM(CASE WHEN resolution_due_at < ");
    query
        .bind(now)
        .push(" THEN 1 ELSE 0 END), 0) AS BIGINT), CAST(COALESCE(SUM(CASE WHEN resolution_due_at >= ");
    query.bind(now).push(" THEN 1 ELSE 0 END), 0) AS BIGINT) FROM tickets WHERE status IN ");
    query.bind_list([TicketStatus::Open, TicketStatus::Assigned, TicketStatus::InProgress]);
    query.push(" AND resolution_due_at < ").bind(soon);
    Ok(tx.opt_of(query).await?.unwrap_or((0, 0)))
}

/// Tickets on hold that were late already when they were put there.
pub async fn late_on_hold(tx: &mut Tx) -> Result<i64, DbError> {
    let (count,): (i64,) = tx
        .one(
            "SELECT COUNT(*) FROM tickets WHERE status = $1 AND held_at > resolution_due_at",
            args![TicketStatus::OnHold],
        )
        .await?;
    Ok(count)
}

/// Unfinished tickets that nobody has.
pub async fn unassigned(tx: &mut Tx) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM tickets WHERE lead_id IS NULL AND status IN ");
    query.bind_list(OPEN);
    let row: Option<(i64,)> = tx.opt_of(query).await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// When tickets were reported since an instant, up to 100,000.
pub async fn created_since(tx: &mut Tx, since: Time) -> Result<Vec<(Time,)>, DbError> {
    tx.all(
        "SELECT created_at FROM tickets WHERE created_at >= $1 ORDER BY created_at LIMIT 100000",
        args![since],
    )
    .await
}

/// Completed since an instant: how many, how many in time, how many ratings, their sum.
pub async fn completed_since(tx: &mut Tx, since: Time) -> Result<(i64, i64, i64, i64), DbError> {
    tx.one(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN completed_at <= resolution_due_at THEN 1 ELSE 0 END), 0) AS BIGINT), COUNT(rating), CAST(COALESCE(SUM(rating), 0) AS BIGINT) FROM tickets WHERE completed_at >= $1",
        args![since],
    )
    .await
}
