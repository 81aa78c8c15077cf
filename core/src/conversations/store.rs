//! SQL of conversations, and of what automatic answers say.

use super::{Answerer, ConversationState, answers::TEMPLATES};
use crate::{
    app::Scope,
    args,
    customers::terms::Wanted,
    db::{DbError, Query, Tx},
    messages::Direction,
    permission::Role,
    tickets::TicketStatus,
    types::*,
};

/// A row of `conversations` with the names it points at.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Row {
    pub id: ConversationId,
    pub address: String,
    pub customer_id: Option<CustomerId>,
    pub customer_number: Option<String>,
    pub customer_name: Option<String>,
    pub state: ConversationState,
    pub assigned_to: Option<UserId>,
    pub assigned_name: Option<String>,
    pub unanswered: i64,
    pub last_message_id: MessageId,
    pub last_direction: Direction,
    pub last_text: String,
    pub last_at: Time,
    pub last_inbound_at: Option<Time>,
    pub created_at: Time,
}

const ROW: &str = "SELECT v.id, v.address, v.customer_id, c.number AS customer_number, c.name AS customer_name, \
                   v.state, v.assigned_to, u.full_name AS assigned_name, v.unanswered, v.last_message_id, \
                   v.last_direction, v.last_text, v.last_at, v.last_inbound_at, v.created_at FROM conversations v \
                   LEFT JOIN customers c ON c.id = v.customer_id LEFT JOIN users u ON u.id = v.assigned_to WHERE TRUE";

/// A technician sees the threads of customers on whose open tickets they work.
fn within(query: &mut Query, scope: Scope) {
    match scope {
        Scope::All => {}
        Scope::Technician(id) => {
            query.push(
                " AND EXISTS (SELECT 1 FROM tickets t JOIN ticket_team m ON m.ticket_id = t.id \
                 WHERE t.customer_id = v.customer_id AND t.status NOT IN ('completed', 'cancelled') \
                 AND m.technician_id = ",
            );
            query.bind(id).push(")");
        }
        Scope::Customer(_) | Scope::Nothing => {
            query.push(" AND FALSE");
        }
    }
}

/// What a list asks for.
#[derive(Debug, Clone, Default)]
pub(super) struct Criteria {
    pub unanswered: bool,
    pub assigned_to: Option<UserId>,
    pub state: Option<ConversationState>,
    pub customer_id: Option<CustomerId>,
    pub words: Vec<Wanted>,
    /// The beginning of an address.
    pub address: Option<String>,
}

fn ranges(query: &mut Query, wanted: &Wanted) {
    for (at, (from, to)) in wanted.ranges.iter().enumerate() {
        query.push(if at == 0 { "" } else { " OR " });
        query.push("term >= ").bind(from).push(" AND term < ").bind(to);
    }
}

