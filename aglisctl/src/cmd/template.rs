//! `aglisctl template`

use super::text_of;
use crate::{
    clock::Clock,
    context::Context,
    failure::{Failure, Result},
    lists::Extent,
    operation::{Given, Operation},
    output::Row,
    table::{Cell, Table, Tone},
};
use aglis_core::{
    client::Exit,
    templates::{
        BrokenTemplate, PreviewTemplate, RenderedTemplate, RevertTemplate, SetTemplate, TemplateDetail,
        TemplateFilter, TemplatePurpose, TemplateSummary, TemplateText, TestTemplate, TextState,
    },
    types::Locale,
};
use clap::{Args, Subcommand};
use std::path::PathBuf;

/// What can be done with message templates.
#[derive(Debug, Subcommand)]
pub enum Verb {
    /// List templates by purpose
    List(List),
    /// Show a template: its texts, variables and last versions
    View(View),
    /// Put a new text in force, from the next message on
    Set(Set),
    /// Show a text as its reader would see it, with samples
    Preview(Preview),
    /// Go back to the text of an earlier version or to the built-in one
    Revert(Revert),
    /// Send a text with samples to one phone or address, marked as a test
    Test(Test),
    /// Render every template in both languages and name what is broken
    Check,
}

/// Flags of `template list`.
#[derive(Debug, Args)]
pub struct List {
    /// Words in the name, the title or the text
    #[arg(value_name = "WORDS")]
    words: Vec<String>,
    /// Only these: access, registration, installation, billing, ticket, team, offer, broadcast
    #[arg(long)]
    purpose: Option<TemplatePurpose>,
    /// Only those with an edited text in force
    #[arg(long)]
    edited: bool,
    /// Only those with none
    #[arg(long, conflicts_with = "edited")]
    built_in: bool,
    #[command(flatten)]
    extent: Extent,
}

/// One template.
#[derive(Debug, Args)]
pub struct View {
    /// Its name, such as ticket-created
    #[arg(value_name = "TEMPLATE")]
    name: String,
}

/// One text.
#[derive(Debug, Args)]
pub struct Text {
    /// The template's name, such as ticket-created
    #[arg(value_name = "TEMPLATE")]
    name: String,
    /// The text's language: id or en
    #[arg(value_name = "LANGUAGE")]
    locale: Locale,
}

/// Flags of `template set`.
#[derive(Debug, Args)]
pub struct Set {
    #[command(flatten)]
    text: Text,
    /// File with the text, - for standard input
    #[arg(long, value_name = "FILE")]
    file: PathBuf,
    /// Subject of mails; the built-in one when absent
    #[arg(long)]
    subject: Option<String>,
    /// Why, for those who read the history
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Do nothing unless this version is in force; 0 for one that was never edited
    #[arg(long, value_name = "N")]
    expect_version: Option<i64>,
}

/// Flags of `template preview`.
#[derive(Debug, Args)]
pub struct Preview {
    #[command(flatten)]
    text: Text,
    /// File with a text, - for standard input; without it the one in force
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Subject of mails
    #[arg(long, requires = "file")]
    subject: Option<String>,
    /// A value in the place of a sample; may be given several times
    #[arg(long, value_name = "VARIABLE=VALUE", value_parser = pair)]
    value: Vec<(String, String)>,
}

/// Flags of `template revert`.
#[derive(Debug, Args)]
pub struct Revert {
    #[command(flatten)]
    text: Text,
    /// The version whose text is to be in force again
    #[arg(long, value_name = "N", required_unless_present = "built_in")]
    to: Option<i64>,
    /// Back to the built-in text
    #[arg(long, conflicts_with = "to")]
    built_in: bool,
    /// Why, for those who read the history
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
    /// Do nothing unless this version is in force
    #[arg(long, value_name = "N")]
    expect_version: Option<i64>,
    #[command(flatten)]
    given: Given,
}

/// Flags of `template test`.
#[derive(Debug, Args)]
pub struct Test {
    #[command(flatten)]
    text: Text,
    /// WhatsApp number or e-mail address
    #[arg(long, value_name = "ADDRESS")]
    to: String,
    /// File with a text, - for standard input; without it the one in force
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// Subject of mails
    #[arg(long, requires = "file")]
    subject: Option<String>,
    #[command(flatten)]
    given: Given,
}

fn pair(text: &str) -> std::result::Result<(String, String), String> {
    let (name, value) = text.split_once('=').ok_or("expects VARIABLE=VALUE, such as name=Budi")?;
    Ok((name.trim().to_owned(), value.to_owned()))
}

