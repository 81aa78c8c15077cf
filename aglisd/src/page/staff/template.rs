//! One message template: its texts, how they look, what became of them, and sending a test.

use super::{
    Shell, conflict, done,
    template_look::{Line, Span, diff, spans},
    templates::{changed, language, state},
    view::{Fact, address, facts},
};
use crate::{
    http::{Need, Path, Routes},
    page::{Flash, Form, FormErrors, Frame, Mark, Posted, Shown, Visit, once},
};
use aglis_core::{
    error::{Error, FieldError},
    messages::MessageChannel,
    permission::Permission as P,
    templates::{
        BODY_CHARS, NOTE_CHARS, PreviewTemplate, RevertTemplate, SUBJECT_CHARS, SetTemplate, TemplateDetail,
        TemplateText, TemplateVersion, TestTemplate, VersionFilter, service as templates,
    },
    types::{Locale, Page as Rows},
};
use askama::Template;
use axum::{
    http::StatusCode,
    response::Response,
    routing::{get, post},
};

/// Versions on one page of the history.
const SHOWN: usize = 10;
/// The query that leads to older versions.
const CURSOR: &str = "versions";

struct Tab {
    href: String,
    text: String,
    lang: &'static str,
    state: Mark,
    current: bool,
}

struct Variable {
    /// With its braces.
    name: String,
    sample: String,
    required: bool,
}

/// A text as a phone shows it.
struct Preview {
    subject: Option<String>,
    spans: Vec<Span>,
    count: String,
    problems: Vec<String>,
}

struct Entry {
    version: i64,
    what: String,
    note: String,
    changed: String,
    current: bool,
    lines: Vec<Line>,
}

#[derive(Template)]
#[template(path = "staff/template.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    errors: FormErrors,
    /// The address of what can be done with the text.
    text_home: String,
    title: String,
    name: String,
    lang: &'static str,
    facts: Vec<Fact>,
    tabs: Vec<Tab>,
    may_manage: bool,
    body: String,
    /// None when it never goes by mail.
    subject: Option<String>,
    subject_hint: String,
    note: String,
    to: String,
    version: i64,
    edited: bool,
    mail: bool,
    variables: Vec<Variable>,
    preview: Preview,
    history: Vec<Entry>,
    older: Option<String>,
    most_body: usize,
    most_subject: usize,
    most_note: usize,
}

#[derive(Template)]
#[template(path = "staff/template_preview.html")]
struct Part<'a> {
    frame: &'a Frame,
    preview: Preview,
}

fn home(name: &str) -> String {
    format!("/templates/{name}")
}

fn here(name: &str, locale: Locale) -> String {
    address(&home(name), &[("text", locale.as_str())], None)
}

/// The words between two signs in a service's sentence.
fn between<'a>(message: &'a str, open: &str, close: &str) -> &'a str {
    let inside = message.split_once(open).and_then(|(_, rest)| rest.split_once(close));
    inside.map_or("", |(inside, _)| inside)
}

/// What is wrong with a text, in the reader's language.
fn complaints(frame: &Frame, fields: &[FieldError]) -> FormErrors {
    let mut errors = FormErrors::none();
    for one in fields {
        let name = || format!("{{{}}}", between(&one.message, "{", "}"));
        let word = || between(&one.message, "`", "`").to_owned();
        let text = match (one.field.as_str(), one.code.as_str()) {
            (_, "unknown_variable") => frame.t1("staff-templates-error-unknown-variable", "name", name()),
            (_, "missing_variable") => frame.t1("staff-templates-error-missing-variable", "name", name()),
            (_, "double_brace") => frame.t1("staff-templates-error-double-brace", "name", name()),
            (_, "unclosed_brace") => frame.t1("staff-templates-error-unclosed-brace", "word", word()),
            (_, "stray_brace") => frame.t1("staff-templates-error-stray-brace", "word", word()),
            (_, "nameless_brace") => frame.t("staff-templates-error-nameless-brace"),
            (_, "one_line") => frame.t("staff-templates-error-one-line"),
            ("body", "required") => frame.t("staff-templates-error-required"),
            ("body", "too_long") => frame.count("staff-templates-error-too-long", BODY_CHARS as i64),
            ("subject", "too_long") => {
                frame.count("staff-templates-error-subject-long", SUBJECT_CHARS as i64)
            }
            ("note", "too_long") => frame.count("staff-templates-error-note-long", NOTE_CHARS as i64),
            ("to", "no_mail") => frame.t("staff-templates-error-no-mail"),
            ("to", "mail_only") => frame.t("staff-templates-error-mail-only"),
            ("to", _) => frame.t("staff-templates-error-to"),
            (_, "unknown") => frame.t("staff-templates-error-version"),
            _ => {
                for error in FormErrors::from_fields(frame, "staff", std::slice::from_ref(one)).list() {
                    errors.add(&error.field, error.summary.clone());
                }
                continue;
            }
        };
        errors.add(&one.field, text);
    }
    errors
}

