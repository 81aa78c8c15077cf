//! Merging a ticket into another one, which cannot be taken back: asked once more, with both of them in sight.

use super::{Shell, done, ticket_acts::other_ticket, view::TicketRow};
use crate::{
    http::{Need, Path, Routes},
    page::{Frame, Posted, Shown, Visit},
};
use aglis_core::{
    error::Error,
    permission::Permission as P,
    tickets::{Merge, service as tickets},
};
use askama::Template;
use axum::{http::StatusCode, response::Response, routing::get};

#[derive(Template)]
#[template(path = "staff/merge.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    from: TicketRow,
    into: TicketRow,
    text: String,
}

fn home(number: &str) -> String {
    format!("/tickets/{number}")
}

async fn draw(frame: &Frame, number: &str) -> Result<Response, Error> {
    let ctx = frame.ctx();
    let id = tickets::resolve(ctx, number).await?;
    let from = tickets::get(ctx, id).await?;
    let into_id = other_ticket(frame, "into", frame.query("into").unwrap_or_default()).await?;
    let into = tickets::get(ctx, into_id).await?;
    let numbers = [("from", &from.summary.number), ("into", &into.summary.number)];
    let page = Page {
        text: frame.ta("staff-merge-text", &numbers),
        staff: Shell::new(frame).await?,
        from: TicketRow::new(frame, &from.summary),
        into: TicketRow::new(frame, &into.summary),
        frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

async fn ask(Visit(frame): Visit, Path(number): Path<String>) -> Shown {
    match draw(&frame, &number).await {
        Ok(page) => Ok(page),
        Err(error) => done::<()>(&frame, &home(&number), "", Err(error)),
    }
}

async fn merge(Path(number): Path<String>, Posted { frame, form }: Posted) -> Shown {
    let made = async {
        let id = tickets::resolve(frame.ctx(), &number).await?;
        let into_id = other_ticket(&frame, "into", form.get("into")).await?;
        tickets::merge(frame.ctx(), id, Merge { into_id }).await
    };
    done(&frame, &home(&number), "staff-done-merged", made.await)
}

/// The route.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::TicketMerge), "/tickets/{number}/merge", get(ask).post(merge))
}
