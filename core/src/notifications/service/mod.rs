//! Use cases of the notification centre.

mod telling;

pub use telling::{Notice, Told, notify};

use super::{
    NewNotification, Notification, NotificationChannel, NotificationFilter, NotificationPreference,
    NotificationPriority, NotificationType, Sent, Unread,
    store::{self, Fresh, Readers},
};
use crate::{
    app::Ctx,
    error::{Checker, Error, Result},
    event::{Event, Subject, emit},
    permission::Permission,
    types::*,
};
use std::collections::HashMap;

const TITLE_CHARS: usize = 120;
const MESSAGE_CHARS: usize = 1000;
const LINK_CHARS: usize = 500;
const MOST_RECIPIENTS: usize = 500;
const PURGE_BATCH: i64 = 1000;

/// The account whose notification centre it is. Root on the local socket and tokens of nobody have none.
fn own(ctx: &Ctx) -> Result<UserId> {
    ctx.actor.user_id().ok_or_else(|| {
        Error::conflict("no_account", "only staff accounts have a notification centre: sign in with one")
    })
}

/// A page of the actor's notifications, the newest first. An actor without an account has none.
pub async fn list(ctx: &Ctx, filter: &NotificationFilter) -> Result<Page<Notification>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let before = page.after()?;
    let Some(user) = ctx.actor.user_id() else { return Ok(Page { items: Vec::new(), next_cursor: None }) };
    let mut tx = ctx.app.db.read().await?;
    let rows = store::list(&mut tx, user, filter, before, ctx.now, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |row| row.id))
}

/// The exact number of the actor's unread notifications.
pub async fn unread(ctx: &Ctx) -> Result<Unread> {
    let Some(user) = ctx.actor.user_id() else { return Ok(Unread { count: 0 }) };
    let mut tx = ctx.app.db.read().await?;
    Ok(Unread { count: store::unread(&mut tx, user, ctx.now).await? })
}

/// Marks one of the actor's notifications as read; once more changes nothing.
pub async fn mark_read(ctx: &Ctx, id: NotificationId) -> Result<Notification> {
    let user = own(ctx)?;
    let mut tx = ctx.app.db.write().await?;
    let row = store::mark_read(&mut tx, user, id, ctx.now).await?.ok_or(Error::NotFound("notification"))?;
    tx.commit().await?;
    Ok(row)
}

/// Marks all of the actor's notifications as read; gives what is unread now.
pub async fn mark_all_read(ctx: &Ctx) -> Result<Unread> {
    let user = own(ctx)?;
    let mut tx = ctx.app.db.write().await?;
    store::mark_all_read(&mut tx, user, ctx.now).await?;
    tx.commit().await?;
    unread(ctx).await
}

/// Removes one of the actor's notifications.
pub async fn delete(ctx: &Ctx, id: NotificationId) -> Result<()> {
    let user = own(ctx)?;
    let mut tx = ctx.app.db.write().await?;
    if store::delete(&mut tx, user, id).await? == 0 {
        return Err(Error::NotFound("notification"));
    }
    tx.commit().await?;
    Ok(())
}

/// Removes those of the actor's notifications that were read; gives what is unread.
pub async fn clear_all(ctx: &Ctx) -> Result<Unread> {
    let user = own(ctx)?;
    let mut tx = ctx.app.db.write().await?;
    store::clear_read(&mut tx, user).await?;
    tx.commit().await?;
    unread(ctx).await
}