/// A page, the newest first.
pub(super) async fn list(
    tx: &mut Tx,
    scope: Scope,
    criteria: &Criteria,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Vec<Row>, DbError> {
    let mut query = Query::new(ROW);
    within(&mut query, scope);
    if criteria.unanswered {
        query.push(" AND v.unanswered > 0");
    }
    if let Some(user) = criteria.assigned_to {
        query.push(" AND v.assigned_to = ").bind(user);
    }
    if let Some(state) = criteria.state {
        query.push(" AND v.state = ").bind(state);
    }
    if let Some(id) = criteria.customer_id {
        query.push(" AND v.customer_id = ").bind(id);
    }
    if !criteria.words.is_empty() || criteria.address.is_some() {
        query.push(" AND (");
        for (at, wanted) in criteria.words.iter().enumerate() {
            query.push(if at == 0 { "(" } else { " AND " });
            query.push("v.customer_id IN (SELECT customer_id FROM customer_terms WHERE ");
            ranges(&mut query, wanted);
            query.push(")");
        }
        if !criteria.words.is_empty() {
            query.push(")");
        }
        if let Some(address) = &criteria.address {
            query.push(if criteria.words.is_empty() { "" } else { " OR " });
            query.push("(v.address >= ").bind(address);
            query.push(" AND v.address < ").bind(format!("{address}\u{10ffff}")).push(")");
        }
        query.push(")");
    }
    if let Some(id) = before {
        query.push(" AND v.last_message_id < ").bind(id);
    }
    query.push(" ORDER BY v.last_message_id DESC LIMIT ").bind(limit);
    tx.all_of(query).await
}

/// One, if the scope holds it.
pub(super) async fn get(tx: &mut Tx, scope: Scope, id: ConversationId) -> Result<Option<Row>, DbError> {
    let mut query = Query::new(ROW);
    within(&mut query, scope);
    query.push(" AND v.id = ").bind(id);
    tx.opt_of(query).await
}

/// Locks one against other writers until the end of the transaction.
pub(super) async fn lock(tx: &mut Tx, id: ConversationId) -> Result<(), DbError> {
    let sql = "SELECT id FROM conversations WHERE id = $1 {lock}";
    tx.opt::<(ConversationId,)>(sql, args![id]).await.map(drop)
}

/// The thread with a customer that was written in last.
pub(super) async fn of_customer(
    tx: &mut Tx,
    scope: Scope,
    id: CustomerId,
) -> Result<Option<ConversationId>, DbError> {
    let criteria = Criteria { customer_id: Some(id), ..Criteria::default() };
    Ok(list(tx, scope, &criteria, None, 1).await?.first().map(|row| row.id))
}

/// How many wait for an answer, counted up to a limit.
pub(super) async fn unanswered(tx: &mut Tx, scope: Scope, limit: i64) -> Result<i64, DbError> {
    let mut query =
        Query::new("SELECT COUNT(*) FROM (SELECT v.id FROM conversations v WHERE v.unanswered > 0");
    within(&mut query, scope);
    query.push(" LIMIT ").bind(limit).push(") AS waiting");
    let row: Option<(i64,)> = tx.opt_of(query).await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// A message to be put into a thread.
pub(super) struct Fresh<'a> {
    pub message_id: MessageId,
    pub address: &'a str,
    pub customer_id: Option<CustomerId>,
    pub text: &'a str,
}

/// A message came in. `waits` tells that staff have to answer it: that opens the thread.
pub(super) async fn received(
    tx: &mut Tx,
    fresh: &Fresh<'_>,
    waits: bool,
    now: Time,
) -> Result<ConversationId, DbError> {
    let (id,): (ConversationId,) = tx
        .one(
            "INSERT INTO conversations (address, customer_id, state, unanswered, last_message_id, last_direction, \
             last_text, last_at, last_inbound_at, created_at) VALUES ($1, $2, 'open', $3, $4, 'in', $5, $6, $6, $6) \
             ON CONFLICT (address) DO UPDATE SET \
             customer_id = COALESCE(excluded.customer_id, conversations.customer_id), \
             unanswered = conversations.unanswered + excluded.unanswered, \
             state = CASE WHEN excluded.unanswered > 0 THEN 'open' ELSE conversations.state END, \
             last_message_id = excluded.last_message_id, last_direction = excluded.last_direction, \
             last_text = excluded.last_text, last_at = excluded.last_at, \
             last_inbound_at = excluded.last_inbound_at RETURNING id",
            args![fresh.address, fresh.customer_id, i64::from(waits), fresh.message_id, fresh.text, now],
        )
        .await?;
    Ok(id)
}

/// Staff wrote: nothing is left to answer, and whoever wrote has the thread if nobody had it.
pub(super) async fn written(
    tx: &mut Tx,
    fresh: &Fresh<'_>,
    by: Option<UserId>,
    now: Time,
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO conversations (address, customer_id, state, assigned_to, unanswered, last_message_id, \
         last_direction, last_text, last_at, created_at) VALUES ($1, $2, 'open', $3, 0, $4, 'out', $5, $6, $6) \
         ON CONFLICT (address) DO UPDATE SET \
         customer_id = COALESCE(excluded.customer_id, conversations.customer_id), unanswered = 0, state = 'open', \
         assigned_to = COALESCE(conversations.assigned_to, excluded.assigned_to), \
         last_message_id = excluded.last_message_id, last_direction = excluded.last_direction, \
         last_text = excluded.last_text, last_at = excluded.last_at",
        args![fresh.address, fresh.customer_id, by, fresh.message_id, fresh.text, now],
    )
    .await
    .map(drop)
}

/// Nothing is left to answer; with a state, that is the new one.
pub(super) async fn settle(
    tx: &mut Tx,
    id: ConversationId,
    state: Option<ConversationState>,
) -> Result<(), DbError> {
    let mut query = Query::new("UPDATE conversations SET unanswered = 0");
    if let Some(state) = state {
        query.push(", state = ").bind(state);
    }
    query.push(" WHERE id = ").bind(id);
    tx.run_of(query).await.map(drop)
}

