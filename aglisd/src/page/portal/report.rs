//! Reporting a problem: one question per page, kept on the server between them, checked and sent at the end.

use super::super::{Flash, FormErrors, Frame, Posted, Shown, Upload, Visit};
use crate::http::Problem;
use aglis_core::{
    customers::CustomerStatus,
    error::Error,
    files::{FileError, Kept},
    i18n::format,
    portal::{self, Draft, MOST_FILES, Slot, Step, Trouble, VISIT_DAYS, service},
    tickets::ContactPreference,
};
use askama::Template;
use axum::{extract::Path, http::StatusCode, response::Response};

const DESCRIPTION_CHARS: usize = 4000;

/// One answer that can be chosen.
struct Choice {
    value: String,
    text: String,
    chosen: bool,
}

/// A file that was uploaded.
struct FileRow {
    key: String,
    name: String,
    bytes: i64,
}

/// What a page asks for.
enum Asks {
    Choice { field: &'static str, choices: Vec<Choice>, hint: String },
    Text { value: String },
    Photos { files: Vec<FileRow>, hint: String, full: bool },
    When { asap: bool, later: bool, days: Vec<Choice>, slots: Vec<Choice> },
}

impl Asks {
    fn is_photos(&self) -> bool {
        matches!(self, Asks::Photos { .. })
    }
}

#[derive(Template)]
#[template(path = "portal/question.html")]
struct QuestionPage<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    title: String,
    step: usize,
    back: String,
    editing: bool,
    asks: Asks,
}

/// One line of the answers to check.
struct Answer {
    field: &'static str,
    step: Step,
    what: String,
    text: String,
}

#[derive(Template)]
#[template(path = "portal/check.html")]
struct CheckPage<'a> {
    frame: &'a Frame,
    errors: FormErrors,
    answers: Vec<Answer>,
    draft: &'a str,
}

/// Whether the customer has left, and so reports nothing any more.
pub fn has_left(status: CustomerStatus) -> bool {
    status == CustomerStatus::Terminated
}

/// The way back for a customer who has left.
async fn turned_away(frame: &Frame) -> Result<Option<Response>, Error> {
    if !has_left(service::profile(frame.ctx()).await?.status) {
        return Ok(None);
    }
    let flash = Flash::warn(frame.t("portal-new-terminated"));
    Ok(Some(frame.go_with("/customer/dashboard", flash)))
}

/// `GET /customer/tickets/new`: where one left off.
pub async fn begin(Visit(frame): Visit) -> Shown {
    if let Some(away) = turned_away(&frame).await? {
        return Ok(away);
    }
    let (draft, _) = service::draft(frame.ctx()).await?;
    Ok(frame.go(&url(draft.next_step())))
}

fn url(step: Step) -> String {
    format!("/customer/tickets/new/{step}")
}

fn step_of(text: &str) -> Result<Step, Error> {
    text.parse().map_err(|_| Error::NotFound("page"))
}

/// `GET /customer/tickets/new/{step}`
pub async fn show(Path(step): Path<String>, Visit(frame): Visit) -> Shown {
    let step = step_of(&step)?;
    if let Some(away) = turned_away(&frame).await? {
        return Ok(away);
    }
    let (draft, token) = service::draft(frame.ctx()).await?;
    if step.number() > draft.next_step().number() {
        return Ok(frame.go(&url(draft.next_step())));
    }
    let editing = frame.query("edit").is_some();
    page(&frame, StatusCode::OK, FormErrors::none(), step, &draft, &token, editing).await
}

/// `GET /customer/tickets/new/check`
pub async fn check(visit: Visit) -> Shown {
    show(Path(Step::Check.to_string()), visit).await
}

async fn page(
    frame: &Frame,
    status: StatusCode,
    errors: FormErrors,
    step: Step,
    draft: &Draft,
    token: &str,
    editing: bool,
) -> Shown {
    if step == Step::Check {
        let answers = answers(frame, draft);
        return Ok(frame.html(status, &CheckPage { frame, errors, answers, draft: token }));
    }
    let back = match step.before() {
        _ if editing => url(Step::Check),
        Some(before) => url(before),
        None => "/customer/dashboard".to_owned(),
    };
    let asks = asks(frame, step, draft).await?;
    let title = title(frame, step);
    Ok(frame.html(status, &QuestionPage { frame, errors, title, step: step.number(), back, editing, asks }))
}

fn title(frame: &Frame, step: Step) -> String {
    match step {
        Step::What => frame.t("portal-new-what"),
        Step::Detail => frame.t("portal-new-detail"),
        Step::Photos => frame.t("portal-new-photos"),
        Step::When => frame.t("portal-new-when"),
        Step::Contact => frame.t("portal-new-contact"),
        Step::Check => frame.t("portal-new-check"),
    }
}