/// The problems of an error that a person can mend; any other is given back.
fn mend(frame: &Frame, error: Error) -> Result<FormErrors, Error> {
    match error {
        Error::Invalid(fields) => Ok(complaints(frame, &fields)),
        Error::Conflict { code, message, .. } => Ok(FormErrors::one("form", conflict(frame, code, message))),
        other => Err(other),
    }
}

async fn preview(
    frame: &Frame,
    template: &TemplateDetail,
    text: &TemplateText,
    body: &str,
    subject: Option<&str>,
) -> Result<Preview, Error> {
    let look = async |channel| {
        let asked = PreviewTemplate {
            body: Some(body.to_owned()),
            subject: subject.map(str::to_owned),
            channel: Some(channel),
            ..PreviewTemplate::default()
        };
        templates::preview(frame.ctx(), &template.name, text.state.locale, asked).await
    };
    // The text as it comes by its usual way; the subject as a mail would have it.
    let mail = match text.built_in_subject {
        Some(_) => Some(look(MessageChannel::Email).await),
        None => None,
    };
    let subject = match mail {
        Some(Ok(mail)) => mail.subject,
        Some(Err(Error::Invalid(_))) | None => None,
        Some(Err(error)) => return Err(error),
    };
    Ok(match look(template.channel).await {
        Ok(shown) => Preview {
            subject,
            count: frame.count("staff-templates-characters", shown.characters),
            // What only goes by mail is plain text.
            spans: if template.channel == MessageChannel::Email {
                vec![Span { look: "", text: shown.body }]
            } else {
                spans(&shown.body)
            },
            problems: Vec::new(),
        },
        Err(Error::Invalid(fields)) => Preview {
            subject: None,
            spans: Vec::new(),
            count: String::new(),
            problems: complaints(frame, &fields).list().iter().map(|one| one.summary.clone()).collect(),
        },
        Err(error) => return Err(error),
    })
}

fn entry(
    frame: &Frame,
    text: &TemplateText,
    now: &TemplateVersion,
    before: Option<&TemplateVersion>,
) -> Entry {
    let whole = |version: Option<&TemplateVersion>| {
        let body = version.and_then(|version| version.body.as_deref()).unwrap_or(&text.built_in_body);
        match version.and_then(|version| version.subject.as_deref()).or(text.built_in_subject.as_deref()) {
            Some(subject) => format!("{subject}\n\n{body}"),
            None => body.to_owned(),
        }
    };
    let what = if now.body.is_some() {
        "staff-templates-version-edited"
    } else {
        "staff-templates-version-built-in"
    };
    Entry {
        version: now.version,
        what: frame.t(what),
        note: now.note.clone(),
        changed: format!("{} · {}", frame.date_time(&now.created_at), now.created_by),
        current: now.version == text.state.version,
        lines: diff(&whole(before), &whole(Some(now))),
    }
}

