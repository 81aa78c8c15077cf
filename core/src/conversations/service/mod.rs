//! Use cases of conversations.

mod answering;

pub use answering::{Came, received};

use super::{
    Answerer, AssignConversation, Conversation, ConversationFilter, ConversationState, ConversationView,
    REPLY_CHARS, Reply, UnansweredCount, excerpt,
    store::{self, Criteria, Fresh, Row},
};
use crate::{
    app::Ctx,
    customers::terms,
    db::Tx,
    error::{Checker, Error, Result},
    event::{Event, Subject, SubjectKind, emit},
    messages::{self, Message},
    permission::{Permission, Role, granted_by_default},
    types::*,
};

/// Conversations up to which those that wait are counted.
const MOST_COUNTED: i64 = 1000;
/// Rows removed in one transaction.
const BATCH: i64 = 1000;
/// For how long after somebody wrote the Cloud API takes a text of one's own, in milliseconds.
const WINDOW_MS: i64 = 86_400_000;
/// Digits from which on a search text is the beginning of a phone.
const PHONE_DIGITS: usize = 4;

/// A page of conversations, the newest first.
pub async fn list(ctx: &Ctx, filter: &ConversationFilter) -> Result<Page<Conversation>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let before = page.after::<MessageId>()?;
    let view = filter.view.unwrap_or(ConversationView::All);
    let mine = ctx.actor.user_id();
    if view == ConversationView::Mine && mine.is_none() {
        return Ok(Page { items: Vec::new(), next_cursor: None });
    }
    let q = filter.q.as_deref().map(str::trim).unwrap_or_default();
    let words = terms::wanted(q);
    let address = address_prefix(q);
    if !q.is_empty() && words.is_empty() && address.is_none() {
        return Ok(Page { items: Vec::new(), next_cursor: None });
    }
    let criteria = Criteria {
        unanswered: view == ConversationView::Unanswered,
        assigned_to: mine.filter(|_| view == ConversationView::Mine),
        state: filter.state,
        customer_id: filter.customer_id,
        words,
        address,
    };
    let mut tx = ctx.app.db.read().await?;
    let rows = store::list(&mut tx, ctx.actor.scope(), &criteria, before, page.rows() as i64 + 1).await?;
    Ok(Page::from_rows(rows, page.rows(), |row| row.last_message_id).map(|row| shown(ctx, row)))
}

/// The beginning of an address that a search text may mean: phones are kept in international form.
fn address_prefix(q: &str) -> Option<String> {
    let plain = q.chars().all(|c| c.is_ascii_digit() || matches!(c, ' ' | '-' | '.' | '(' | ')' | '+'));
    let digits: String = q.chars().filter(char::is_ascii_digit).collect();
    if !plain || digits.len() < PHONE_DIGITS {
        return None;
    }
    Some(match digits.strip_prefix('0') {
        Some(rest) => format!("+62{rest}"),
        None if digits.starts_with('8') => format!("+62{digits}"),
        None => format!("+{digits}"),
    })
}

/// How many conversations wait for an answer.
pub async fn unanswered(ctx: &Ctx) -> Result<UnansweredCount> {
    let mut tx = ctx.app.db.read().await?;
    Ok(UnansweredCount { count: store::unanswered(&mut tx, ctx.actor.scope(), MOST_COUNTED).await? })
}

/// One conversation.
pub async fn get(ctx: &Ctx, id: ConversationId) -> Result<Conversation> {
    let mut tx = ctx.app.db.read().await?;
    Ok(shown(ctx, load(&mut tx, ctx, id).await?))
}

/// The conversation with a customer that was written in last, if there is one.
pub async fn of_customer(ctx: &Ctx, id: CustomerId) -> Result<Option<ConversationId>> {
    let mut tx = ctx.app.db.read().await?;
    Ok(store::of_customer(&mut tx, ctx.actor.scope(), id).await?)
}

