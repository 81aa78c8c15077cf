//! SQL of messages, their tries, the reports about them, and the sandbox's inbox.

use super::{
    ApprovedTemplate, AttemptOutcome, Button, Callback, Direction, Failure, Message, MessageAttempt,
    MessageChannel, MessageFilter, MessageKind, MessageStatus, SandboxMessage, SandboxNew,
};
use crate::{
    args,
    customers::News,
    db::{DbError, Json, Query, Tx},
    tickets::ContactPreference,
    types::*,
};

/// A message to be written down.
pub(super) struct NewRow<'a> {
    pub direction: Direction,
    pub channel: MessageChannel,
    pub kind: MessageKind,
    pub address: &'a str,
    pub customer_id: Option<CustomerId>,
    pub user_id: Option<UserId>,
    pub ticket_id: Option<TicketId>,
    pub template: &'a str,
    pub locale: &'a str,
    pub subject: Option<String>,
    pub body: &'a str,
    pub buttons: Option<serde_json::Value>,
    pub approved: Option<serde_json::Value>,
    pub status: MessageStatus,
    pub provider: Option<&'a str>,
    pub provider_id: Option<String>,
    pub created_at: Time,
    pub expires_at: Option<Time>,
}

pub(super) async fn insert(tx: &mut Tx, row: NewRow<'_>) -> Result<MessageId, DbError> {
    let (id,): (MessageId,) = tx
        .one(
            "INSERT INTO messages (direction, channel, kind, address, customer_id, user_id, ticket_id, template, \
             locale, subject, body, status, provider, provider_id, created_at, expires_at, buttons, approved) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18) RETURNING id",
            args![
                row.direction,
                row.channel,
                row.kind,
                row.address,
                row.customer_id,
                row.user_id,
                row.ticket_id,
                row.template,
                row.locale,
                row.subject,
                row.body,
                row.status,
                row.provider.map(str::to_owned),
                row.provider_id,
                row.created_at,
                row.expires_at,
                row.buttons,
                row.approved
            ],
        )
        .await?;
    Ok(id)
}

/// What sending and reporting need of a message.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Outgoing {
    pub id: MessageId,
    pub channel: MessageChannel,
    pub kind: MessageKind,
    pub address: String,
    pub customer_id: Option<CustomerId>,
    pub ticket_id: Option<TicketId>,
    pub template: String,
    pub subject: Option<String>,
    pub body: String,
    pub buttons: Option<Json<Vec<Button>>>,
    pub approved: Option<Json<ApprovedTemplate>>,
    pub status: MessageStatus,
    pub provider_state_id: Option<String>,
    pub expires_at: Option<Time>,
}

const OUTGOING: &str = "SELECT id, channel, kind, address, customer_id, ticket_id, template, subject, body, \
                        buttons, approved, status, provider_state_id, expires_at FROM messages WHERE direction = 'out'";

/// One outgoing message, held for the rest of the transaction.
pub(super) async fn hold(tx: &mut Tx, id: MessageId) -> Result<Option<Outgoing>, DbError> {
    tx.opt(format!("{OUTGOING} AND id = $1 {{lock}}"), args![id]).await
}

/// The message a report speaks of, held for the rest of the transaction.
pub(super) async fn hold_reported(
    tx: &mut Tx,
    provider: &str,
    provider_id: Option<&str>,
    state_id: Option<&str>,
) -> Result<Option<Outgoing>, DbError> {
    if let Some(id) = provider_id {
        let sql =
            format!("{OUTGOING} AND provider = $1 AND provider_id = $2 ORDER BY id DESC LIMIT 1 {{lock}}");
        return tx.opt(sql, args![provider, id]).await;
    }
    let Some(id) = state_id else { return Ok(None) };
    let sql =
        format!("{OUTGOING} AND provider = $1 AND provider_state_id = $2 ORDER BY id DESC LIMIT 1 {{lock}}");
    tx.opt(sql, args![provider, id]).await
}

/// One try.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Attempt {
    pub number: i64,
    pub provider: String,
    pub outcome: AttemptOutcome,
    pub started_at: Time,
    pub finished_at: Option<Time>,
}

