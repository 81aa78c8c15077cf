//! What the sandbox provider was asked to send, as the phones would show it.

use super::{Shell, done, view::address};
use crate::{
    http::{Need, Path, Routes},
    page::{Flash, FormErrors, Frame, Mark, Posted, Shown, Visit, once},
};
use aglis_core::{
    messages::{Direction, MessageStatus, SandboxFilter, SandboxReply, service as messages},
    permission::Permission as P,
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

struct Act {
    value: &'static str,
    text: String,
}

struct Row {
    id: i64,
    address: String,
    when: String,
    body: String,
    inbound: bool,
    state: Mark,
    acts: Vec<Act>,
}

#[derive(Template)]
#[template(path = "staff/sandbox.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    to: String,
    rows: Vec<Row>,
    here: String,
    next: Option<String>,
}

fn state(frame: &Frame, word: &str) -> Mark {
    let (tone, glyph) = match word {
        "read" => ("ok", "✓"),
        "delivered" => ("info", "●"),
        "failed" => ("bad", "✗"),
        _ => ("", "–"),
    };
    Mark { tone, glyph, word: frame.word("staff-message", word) }
}

/// What may still be reported of a message: a phone goes forward only.
fn acts(frame: &Frame, state: &str) -> Vec<Act> {
    let left: &[&str] = match state {
        "sent" => &["delivered", "read", "failed"],
        "delivered" => &["read"],
        _ => &[],
    };
    left.iter().map(|word| Act { value: word, text: frame.word("staff-sandbox", word) }).collect()
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    to: &str,
    errors: FormErrors,
) -> Result<Response, aglis_core::error::Error> {
    let filter = SandboxFilter {
        to: Some(to.to_owned()).filter(|to| !to.is_empty()),
        limit: None,
        cursor: frame.query("cursor").map(str::to_owned),
    };
    let (rows, next, errors) = match messages::sandbox_list(frame.ctx(), &filter).await {
        Ok(page) => (page.items, page.next_cursor, errors),
        Err(error) => (Vec::new(), None, FormErrors::of(frame, "staff", error)?),
    };
    let rows = rows
        .into_iter()
        .map(|one| Row {
            id: one.id,
            when: frame.date_time(&one.created_at),
            inbound: one.direction == Direction::In,
            state: state(frame, &one.state),
            acts: acts(frame, &one.state),
            body: match one.subject {
                Some(subject) => format!("{subject}\n\n{}", one.body),
                None => one.body,
            },
            address: one.address,
        })
        .collect();
    let page = Page {
        staff: Shell::new(frame).await?,
        errors,
        to: to.to_owned(),
        rows,
        here: address("/sandbox", &[("to", to)], None),
        next: next.map(|cursor| address("/sandbox", &[("to", to)], Some(&cursor))),
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit) -> Shown {
    let to = frame.query("to").unwrap_or_default().trim().to_owned();
    Ok(draw(&frame, StatusCode::OK, &to, FormErrors::none()).await?)
}

async fn mark(Path((id, word)): Path<(i64, String)>, Posted { frame, .. }: Posted) -> Shown {
    let result = match word.as_str() {
        "delivered" => messages::sandbox_mark(frame.ctx(), id, MessageStatus::Delivered).await,
        "read" => messages::sandbox_mark(frame.ctx(), id, MessageStatus::Read).await,
        "failed" => messages::sandbox_mark(frame.ctx(), id, MessageStatus::Failed).await,
        _ => Err(aglis_core::error::Error::NotFound("state")),
    };
    done(&frame, "/sandbox", "staff-done-saved", result)
}

async fn reply(posted: Posted) -> Shown {
    once(posted, "/sandbox", receive).await
}

async fn receive(Posted { mut frame, form }: Posted) -> Shown {
    "/sandbox".clone_into(&mut frame.path);
    let from = form.get("from").to_owned();
    match messages::sandbox_reply(
        frame.ctx(),
        &SandboxReply { from: from.clone(), text: form.get("text").to_owned() },
    )
    .await
    {
        Ok(_) => Ok(frame.go_with(
            &address("/sandbox", &[("to", &from)], None),
            Flash::ok(frame.t("staff-message-received")),
        )),
        Err(error) => {
            let errors = FormErrors::of(&frame, "staff", error)?;
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, &from, errors).await?)
        }
    }
}

/// The routes. The service refuses them where the sandbox is not the provider.
pub fn routes() -> Routes {
    let need = Need::Permission(P::SandboxUse);
    Routes::new().page(need, "/sandbox", get(show)).page(need, "/sandbox/{id}/{word}", post(mark)).page(
        need,
        "/sandbox/reply",
        post(reply),
    )
}
