//! One conversation: what was written, and the reply.

use super::{
    Shell,
    conversations::{assigned, state, waits, who},
    done, drafts,
    view::{Opt, address, local_phone},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Flash, FormErrors, Frame, Mark, Posted, Shown, Visit, once},
};
use aglis_core::{
    config::WhatsappProvider,
    conversations::{AssignConversation, Reply, service as conversations},
    error::Error,
    messages::{Direction, Message, MessageStatus, template::FREE_TEXT},
    permission::Permission as P,
    types::{ConversationId, PageQuery, UserId},
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

const SHOWN: u32 = 50;

struct Bubble {
    text: String,
    when: String,
    inbound: bool,
    about: Option<String>,
    state: Option<Mark>,
    error: Option<String>,
}

#[derive(Template)]
#[template(path = "staff/conversation.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    id: i64,
    who: String,
    address: String,
    customer: Option<String>,
    state: Mark,
    open: bool,
    waits: Option<String>,
    assigned: Option<String>,
    may_take: bool,
    may_send: bool,
    late: bool,
    people: Vec<Opt>,
    bubbles: Vec<Bubble>,
    here: String,
    older: Option<String>,
    text: String,
}

fn home(id: ConversationId) -> String {
    format!("/conversations/{id}")
}

fn bubble(frame: &Frame, one: Message) -> Bubble {
    let inbound = one.direction == Direction::In;
    let own = inbound || one.template == FREE_TEXT;
    Bubble {
        when: frame.date_time(&one.created_at),
        about: (!own).then(|| {
            frame.try_t(&format!("staff-template-{}", one.template)).unwrap_or_else(|| one.template.clone())
        }),
        state: (!inbound).then(|| Mark::message(frame, "staff-message", one.status)),
        error: one.error.filter(|_| !matches!(one.status, MessageStatus::Delivered | MessageStatus::Read)),
        text: one.body,
        inbound,
    }
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    id: ConversationId,
    errors: FormErrors,
    text: &str,
) -> Result<Response, Error> {
    let ctx = frame.ctx();
    let one = conversations::get(ctx, id).await?;
    let cursor = frame.query("cursor").map(str::to_owned);
    let query = PageQuery { limit: Some(SHOWN), cursor: cursor.clone() };
    let thread = conversations::thread(ctx, id, &query).await?;
    let may_send = ctx.may(P::MessageSend);
    let people = if may_send { conversations::answerers(ctx).await? } else { Vec::new() };
    let people = people.into_iter().map(|person| Opt {
        value: person.id.to_string(),
        selected: Some(person.id) == one.assigned_to,
        text: person.full_name,
    });
    let here = home(id);
    let meta = ctx.app.config.whatsapp.provider.has(WhatsappProvider::Meta);
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        id: id.0,
        who: who(frame, &one),
        state: state(frame, one.state),
        open: one.state == aglis_core::conversations::ConversationState::Open,
        waits: waits(frame, &one),
        assigned: assigned(frame, &one),
        may_take: may_send && ctx.actor.user_id().is_some_and(|own| one.assigned_to != Some(own)),
        may_send,
        late: meta && one.window_until.is_none_or(|until| until <= ctx.now),
        people: people.collect(),
        bubbles: thread.items.into_iter().rev().map(|message| bubble(frame, message)).collect(),
        older: thread.next_cursor.map(|cursor| address(&here, &[], Some(&cursor))),
        here: address(&here, &[], cursor.as_deref()),
        address: local_phone(&one.address),
        customer: one.customer_number,
        text: text.to_owned(),
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit, Path(id): Path<ConversationId>) -> Shown {
    Ok(draw(&frame, StatusCode::OK, id, FormErrors::none(), "").await?)
}

async fn reply(Path(id): Path<ConversationId>, posted: Posted) -> Shown {
    once(posted, &home(id), move |posted| send(id, posted)).await
}

async fn send(id: ConversationId, Posted { mut frame, form }: Posted) -> Shown {
    frame.path = home(id);
    let text = form.get("body");
    match conversations::reply(frame.ctx(), id, &Reply { text: text.to_owned() }).await {
        Ok(_) => {
            drafts::sent(&frame, &format!("conversation-{id}")).await;
            Ok(frame.go_with(&home(id), Flash::ok(frame.t("staff-conversation-sent"))))
        }
        Err(Error::Invalid(mut fields)) => {
            for field in &mut fields {
                "body".clone_into(&mut field.field);
            }
            let errors = FormErrors::from_fields(&frame, "staff", &fields);
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, id, errors, text).await?)
        }
        Err(error) => Err(error.into()),
    }
}

async fn handled(Path(id): Path<ConversationId>, Posted { frame, .. }: Posted) -> Shown {
    let result = conversations::handled(frame.ctx(), id).await;
    done(&frame, &home(id), "staff-done-saved", result)
}

async fn close(Path(id): Path<ConversationId>, Posted { frame, .. }: Posted) -> Shown {
    let result = conversations::close(frame.ctx(), id).await;
    done(&frame, &home(id), "staff-done-saved", result)
}

async fn take(Path(id): Path<ConversationId>, Posted { frame, .. }: Posted) -> Shown {
    let result = conversations::take(frame.ctx(), id).await;
    done(&frame, &home(id), "staff-done-saved", result)
}

async fn assign(Path(id): Path<ConversationId>, Posted { frame, form }: Posted) -> Shown {
    let user_id = form.get("user_id").parse().ok().map(UserId);
    let result = conversations::assign(frame.ctx(), id, &AssignConversation { user_id }).await;
    done(&frame, &home(id), "staff-done-saved", result)
}

/// The routes.
pub fn routes() -> Routes {
    let write = Need::Permission(P::MessageSend);
    Routes::new()
        .page(Need::Permission(P::MessageRead), "/conversations/{id}", get(show))
        .page(write, "/conversations/{id}/reply", post(reply))
        .page(write, "/conversations/{id}/handled", post(handled))
        .page(write, "/conversations/{id}/close", post(close))
        .page(write, "/conversations/{id}/take", post(take))
        .page(write, "/conversations/{id}/assign", post(assign))
}