async fn history(
    frame: &Frame,
    name: &str,
    text: &TemplateText,
) -> Result<(Vec<Entry>, Option<String>), Error> {
    let filter = VersionFilter {
        locale: Some(text.state.locale),
        limit: u32::try_from(SHOWN + 1).ok(),
        cursor: frame.query(CURSOR).map(str::to_owned),
    };
    // One more than is shown: each is compared with the one before it.
    let rows = templates::versions(frame.ctx(), name, &filter).await?.items;
    let entries = rows.iter().enumerate().take(SHOWN);
    let entries = entries.map(|(at, one)| entry(frame, text, one, rows.get(at + 1))).collect();
    let older = Rows::from_rows(rows, SHOWN, |one| one.id).next_cursor;
    let here = home(name);
    let lang = text.state.locale.as_str();
    Ok((entries, older.map(|cursor| address(&here, &[("text", lang), (CURSOR, &cursor)], None))))
}

/// What was filled in, where a form came.
#[derive(Default)]
struct Filled<'a> {
    form: Option<&'a Form>,
    errors: FormErrors,
}

fn text_of(template: &TemplateDetail, locale: Locale) -> Result<&TemplateText, Error> {
    let text = template.texts.iter().find(|text| text.state.locale == locale);
    text.ok_or(Error::NotFound("template"))
}

fn tabs(frame: &Frame, template: &TemplateDetail, current: Locale) -> Vec<Tab> {
    let tab = |text: &TemplateText| Tab {
        href: here(&template.name, text.state.locale),
        text: language(text.state.locale),
        lang: text.state.locale.as_str(),
        state: state(frame, &text.state),
        current: text.state.locale == current,
    };
    template.texts.iter().map(tab).collect()
}

fn variables(template: &TemplateDetail, locale: Locale) -> Vec<Variable> {
    let variable = |one: &aglis_core::templates::TemplateVariable| Variable {
        name: format!("{{{}}}", one.name),
        sample: one.samples.get(locale.as_str()).cloned().unwrap_or_default(),
        required: one.required,
    };
    template.variables.iter().map(variable).collect()
}

async fn draw(
    frame: &Frame,
    status: StatusCode,
    name: &str,
    locale: Locale,
    filled: Filled<'_>,
) -> Result<Response, Error> {
    let template = templates::get(frame.ctx(), name).await?;
    let text = text_of(&template, locale)?;
    let or = |field: &str, now: &str| {
        let sent = filled.form.filter(|form| form.has(field));
        sent.map_or_else(|| now.to_owned(), |form| form.get(field).replace("\r\n", "\n"))
    };
    let body = or("body", &text.body);
    let subject = text.subject.as_deref().map(|subject| or("subject", subject));
    let (history, older) = history(frame, name, text).await?;
    let page = Page {
        staff: Shell::new(frame).await?,
        text_home: format!("{}/{locale}", home(name)),
        facts: facts(
            frame,
            [
                ("staff-templates-purpose", Some(frame.word("staff-templates-purpose", template.purpose))),
                ("staff-templates-way", Some(frame.word("staff-message-channel", template.channel))),
                ("staff-templates-kind", Some(frame.word("staff-templates-kind", template.kind))),
                ("staff-templates-useful", Some(frame.span(&(template.useful_seconds * 1000)))),
                ("staff-templates-changed", Some(changed(frame, &text.state))),
            ],
        ),
        tabs: tabs(frame, &template, locale),
        may_manage: frame.ctx().may(P::TemplateManage),
        preview: preview(frame, &template, text, &body, subject.as_deref()).await?,
        subject_hint: text.built_in_subject.clone().unwrap_or_default(),
        note: or("note", ""),
        to: or("to", ""),
        version: text.state.version,
        edited: text.state.edited,
        mail: template.channel == MessageChannel::Email,
        variables: variables(&template, locale),
        errors: filled.errors,
        lang: locale.as_str(),
        most_body: BODY_CHARS,
        most_subject: SUBJECT_CHARS,
        most_note: NOTE_CHARS,
        body,
        subject,
        history,
        older,
        title: template.title.clone(),
        name: template.name.clone(),
        frame,
    };
    Ok(frame.html(status, &page))
}

