//! Use cases of message templates.

use super::{
    BrokenTemplate, EditedText, NOTE_CHARS, PreviewTemplate, RenderedTemplate, RevertTemplate, SetTemplate,
    TemplateCheck, TemplateDetail, TemplateFilter, TemplateSummary, TemplateText, TemplateVariable,
    TemplateVersion, TestSent, TestTemplate, TextState, VersionFilter, checked, store,
};
use crate::{
    accounts,
    app::Ctx,
    customers,
    db::Tx,
    error::{Checker, Error, FieldError, Result},
    event::{Event, Subject, SubjectKind, emit},
    messages::{
        MessageChannel,
        service::send_trial,
        template::{self, Rendered, TEMPLATES, Template},
    },
    types::*,
};
use std::collections::BTreeMap;

/// Versions that a template is shown with.
const HISTORY: i64 = 20;

/// Puts the variables into the text in force, within somebody else's transaction.
///
/// # Errors
/// [`Error::Invalid`] names each variable that is missing or empty.
pub async fn render(
    tx: &mut Tx,
    template: &Template,
    channel: MessageChannel,
    locale: Locale,
    variables: &[(&'static str, &str)],
) -> Result<Rendered> {
    match store::in_force(tx, template.name, locale).await?.and_then(edited) {
        Some(text) => template.render_edited(channel, locale, &text, variables),
        None => template.render(channel, locale, variables),
    }
}

/// Templates by purpose.
pub async fn list(ctx: &Ctx, filter: &TemplateFilter) -> Result<Page<TemplateSummary>> {
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let after = page.after::<String>()?;
    let mut tx = ctx.app.db.read().await?;
    let versions = store::all_in_force(&mut tx).await?;
    let wanted = filter.q.as_deref().unwrap_or_default().trim().to_lowercase();
    let from = after.and_then(|name| TEMPLATES.iter().position(|template| template.name == name));
    let rows = TEMPLATES.iter().skip(from.map_or(0, |at| at + 1)).filter_map(|template| {
        let of = |locale| {
            let one = versions
                .iter()
                .find(|one| one.name == template.name && one.version.locale == locale)
                .map(|one| &one.version);
            text(template, locale, one)
        };
        let texts: Vec<TemplateText> = Locale::ALL.iter().copied().map(of).collect();
        let title = title(ctx, template);
        let said = || {
            let own = [template.name, title.as_str()];
            let bodies = texts.iter().map(|text| text.body.as_str());
            own.into_iter().chain(bodies).any(|text| text.to_lowercase().contains(&wanted))
        };
        let edited = texts.iter().any(|text| text.state.edited);
        let fits = filter.purpose.is_none_or(|purpose| purpose == template.purpose)
            && filter.edited.is_none_or(|wanted| wanted == edited)
            && (wanted.is_empty() || said());
        fits.then(|| TemplateSummary {
            name: template.name.to_owned(),
            title,
            purpose: template.purpose,
            kind: template.kind,
            channel: template.channel,
            secret: template.secret,
            useful_seconds: template.useful_seconds,
            texts: texts.into_iter().map(|text| text.state).collect(),
        })
    });
    let rows = rows.take(page.rows() + 1).collect();
    Ok(Page::from_rows(rows, page.rows(), |row| row.name.clone()))
}

/// One template with its texts in force and what was last changed.
pub async fn get(ctx: &Ctx, name: &str) -> Result<TemplateDetail> {
    let template = known(name)?;
    let mut tx = ctx.app.db.read().await?;
    detail(&mut tx, ctx, template).await
}

/// Versions of a template's texts, the newest first.
pub async fn versions(ctx: &Ctx, name: &str, filter: &VersionFilter) -> Result<Page<TemplateVersion>> {
    let template = known(name)?;
    let page = PageQuery { limit: filter.limit, cursor: filter.cursor.clone() };
    let before = page.after::<TemplateVersionId>()?;
    let mut tx = ctx.app.db.read().await?;
    let limit = page.rows() as i64 + 1;
    let rows = store::versions(&mut tx, template.name, filter.locale, before, limit).await?;
    Ok(Page::from_rows(rows, page.rows(), |row| row.id))
}

/// Puts a new text in force. The text that is in force already makes no version.
///
/// # Errors
/// [`Error::Invalid`] names what is wrong with the text; a version that was not read is a conflict.
pub async fn set(ctx: &Ctx, name: &str, locale: Locale, body: SetTemplate) -> Result<TemplateDetail> {
    let template = known(name)?;
    let mut check = Checker::new();
    let new = judged(&mut check, template, &body.body, body.subject.as_deref());
    let note = check.optional_text("note", body.note.as_deref().unwrap_or_default(), NOTE_CHARS);
    check.finish()?;
    let new = EditedText { subject: own_subject(template, locale, new.subject), ..new };
    let built_in = EditedText { body: template.source(locale).body, subject: None };
    let new = Some(new).filter(|text| *text != built_in);
    let mut tx = ctx.app.db.write().await?;
    let now = at_version(&mut tx, template, locale, Some(body.version)).await?;
    if now.clone().and_then(edited) != new {
        let change = Change { text: new, to_version: None, note };
        put(&mut tx, ctx, template, locale, now.as_ref(), change).await?;
        let shown = detail(&mut tx, ctx, template).await?;
        tx.commit().await?;
        return Ok(shown);
    }
    detail(&mut tx, ctx, template).await
}

/// Goes back to the text of a version, or to the built-in one. That is a version of its own.
///
/// # Errors
/// [`Error::Invalid`] when there is no such version or its text cannot be used any more; a version that was not read
/// is a conflict.
pub async fn revert(ctx: &Ctx, name: &str, locale: Locale, body: RevertTemplate) -> Result<TemplateDetail> {
    let template = known(name)?;
    let mut check = Checker::new();
    let note = check.optional_text("note", body.note.as_deref().unwrap_or_default(), NOTE_CHARS);
    check.finish()?;
    let mut tx = ctx.app.db.write().await?;
    let now = at_version(&mut tx, template, locale, body.version).await?;
    let text = match body.to {
        None => None,
        Some(number) => {
            let Some(version) = store::version(&mut tx, template.name, locale, number).await? else {
                return Err(Error::field(
                    "to",
                    "unknown",
                    format!("there is no version {number}; see the history"),
                ));
            };
            edited(version)
        }
    };
    if let Some(text) = &text {
        let mut check = Checker::new();
        judged(&mut check, template, &text.body, text.subject.as_deref());
        check.finish()?;
    }
    if now.clone().and_then(edited) != text {
        let change = Change { text, to_version: body.to, note };
        put(&mut tx, ctx, template, locale, now.as_ref(), change).await?;
        let shown = detail(&mut tx, ctx, template).await?;
        tx.commit().await?;
        return Ok(shown);
    }
    detail(&mut tx, ctx, template).await
}

/// A text as its reader would see it, with samples in the place of values that are not given.
///
/// # Errors
/// [`Error::Invalid`] names what is wrong with the text and the data: fields of it are `data.<variable>`.
pub async fn preview(
    ctx: &Ctx,
    name: &str,
    locale: Locale,
    body: PreviewTemplate,
) -> Result<RenderedTemplate> {
    let template = known(name)?;
    let channel = body.channel.unwrap_or(template.channel);
    let mut check = Checker::new();
    check.ensure(
        channel != MessageChannel::Email || template.can_be_mail(),
        "channel",
        "no_mail",
        "this message never goes by mail; use whatsapp",
    );
    for (name, value) in &body.data {
        let field = format!("data.{name}");
        let has = template.variables.iter().any(|variable| variable.name == name);
        check.ensure(has, &field, "unknown", format!("{} has no variable {name}", template.name));
        check.ensure(
            !value.trim().is_empty(),
            &field,
            "required",
            "give it a value, or leave it out for the sample",
        );
    }
    let text = wanted(&mut check, template, body.body.as_deref(), body.subject.as_deref());
    check.finish()?;
    let text = match text {
        Some(text) => Some(text),
        None => {
            let mut tx = ctx.app.db.read().await?;
            store::in_force(&mut tx, template.name, locale).await?.and_then(edited)
        }
    };
    let rendered = rendered(ctx, template, channel, locale, text.as_ref(), &body.data)?;
    let characters = i64::try_from(rendered.body.chars().count()).unwrap_or(i64::MAX);
    Ok(RenderedTemplate { channel, subject: rendered.subject, body: rendered.body, characters })
}

/// Sends a text with samples to one person, through the queue and marked as a test. A one-time code in it opens
/// nothing.
///
/// # Errors
/// [`Error::Invalid`] names what is wrong with the address or the text; nothing is queued then.
pub async fn test(ctx: &Ctx, name: &str, locale: Locale, body: TestTemplate) -> Result<TestSent> {
    let template = known(name)?;
    let mut check = Checker::new();
    let way = way(&mut check, template, &body.to);
    let text = wanted(&mut check, template, body.body.as_deref(), body.subject.as_deref());
    check.finish()?;
    let Some((channel, address)) = way else {
        return Err(Error::field("to", "invalid", "enter a phone number or an e-mail address"));
    };
    let mut tx = ctx.app.db.write().await?;
    let text = match text {
        Some(text) => Some(text),
        None => store::in_force(&mut tx, template.name, locale).await?.and_then(edited),
    };
    let rendered = rendered(ctx, template, channel, locale, text.as_ref(), &BTreeMap::new())?;
    let id = send_trial(&mut tx, ctx, template, (channel, &address), locale, rendered).await?;
    let event = Event::TemplateTested {
        locale: locale.to_string(),
        channel: channel.to_string(),
        message_id: Some(id),
    };
    emit(&mut tx, ctx, &subject(template), event).await?;
    tx.commit().await?;
    Ok(TestSent { message_id: id, channel, address })
}

/// Renders every template in both languages with samples, and names what cannot be used.
pub async fn check(ctx: &Ctx) -> Result<TemplateCheck> {
    let mut tx = ctx.app.db.read().await?;
    let versions = store::all_in_force(&mut tx).await?;
    drop(tx);
    let mut found = TemplateCheck { checked: 0, broken: Vec::new() };
    for template in TEMPLATES {
        for locale in Locale::ALL.iter().copied() {
            let version = versions
                .iter()
                .find(|one| one.name == template.name && one.version.locale == locale)
                .map(|one| &one.version);
            found.checked += 1;
            let errors = flaws(ctx, template, locale, version);
            if !errors.is_empty() {
                let version = version.map_or(0, |version| version.version);
                found.broken.push(BrokenTemplate { name: template.name.to_owned(), locale, version, errors });
            }
        }
    }
    // A text that no template has any more is never sent; whoever wrote it should know.
    for one in versions.iter().filter(|one| template::find(&one.name).is_none() && one.version.body.is_some())
    {
        found.checked += 1;
        found.broken.push(BrokenTemplate {
            name: one.name.clone(),
            locale: one.version.locale,
            version: one.version.version,
            errors: vec![FieldError::new("template", "unknown", "there is no such template any more")],
        });
    }
    Ok(found)
}

fn known(name: &str) -> Result<&'static Template> {
    template::find(name).ok_or(Error::NotFound("template"))
}

fn subject(template: &Template) -> Subject {
    Subject { kind: SubjectKind::Template, id: None, label: template.name.to_owned(), customer_id: None }
}

fn title(ctx: &Ctx, template: &Template) -> String {
    ctx.locale().t(&format!("staff-template-{}", template.name))
}

/// The text of a version; none when it goes back to the built-in one.
fn edited(version: TemplateVersion) -> Option<EditedText> {
    version.body.map(|body| EditedText { body, subject: version.subject })
}

fn judged(check: &mut Checker, template: &Template, body: &str, subject: Option<&str>) -> EditedText {
    checked(check, template.variables, template.can_be_mail(), body, subject)
}

/// A text that came with a request; a subject alone stands over the built-in text of nobody.
fn wanted(
    check: &mut Checker,
    template: &Template,
    body: Option<&str>,
    subject: Option<&str>,
) -> Option<EditedText> {
    if body.is_none() && subject.is_some_and(|subject| !subject.trim().is_empty()) {
        check.refuse("body", "required", "give the text that belongs to the subject");
    }
    body.map(|body| judged(check, template, body, subject))
}

/// A subject that differs from the built-in one.
fn own_subject(template: &Template, locale: Locale, subject: Option<String>) -> Option<String> {
    subject.filter(|subject| template.source(locale).subject.as_deref() != Some(subject))
}

fn text(template: &Template, locale: Locale, version: Option<&TemplateVersion>) -> TemplateText {
    let built_in = template.source(locale);
    let own = version.and_then(|version| Some((version.body.clone()?, version.subject.clone())));
    let edited = own.is_some();
    let (body, subject) = own.unwrap_or_else(|| (built_in.body.clone(), None));
    TemplateText {
        state: TextState {
            locale,
            version: version.map_or(0, |version| version.version),
            edited,
            changed_at: version.map(|version| version.created_at),
            changed_by: version.map(|version| version.created_by.clone()),
        },
        body,
        subject: subject.or_else(|| built_in.subject.clone()),
        built_in_body: built_in.body,
        built_in_subject: built_in.subject,
    }
}

async fn detail(tx: &mut Tx, ctx: &Ctx, template: &Template) -> Result<TemplateDetail> {
    let mut texts = Vec::new();
    for locale in Locale::ALL.iter().copied() {
        let version = store::in_force(tx, template.name, locale).await?;
        texts.push(text(template, locale, version.as_ref()));
    }
    let variables = template.variables.iter().map(|variable| TemplateVariable {
        name: variable.name.to_owned(),
        required: variable.required,
        samples: Locale::ALL
            .iter()
            .map(|locale| (locale.to_string(), sample(ctx, template, variable.name, *locale).to_owned()))
            .collect(),
    });
    Ok(TemplateDetail {
        name: template.name.to_owned(),
        title: title(ctx, template),
        purpose: template.purpose,
        kind: template.kind,
        channel: template.channel,
        secret: template.secret,
        useful_seconds: template.useful_seconds,
        variables: variables.collect(),
        texts,
        history: store::versions(tx, template.name, None, None, HISTORY).await?,
    })
}

/// The version in force, which must be the one that was read, if one was.
async fn at_version(
    tx: &mut Tx,
    template: &Template,
    locale: Locale,
    read: Option<i64>,
) -> Result<Option<TemplateVersion>> {
    let now = store::in_force(tx, template.name, locale).await?;
    let number = now.as_ref().map_or(0, |version| version.version);
    match read {
        Some(read) if read != number => Err(changed_since(number, read)),
        _ => Ok(now),
    }
}

fn changed_since(number: i64, read: i64) -> Error {
    let how =
        format!("somebody changed this text since: it has version {number}, yours was {read}; load it again");
    Error::conflict("version_mismatch", how)
}

/// What is to be in force.
struct Change {
    text: Option<EditedText>,
    to_version: Option<i64>,
    note: String,
}

async fn put(
    tx: &mut Tx,
    ctx: &Ctx,
    template: &Template,
    locale: Locale,
    now: Option<&TemplateVersion>,
    change: Change,
) -> Result<()> {
    let before = now.map_or(0, |version| version.version);
    let built_in = change.text.is_none();
    let (body, own_subject) = match change.text {
        Some(text) => (Some(text.body), text.subject),
        None => (None, None),
    };
    let version = TemplateVersion {
        id: TemplateVersionId(0),
        locale,
        version: before + 1,
        body,
        subject: own_subject,
        note: change.note,
        created_by: ctx.actor.name().to_owned(),
        created_at: ctx.now,
    };
    if !store::insert(tx, template.name, &version).await? {
        return Err(changed_since(before + 1, before));
    }
    let event = Event::TemplateChanged {
        locale: locale.to_string(),
        version: version.version,
        to_version: change.to_version,
        built_in,
        note: version.note,
    };
    emit(tx, ctx, &subject(template), event).await?;
    Ok(())
}

/// What a variable holds in previews and tests; messages are signed with the name they are always signed with.
fn sample<'a>(ctx: &'a Ctx, template: &Template, variable: &str, locale: Locale) -> &'a str {
    let business = ctx.app.config.business.name.as_str();
    if variable == "business" && !business.trim().is_empty() {
        return business;
    }
    template.sample(variable, locale)
}

