//! One message: what it says, every try to send it, what became of it.

use super::{
    Shell,
    job::{AttemptRow, Step, attempt_rows, in_order, message_steps},
    messages::{masked_address, template_name},
    view::{Fact, facts},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Frame, Mark, Shown, Visit},
};
use aglis_core::{
    messages::{Direction, service as messages},
    permission::Permission as P,
    types::{MessageId, Rupiah},
};
use askama::Template;
use axum::{http::StatusCode, routing::get};

#[derive(Template)]
#[template(path = "staff/message.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    id: i64,
    about: String,
    state: Mark,
    facts: Vec<Fact>,
    body: String,
    error: String,
    customer: Option<i64>,
    ticket: Option<i64>,
    inbound: bool,
    attempts: Vec<AttemptRow>,
    steps: Vec<Step>,
}

async fn show(Visit(frame): Visit, Path(id): Path<MessageId>) -> Shown {
    let ctx = frame.ctx();
    let message = messages::get(ctx, id).await?;
    let attempts = messages::attempts(ctx, id).await?;
    let inbound = message.direction == Direction::In;
    let begun = if inbound { "staff-step-received" } else { "staff-step-written" };
    let mut steps = vec![(message.created_at, frame.t(begun), String::new())];
    steps.extend(message_steps(&frame, &message, &attempts));
    let cost = attempts.iter().filter_map(|one| one.cost).reduce(|sum, cost| sum + cost);
    let page = Page {
        staff: Shell::new(&frame).await?,
        id: id.0,
        about: template_name(&frame, &message.template),
        state: Mark::message(&frame, "staff-message", message.status),
        facts: facts(
            &frame,
            [
                ("staff-message-channel", Some(frame.word("staff-message-channel", message.channel))),
                (
                    if inbound { "staff-message-from" } else { "staff-job-recipient" },
                    Some(masked_address(&message)),
                ),
                ("staff-message-subject", message.subject.clone()),
                ("staff-provider", message.provider.clone()),
                ("staff-created", Some(frame.date_time(&message.created_at))),
                ("staff-job-cost", cost.map(|cost| frame.rupiah(&Rupiah(cost)))),
            ],
        ),
        error: [message.error_code.as_deref(), message.error.as_deref()]
            .into_iter()
            .flatten()
            .collect::<Vec<_>>()
            .join(": "),
        customer: message.customer_id.filter(|_| ctx.may(P::CustomerRead)).map(|id| id.0),
        ticket: message.ticket_id.filter(|_| ctx.may(P::TicketRead)).map(|id| id.0),
        body: message.body,
        inbound,
        attempts: attempt_rows(&frame, &attempts),
        steps: in_order(&frame, steps),
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

/// The routes.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::MessageRead), "/messages/{id}", get(show))
}