impl Row for TemplateSummary {
    const COLUMNS: &'static [&'static str] = &["NAME", "PURPOSE", "BY", "ID", "EN", "LAST CHANGE", "BY WHOM"];

    fn cells(&self, clock: &Clock) -> Vec<Cell> {
        let text = |locale| {
            self.texts.iter().find(|text| text.locale == locale).map_or_else(|| Cell::new(""), state)
        };
        let last = self.texts.iter().max_by_key(|text| text.changed_at);
        vec![
            Cell::new(&self.name),
            Cell::new(self.purpose),
            Cell::new(self.channel),
            text(Locale::Id),
            text(Locale::En),
            clock.option(last.and_then(|text| text.changed_at)),
            Cell::option(last.and_then(|text| text.changed_by.as_ref())),
        ]
    }

    fn id(&self) -> String {
        self.name.clone()
    }
}

impl Row for BrokenTemplate {
    const COLUMNS: &'static [&'static str] = &["NAME", "LANGUAGE", "VERSION", "WHAT IS WRONG"];

    fn cells(&self, _: &Clock) -> Vec<Cell> {
        let version = if self.version == 0 { "built-in".to_owned() } else { self.version.to_string() };
        let wrong: Vec<String> =
            self.errors.iter().map(|error| format!("{}: {}", error.field, error.message)).collect();
        vec![
            Cell::new(&self.name),
            Cell::new(self.locale),
            Cell::new(version),
            Cell::toned(wrong.join("; "), Tone::Bad),
        ]
    }

    fn id(&self) -> String {
        format!("{}/{}", self.name, self.locale)
    }
}

fn state(text: &TextState) -> Cell {
    if text.edited {
        Cell::toned(format!("edited (v{})", text.version), Tone::Info)
    } else {
        Cell::toned("built-in", Tone::Muted)
    }
}

/// Runs a verb.
pub fn run(context: &Context, verb: Verb) -> Result {
    match verb {
        Verb::List(list_) => list(context, list_),
        Verb::View(view) => {
            let client = context.client()?;
            print(context, &context.block_on(async { Ok(client.template(&view.name).await?) })?)
        }
        Verb::Set(set_) => set(context, set_),
        Verb::Preview(preview_) => preview(context, preview_),
        Verb::Revert(revert_) => revert(context, revert_),
        Verb::Test(test_) => test(context, test_),
        Verb::Check => check(context),
    }
}

fn list(context: &Context, list: List) -> Result {
    let words = list.words.join(" ");
    let filter = TemplateFilter {
        purpose: list.purpose,
        edited: (list.edited || list.built_in).then_some(list.edited),
        q: Some(words).filter(|words| !words.trim().is_empty()),
        limit: list.extent.page(context),
        cursor: None,
    };
    let client = context.client()?;
    context.block_on(list.extent.print(context, client.templates(&filter)))
}

fn print(context: &Context, template: &TemplateDetail) -> Result {
    context.out.one(&template.name, template, |table| facts(context, table, template))?;
    Ok(Exit::Done)
}

fn facts(context: &Context, table: &mut Table, template: &TemplateDetail) {
    table.fact("template", Cell::new(format!("{} ({})", template.name, template.title)));
    table.fact("purpose", Cell::new(template.purpose));
    table.fact("by", Cell::new(template.channel));
    for variable in &template.variables {
        let sample = variable.samples.get(Locale::En.as_str()).map_or("", String::as_str);
        let must = if variable.required { " (required)" } else { "" };
        table.fact("variable", Cell::new(format!("{{{}}}{must}, such as {sample}", variable.name)));
    }
    for text in &template.texts {
        let language = text.state.locale.as_str();
        table.fact(language, state(&text.state));
        if let Some(at) = text.state.changed_at {
            table.fact("changed", context.out.clock.cell(at));
        }
        table.fact_option("by", text.state.changed_by.as_ref());
        table.fact_option("subject", text.subject.as_ref());
        table.fact("text", Cell::new(&text.body));
    }
    for one in &template.history {
        let what = if one.body.is_some() { "edited" } else { "back to the built-in text" };
        let note = if one.note.is_empty() { String::new() } else { format!(": {}", one.note) };
        let name = format!("{} v{}", one.locale, one.version);
        table.fact(&name, Cell::new(format!("{what} by {}{note}", one.created_by)));
    }
}

fn text_in(template: &TemplateDetail, locale: Locale) -> Result<&TemplateText> {
    let text = template.texts.iter().find(|text| text.state.locale == locale);
    text.ok_or_else(|| Failure::new(Exit::NotFound, "not_found", format!("no text in {locale}")))
}

