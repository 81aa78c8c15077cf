//! The notification centre.

use super::{
    Shell, done,
    view::{Choice, address},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Frame, Mark, Posted, Shown, Visit, problem::safe_next},
};
use aglis_core::{
    notifications::{NotificationFilter, NotificationPriority, NotificationType, service as notifications},
    types::NotificationId,
};
use askama::Template;
use axum::{
    http::StatusCode,
    routing::{get, post},
};

struct Row {
    id: i64,
    title: String,
    message: String,
    kind: String,
    priority: Mark,
    when: String,
    link: Option<String>,
    unread: bool,
}

struct Tab {
    href: String,
    text: String,
    current: bool,
}

#[derive(Template)]
#[template(path = "staff/notifications.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    tabs: Vec<Tab>,
    priorities: Choice,
    kept: Vec<(&'static str, &'static str)>,
    rows: Vec<Row>,
    here: String,
    next: Option<String>,
}

const HERE: &str = "/notifications";
/// The parts of the product that send notifications so far.
pub const NOTIFIED: [NotificationType; 2] = [NotificationType::Ticket, NotificationType::System];

fn tabs(frame: &Frame, unread: bool, kind: Option<NotificationType>) -> Vec<Tab> {
    let any = Tab { href: HERE.to_owned(), text: frame.t("staff-any"), current: !unread && kind.is_none() };
    let new = Tab {
        href: address(HERE, &[("unread", "1")], None),
        text: frame.t("staff-notifications-unread"),
        current: unread,
    };
    let kinds = NOTIFIED.into_iter().map(|one| Tab {
        href: address(HERE, &[("type", one.as_str())], None),
        text: frame.word("staff-notification-type", one),
        current: kind == Some(one),
    });
    [any, new].into_iter().chain(kinds).collect()
}

async fn list(Visit(frame): Visit) -> Shown {
    let unread = frame.query("unread").is_some();
    let kind: Option<NotificationType> = frame.query("type").and_then(|word| word.parse().ok());
    let priority: Option<NotificationPriority> = frame.query("priority").and_then(|word| word.parse().ok());
    let filter = NotificationFilter {
        notification_type: kind,
        priority,
        unread: unread.then_some(true),
        limit: None,
        cursor: frame.query("cursor").map(str::to_owned),
    };
    let page = notifications::list(frame.ctx(), &filter).await?;
    let filters = [
        ("unread", if unread { "1" } else { "" }),
        ("type", kind.map_or("", NotificationType::as_str)),
        ("priority", priority.map_or("", NotificationPriority::as_str)),
    ];
    let rows = page
        .items
        .into_iter()
        .map(|one| Row {
            id: one.id.0,
            priority: Mark::notification(&frame, "staff-notification-priority", one.priority),
            kind: frame.word("staff-notification-type", one.notification_type),
            when: frame.ago(&one.created_at),
            unread: one.read_at.is_none(),
            title: one.title,
            message: one.message,
            link: one.link,
        })
        .collect();
    let page = Page {
        staff: Shell::new(&frame).await?,
        tabs: tabs(&frame, unread, kind),
        priorities: Choice::of(
            &frame,
            "priority",
            "staff-priority",
            "staff-notification-priority",
            NotificationPriority::ALL,
            priority.map_or("", NotificationPriority::as_str),
            Some("staff-any"),
        ),
        kept: filters[..2].iter().copied().filter(|(_, value)| !value.is_empty()).collect(),
        rows,
        here: address(HERE, &filters, None),
        next: page.next_cursor.map(|cursor| address(HERE, &filters, Some(&cursor))),
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

/// Opens what a notification is about, which also reads it. A GET that changes only the reader's own mark.
async fn open(Visit(frame): Visit, Path(id): Path<i64>) -> Shown {
    let one = notifications::mark_read(frame.ctx(), NotificationId(id)).await?;
    Ok(frame.go(&safe_next(one.link.as_deref(), HERE)))
}

async fn read(Path(id): Path<i64>, Posted { frame, .. }: Posted) -> Shown {
    let result = notifications::mark_read(frame.ctx(), NotificationId(id)).await;
    done(&frame, HERE, "staff-done-saved", result)
}

async fn delete(Path(id): Path<i64>, Posted { frame, .. }: Posted) -> Shown {
    let result = notifications::delete(frame.ctx(), NotificationId(id)).await;
    done(&frame, HERE, "staff-done-saved", result)
}

async fn read_all(Posted { frame, .. }: Posted) -> Shown {
    let result = notifications::mark_all_read(frame.ctx()).await;
    done(&frame, HERE, "staff-done-saved", result)
}

async fn clear(Posted { frame, .. }: Posted) -> Shown {
    let result = notifications::clear_all(frame.ctx()).await;
    done(&frame, HERE, "staff-done-saved", result)
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new()
        .page(Need::Staff, HERE, get(list))
        .page(Need::Staff, "/notifications/{id}/open", get(open))
        .page(Need::Staff, "/notifications/{id}/read", post(read))
        .page(Need::Staff, "/notifications/{id}/delete", post(delete))
        .page(Need::Staff, "/notifications/read-all", post(read_all))
        .page(Need::Staff, "/notifications/clear", post(clear))
}