fn rendered(
    ctx: &Ctx,
    template: &Template,
    channel: MessageChannel,
    locale: Locale,
    text: Option<&EditedText>,
    data: &BTreeMap<String, String>,
) -> Result<Rendered> {
    let value = |name: &'static str| match data.get(name) {
        Some(value) => value.as_str(),
        None => sample(ctx, template, name, locale),
    };
    let values: Vec<_> = template.variables.iter().map(|one| (one.name, value(one.name))).collect();
    match text {
        Some(text) => template.render_edited(channel, locale, text, &values),
        None => template.render(channel, locale, &values),
    }
}

/// By which way a test goes to an address.
fn way(check: &mut Checker, template: &Template, to: &str) -> Option<(MessageChannel, String)> {
    if to.contains('@') {
        check.ensure(
            template.can_be_mail(),
            "to",
            "no_mail",
            "this message never goes by mail; give a phone number",
        );
        return accounts::check::email(check, "to", to).map(|address| (MessageChannel::Email, address));
    }
    let mail = template.channel == MessageChannel::Email;
    check.ensure(
        !mail || to.trim().is_empty(),
        "to",
        "mail_only",
        "this message goes by mail; give an e-mail address",
    );
    let phone = customers::rules::phone(check, "to", to)?;
    Some((MessageChannel::Whatsapp, phone.as_str().to_owned()))
}

/// What keeps the text in force from being used.
fn flaws(
    ctx: &Ctx,
    template: &Template,
    locale: Locale,
    version: Option<&TemplateVersion>,
) -> Vec<FieldError> {
    let text = version.cloned().and_then(edited);
    let shown = text.clone().unwrap_or_else(|| {
        let source = template.source(locale);
        EditedText { body: source.body, subject: source.subject }
    });
    let mut check = Checker::new();
    judged(&mut check, template, &shown.body, shown.subject.as_deref());
    let result = check.finish().and_then(|()| {
        let channels: &[MessageChannel] =
            if template.can_be_mail() { MessageChannel::ALL } else { &[MessageChannel::Whatsapp] };
        channels.iter().try_for_each(|channel| {
            rendered(ctx, template, *channel, locale, text.as_ref(), &BTreeMap::new()).map(drop)
        })
    });
    match result {
        Ok(()) => Vec::new(),
        Err(Error::Invalid(fields)) => fields,
        Err(other) => vec![FieldError::new("template", "broken", other.to_string())],
    }
}
