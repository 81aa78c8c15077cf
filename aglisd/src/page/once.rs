//! Forms that come twice, by a double tap or a page loaded again, and are done once.
//!
//! A form carries a random token in its field [`FIELD`]. Token, address and content together are a key of
//! [`idempotency`]: the first event of what the form does marks it as done in the same transaction. The same form again
//! leads to where the first one led; one that was changed since is another form.

use super::{Flash, Form, Posted, Shown, cookie, frame::Frame};
use crate::http::Problem;
use aglis_core::idempotency::{self, Reservation, Stored};
use axum::{
    http::{HeaderValue, StatusCode, header},
    response::Response,
};
use sha2::{Digest, Sha256};
use std::time::Duration;
use tokio::time::{Instant, sleep};

/// The form field.
pub const FIELD: &str = "once";
/// Seconds after which a form that neither did anything nor was answered belongs to a process that died.
const ABANDONED_AFTER_S: i64 = 120;
/// How long the second form waits for what becomes of the first.
const PATIENCE: Duration = Duration::from_secs(15);
/// How long it waits for the answer once the change is made.
const ANSWER_PATIENCE: Duration = Duration::from_secs(2);
const LOOK: Duration = Duration::from_millis(50);

/// Does what a form asks for, once. Where the first one led is not known when its process died meanwhile: then the
/// second leads to `back`.
pub async fn once<F, Done>(posted: Posted, back: &str, act: F) -> Shown
where
    F: FnOnce(Posted) -> Done + Send + 'static,
    Done: Future<Output = Shown> + Send + 'static,
{
    let Posted { mut frame, form } = posted;
    let Some(token) = form.given(FIELD) else { return act(Posted { frame, form }).await };
    let (app, actor) = (frame.ctx().app.clone(), frame.ctx().actor.key());
    let key = key(&frame.path, token, &form);
    let begun = Instant::now();
    loop {
        match idempotency::reserve(&app, &actor, &key, &key, ABANDONED_AFTER_S).await? {
            Reservation::New => break,
            Reservation::Answered(answer) => return Ok(again(&frame, &answer)),
            Reservation::DoneWithoutAnswer if begun.elapsed() < ANSWER_PATIENCE => sleep(LOOK).await,
            Reservation::InProgress if begun.elapsed() < PATIENCE => sleep(LOOK).await,
            Reservation::DoneWithoutAnswer | Reservation::OtherRequest => {
                return Ok(frame.go_with(back, Flash::ok(frame.t("frame-sent-before"))));
            }
            Reservation::InProgress => {
                let detail = "the same form is being worked on";
                return Err(Problem::new(StatusCode::SERVICE_UNAVAILABLE, "form_in_progress", detail));
            }
        }
    }
    frame.put_under(key.clone());
    let tls = frame.tls();
    // On a task of its own: the browser turns its back on the first answer when the second tap comes.
    let work = tokio::spawn(async move {
        let shown = act(Posted { frame, form }).await;
        let settled = match shown.as_ref().ok().and_then(|response| led_to(tls, response)) {
            Some(answer) => idempotency::settle(&app, &actor, &key, &answer).await,
            None => idempotency::release(&app, &actor, &key).await,
        };
        if let Err(error) = settled {
            tracing::warn!("where a form led could not be kept: {error}");
        }
        shown
    });
    match work.await {
        Ok(shown) => shown,
        Err(error) => {
            tracing::error!(%error, "a form was not carried out");
            Err(Problem::new(StatusCode::INTERNAL_SERVER_ERROR, "internal", "the form was not carried out"))
        }
    }
}

/// Names a form with its content.
fn key(path: &str, token: &str, form: &Form) -> String {
    let mut digest = Sha256::new();
    let mut part = |text: &str| {
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text.as_bytes());
    };
    part(path);
    part(token);
    for (name, value) in form.pairs() {
        part(name);
        part(value);
    }
    for sent in form.files() {
        part(&sent.field);
        part(&sent.name);
        part(sent.file.as_ref().map_or("", |kept| kept.sha256.as_str()));
    }
    format!("form:{}", hex::encode(digest.finalize()))
}

/// Where an answer leads and what is said there; none for one that leads nowhere.
fn led_to(tls: cookie::Tls, response: &Response) -> Option<Stored> {
    let headers = response.headers();
    let to = headers.get(header::LOCATION)?.to_str().ok()?;
    let said =
        headers.get_all(header::SET_COOKIE).iter().find(|value| cookie::sets(tls, cookie::FLASH, value));
    let said = said.and_then(|value| value.to_str().ok()).unwrap_or_default();
    Some(Stored {
        request_hash: String::new(),
        status: response.status().as_u16(),
        content_type: "text/uri-list".to_owned(),
        body: format!("{to}\n{said}"),
    })
}

/// To where the first one led.
fn again(frame: &Frame, answer: &Stored) -> Response {
    let (to, said) = answer.body.split_once('\n').unwrap_or((&answer.body, ""));
    let mut response = frame.go(to);
    if let Some(said) = HeaderValue::from_str(said).ok().filter(|value| !value.is_empty()) {
        response.headers_mut().append(header::SET_COOKIE, said);
    }
    response
}