pub(super) async fn last_attempt(tx: &mut Tx, id: MessageId) -> Result<Option<Attempt>, DbError> {
    tx.opt(
        "SELECT number, provider, outcome, started_at, finished_at FROM message_attempts WHERE message_id = $1 \
         ORDER BY number DESC LIMIT 1",
        args![id],
    )
    .await
}

pub(super) async fn count_unknown(tx: &mut Tx, id: MessageId) -> Result<i64, DbError> {
    let (count,): (i64,) = tx
        .one("SELECT COUNT(*) FROM message_attempts WHERE message_id = $1 AND outcome = 'unknown'", args![id])
        .await?;
    Ok(count)
}

/// Through which provider a message went out perhaps.
pub(super) async fn uncertain_provider(tx: &mut Tx, id: MessageId) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = tx
        .opt(
            "SELECT provider FROM message_attempts WHERE message_id = $1 AND outcome = 'unknown' \
             ORDER BY number DESC LIMIT 1",
            args![id],
        )
        .await?;
    Ok(row.map(|(provider,)| provider))
}

/// Whether somebody has written to us through a provider since an instant.
pub(super) async fn wrote_since(
    tx: &mut Tx,
    provider: &str,
    address: &str,
    since: Time,
) -> Result<bool, DbError> {
    let row: Option<(i64,)> = tx
        .opt(
            "SELECT id FROM messages WHERE direction = 'in' AND address = $1 AND created_at > $2 AND provider = $3 \
             LIMIT 1",
            args![address, since, provider],
        )
        .await?;
    Ok(row.is_some())
}

pub(super) async fn start_attempt(
    tx: &mut Tx,
    id: MessageId,
    number: i64,
    provider: &str,
    now: Time,
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO message_attempts (message_id, number, provider, outcome, started_at) \
         VALUES ($1, $2, $3, 'sending', $4)",
        args![id, number, provider, now],
    )
    .await?;
    Ok(())
}

/// How many of the latest `most` tries through a provider began after a time, and when the first of them did.
pub(super) async fn tries_since(
    tx: &mut Tx,
    provider: &str,
    since: Time,
    most: i64,
) -> Result<(i64, Option<Time>), DbError> {
    tx.one(
        "SELECT COUNT(*), MIN(started_at) FROM (SELECT started_at FROM message_attempts \
         WHERE provider = $1 AND started_at > $2 ORDER BY started_at DESC LIMIT $3) AS latest",
        args![provider, since, most],
    )
    .await
}

/// How many tries through a provider are under way that began after a time.
pub(super) async fn under_way(tx: &mut Tx, provider: &str, since: Time) -> Result<i64, DbError> {
    let (count,): (i64,) = tx
        .one(
            "SELECT COUNT(*) FROM message_attempts \
             WHERE provider = $1 AND outcome = 'sending' AND started_at > $2",
            args![provider, since],
        )
        .await?;
    Ok(count)
}

/// Tries through a provider that began after a time and have ended, how many of them it took, and what these cost.
pub(super) async fn tally(tx: &mut Tx, provider: &str, since: Time) -> Result<(i64, i64, i64), DbError> {
    tx.one(
        "SELECT COUNT(*), CAST(COALESCE(SUM(CASE WHEN outcome = 'accepted' THEN 1 ELSE 0 END), 0) AS BIGINT), \
         CAST(COALESCE(SUM(cost), 0) AS BIGINT) FROM message_attempts \
         WHERE provider = $1 AND started_at > $2 AND outcome <> 'sending'",
        args![provider, since],
    )
    .await
}

/// How a try ended.
#[derive(Debug, Clone)]
pub(super) struct AttemptRow<'a> {
    pub outcome: AttemptOutcome,
    pub provider_id: Option<&'a str>,
    pub code: Option<&'a str>,
    pub error: Option<&'a str>,
    pub cost: Option<i64>,
}

