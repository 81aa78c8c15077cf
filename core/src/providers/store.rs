//! SQL of what is set for providers while they run.

use super::Connection;
use crate::{
    args,
    db::{DbError, Tx},
    types::*,
};

/// What is set for a provider; what is absent stands in the configuration.
#[derive(Debug, Clone, sqlx::FromRow)]
pub struct Row {
    pub name: String,
    pub enabled: bool,
    pub rank: Option<i64>,
    pub rate_limit: Option<i64>,
    pub window_s: Option<i64>,
    pub concurrency: Option<i64>,
    pub daily_cap: Option<i64>,
    pub cost: Rupiah,
    pub connection: Connection,
    pub connection_reason: Option<String>,
    pub connection_at: Option<Time>,
    pub updated_at: Option<Time>,
    pub version: i64,
}

impl Row {
    /// A provider for which nothing is set.
    pub fn blank(name: &str) -> Self {
        Row {
            name: name.to_owned(),
            enabled: true,
            rank: None,
            rate_limit: None,
            window_s: None,
            concurrency: None,
            daily_cap: None,
            cost: Rupiah(0),
            connection: Connection::Unknown,
            connection_reason: None,
            connection_at: None,
            updated_at: None,
            version: 0,
        }
    }
}

/// What is set for every provider there ever was; a handful.
pub async fn all(tx: &mut Tx) -> Result<Vec<Row>, DbError> {
    tx.all(
        "SELECT name, enabled, rank, rate_limit, window_s, concurrency, daily_cap, cost, connection, \
         connection_reason, connection_at, updated_at, version FROM providers ORDER BY name LIMIT 100",
        args![],
    )
    .await
}

/// Writes down what is set for a provider.
pub async fn save(tx: &mut Tx, row: &Row, now: Time) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO providers (name, enabled, rank, rate_limit, window_s, concurrency, daily_cap, cost, connection, \
         connection_reason, connection_at, updated_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13) \
         ON CONFLICT (name) DO UPDATE SET enabled = excluded.enabled, rank = excluded.rank, \
         rate_limit = excluded.rate_limit, window_s = excluded.window_s, concurrency = excluded.concurrency, \
         daily_cap = excluded.daily_cap, cost = excluded.cost, connection = excluded.connection, \
         connection_reason = excluded.connection_reason, connection_at = excluded.connection_at, \
         updated_at = excluded.updated_at, version = excluded.version",
        args![
            &row.name,
            row.enabled,
            row.rank,
            row.rate_limit,
            row.window_s,
            row.concurrency,
            row.daily_cap,
            row.cost,
            row.connection,
            row.connection_reason.clone(),
            row.connection_at,
            now,
            row.version
        ],
    )
    .await
    .map(drop)
}