async fn asks(frame: &Frame, step: Step, draft: &Draft) -> Result<Asks, Problem> {
    Ok(match step {
        Step::What => {
            let choice = |trouble: &Trouble| Choice {
                value: trouble.to_string(),
                text: frame.word("portal-problem", trouble),
                chosen: draft.trouble == Some(*trouble),
            };
            Asks::Choice {
                field: "problem",
                choices: Trouble::ALL.iter().map(choice).collect(),
                hint: String::new(),
            }
        }
        Step::Detail | Step::Check => Asks::Text { value: draft.description.clone() },
        Step::Photos => photos(frame, draft),
        Step::When => when(frame, draft),
        Step::Contact => contact(frame, draft).await?,
    })
}

fn photos(frame: &Frame, draft: &Draft) -> Asks {
    let uploads = &frame.ctx().app.config.uploads;
    let size = |bytes: u64| format!("{}\u{a0}MB", bytes >> 20);
    let files = draft.files.iter().map(|file| FileRow {
        key: file.key.clone(),
        name: file.file.name.clone(),
        bytes: file.file.bytes,
    });
    Asks::Photos {
        files: files.collect(),
        hint: frame.ta(
            "portal-new-photos-hint",
            &[("photo", size(uploads.photo_max.0)), ("video", size(uploads.video_max.0))],
        ),
        full: draft.files.len() >= MOST_FILES,
    }
}

fn when(frame: &Frame, draft: &Draft) -> Asks {
    let zone = &frame.ctx().app.zone;
    let (day, slot) = match draft.visit {
        Some(portal::Visit::On(day, slot)) => (Some(day), Some(slot)),
        _ => (None, None),
    };
    let days = (0..=i64::from(VISIT_DAYS))
        .map(|ahead| zone.day(frame.now.plus_seconds(ahead * 86_400)))
        .filter(|date| portal::Visit::On(*date, Slot::Evening).lies_ahead(zone, frame.now))
        .map(|date| Choice {
            value: date.to_string(),
            text: format::weekday_date(frame.lang, date),
            chosen: day == Some(date),
        });
    let slots = Slot::ALL.iter().map(|one| Choice {
        value: one.to_string(),
        text: frame.word("portal-new-slot", one),
        chosen: slot == Some(*one),
    });
    Asks::When {
        asap: draft.visit == Some(portal::Visit::Asap),
        later: day.is_some(),
        days: days.collect(),
        slots: slots.collect(),
    }
}

async fn contact(frame: &Frame, draft: &Draft) -> Result<Asks, Problem> {
    let profile = service::profile(frame.ctx()).await?;
    let ways = [ContactPreference::Whatsapp, ContactPreference::Call, ContactPreference::Email];
    let choices =
        ways.iter().filter(|way| **way != ContactPreference::Email || profile.email.is_some()).map(|way| {
            Choice {
                value: way.to_string(),
                text: frame.word("portal-contact", way),
                chosen: draft.contact == Some(*way),
            }
        });
    Ok(Asks::Choice { field: "contact", choices: choices.collect(), hint: profile.phone })
}

/// `POST /customer/tickets/new/{step}`, for the questions.
pub async fn answer(Path(step): Path<String>, Posted { frame, mut form }: Posted) -> Shown {
    let step = step_of(&step)?;
    let ctx = frame.ctx();
    let mut errors = FormErrors::none();
    let mut stay = false;
    match step {
        Step::What => match form.get("problem").parse::<Trouble>() {
            Ok(trouble) => {
                service::change_draft(ctx, |draft| draft.trouble = Some(trouble)).await?;
            }
            Err(_) => errors.add("problem", frame.t("portal-error-problem-required")),
        },
        Step::Detail => {
            let text = form.get("description").replace("\r\n", "\n");
            let text: String = text.chars().filter(|c| !c.is_control() || *c == '\n').collect();
            if text.is_empty() {
                errors.add("description", frame.t("portal-error-description-required"));
            } else if text.chars().count() > DESCRIPTION_CHARS {
                errors.add("description", frame.t("portal-error-description-too-long"));
            } else {
                service::change_draft(ctx, |draft| draft.description = text).await?;
            }
        }
        Step::Photos => {
            stay = form.has("add") || form.has("remove");
            if let Some(key) = form.given("remove") {
                service::remove_file(ctx, key).await?;
            } else {
                let files = named(form.take_files());
                if files.is_empty() && form.has("add") {
                    errors.add("photos", frame.t("portal-error-photos-required"));
                }
                for refused in service::add_files(ctx, files).await? {
                    errors.add("photos", file_error(&frame, &refused));
                }
            }
        }
        Step::When => match visit(&form) {
            Some(visit) if visit.lies_ahead(&ctx.app.zone, ctx.now) => {
                service::change_draft(ctx, |draft| draft.visit = Some(visit)).await?;
            }
            Some(_) => errors.add("when", frame.t("portal-error-when-past")),
            None => errors.add("when", frame.t("portal-error-when-required")),
        },
        Step::Contact => match form.get("contact").parse::<ContactPreference>() {
            Ok(way) => {
                service::change_draft(ctx, |draft| draft.contact = Some(way)).await?;
            }
            Err(_) => errors.add("contact", frame.t("portal-error-contact-required")),
        },
        Step::Check => return Err(Error::NotFound("page").into()),
    }
    let (draft, token) = service::draft(ctx).await?;
    let editing = form.has("edit");
    if !errors.is_empty() {
        let status = StatusCode::UNPROCESSABLE_ENTITY;
        return page(&frame, status, errors, step, &draft, &token, editing).await;
    }
    let next = match step {
        _ if stay => format!("{}{}", url(step), if editing { "?edit=1" } else { "" }),
        _ if editing => url(draft.next_step()),
        _ => url(step.after()),
    };
    Ok(frame.go(&next))
}

