//! SQL of the figures over a period; each statement reads one range of one index.

use crate::{
    db::{DbError, Query, Tx},
    messages::MessageStatus,
    types::*,
};

/// Messages from us that are alike.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Alike {
    pub provider: Option<String>,
    pub template: String,
    pub status: MessageStatus,
    pub error_code: Option<String>,
    pub messages: i64,
    pub sent: i64,
    pub cost: i64,
    pub timed: i64,
    pub delivery_ms: i64,
}

/// The statement behind the messages of a time.
pub fn messages_query(from: Time, to: Time) -> Query {
    let mut query = Query::new(
        "SELECT provider, template, status, error_code, COUNT(*) AS messages, COUNT(sent_at) AS sent, \
         CAST(COALESCE(SUM(cost), 0) AS BIGINT) AS cost, COUNT({ms(}delivered_at - sent_at)) AS timed, \
         CAST(COALESCE(SUM({ms(}delivered_at - sent_at)), 0) AS BIGINT) AS delivery_ms \
         FROM messages WHERE created_at >= ",
    );
    query.bind(from).push(" AND created_at < ").bind(to);
    query.push(" AND direction = 'out' GROUP BY provider, template, status, error_code");
    query
}

pub(super) async fn messages(tx: &mut Tx, from: Time, to: Time) -> Result<Vec<Alike>, DbError> {
    tx.all_of(messages_query(from, to)).await
}

/// The statement behind the next provider's name after one.
pub fn provider_query(after: &str) -> Query {
    let mut query = Query::new("SELECT provider FROM message_attempts WHERE provider > ");
    query.bind(after).push(" ORDER BY provider LIMIT 1");
    query
}

/// Every provider through which was ever tried.
pub(super) async fn providers(tx: &mut Tx) -> Result<Vec<String>, DbError> {
    let mut found: Vec<String> = Vec::new();
    loop {
        let after = found.last().map_or("", String::as_str);
        let next: Option<(String,)> = tx.opt_of(provider_query(after)).await?;
        match next {
            Some((name,)) => found.push(name),
            None => return Ok(found),
        }
    }
}

/// The tries through a provider.
#[derive(Debug, Clone, Copy, Default, sqlx::FromRow)]
pub(super) struct Tries {
    pub tries: i64,
    pub accepted: i64,
    pub answered: i64,
    pub answer_ms: i64,
}

/// The statement behind the tries of a time.
pub fn tries_query(provider: &str, from: Time, to: Time) -> Query {
    let mut query = Query::new(
        "SELECT COUNT(*) AS tries, COUNT(CASE WHEN outcome = 'accepted' THEN 1 END) AS accepted, \
         COUNT({ms(}finished_at - started_at)) AS answered, \
         CAST(COALESCE(SUM({ms(}finished_at - started_at)), 0) AS BIGINT) AS answer_ms \
         FROM message_attempts WHERE provider = ",
    );
    query.bind(provider).push(" AND started_at >= ").bind(from).push(" AND started_at < ").bind(to);
    query
}

pub(super) async fn tries(tx: &mut Tx, provider: &str, from: Time, to: Time) -> Result<Tries, DbError> {
    Ok(tx.opt_of(tries_query(provider, from, to)).await?.unwrap_or_default())
}