/// Closes a try that is still open, or one that somebody else took for cut off although the provider took the message;
/// false when it was closed otherwise.
pub(super) async fn end_attempt(
    tx: &mut Tx,
    id: MessageId,
    number: i64,
    end: AttemptRow<'_>,
    now: Time,
) -> Result<bool, DbError> {
    let rows = tx
        .run(
            "UPDATE message_attempts SET outcome = $3, provider_id = $4, code = $5, error = $6, finished_at = $7, \
             cost = $8 WHERE message_id = $1 AND number = $2 \
             AND (outcome = 'sending' OR (outcome = 'unknown' AND $3 = 'accepted'))",
            args![
                id,
                number,
                end.outcome,
                end.provider_id.map(str::to_owned),
                end.code.map(str::to_owned),
                end.error.map(str::to_owned),
                now,
                end.cost
            ],
        )
        .await?;
    Ok(rows == 1)
}

/// A message's tries, the oldest first.
pub(super) async fn attempts(tx: &mut Tx, id: MessageId) -> Result<Vec<MessageAttempt>, DbError> {
    tx.all(
        "SELECT number, provider, outcome, code, error, provider_id, cost, started_at, finished_at \
         FROM message_attempts WHERE message_id = $1 ORDER BY number LIMIT 200",
        args![id],
    )
    .await
}

/// Those of some messages that go to an address.
pub(super) async fn addressed(
    tx: &mut Tx,
    ids: &[MessageId],
    address: &str,
) -> Result<Vec<MessageId>, DbError> {
    let mut query = Query::new("SELECT id FROM messages WHERE id IN ");
    query.bind_list(ids.iter().copied()).push(" AND address = ").bind(address);
    let rows: Vec<(MessageId,)> = tx.all_of(query).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Forgets a try that never left this process.
pub(super) async fn forget_attempt(tx: &mut Tx, id: MessageId, number: i64) -> Result<(), DbError> {
    tx.run(
        "DELETE FROM message_attempts WHERE message_id = $1 AND number = $2 AND outcome = 'sending'",
        args![id, number],
    )
    .await?;
    Ok(())
}

/// Moves a message on, with the time of it and, for failures, what went wrong.
pub(super) async fn set_status(
    tx: &mut Tx,
    id: MessageId,
    status: MessageStatus,
    failure: Option<(&str, &str)>,
    now: Time,
) -> Result<(), DbError> {
    let mut query = Query::new("UPDATE messages SET status = ");
    query.bind(status);
    let column = match status {
        MessageStatus::Sent => Some("sent_at"),
        MessageStatus::Delivered => Some("delivered_at"),
        MessageStatus::Read => Some("read_at"),
        MessageStatus::Failed | MessageStatus::Expired => Some("failed_at"),
        _ => None,
    };
    if let Some(column) = column {
        query.push(", ").push(column).push(" = COALESCE(").push(column).push(", ").bind(now).push(")");
    }
    if let Some((code, error)) = failure {
        query.push(", error_code = ").bind(code).push(", error = ").bind(error);
    }
    query.push(" WHERE id = ").bind(id);
    tx.run_of(query).await?;
    Ok(())
}

/// Notes which provider took the message and under which id.
pub(super) async fn set_provider(
    tx: &mut Tx,
    id: MessageId,
    provider: &str,
    provider_id: Option<&str>,
    cost: Option<i64>,
) -> Result<(), DbError> {
    tx.run(
        "UPDATE messages SET provider = $2, provider_id = $3, cost = $4, error_code = NULL, error = NULL \
         WHERE id = $1",
        args![id, provider, provider_id.map(str::to_owned), cost],
    )
    .await?;
    Ok(())
}

/// Replaces the text; the approved form, which holds parts of it, goes.
pub(super) async fn set_body(tx: &mut Tx, id: MessageId, body: &str) -> Result<(), DbError> {
    tx.run("UPDATE messages SET body = $2, approved = NULL WHERE id = $1", args![id, body]).await?;
    Ok(())
}

pub(super) async fn set_state_id(tx: &mut Tx, id: MessageId, state_id: &str) -> Result<(), DbError> {
    tx.run("UPDATE messages SET provider_state_id = $2 WHERE id = $1", args![id, state_id]).await?;
    Ok(())
}

/// Says until when a message is of use.
pub(super) async fn set_expires_at(tx: &mut Tx, id: MessageId, at: Time) -> Result<(), DbError> {
    tx.run("UPDATE messages SET expires_at = $2 WHERE id = $1", args![id, at]).await?;
    Ok(())
}

/// Puts a message that ended badly back to the start.
pub(super) async fn reset(tx: &mut Tx, id: MessageId, expires_at: Option<Time>) -> Result<(), DbError> {
    tx.run(
        "UPDATE messages SET status = 'queued', expires_at = $2, failed_at = NULL, error_code = NULL, error = NULL \
         WHERE id = $1",
        args![id, expires_at],
    )
    .await?;
    Ok(())
}

/// A report that waits for its message.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Waiting {
    pub id: i64,
    pub provider_id: Option<String>,
    pub provider_state_id: Option<String>,
    pub status: String,
    pub code: Option<String>,
    pub error: Option<String>,
}