/// Files by the names their sender gave them.
pub fn named(uploads: Vec<Upload>) -> Vec<(String, Result<Kept, FileError>)> {
    uploads.into_iter().map(|upload| (upload.name, upload.file)).collect()
}

/// Why a file was not taken, with its name.
pub fn file_error(frame: &Frame, refused: &service::Refused) -> String {
    let key = format!("portal-error-photos-{}", refused.code.replace('_', "-"));
    frame.t1(&key, "name", &refused.name)
}

fn visit(form: &super::super::Form) -> Option<portal::Visit> {
    match form.get("when") {
        "asap" => Some(portal::Visit::Asap),
        "later" => Some(portal::Visit::On(form.get("day").parse().ok()?, form.get("slot").parse().ok()?)),
        _ => None,
    }
}

fn answers(frame: &Frame, draft: &Draft) -> Vec<Answer> {
    let line = |field, step, text: String| Answer { field, step, what: title(frame, step), text };
    let files: Vec<&str> = draft.files.iter().map(|file| file.file.name.as_str()).collect();
    let when = match draft.visit {
        Some(portal::Visit::On(day, slot)) => {
            format!("{}, {}", format::weekday_date(frame.lang, day), frame.word("portal-new-slot", slot))
        }
        _ => frame.t("portal-new-when-asap"),
    };
    vec![
        line(
            "problem",
            Step::What,
            draft.trouble.map_or_else(String::new, |trouble| frame.word("portal-problem", trouble)),
        ),
        line("description", Step::Detail, draft.description.clone()),
        line(
            "photos",
            Step::Photos,
            if files.is_empty() { frame.t("portal-new-photos-none") } else { files.join("\n") },
        ),
        line("when", Step::When, when),
        line(
            "contact",
            Step::Contact,
            draft.contact.map_or_else(String::new, |way| frame.word("portal-contact", way)),
        ),
    ]
}

/// `POST /customer/tickets/new/check`
pub async fn send(Posted { frame, form }: Posted) -> Shown {
    let ctx = frame.ctx();
    let (draft, token) = service::draft(ctx).await?;
    if token.is_empty() || form.get("draft") != token {
        return Ok(sent_before(&frame));
    }
    if draft.next_step() != Step::Check {
        return Ok(frame.go(&url(draft.next_step())));
    }
    if !draft.visit.is_some_and(|visit| visit.lies_ahead(&ctx.app.zone, ctx.now)) {
        let errors = FormErrors::one("when", frame.t("portal-error-when-past"));
        return page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors, Step::When, &draft, &token, true)
            .await;
    }
    let title = draft.trouble.map_or_else(String::new, |trouble| frame.word("portal-problem", trouble));
    match service::send(ctx, &token, &title).await {
        Ok(number) => {
            let flash = Flash::ok(frame.t1("portal-ticket-sent", "number", &number));
            Ok(frame.go_with(&format!("/customer/tickets/{number}"), flash))
        }
        Err(Error::Conflict { code: "already_sent", .. }) => Ok(sent_before(&frame)),
        Err(Error::Invalid(fields)) if fields.iter().all(|field| field.code == "file_missing") => {
            let errors = FormErrors::from_fields(&frame, "portal", &fields[..fields.len().min(1)]);
            let (draft, token) = service::draft(ctx).await?;
            page(&frame, StatusCode::UNPROCESSABLE_ENTITY, errors, Step::Photos, &draft, &token, true).await
        }
        Err(error) => match turned_away(&frame).await? {
            Some(away) => Ok(away),
            None => Err(error.into()),
        },
    }
}

fn sent_before(frame: &Frame) -> Response {
    frame.go_with("/customer/tickets", Flash::ok(frame.t("portal-new-sent-before")))
}

/// `POST /customer/tickets/new/drop`
pub async fn discard(Posted { frame, .. }: Posted) -> Result<Response, Problem> {
    service::drop_draft(frame.ctx()).await?;
    let flash = Flash::ok(frame.t("portal-new-dropped"));
    Ok(frame.go_with("/customer/dashboard", flash))
}