/// A page of what was written to and fro, the newest first; notifications are in it.
pub async fn thread(ctx: &Ctx, id: ConversationId, page: &PageQuery) -> Result<Page<Message>> {
    let address = {
        let mut tx = ctx.app.db.read().await?;
        load(&mut tx, ctx, id).await?.address
    };
    messages::service::thread(ctx, &address, page).await
}

/// Writes to the address. The thread is answered then, open, and its writer's if nobody had it.
pub async fn reply(ctx: &Ctx, id: ConversationId, reply: &Reply) -> Result<Message> {
    let mut check = Checker::new();
    let text = check.text("text", &reply.text, REPLY_CHARS);
    check.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let row = hold(&mut tx, ctx, id).await?;
    let message = messages::service::reply(&mut tx, ctx, &row.address, row.customer_id, &text).await?;
    let wrote =
        Wrote { message_id: message.id, address: &row.address, customer_id: row.customer_id, text: &text };
    written(&mut tx, ctx, &wrote).await?;
    tx.commit().await?;
    Ok(message)
}

/// Says that nothing is left to answer.
pub async fn handled(ctx: &Ctx, id: ConversationId) -> Result<Conversation> {
    let mut tx = ctx.app.db.write().await?;
    let row = hold(&mut tx, ctx, id).await?;
    if row.unanswered > 0 {
        store::settle(&mut tx, id, None).await?;
        let event = Event::ConversationHandled { unanswered: row.unanswered };
        emit(&mut tx, ctx, &subject(&row), event).await?;
    }
    finish(tx, ctx, id).await
}

/// Closes a conversation; closing a closed one changes nothing.
pub async fn close(ctx: &Ctx, id: ConversationId) -> Result<Conversation> {
    let mut tx = ctx.app.db.write().await?;
    let row = hold(&mut tx, ctx, id).await?;
    if row.state != ConversationState::Closed {
        store::settle(&mut tx, id, Some(ConversationState::Closed)).await?;
        let event = Event::ConversationClosed { unanswered: row.unanswered };
        emit(&mut tx, ctx, &subject(&row), event).await?;
    }
    finish(tx, ctx, id).await
}

/// Takes a conversation for oneself.
///
/// # Errors
/// [`Error::Conflict`] with `no_account` for who has no staff account.
pub async fn take(ctx: &Ctx, id: ConversationId) -> Result<Conversation> {
    let own = ctx.actor.user_id().ok_or_else(|| {
        Error::conflict(
            "no_account",
            "only staff accounts have conversations: sign in with one, or assign it",
        )
    })?;
    assign(ctx, id, &AssignConversation { user_id: Some(own) }).await
}

/// Gives a conversation to somebody who may answer it, or to nobody.
pub async fn assign(ctx: &Ctx, id: ConversationId, to: &AssignConversation) -> Result<Conversation> {
    let mut tx = ctx.app.db.write().await?;
    let row = hold(&mut tx, ctx, id).await?;
    let name = match to.user_id {
        Some(user) => {
            let roles = roles(&mut tx).await?;
            let found = store::answerers(&mut tx, &roles, Some(user)).await?.pop();
            let how = "name an active staff member who may send messages";
            found.ok_or_else(|| Error::field("user_id", "unknown", how))?.full_name
        }
        None => String::new(),
    };
    if row.assigned_to != to.user_id {
        store::assign(&mut tx, id, to.user_id).await?;
        let event = Event::ConversationAssigned { user_id: to.user_id, name, previous_id: row.assigned_to };
        emit(&mut tx, ctx, &subject(&row), event).await?;
    }
    finish(tx, ctx, id).await
}

/// The staff members to whom conversations may be given, by name.
pub async fn answerers(ctx: &Ctx) -> Result<Vec<Answerer>> {
    let mut tx = ctx.app.db.read().await?;
    let roles = roles(&mut tx).await?;
    Ok(store::answerers(&mut tx, &roles, None).await?)
}

