//! SQL of the notification centre.

use super::{
    Notification, NotificationChannel, NotificationFilter, NotificationPreference, NotificationPriority,
    NotificationType,
};
use crate::{
    args,
    db::{DbError, Param, Query, Tx},
    permission::{Permission, Role},
    types::*,
};
use std::collections::HashMap;

/// Who is told, in which language and by which ways.
#[derive(Debug, Clone, PartialEq, Eq, sqlx::FromRow)]
pub struct Reader {
    /// The account.
    pub id: UserId,
    /// Its language.
    pub locale: Locale,
    /// Whether in the notification centre.
    pub in_app: bool,
    /// The number, where a copy by WhatsApp is wanted.
    pub whatsapp: Option<Phone>,
    /// The address, where a copy by e-mail is wanted.
    pub email: Option<String>,
}

/// Which accounts are meant; inactive ones never are.
#[derive(Debug, Clone)]
pub enum Readers<'a> {
    /// Of these roles.
    Roles(&'a [Role]),
    /// On a ticket's team.
    Team(TicketId),
    /// These technicians.
    Technicians(&'a [TechnicianId]),
    /// These accounts.
    Users(&'a [UserId]),
}

/// Readers beyond which nobody is told.
const MOST_READERS: i64 = 2000;

/// The accounts that are meant, without whoever caused it, and by which ways they want to hear of this type: in the
/// notification centre unless they chose otherwise, by message only if they chose so.
pub async fn readers(
    tx: &mut Tx,
    readers: &Readers<'_>,
    about: NotificationType,
    without: Option<UserId>,
) -> Result<Vec<Reader>, DbError> {
    fn chosen(query: &mut Query, about: NotificationType, channel: NotificationChannel) {
        query.push("(SELECT p.enabled FROM notification_preferences p WHERE p.user_id = u.id AND p.type = ");
        query.bind(about).push(" AND p.channel = ").bind(channel).push(")");
    }
    let mut query = Query::new("SELECT u.id, u.locale, COALESCE(");
    chosen(&mut query, about, NotificationChannel::InApp);
    query.push(", TRUE) AS in_app, CASE WHEN ");
    chosen(&mut query, about, NotificationChannel::Whatsapp);
    query.push(" THEN u.phone END AS whatsapp, CASE WHEN ");
    chosen(&mut query, about, NotificationChannel::Email);
    query.push(" THEN u.email END AS email FROM users u WHERE u.active = ").bind(true);
    match readers {
        Readers::Roles(roles) => {
            query.push(" AND u.role IN ").bind_list(roles.iter().copied());
        }
        Readers::Team(ticket) => {
            query.push(" AND u.id IN (SELECT k.user_id FROM ticket_team m JOIN technicians k ON k.id = m.technician_id WHERE m.ticket_id = ");
            query.bind(*ticket).push(")");
        }
        Readers::Technicians(ids) => {
            query.push(" AND u.id IN (SELECT user_id FROM technicians WHERE id IN ");
            query.bind_list(ids.iter().copied()).push(")");
        }
        Readers::Users(ids) => {
            query.push(" AND u.id IN ").bind_list(ids.iter().copied());
        }
    }
    if let Some(without) = without {
        query.push(" AND u.id <> ").bind(without);
    }
    query.push(" ORDER BY u.id LIMIT ").bind(MOST_READERS);
    tx.all_of(query).await
}

/// What an administrator changed about who has a permission.
pub async fn overrides(tx: &mut Tx, permission: Permission) -> Result<Vec<(Role, bool)>, DbError> {
    tx.all("SELECT role, granted FROM role_permissions WHERE permission = $1", args![permission]).await
}

/// What several readers are told, before it is known who they are.
#[derive(Debug, Clone)]
pub struct Fresh {
    /// The event it comes from.
    pub event_id: Option<EventId>,
    /// What it is about.
    pub notification_type: NotificationType,
    /// How much it matters.
    pub priority: NotificationPriority,
    /// Where it leads.
    pub link: Option<String>,
    /// Details for programs.
    pub data: serde_json::Value,
    /// When it stops being of interest.
    pub expires_at: Option<Time>,
    /// When it came.
    pub created_at: Time,
}

/// Tells several readers in one statement per hundred; `texts` has headline and text by language.
pub async fn insert(
    tx: &mut Tx,
    readers: &[Reader],
    fresh: &Fresh,
    texts: &HashMap<Locale, (String, String)>,
) -> Result<(), DbError> {
    let wanting: Vec<&Reader> = readers.iter().filter(|reader| reader.in_app).collect();
    for some in wanting.chunks(100) {
        let mut query = Query::new(
            "INSERT INTO notifications (user_id, event_id, type, priority, title, message, link, data, expires_at, created_at) VALUES ",
        );
        let mut any = false;
        for reader in some {
            let Some((title, message)) = texts.get(&reader.locale) else { continue };
            query.push(if any { ", " } else { "" });
            any = true;
            query.bind_list([
                reader.id.value(),
                fresh.event_id.value(),
                fresh.notification_type.value(),
                fresh.priority.value(),
                title.value(),
                message.value(),
                fresh.link.as_deref().value(),
                fresh.data.clone().value(),
                fresh.expires_at.value(),
                fresh.created_at.value(),
            ]);
        }
        if any {
            tx.run_of(query).await?;
        }
    }
    Ok(())
}

const COLUMNS: &str = "id, type, priority, title, message, link, data, read_at, expires_at, created_at";

/// The condition that a notification is somebody's and still of interest.
fn current(query: &mut Query, user: UserId, now: Time) {
    query.push(" WHERE user_id = ").bind(user);
    query.push(" AND (expires_at IS NULL OR expires_at > ").bind(now).push(")");
}

/// A page of somebody's notifications, the newest first.
pub async fn list(
    tx: &mut Tx,
    user: UserId,
    filter: &NotificationFilter,
    before: Option<NotificationId>,
    now: Time,
    limit: i64,
) -> Result<Vec<Notification>, DbError> {
    tx.all_of(list_query(user, filter, before, now, limit)).await
}

/// The statement behind [`list`].
pub fn list_query(
    user: UserId,
    filter: &NotificationFilter,
    before: Option<NotificationId>,
    now: Time,
    limit: i64,
) -> Query {
    let mut query = Query::new("SELECT ");
    query.push(COLUMNS).push(" FROM notifications");
    current(&mut query, user, now);
    match filter.unread {
        Some(true) => {
            query.push(" AND read_at IS NULL");
        }
        Some(false) => {
            query.push(" AND read_at IS NOT NULL");
        }
        None => {}
    }
    if let Some(about) = filter.notification_type {
        query.push(" AND type = ").bind(about);
    }
    if let Some(priority) = filter.priority {
        query.push(" AND priority = ").bind(priority);
    }
    if let Some(before) = before {
        query.push(" AND id < ").bind(before);
    }
    query.push(" ORDER BY id DESC LIMIT ").bind(limit);
    query
}

/// How many are unread.
pub async fn unread(tx: &mut Tx, user: UserId, now: Time) -> Result<i64, DbError> {
    let mut query = Query::new("SELECT COUNT(*) FROM notifications");
    current(&mut query, user, now);
    query.push(" AND read_at IS NULL");
    let row: Option<(i64,)> = tx.opt_of(query).await?;
    Ok(row.map_or(0, |(count,)| count))
}

/// Marks one as read; the first time counts.
pub async fn mark_read(
    tx: &mut Tx,
    user: UserId,
    id: NotificationId,
    now: Time,
) -> Result<Option<Notification>, DbError> {
    tx.opt(
        format!("UPDATE notifications SET read_at = COALESCE(read_at, $3) WHERE id = $1 AND user_id = $2 RETURNING {COLUMNS}"),
        args![id, user, now],
    )
    .await
}

/// Marks all as read.
pub async fn mark_all_read(tx: &mut Tx, user: UserId, now: Time) -> Result<u64, DbError> {
    tx.run("UPDATE notifications SET read_at = $2 WHERE user_id = $1 AND read_at IS NULL", args![user, now])
        .await
}

/// Removes one.
pub async fn delete(tx: &mut Tx, user: UserId, id: NotificationId) -> Result<u64, DbError> {
    tx.run("DELETE FROM notifications WHERE id = $1 AND user_id = $2", args![id, user]).await
}

/// Removes those that were read.
pub async fn clear_read(tx: &mut Tx, user: UserId) -> Result<u64, DbError> {
    tx.run("DELETE FROM notifications WHERE user_id = $1 AND read_at IS NOT NULL", args![user]).await
}

/// Removes up to `limit` that stopped being of interest.
pub async fn purge(tx: &mut Tx, now: Time, limit: i64) -> Result<u64, DbError> {
    tx.run(
        "DELETE FROM notifications WHERE id IN (SELECT id FROM notifications WHERE expires_at IS NOT NULL AND expires_at <= $1 LIMIT $2)",
        args![now, limit],
    )
    .await
}

/// What somebody chose.
pub async fn preferences(tx: &mut Tx, user: UserId) -> Result<Vec<NotificationPreference>, DbError> {
    tx.all(
        "SELECT type, channel, enabled FROM notification_preferences WHERE user_id = $1 ORDER BY type, channel",
        args![user],
    )
    .await
}

/// Keeps a choice.
pub async fn set_preference(
    tx: &mut Tx,
    user: UserId,
    preference: &NotificationPreference,
) -> Result<(), DbError> {
    tx.run(
        "INSERT INTO notification_preferences (user_id, type, channel, enabled) VALUES ($1, $2, $3, $4) ON CONFLICT (user_id, type, channel) DO UPDATE SET enabled = excluded.enabled",
        args![user, preference.notification_type, preference.channel, preference.enabled],
    )
    .await
    .map(drop)
}

/// Which of these accounts exist and are active.
pub async fn active(tx: &mut Tx, users: &[UserId]) -> Result<Vec<UserId>, DbError> {
    let mut query = Query::new("SELECT id FROM users WHERE active = ");
    query.bind(true).push(" AND id IN ").bind_list(users.iter().copied());
    let rows: Vec<(UserId,)> = tx.all_of(query).await?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