/// Reports that speak of no message we know, the newest first.
pub(super) async fn unmatched(
    tx: &mut Tx,
    provider: Option<&str>,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<Callback>, DbError> {
    let mut query = Query::new(
        "SELECT id, provider, provider_id, provider_state_id AS state_id, status, code, error, received_at \
         FROM message_callbacks WHERE message_id IS NULL",
    );
    if let Some(provider) = provider {
        query.push(" AND provider = ").bind(provider);
    }
    if let Some(id) = before {
        query.push(" AND id < ").bind(id);
    }
    query.push(" ORDER BY id DESC LIMIT ").bind(limit);
    tx.all_of(query).await
}

/// Keeps a report; `None` when it came before.
pub(super) async fn insert_callback(
    tx: &mut Tx,
    provider: &str,
    dedupe_key: &str,
    (provider_id, state_id): (Option<&str>, Option<&str>),
    (status, failure): (&str, Option<&Failure>),
    now: Time,
) -> Result<Option<i64>, DbError> {
    let row: Option<(i64,)> = tx
        .opt(
            "INSERT INTO message_callbacks (provider, dedupe_key, provider_id, provider_state_id, status, \
             code, error, received_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) \
             ON CONFLICT (provider, dedupe_key) DO NOTHING RETURNING id",
            args![
                provider,
                dedupe_key,
                provider_id.map(str::to_owned),
                state_id.map(str::to_owned),
                status,
                failure.map(|failure| failure.code.clone()),
                failure.map(|failure| failure.reason.clone()),
                now
            ],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

pub(super) async fn match_callback(tx: &mut Tx, id: i64, message_id: MessageId) -> Result<(), DbError> {
    tx.run("UPDATE message_callbacks SET message_id = $2 WHERE id = $1", args![id, message_id]).await?;
    Ok(())
}

/// Reports that came before we knew the id they speak of.
pub(super) async fn waiting_callbacks(
    tx: &mut Tx,
    provider: &str,
    provider_id: Option<&str>,
    state_id: Option<&str>,
) -> Result<Vec<Waiting>, DbError> {
    let mut query = Query::new(
        "SELECT id, provider_id, provider_state_id, status, code, error FROM message_callbacks \
         WHERE message_id IS NULL AND provider = ",
    );
    query.bind(provider);
    match (provider_id, state_id) {
        (Some(id), _) => query.push(" AND provider_id = ").bind(id),
        (None, Some(id)) => query.push(" AND provider_id IS NULL AND provider_state_id = ").bind(id),
        (None, None) => return Ok(Vec::new()),
    };
    query.push(" ORDER BY id LIMIT 100");
    tx.all_of(query).await
}

const MESSAGE: &str = "SELECT id, direction, channel, kind, address, customer_id, ticket_id, template, subject, body, \
                       status, provider, error_code, error, created_at, sent_at, delivered_at, read_at FROM messages";

pub(super) async fn get(tx: &mut Tx, id: MessageId) -> Result<Option<Message>, DbError> {
    tx.opt(format!("{MESSAGE} WHERE id = $1"), args![id]).await
}

/// The statement behind a page of messages.
pub fn list_query(filter: &MessageFilter, before: Option<MessageId>, limit: i64) -> Query {
    let mut query = Query::new(MESSAGE);
    query.push(" WHERE TRUE");
    if let Some(id) = filter.customer_id {
        query.push(" AND customer_id = ").bind(id);
    }
    if let Some(id) = filter.ticket_id {
        query.push(" AND ticket_id = ").bind(id);
    }
    if let Some(status) = filter.status {
        query.push(" AND status = ").bind(status);
    }
    if let Some(channel) = filter.channel {
        query.push(" AND channel = ").bind(channel);
    }
    if let Some(template) = &filter.template {
        query.push(" AND template = ").bind(template);
    }
    if let Some(address) = &filter.recipient {
        query.push(" AND address = ").bind(address);
    }
    if let Some(id) = before {
        query.push(" AND id < ").bind(id);
    }
    query.push(" ORDER BY id DESC LIMIT ").bind(limit);
    query
}

pub(super) async fn list(
    tx: &mut Tx,
    filter: &MessageFilter,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Message>, DbError> {
    tx.all_of(list_query(filter, before, limit)).await
}

/// The WhatsApp messages to and from an address, the newest first.
pub(super) async fn thread(
    tx: &mut Tx,
    address: &str,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Message>, DbError> {
    let mut query = Query::new(MESSAGE);
    query.push(" WHERE channel = 'whatsapp' AND address = ").bind(address);
    if let Some(id) = before {
        query.push(" AND id < ").bind(id);
    }
    query.push(" ORDER BY id DESC LIMIT ").bind(limit);
    tx.all_of(query).await
}

/// Whether a provider's id is one of a message that we sent.
pub(super) async fn is_ours(tx: &mut Tx, provider: &str, provider_id: &str) -> Result<bool, DbError> {
    let row: Option<(MessageId,)> = tx
        .opt(
            "SELECT id FROM messages WHERE provider = $1 AND provider_id = $2 AND direction = 'out' LIMIT 1",
            args![provider, provider_id],
        )
        .await?;
    Ok(row.is_some())
}

/// The customer with this phone.
pub(super) async fn customer_of(tx: &mut Tx, phone: &Phone) -> Result<Option<CustomerId>, DbError> {
    let row: Option<(CustomerId,)> =
        tx.opt("SELECT id FROM customers WHERE phone = $1", args![phone]).await?;
    Ok(row.map(|(id,)| id))
}

const SANDBOX: &str = "SELECT id, direction, channel, address, subject, body, provider_id, state, created_at FROM sandbox_messages";

/// Puts a message into the sandbox's inbox; `None` when it is there already.
pub(super) async fn sandbox_insert(
    tx: &mut Tx,
    entry: &SandboxNew,
    now: Time,
) -> Result<Option<i64>, DbError> {
    let row: Option<(i64,)> = tx
        .opt(
            "INSERT INTO sandbox_messages (direction, channel, address, subject, body, provider_id, state, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (provider_id) DO NOTHING RETURNING id",
            args![
                entry.direction,
                entry.channel,
                &entry.address,
                entry.subject.clone(),
                &entry.body,
                &entry.provider_id,
                if entry.direction == Direction::Out { "sent" } else { "received" },
                now
            ],
        )
        .await?;
    Ok(row.map(|(id,)| id))
}

pub(super) async fn sandbox_find(tx: &mut Tx, provider_id: &str) -> Result<Option<SandboxMessage>, DbError> {
    tx.opt(format!("{SANDBOX} WHERE provider_id = $1"), args![provider_id]).await
}

pub(super) async fn sandbox_get(tx: &mut Tx, id: i64) -> Result<Option<SandboxMessage>, DbError> {
    tx.opt(format!("{SANDBOX} WHERE id = $1 {{lock}}"), args![id]).await
}

pub(super) async fn sandbox_set_state(tx: &mut Tx, id: i64, state: &str) -> Result<(), DbError> {
    tx.run("UPDATE sandbox_messages SET state = $2 WHERE id = $1", args![id, state]).await?;
    Ok(())
}

pub(super) async fn sandbox_list(
    tx: &mut Tx,
    address: Option<&str>,
    mails: bool,
    before: Option<i64>,
    limit: i64,
) -> Result<Vec<SandboxMessage>, DbError> {
    let mut query = Query::new(SANDBOX);
    query.push(" WHERE TRUE");
    if !mails {
        query.push(" AND channel <> 'email'");
    }
    if let Some(address) = address {
        query.push(" AND address = ").bind(address);
    }
    if let Some(id) = before {
        query.push(" AND id < ").bind(id);
    }
    query.push(" ORDER BY id DESC LIMIT ").bind(limit);
    tx.all_of(query).await
}

/// What messages about a ticket say.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct TicketFacts {
    pub number: String,
    pub title: String,
    pub eta_at: Option<Time>,
    pub customer_name: Option<String>,
    pub customer_phone: Option<Phone>,
    pub customer_address: Option<String>,
}

pub(super) async fn ticket_facts(tx: &mut Tx, id: TicketId) -> Result<Option<TicketFacts>, DbError> {
    tx.opt(
        "SELECT t.number, t.title, t.eta_at, c.name AS customer_name, c.phone AS customer_phone, \
         c.address AS customer_address FROM tickets t LEFT JOIN customers c ON c.id = t.customer_id WHERE t.id = $1",
        args![id],
    )
    .await
}

/// Somebody who may get a message.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Person {
    pub name: String,
    pub phone: Option<Phone>,
    pub email: Option<String>,
    pub locale: Locale,
    pub customer_id: Option<CustomerId>,
    pub user_id: Option<UserId>,
}

/// A ticket's customer and how they want to hear of it.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct CustomerFacts {
    #[sqlx(flatten)]
    pub person: Person,
    #[sqlx(json)]
    pub notify_whatsapp: Vec<News>,
    #[sqlx(json)]
    pub notify_email: Vec<News>,
    pub contact_preference: ContactPreference,
}

pub(super) async fn customer_facts(tx: &mut Tx, id: TicketId) -> Result<Option<CustomerFacts>, DbError> {
    tx.opt(
        "SELECT c.name, c.phone, c.email, c.locale, c.notify_whatsapp, c.notify_email, t.contact_preference, \
         c.id AS customer_id, CAST(NULL AS BIGINT) AS user_id \
         FROM tickets t JOIN customers c ON c.id = t.customer_id WHERE t.id = $1",
        args![id],
    )
    .await
}

/// A customer as somebody who gets a message.
pub(super) async fn customer(tx: &mut Tx, id: CustomerId) -> Result<Option<Person>, DbError> {
    tx.opt(
        "SELECT name, phone, email, locale, id AS customer_id, CAST(NULL AS BIGINT) AS user_id \
         FROM customers WHERE id = $1",
        args![id],
    )
    .await
}

pub(super) async fn technician_facts(tx: &mut Tx, id: TechnicianId) -> Result<Option<Person>, DbError> {
    tx.opt(
        "SELECT u.full_name AS name, u.phone, u.email, u.locale, \
         CAST(NULL AS BIGINT) AS customer_id, u.id AS user_id \
         FROM technicians t JOIN users u ON u.id = t.user_id WHERE t.id = $1 AND u.active",
        args![id],
    )
    .await
}

pub(super) async fn comment_body(tx: &mut Tx, id: CommentId) -> Result<Option<String>, DbError> {
    let row: Option<(String,)> = tx.opt("SELECT body FROM ticket_comments WHERE id = $1", args![id]).await?;
    Ok(row.map(|(body,)| body))
}

/// What is kept for a while only.
#[derive(Debug, Clone, Copy)]
pub(super) enum Old {
    /// Messages, with their tries and the reports about them.
    Messages,
    /// Reports that speak of no message we know.
    Reports,
    /// What lies in the sandbox.
    Sandbox,
}

/// Removes up to `limit` rows from before an instant, the oldest first.
pub(super) async fn prune(tx: &mut Tx, what: Old, before: Time, limit: i64) -> Result<u64, DbError> {
    let sql = match what {
        Old::Messages => {
            "DELETE FROM messages WHERE id IN (SELECT id FROM messages WHERE created_at < $1 ORDER BY created_at LIMIT $2)"
        }
        Old::Reports => {
            "DELETE FROM message_callbacks WHERE id IN (SELECT id FROM message_callbacks WHERE message_id IS NULL AND received_at < $1 ORDER BY received_at LIMIT $2)"
        }
        Old::Sandbox => {
            "DELETE FROM sandbox_messages WHERE id IN (SELECT id FROM sandbox_messages WHERE created_at < $1 ORDER BY created_at LIMIT $2)"
        }
    };
    tx.run(sql, args![before, limit]).await
}
