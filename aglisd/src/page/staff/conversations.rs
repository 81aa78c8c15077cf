//! The list of conversations, and how many wait for an answer.

use super::{
    NavItem, Shell,
    view::{Choice, address, local_phone},
};
use crate::{
    http::{Need, Routes},
    page::{Frame, Mark, Shown, Visit},
};
use aglis_core::{
    conversations::{
        Conversation, ConversationFilter, ConversationState, ConversationView, service as conversations,
    },
    error::Error,
    messages::Direction,
    permission::Permission as P,
};
use askama::Template;
use axum::{http::StatusCode, routing::get};

const HERE: &str = "/conversations";

struct Row {
    id: i64,
    who: String,
    address: String,
    text: String,
    when: String,
    waits: Option<String>,
    assigned: Option<String>,
    state: Mark,
}

#[derive(Template)]
#[template(path = "staff/conversations.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    q: String,
    choices: Vec<Choice>,
    rows: Vec<Row>,
    here: String,
    next: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/unanswered.html")]
struct Unanswered<'a> {
    frame: &'a Frame,
    waiting: &'a i64,
}

/// The part of the header that leads here, with how many wait; none for those who may not see messages.
pub async fn nav(frame: &Frame) -> Result<Option<NavItem>, Error> {
    if !frame.ctx().may(P::MessageRead) {
        return Ok(None);
    }
    Ok(Some(NavItem {
        href: HERE,
        text: frame.t("staff-nav-conversations"),
        key: "i",
        current: frame.path.starts_with(HERE),
        waiting: Some(conversations::unanswered(frame.ctx()).await?.count),
    }))
}

/// With whom a conversation is.
pub fn who(frame: &Frame, one: &Conversation) -> String {
    match &one.customer_name {
        Some(name) => name.clone(),
        None if one.group => frame.t("staff-conversation-group"),
        None if one.customer_id.is_some() => local_phone(&one.address),
        None => frame.t("staff-conversation-stranger"),
    }
}

/// Whether a conversation goes on, as glyph and word.
pub fn state(frame: &Frame, state: ConversationState) -> Mark {
    let (tone, glyph) = match state {
        ConversationState::Open => ("info", "●"),
        ConversationState::Closed => ("", "–"),
    };
    Mark { tone, glyph, word: frame.word("staff-conversation-state", state) }
}

/// How many messages wait, in words.
pub fn waits(frame: &Frame, one: &Conversation) -> Option<String> {
    (one.unanswered > 0).then(|| frame.t1("staff-conversation-unanswered", "n", one.unanswered.to_string()))
}

/// Who has a conversation, in words.
pub fn assigned(frame: &Frame, one: &Conversation) -> Option<String> {
    one.assigned_name.as_ref().map(|name| frame.t1("staff-conversation-assigned", "name", name))
}

fn row(frame: &Frame, one: Conversation) -> Row {
    Row {
        id: one.id.0,
        who: who(frame, &one),
        waits: waits(frame, &one),
        assigned: assigned(frame, &one),
        state: state(frame, one.state),
        when: frame.date_time(&one.last_at),
        address: local_phone(&one.address),
        text: match one.last_direction {
            Direction::In => one.last_text,
            Direction::Out => frame.t1("staff-conversation-you", "text", one.last_text),
        },
    }
}

async fn list(Visit(frame): Visit) -> Shown {
    let value = |name: &str| frame.query(name).unwrap_or_default().trim().to_owned();
    let (q, view, state) = (value("q"), value("view"), value("state"));
    let filter = ConversationFilter {
        view: view.parse().ok(),
        state: state.parse().ok(),
        customer_id: None,
        q: Some(q.clone()).filter(|q| !q.is_empty()),
        limit: None,
        cursor: frame.query("cursor").map(str::to_owned),
    };
    let page = conversations::list(frame.ctx(), &filter).await?;
    let filters = [("q", q.as_str()), ("view", &view), ("state", &state)];
    let list = Page {
        staff: Shell::new(&frame).await?,
        choices: vec![
            Choice::of(
                &frame,
                "view",
                "staff-conversations-view",
                "staff-conversations-view",
                ConversationView::ALL,
                if view.is_empty() { "all" } else { &view },
                None,
            ),
            Choice::of(
                &frame,
                "state",
                "staff-conversation-state",
                "staff-conversation-state",
                ConversationState::ALL,
                &state,
                Some("staff-any"),
            ),
        ],
        rows: page.items.into_iter().map(|one| row(&frame, one)).collect(),
        here: address(HERE, &filters, frame.query("cursor")),
        next: page.next_cursor.map(|cursor| address(HERE, &filters, Some(&cursor))),
        q: q.clone(),
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &list))
}

async fn unanswered(Visit(frame): Visit) -> Shown {
    let waiting = conversations::unanswered(frame.ctx()).await?.count;
    Ok(frame.html(StatusCode::OK, &Unanswered { frame: &frame, waiting: &waiting }))
}

/// The routes.
pub fn routes() -> Routes {
    let need = Need::Permission(P::MessageRead);
    Routes::new().page(need, HERE, get(list)).page(need, "/conversations/unanswered", get(unanswered))
}