/// The roles that may answer now.
async fn roles(tx: &mut Tx) -> Result<Vec<Role>> {
    let permission = Permission::MessageSend;
    let changed = store::overrides(tx, permission.as_str()).await?;
    let may = |role: &Role| {
        let change = changed.iter().find(|(other, _)| other == role);
        *role == Role::Admin || change.map_or(granted_by_default(*role, permission), |(_, granted)| *granted)
    };
    Ok(Role::ALL.iter().copied().filter(may).collect())
}

/// Forgets threads in which nothing was written since an instant, as their messages are; gives how many.
pub async fn prune(ctx: &Ctx, before: Time) -> Result<u64> {
    let mut removed = 0;
    loop {
        let mut tx = ctx.app.db.write().await?;
        let some = store::prune(&mut tx, before, BATCH).await?;
        tx.commit().await?;
        removed += some;
        if some < BATCH.unsigned_abs() {
            return Ok(removed);
        }
    }
}

/// A message that staff wrote.
pub struct Wrote<'a> {
    /// The message.
    pub message_id: MessageId,
    /// Phone in E.164 or group id.
    pub address: &'a str,
    /// The customer it concerns.
    pub customer_id: Option<CustomerId>,
    /// The text.
    pub text: &'a str,
}

/// Puts a message of staff into its thread, in the caller's transaction.
pub async fn written(tx: &mut Tx, ctx: &Ctx, wrote: &Wrote<'_>) -> Result<()> {
    let text = excerpt(wrote.text);
    let fresh = Fresh {
        message_id: wrote.message_id,
        address: wrote.address,
        customer_id: wrote.customer_id,
        text: &text,
    };
    Ok(store::written(tx, &fresh, ctx.actor.user_id(), ctx.now).await?)
}

async fn load(tx: &mut Tx, ctx: &Ctx, id: ConversationId) -> Result<Row> {
    store::get(tx, ctx.actor.scope(), id).await?.ok_or(Error::NotFound("conversation"))
}

async fn hold(tx: &mut Tx, ctx: &Ctx, id: ConversationId) -> Result<Row> {
    store::lock(tx, id).await?;
    load(tx, ctx, id).await
}

async fn finish(mut tx: Tx, ctx: &Ctx, id: ConversationId) -> Result<Conversation> {
    let row = load(&mut tx, ctx, id).await?;
    tx.commit().await?;
    Ok(shown(ctx, row))
}

/// The audit trail names the thread by its number: an address is personal data.
fn subject(row: &Row) -> Subject {
    let mut subject = Subject::new(SubjectKind::Conversation, row.id.0, row.id.to_string());
    subject.customer_id = row.customer_id;
    subject
}

/// A conversation as the actor may see it.
fn shown(ctx: &Ctx, row: Row) -> Conversation {
    let phone = row.address.parse::<Phone>().ok();
    let named = ctx.may(Permission::CustomerRead);
    Conversation {
        id: row.id,
        group: phone.is_none(),
        address: match phone {
            Some(phone) if !ctx.may(Permission::CustomerReveal) => phone.masked(),
            _ => row.address,
        },
        customer_id: row.customer_id,
        customer_number: row.customer_number.filter(|_| named),
        customer_name: row.customer_name.filter(|_| named),
        state: row.state,
        assigned_to: row.assigned_to,
        assigned_name: row.assigned_name,
        unanswered: row.unanswered,
        last_direction: row.last_direction,
        last_text: messages::service::shown_text(ctx, &row.last_text),
        last_at: row.last_at,
        window_until: row.last_inbound_at.map(|at| at.plus_ms(WINDOW_MS)),
        created_at: row.created_at,
    }
}

#[cfg(test)]
mod tests {
    use super::address_prefix;

    #[test]
    fn phones_are_looked_for_as_people_begin_them() {
        for (typed, prefix) in [
            ("0812-34", Some("+6281234")),
            ("81234", Some("+6281234")),
            ("+62 812", Some("+62812")),
            ("62812", Some("+62812")),
            ("081", None),
            ("budi 0812", None),
            ("", None),
        ] {
            assert_eq!(address_prefix(typed).as_deref(), prefix, "{typed}");
        }
    }
}
