//! The staff web.

mod account;
mod analytics;
mod batches;
mod chart;
mod complete;
mod conversation;
mod conversations;
mod customer_form;
mod customers;
mod door;
mod drafts;
mod home;
mod job;
mod job_bulk;
mod jobs;
mod merge;
mod message;
mod message_list;
mod message_new;
mod messages;
mod notifications;
mod odp;
mod outside;
mod qr;
mod queue;
mod roles;
mod sandbox;
mod search;
mod technicians;
mod template;
mod template_look;
mod templates;
mod ticket;
mod ticket_acts;
mod ticket_edit;
mod ticket_facts;
mod ticket_new;
mod tickets;
mod user;
mod user_form;
mod users;
mod view;
mod why;

use super::{Frame, Mark};
use crate::http::Routes;
use aglis_core::{
    app::Actor, error::Error, notifications::NotificationPriority, permission::Permission as P,
};

/// What the header of every staff page shows.
pub struct Shell {
    /// The main parts, as far as the person may see them.
    pub nav: Vec<NavItem>,
    /// Pages within them that the command palette finds as well: where, and the name.
    pub pages: Vec<(&'static str, String)>,
    /// Whether the person may search.
    pub find: bool,
    /// Unread notifications.
    pub unread: i64,
    /// Sign-in name.
    pub name: String,
    /// The person's name.
    pub full_name: String,
    /// Role.
    pub role: String,
    /// What a new notification may be marked with, by the word of its priority.
    pub marks: Vec<(&'static str, Mark)>,
    /// Whether there is an account with a password and sessions behind the actor.
    pub has_account: bool,
}

/// One part.
pub struct NavItem {
    /// Where.
    pub href: &'static str,
    /// Its name.
    pub text: String,
    /// The key after `g`.
    pub key: &'static str,
    /// Whether the page is in it.
    pub current: bool,
    /// What waits there, where that is counted.
    pub waiting: Option<i64>,
}

impl Shell {
    /// Makes the header for whoever asks.
    pub async fn new(frame: &Frame) -> Result<Shell, Error> {
        let ctx = frame.ctx();
        let parts: [(&'static str, &str, &'static str, bool); 9] = [
            ("/", "staff-nav-home", "h", ctx.may(P::TicketRead)),
            ("/tickets", "staff-nav-tickets", "t", ctx.may(P::TicketRead)),
            ("/customers", "staff-nav-customers", "c", ctx.may(P::CustomerRead)),
            ("/technicians", "staff-nav-technicians", "p", ctx.may(P::TechnicianRead)),
            ("/templates", "staff-nav-templates", "w", ctx.may(P::TemplateRead)),
            ("/messages", "staff-nav-messages", "m", ctx.may(P::MessageRead)),
            ("/queue", "staff-nav-queue", "q", ctx.may(P::MessageRead)),
            ("/users", "staff-nav-users", "u", ctx.may(P::UserRead)),
            ("/sandbox", "staff-nav-sandbox", "s", ctx.may(P::SandboxUse) && view::sandboxed(ctx)),
        ];
        let mut nav: Vec<NavItem> = parts
            .into_iter()
            .filter(|(.., may)| *may)
            .map(|(href, text, key, _)| NavItem {
                href,
                text: frame.t(text),
                key,
                current: if href == "/" { frame.path == "/" } else { frame.path.starts_with(href) },
                waiting: None,
            })
            .collect();
        if let Some(item) = conversations::nav(frame).await? {
            let beside = nav.iter().position(|one| one.href == "/messages").unwrap_or(nav.len());
            nav.insert(beside, item);
        }
        let pages: [(&'static str, &str, bool); 5] = [
            ("/queue/jobs?status=waiting", "staff-page-waiting", ctx.may(P::MessageRead)),
            ("/queue/jobs?status=dead", "staff-page-dead", ctx.may(P::MessageRead)),
            ("/queue/batches", "staff-queue-batches", ctx.may(P::MessageRead)),
            ("/messages/analytics", "staff-analytics", ctx.may(P::MessageRead)),
            ("/messages/new", "staff-message-new", ctx.may(P::MessageSend)),
        ];
        let pages = pages.into_iter().filter(|(.., may)| *may);
        let pages = pages.map(|(href, text, _)| (href, frame.t(text))).collect();
        let (full_name, role, has_account) = match &ctx.actor {
            Actor::User(staff) => (staff.full_name.clone(), staff.role.to_string(), staff.user_id.is_some()),
            other => (other.name().to_owned(), "admin".to_owned(), false),
        };
        let unread = match ctx.actor.user_id() {
            Some(_) => aglis_core::notifications::service::unread(ctx).await?.count,
            None => 0,
        };
        Ok(Shell {
            nav,
            pages,
            find: ctx.may(P::TicketRead),
            unread,
            marks: NotificationPriority::ALL
                .iter()
                .map(|one| (one.as_str(), Mark::notification(frame, "staff-notification-priority", *one)))
                .collect(),
            name: ctx.actor.name().to_owned(),
            full_name,
            role,
            has_account,
        })
    }
}

/// The staff web's routes.
pub fn routes(upload_bytes: u64) -> Routes {
    Routes::new()
        .merge(door::routes())
        .merge(outside::routes())
        .merge(account::routes())
        .merge(home::routes())
        .merge(search::routes())
        .merge(tickets::routes())
        .merge(ticket_new::routes(upload_bytes))
        .merge(ticket::routes())
        .merge(ticket_acts::routes())
        .merge(ticket_edit::routes())
        .merge(merge::routes())
        .merge(complete::routes(upload_bytes))
        .merge(customers::routes())
        .merge(customer_form::routes())
        .merge(odp::routes())
        .merge(technicians::routes())
        .merge(templates::routes())
        .merge(template::routes())
        .merge(roles::routes())
        .merge(users::routes())
        .merge(user::routes())
        .merge(notifications::routes())
        .merge(sandbox::routes())
        .merge(queue::routes())
        .merge(jobs::routes())
        .merge(job_bulk::routes())
        .merge(job::routes())
        .merge(batches::routes())
        .merge(message_list::routes())
        .merge(message_new::routes())
        .merge(analytics::routes())
        .merge(message::routes())
        .merge(conversations::routes())
        .merge(conversation::routes())
}

/// What is in the way, in the reader's language.
pub fn conflict(frame: &Frame, code: &str, message: String) -> String {
    frame.try_t(&format!("staff-conflict-{}", code.replace('_', "-"))).unwrap_or(message)
}

/// An answer that a person gets after a form: back to a page, with a sentence about how it went. What the person can
/// mend is said there; anything else becomes a page of its own.
#[expect(clippy::result_large_err, reason = "the answer of every page, passed on as it is")]
pub fn done<T>(frame: &Frame, back: &str, said: &str, result: Result<T, Error>) -> super::Shown {
    use super::{Flash, FormErrors};
    match result {
        Ok(_) => Ok(frame.go_with(back, Flash::ok(frame.t(said)))),
        Err(Error::Invalid(fields)) => {
            let errors = FormErrors::from_fields(frame, "staff", &fields);
            let text = errors.list().iter().map(|error| error.summary.clone()).collect::<Vec<_>>().join(" ");
            Ok(frame.go_with(back, Flash::warn(text)))
        }
        Err(Error::Conflict { code, message, .. }) => {
            Ok(frame.go_with(back, Flash::warn(conflict(frame, code, message))))
        }
        Err(error) => Err(error.into()),
    }
}
