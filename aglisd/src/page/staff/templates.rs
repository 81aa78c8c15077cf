//! The list of message templates, by what they are for.

use super::{
    Shell,
    view::{Choice, address, languages},
};
use crate::{
    http::{Need, Routes},
    page::{Frame, Mark, Shown, Visit},
};
use aglis_core::{
    permission::Permission as P,
    templates::{TemplateFilter, TemplatePurpose, TemplateSummary, TextState, service as templates},
};
use askama::Template;
use axum::{http::StatusCode, routing::get};

const HERE: &str = "/templates";
/// More than there are.
const MOST: u32 = 200;

struct Row {
    name: String,
    title: String,
    way: String,
    texts: Vec<Mark>,
    changed: String,
}

struct Group {
    title: String,
    rows: Vec<Row>,
}

#[derive(Template)]
#[template(path = "staff/templates.html")]
struct Page<'a> {
    frame: &'a Frame,
    staff: Shell,
    q: String,
    choices: Vec<Choice>,
    groups: Vec<Group>,
    next: Option<String>,
}

/// Whether a text is edited, as glyph and word.
pub fn state(frame: &Frame, text: &TextState) -> Mark {
    if text.edited {
        Mark { tone: "info", glyph: "●", word: frame.t("staff-templates-edited") }
    } else {
        Mark { tone: "", glyph: "–", word: frame.t("staff-templates-built-in") }
    }
}

/// The languages by their own names.
pub fn language(locale: aglis_core::types::Locale) -> String {
    let all = languages(locale.as_str()).into_iter();
    all.filter(|one| one.selected).map(|one| one.text).collect()
}

/// When and by whom a text was last changed; empty when it never was.
pub fn changed(frame: &Frame, text: &TextState) -> String {
    match (&text.changed_at, &text.changed_by) {
        (Some(at), Some(by)) => format!("{} · {by}", frame.date_time(at)),
        _ => String::new(),
    }
}

fn row(frame: &Frame, one: TemplateSummary) -> Row {
    let last = one.texts.iter().max_by_key(|text| text.changed_at);
    let texts = one.texts.iter().map(|text| {
        let mark = state(frame, text);
        Mark { word: format!("{}: {}", language(text.locale), mark.word), ..mark }
    });
    Row {
        way: frame.word("staff-message-channel", one.channel),
        changed: last.map(|text| changed(frame, text)).unwrap_or_default(),
        texts: texts.collect(),
        name: one.name,
        title: one.title,
    }
}

async fn list(Visit(frame): Visit) -> Shown {
    let value = |name: &str| frame.query(name).unwrap_or_default().trim().to_owned();
    let (q, purpose, edited) = (value("q"), value("purpose"), value("edited"));
    let filter = TemplateFilter {
        purpose: purpose.parse().ok(),
        edited: edited.parse().ok(),
        q: Some(q.clone()).filter(|q| !q.is_empty()),
        limit: Some(MOST),
        cursor: frame.query("cursor").map(str::to_owned),
    };
    let page = templates::list(frame.ctx(), &filter).await?;
    let mut groups: Vec<(TemplatePurpose, Group)> = Vec::new();
    for one in page.items {
        let purpose = one.purpose;
        if groups.last().is_none_or(|(last, _)| *last != purpose) {
            let title = frame.word("staff-templates-purpose", purpose);
            groups.push((purpose, Group { title, rows: Vec::new() }));
        }
        let row = row(&frame, one);
        if let Some((_, group)) = groups.last_mut() {
            group.rows.push(row);
        }
    }
    let filters = [("q", q.as_str()), ("purpose", &purpose), ("edited", &edited)];
    let page = Page {
        staff: Shell::new(&frame).await?,
        choices: vec![
            Choice::of(
                &frame,
                "purpose",
                "staff-templates-purpose",
                "staff-templates-purpose",
                TemplatePurpose::ALL,
                &purpose,
                Some("staff-any"),
            ),
            Choice::among(
                &frame,
                "edited",
                "staff-templates-text",
                [
                    ("true".to_owned(), frame.t("staff-templates-edited")),
                    ("false".to_owned(), frame.t("staff-templates-built-in")),
                ],
                &edited,
                "staff-any",
            ),
        ],
        groups: groups.into_iter().map(|(_, group)| group).collect(),
        next: page.next_cursor.map(|cursor| address(HERE, &filters, Some(&cursor))),
        q: q.clone(),
        frame: &frame,
    };
    Ok(frame.html(StatusCode::OK, &page))
}

/// The route.
pub fn routes() -> Routes {
    Routes::new().page(Need::Permission(P::TemplateRead), HERE, get(list))
}