fn set(context: &Context, set: Set) -> Result {
    let body = text_of(None, Some(&set.file), "text")?;
    let (name, locale) = (set.text.name, set.text.locale);
    let client = context.client()?;
    if context.global.dry_run {
        let asked = PreviewTemplate { body: Some(body), subject: set.subject, ..PreviewTemplate::default() };
        let shown = context.block_on(async { Ok(client.preview_template(&name, locale, &asked).await?) })?;
        context.out.remark(format!("dry run: would put this text of {name} in force ({locale})"));
        return show(context, &name, &shown);
    }
    let template = context.block_on(async {
        let version = match set.expect_version {
            Some(version) => version,
            None => text_in(&client.template(&name).await?, locale)?.state.version,
        };
        let new = SetTemplate { body, subject: set.subject, note: set.note, version };
        Ok(client.set_template(&name, locale, &new).await?)
    })?;
    print(context, &template)
}

fn show(context: &Context, name: &str, shown: &RenderedTemplate) -> Result {
    context.out.one(name, shown, |table| {
        table.fact_option("subject", shown.subject.as_ref());
        table.fact("text", Cell::new(&shown.body));
        table.fact("characters", Cell::new(shown.characters));
    })?;
    Ok(Exit::Done)
}

fn preview(context: &Context, preview: Preview) -> Result {
    let body = preview.file.as_deref().map(|file| text_of(None, Some(file), "text")).transpose()?;
    let asked = PreviewTemplate {
        body,
        subject: preview.subject,
        channel: None,
        data: preview.value.into_iter().collect(),
    };
    let client = context.client()?;
    let (name, locale) = (preview.text.name, preview.text.locale);
    let shown = context.block_on(async { Ok(client.preview_template(&name, locale, &asked).await?) })?;
    show(context, &name, &shown)
}

fn revert(context: &Context, revert: Revert) -> Result {
    let (name, locale) = (revert.text.name, revert.text.locale);
    if context.global.dry_run {
        let to = revert.to.map_or_else(|| "the built-in text".to_owned(), |to| format!("version {to}"));
        context.out.remark(format!("dry run: would put {name} ({locale}) back to {to}"));
        return Ok(Exit::Done);
    }
    let operation = Operation::new(context, revert.given.operation)?;
    let client = context.client()?;
    operation.tell();
    let template = context.block_on(async {
        let back = RevertTemplate { to: revert.to, note: revert.note, version: revert.expect_version };
        let put = client.revert_template(&name, locale, &back, operation.id()).await;
        put.map_err(|error| operation.failed(error.into()))
    })?;
    operation.one(&name, &template, |table| facts(context, table, &template))?;
    Ok(Exit::Done)
}

fn test(context: &Context, test: Test) -> Result {
    let body = test.file.as_deref().map(|file| text_of(None, Some(file), "text")).transpose()?;
    let (name, locale) = (test.text.name, test.text.locale);
    if context.global.dry_run {
        context.out.remark(format!("dry run: would send {name} ({locale}) to {}", test.to));
        return Ok(Exit::Done);
    }
    let asked = TestTemplate { to: test.to, body, subject: test.subject };
    let operation = Operation::new(context, test.given.operation)?;
    let client = context.client()?;
    operation.tell();
    let sent = context.block_on(async {
        let sent = client.test_template(&name, locale, &asked, operation.id()).await;
        sent.map_err(|error| operation.failed(error.into()))
    })?;
    operation.one(&sent.message_id.to_string(), &sent, |table| {
        table.fact("message", Cell::new(format!("id {}", sent.message_id)));
        table.fact("by", Cell::new(sent.channel));
        table.fact("to", Cell::new(&sent.address));
    })?;
    Ok(Exit::Done)
}

fn check(context: &Context) -> Result {
    let client = context.client()?;
    let found = context.block_on(async { Ok(client.check_templates().await?) })?;
    let mut list = context.out.list();
    for one in &found.broken {
        list.row(one)?;
    }
    list.end()?;
    if found.broken.is_empty() {
        context.out.remark(format!("all {} texts can be used", found.checked));
        return Ok(Exit::Done);
    }
    let names: Vec<String> = found.broken.iter().map(Row::id).collect();
    let how =
        format!("{} of {} texts cannot be used: {}", found.broken.len(), found.checked, names.join(", "));
    Err(Failure::new(Exit::Failed, "broken_templates", how)
        .hint("messages go out with the built-in text until they are mended with aglisctl template set"))
}