/// Gives it to somebody or to nobody.
pub(super) async fn assign(tx: &mut Tx, id: ConversationId, user: Option<UserId>) -> Result<(), DbError> {
    tx.run("UPDATE conversations SET assigned_to = $2 WHERE id = $1", args![id, user]).await.map(drop)
}

/// Roles whose right to a permission was changed, and how.
pub(super) async fn overrides(tx: &mut Tx, permission: &str) -> Result<Vec<(Role, bool)>, DbError> {
    tx.all("SELECT role, granted FROM role_permissions WHERE permission = $1", args![permission]).await
}

/// Active staff of some roles by name, or one of them.
pub(super) async fn answerers(
    tx: &mut Tx,
    roles: &[Role],
    one: Option<UserId>,
) -> Result<Vec<Answerer>, DbError> {
    if roles.is_empty() {
        return Ok(Vec::new());
    }
    let mut query = Query::new("SELECT id, full_name FROM users WHERE active AND role IN ");
    query.bind_list(roles.iter().copied());
    if let Some(id) = one {
        query.push(" AND id = ").bind(id);
    }
    query.push(" ORDER BY full_name, id LIMIT 200");
    tx.all_of(query).await
}

/// Forgets threads in which nothing was written since an instant, up to `limit`, the oldest first.
pub(super) async fn prune(tx: &mut Tx, before: Time, limit: i64) -> Result<u64, DbError> {
    tx.run(
        "DELETE FROM conversations WHERE id IN \
         (SELECT id FROM conversations WHERE last_at < $1 ORDER BY last_at LIMIT $2)",
        args![before, limit],
    )
    .await
}

/// What an automatic answer says of a customer.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct Person {
    pub name: String,
    pub locale: Locale,
    pub auto_answers: bool,
    pub package: Option<String>,
    pub price: Option<i64>,
}

pub(super) async fn person(tx: &mut Tx, id: CustomerId) -> Result<Option<Person>, DbError> {
    tx.opt(
        "SELECT c.name, c.locale, c.auto_answers, p.name AS package, p.monthly_price AS price FROM customers c \
         LEFT JOIN packages p ON p.id = c.package_id WHERE c.id = $1",
        args![id],
    )
    .await
}

/// A ticket that is not finished.
#[derive(Debug, Clone, sqlx::FromRow)]
pub(super) struct OpenTicket {
    pub number: String,
    pub status: TicketStatus,
    pub eta_at: Option<Time>,
    pub resolution_due_at: Time,
}

pub(super) async fn open_tickets(
    tx: &mut Tx,
    id: CustomerId,
    limit: i64,
) -> Result<Vec<OpenTicket>, DbError> {
    tx.all(
        "SELECT number, status, eta_at, resolution_due_at FROM tickets WHERE customer_id = $1 \
         AND status NOT IN ('completed', 'cancelled') ORDER BY id DESC LIMIT $2",
        args![id, limit],
    )
    .await
}

/// Whether a phone is a colleague's.
pub(super) async fn is_staff(tx: &mut Tx, phone: &Phone) -> Result<bool, DbError> {
    let row: Option<(UserId,)> =
        tx.opt("SELECT id FROM users WHERE phone = $1 AND active LIMIT 1", args![phone]).await?;
    Ok(row.is_some())
}

/// When an address was answered automatically since an instant.
pub(super) async fn answers_since(tx: &mut Tx, address: &str, since: Time) -> Result<Vec<Time>, DbError> {
    let mut query = Query::new(
        "SELECT created_at FROM messages WHERE channel = 'whatsapp' AND direction = 'out' AND address = ",
    );
    query.bind(address).push(" AND created_at > ").bind(since).push(" AND template IN ");
    query.bind_list(TEMPLATES.iter().copied()).push(" LIMIT 100");
    let rows: Vec<(Time,)> = tx.all_of(query).await?;
    Ok(rows.into_iter().map(|(at,)| at).collect())
}

/// Whether we wrote just this text to an address since an instant.
pub(super) async fn said(tx: &mut Tx, address: &str, text: &str, since: Time) -> Result<bool, DbError> {
    let row: Option<(MessageId,)> = tx
        .opt(
            "SELECT id FROM messages WHERE channel = 'whatsapp' AND direction = 'out' AND address = $1 \
             AND created_at > $2 AND body = $3 LIMIT 1",
            args![address, since, text],
        )
        .await?;
    Ok(row.is_some())
}
