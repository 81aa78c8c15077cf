//! Message templates over HTTP. A template is named by its name, its texts by their language.

use crate::http::{Answer, Body, Context, Need, Params, Path, Routes};
use aglis_core::{
    permission::Permission as P,
    templates::{
        PreviewTemplate, RenderedTemplate, RevertTemplate, SetTemplate, TemplateCheck, TemplateDetail,
        TemplateFilter, TemplateSummary, TemplateVersion, TestSent, TestTemplate, VersionFilter,
        service as templates,
    },
    types::*,
};
use axum::Json;
use utoipa_axum::routes;

/// The routes of message templates.
pub fn routes() -> Routes {
    let (read, manage) = (Need::Permission(P::TemplateRead), Need::Permission(P::TemplateManage));
    Routes::new()
        .with(read, routes!(list))
        .with(read, routes!(check))
        .with(read, routes!(view))
        .with(read, routes!(versions))
        .with(manage, routes!(set))
        .with(read, routes!(preview))
        .with(manage, routes!(revert))
        .with(manage, routes!(test))
}

/// Message templates by purpose, with who last changed their texts.
#[utoipa::path(get, path = "/api/templates", tag = "templates", params(TemplateFilter), responses((status = 200, body = Page<TemplateSummary>)))]
async fn list(
    Context(ctx): Context,
    Params(filter): Params<TemplateFilter>,
) -> Answer<Page<TemplateSummary>> {
    Ok(Json(templates::list(&ctx, &filter).await?))
}

/// Render every template in both languages and name what is broken.
///
/// A message whose edited text cannot be used goes out with the built-in text.
#[utoipa::path(get, path = "/api/templates/check", tag = "templates", responses((status = 200, body = TemplateCheck)))]
async fn check(Context(ctx): Context) -> Answer<TemplateCheck> {
    Ok(Json(templates::check(&ctx).await?))
}

/// One template: its texts in force, its variables with samples, its last versions.
#[utoipa::path(get, path = "/api/templates/{name}", tag = "templates", params(("name" = String, Path, description = "Such as `ticket-created`")), responses((status = 200, body = TemplateDetail)))]
async fn view(Context(ctx): Context, Path(name): Path<String>) -> Answer<TemplateDetail> {
    Ok(Json(templates::get(&ctx, &name).await?))
}

/// Versions of a template's texts, the newest first.
#[utoipa::path(get, path = "/api/templates/{name}/versions", tag = "templates", params(("name" = String, Path, description = "Such as `ticket-created`"), VersionFilter), responses((status = 200, body = Page<TemplateVersion>)))]
async fn versions(
    Context(ctx): Context,
    Path(name): Path<String>,
    Params(filter): Params<VersionFilter>,
) -> Answer<Page<TemplateVersion>> {
    Ok(Json(templates::versions(&ctx, &name, &filter).await?))
}

/// Put a new text in force, from the next message on.
///
/// Variables stand in braces, `{name}`, exactly those that the template has; what is wrong with the text is named by
/// field. A version that was not read is a conflict. The text that is in force already makes no version.
#[utoipa::path(put, path = "/api/templates/{name}/{locale}", tag = "templates", params(("name" = String, Path, description = "Such as `ticket-created`"), ("locale" = Locale, Path)), request_body = SetTemplate, responses((status = 200, body = TemplateDetail)))]
async fn set(
    Context(ctx): Context,
    Path((name, locale)): Path<(String, Locale)>,
    Body(body): Body<SetTemplate>,
) -> Answer<TemplateDetail> {
    Ok(Json(templates::set(&ctx, &name, locale, body).await?))
}

/// Show a text as its reader would see it, with samples where no data is given. Nothing is kept or sent.
#[utoipa::path(post, path = "/api/templates/{name}/{locale}/preview", tag = "templates", params(("name" = String, Path, description = "Such as `ticket-created`"), ("locale" = Locale, Path)), request_body = PreviewTemplate, responses((status = 200, body = RenderedTemplate)))]
async fn preview(
    Context(ctx): Context,
    Path((name, locale)): Path<(String, Locale)>,
    Body(body): Body<PreviewTemplate>,
) -> Answer<RenderedTemplate> {
    Ok(Json(templates::preview(&ctx, &name, locale, body).await?))
}

/// Go back to the text of an earlier version, or to the built-in one. That makes a new version.
#[utoipa::path(post, path = "/api/templates/{name}/{locale}/revert", tag = "templates", params(("name" = String, Path, description = "Such as `ticket-created`"), ("locale" = Locale, Path)), request_body = RevertTemplate, responses((status = 200, body = TemplateDetail)))]
async fn revert(
    Context(ctx): Context,
    Path((name, locale)): Path<(String, Locale)>,
    Body(body): Body<RevertTemplate>,
) -> Answer<TemplateDetail> {
    Ok(Json(templates::revert(&ctx, &name, locale, body).await?))
}

/// Send a text with samples to one phone or address, through the queue and marked as a test.
#[utoipa::path(post, path = "/api/templates/{name}/{locale}/test", tag = "templates", params(("name" = String, Path, description = "Such as `ticket-created`"), ("locale" = Locale, Path)), request_body = TestTemplate, responses((status = 200, body = TestSent)))]
async fn test(
    Context(ctx): Context,
    Path((name, locale)): Path<(String, Locale)>,
    Body(body): Body<TestTemplate>,
) -> Answer<TestSent> {
    Ok(Json(templates::test(&ctx, &name, locale, body).await?))
}