async fn show(Visit(frame): Visit, Path(name): Path<String>) -> Shown {
    // The text in the reader's own language is shown first.
    let locale = frame.query("text").and_then(|word| word.parse().ok()).unwrap_or(frame.lang);
    Ok(draw(&frame, StatusCode::OK, &name, locale, Filled::default()).await?)
}

fn written(form: &Form, name: &str) -> String {
    form.get(name).replace("\r\n", "\n")
}

async fn save(Path((name, locale)): Path<(String, Locale)>, Posted { mut frame, form }: Posted) -> Shown {
    let new = SetTemplate {
        body: written(&form, "body"),
        subject: form.given("subject").map(str::to_owned),
        note: form.given("note").map(str::to_owned),
        version: form.get("version").parse().unwrap_or_default(),
    };
    match templates::set(frame.ctx(), &name, locale, new).await {
        Ok(_) => Ok(frame.go_with(&here(&name, locale), Flash::ok(frame.t("staff-templates-saved")))),
        Err(error) => {
            let errors = mend(&frame, error)?;
            frame.path = home(&name);
            // The form carries the present version on: who sends it again has been told of the change and means it.
            let filled = Filled { form: Some(&form), errors };
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, &name, locale, filled).await?)
        }
    }
}

/// The look of what stands in the form: a part of the page for scripts, the whole page for browsers without.
async fn look(Path((name, locale)): Path<(String, Locale)>, Posted { mut frame, form }: Posted) -> Shown {
    if frame.query("part").is_some() {
        let template = templates::get(frame.ctx(), &name).await?;
        let text = text_of(&template, locale)?;
        let subject = form.given("subject").filter(|_| text.subject.is_some());
        let preview = preview(&frame, &template, text, &written(&form, "body"), subject).await?;
        return Ok(frame.html(StatusCode::OK, &Part { frame: &frame, preview }));
    }
    frame.path = home(&name);
    let filled = Filled { form: Some(&form), errors: FormErrors::none() };
    Ok(draw(&frame, StatusCode::OK, &name, locale, filled).await?)
}

async fn revert(Path((name, locale)): Path<(String, Locale)>, Posted { frame, form }: Posted) -> Shown {
    let back = RevertTemplate {
        to: form.given("to_version").and_then(|number| number.parse().ok()),
        note: None,
        version: Some(form.get("version").parse().unwrap_or_default()),
    };
    let here = here(&name, locale);
    match templates::revert(frame.ctx(), &name, locale, back).await {
        Err(Error::Invalid(fields)) => {
            let errors = complaints(&frame, &fields);
            let said: Vec<String> = errors.list().iter().map(|error| error.summary.clone()).collect();
            Ok(frame.go_with(&here, Flash::warn(said.join(" "))))
        }
        result => done(&frame, &here, "staff-templates-reverted", result),
    }
}

async fn test(Path((name, locale)): Path<(String, Locale)>, posted: Posted) -> Shown {
    let back = here(&name, locale);
    once(posted, &back, move |posted| send(name, locale, posted)).await
}

async fn send(name: String, locale: Locale, Posted { mut frame, form }: Posted) -> Shown {
    let test = TestTemplate { to: form.get("to").to_owned(), body: None, subject: None };
    match templates::test(frame.ctx(), &name, locale, test).await {
        Ok(_) => Ok(frame.go_with(&here(&name, locale), Flash::ok(frame.t("staff-templates-tested")))),
        Err(error) => {
            let errors = mend(&frame, error)?;
            frame.path = home(&name);
            let filled = Filled { form: Some(&form), errors };
            Ok(draw(&frame, StatusCode::UNPROCESSABLE_ENTITY, &name, locale, filled).await?)
        }
    }
}

/// The routes.
pub fn routes() -> Routes {
    let (read, manage) = (Need::Permission(P::TemplateRead), Need::Permission(P::TemplateManage));
    Routes::new()
        .page(read, "/templates/{name}", get(show))
        .page(manage, "/templates/{name}/{locale}/edit", post(save))
        .page(read, "/templates/{name}/{locale}/preview", post(look))
        .page(manage, "/templates/{name}/{locale}/revert", post(revert))
        .page(manage, "/templates/{name}/{locale}/test", post(test))
}