/// Sends a notification to colleagues: to those named, or to everybody of a role.
pub async fn send(ctx: &Ctx, new: NewNotification) -> Result<Sent> {
    ctx.require(Permission::NotificationCreate)?;
    let mut checker = Checker::new();
    let title = checker.text("title", &new.title, TITLE_CHARS);
    let message = checker.text("message", &new.message, MESSAGE_CHARS);
    let link =
        new.link.map(|link| checker.optional_text("link", &link, LINK_CHARS)).filter(|link| !link.is_empty());
    if let Some(link) = &link {
        let inside = link.starts_with('/') && !link.starts_with("//") && !link.contains('\\');
        checker.ensure(inside, "link", "outside", "use a path of this server, such as /tickets");
    }
    checker.ensure(
        new.expires_at.is_none_or(|at| at > ctx.now),
        "expires_at",
        "past",
        "choose a time to come",
    );
    match (new.user_ids.is_empty(), new.role) {
        (true, None) => {
            checker.refuse("user_ids", "required", "name colleagues, or a role");
        }
        (false, Some(_)) => {
            checker.refuse("role", "contradiction", "name colleagues or a role, not both");
        }
        _ => {
            checker.ensure(
                new.user_ids.len() <= MOST_RECIPIENTS,
                "user_ids",
                "too_many",
                format!("name at most {MOST_RECIPIENTS} colleagues, or a role"),
            );
        }
    }
    checker.finish()?;

    let about = new.notification_type.unwrap_or(NotificationType::System);
    let priority = new.priority.unwrap_or(NotificationPriority::Normal);
    let mut tx = ctx.app.db.write().await?;
    if !new.user_ids.is_empty() {
        let active = store::active(&mut tx, &new.user_ids).await?;
        if let Some(unknown) = new.user_ids.iter().find(|id| !active.contains(id)) {
            return Err(Error::field("user_ids", "unknown", format!("there is no active account {unknown}")));
        }
    }
    let roles: Vec<_> = new.role.into_iter().collect();
    let whom = if roles.is_empty() { Readers::Users(&new.user_ids) } else { Readers::Roles(&roles) };
    let readers = store::readers(&mut tx, &whom, about, None).await?;
    let fresh = Fresh {
        event_id: None,
        notification_type: about,
        priority,
        link,
        data: serde_json::json!({ "from": ctx.actor.name() }),
        expires_at: new.expires_at.or(Some(telling::expiry(priority, ctx.now))),
        created_at: ctx.now,
    };
    let texts: HashMap<Locale, (String, String)> =
        Locale::ALL.iter().map(|locale| (*locale, (title.clone(), message.clone()))).collect();
    store::insert(&mut tx, &readers, &fresh, &texts).await?;
    telling::copy(&mut tx, ctx, &readers, &fresh, &texts, None).await?;
    let recipients = readers.len() as i64;
    emit(&mut tx, ctx, &Subject::system("notification"), Event::NotificationSent { recipients }).await?;
    tx.commit().await?;
    Ok(Sent { recipients })
}

/// What the actor wants to hear of and how: every type by every channel. Who has not chosen hears of everything in the
/// notification centre and of nothing by message. (A technician's work orders are messages of their own, not copies.)
pub async fn preferences(ctx: &Ctx) -> Result<Vec<NotificationPreference>> {
    let chosen = match ctx.actor.user_id() {
        Some(user) => store::preferences(&mut ctx.app.db.read().await?, user).await?,
        None => Vec::new(),
    };
    let mut out = Vec::new();
    for about in NotificationType::ALL {
        for channel in NotificationChannel::ALL {
            let enabled = chosen
                .iter()
                .find(|one| one.notification_type == *about && one.channel == *channel)
                .map_or(*channel == NotificationChannel::InApp, |one| one.enabled);
            out.push(NotificationPreference { notification_type: *about, channel: *channel, enabled });
        }
    }
    Ok(out)
}

/// Changes what the actor wants to hear of; what is not named stays.
pub async fn set_preferences(
    ctx: &Ctx,
    wanted: Vec<NotificationPreference>,
) -> Result<Vec<NotificationPreference>> {
    let user = own(ctx)?;
    let most = NotificationType::ALL.len() * NotificationChannel::ALL.len();
    if wanted.len() > most {
        return Err(Error::field("preferences", "too_many", format!("name each of the {most} choices once")));
    }
    let mut tx = ctx.app.db.write().await?;
    for preference in &wanted {
        store::set_preference(&mut tx, user, preference).await?;
    }
    tx.commit().await?;
    preferences(ctx).await
}

/// Removes notifications that stopped being of interest, of everybody; gives how many.
pub async fn purge(ctx: &Ctx) -> Result<u64> {
    let mut removed = 0;
    loop {
        let mut tx = ctx.app.db.write().await?;
        let some = store::purge(&mut tx, ctx.now, PURGE_BATCH).await?;
        tx.commit().await?;
        removed += some;
        if some < PURGE_BATCH as u64 {
            return Ok(removed);
        }
    }
}
