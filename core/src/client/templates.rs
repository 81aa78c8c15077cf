//! Calls about message templates.

use super::{Client, ClientError, Pages, request::segment};
use crate::{templates::*, types::Locale};

fn path(name: &str, locale: Locale, rest: &str) -> String {
    format!("/api/templates/{}/{locale}{rest}", segment(name))
}

impl Client {
    /// The list by purpose, page by page.
    pub fn templates(&self, filter: &TemplateFilter) -> Pages<TemplateSummary> {
        self.pages("/api/templates", filter)
    }

    /// One template with its texts in force.
    pub async fn template(&self, name: &str) -> Result<TemplateDetail, ClientError> {
        self.get(&format!("/api/templates/{}", segment(name))).send().await
    }

    /// Puts a new text in force.
    pub async fn set_template(
        &self,
        name: &str,
        locale: Locale,
        text: &SetTemplate,
    ) -> Result<TemplateDetail, ClientError> {
        self.put(&path(name, locale, "")).json(text).send().await
    }

    /// A text as its reader would see it.
    pub async fn preview_template(
        &self,
        name: &str,
        locale: Locale,
        preview: &PreviewTemplate,
    ) -> Result<RenderedTemplate, ClientError> {
        self.post(&path(name, locale, "/preview")).json(preview).send().await
    }

    /// Goes back to a version or to the built-in text.
    pub async fn revert_template(
        &self,
        name: &str,
        locale: Locale,
        revert: &RevertTemplate,
        key: &str,
    ) -> Result<TemplateDetail, ClientError> {
        self.post(&path(name, locale, "/revert")).json(revert).key(key).send().await
    }

    /// Sends a test.
    pub async fn test_template(
        &self,
        name: &str,
        locale: Locale,
        test: &TestTemplate,
        key: &str,
    ) -> Result<TestSent, ClientError> {
        self.post(&path(name, locale, "/test")).json(test).key(key).send().await
    }

    /// Renders every template in both languages and names what is broken.
    pub async fn check_templates(&self) -> Result<TemplateCheck, ClientError> {
        self.get("/api/templates/check").send().await
    }
}
