//! What goes over the API.

use super::TemplatePurpose;
use crate::{
    error::FieldError,
    messages::{MessageChannel, MessageKind},
    types::*,
};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Where the text of one language stands.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TextState {
    /// The language.
    pub locale: Locale,
    /// The version in force; 0 when it was never edited.
    pub version: i64,
    /// Whether the text in force is an edited one; else it is the built-in one.
    pub edited: bool,
    /// When it was last changed.
    pub changed_at: Option<Time>,
    /// Who changed it.
    pub changed_by: Option<String>,
}

/// A template in the list.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TemplateSummary {
    /// Unique name, such as `ticket-created`.
    pub name: String,
    /// What it is for, in the language of the answer.
    pub title: String,
    /// Which part of the business it belongs to.
    pub purpose: TemplatePurpose,
    /// How urgent its messages are.
    pub kind: MessageKind,
    /// By which way they go, unless the customer wants another.
    pub channel: MessageChannel,
    /// Whether staff never see its messages, because they let their reader in.
    pub secret: bool,
    /// For how many seconds a message is worth sending.
    pub useful_seconds: i64,
    /// Its texts, Indonesian first.
    pub texts: Vec<TextState>,
}

/// A variable of a template.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TemplateVariable {
    /// Its name, which stands in braces in the text.
    pub name: String,
    /// Whether every text must hold it.
    pub required: bool,
    /// What it holds in previews and tests, by language.
    pub samples: BTreeMap<String, String>,
}

/// The text of one language.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TemplateText {
    /// Where it stands.
    #[serde(flatten)]
    pub state: TextState,
    /// The text in force.
    pub body: String,
    /// The subject of mails in force; none when it never goes by mail.
    pub subject: Option<String>,
    /// The built-in text.
    pub built_in_body: String,
    /// The built-in subject.
    pub built_in_subject: Option<String>,
}

/// One version of a text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(sqlx::FromRow, utoipa::ToSchema))]
pub struct TemplateVersion {
    /// Identifier.
    pub id: TemplateVersionId,
    /// The language.
    pub locale: Locale,
    /// Its number: 1, 2, 3 …; the highest of a language is in force.
    pub version: i64,
    /// The text; none means back to the built-in one.
    pub body: Option<String>,
    /// The subject of mails; none means the built-in one.
    pub subject: Option<String>,
    /// Why it was changed.
    pub note: String,
    /// Who wrote it.
    pub created_by: String,
    /// When.
    pub created_at: Time,
}

/// A template with its texts.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TemplateDetail {
    /// Unique name, such as `ticket-created`.
    pub name: String,
    /// What it is for, in the language of the answer.
    pub title: String,
    /// Which part of the business it belongs to.
    pub purpose: TemplatePurpose,
    /// How urgent its messages are.
    pub kind: MessageKind,
    /// By which way they go, unless the customer wants another.
    pub channel: MessageChannel,
    /// Whether staff never see its messages, because they let their reader in.
    pub secret: bool,
    /// For how many seconds a message is worth sending.
    pub useful_seconds: i64,
    /// What may and must stand in its texts.
    pub variables: Vec<TemplateVariable>,
    /// The texts in force, Indonesian first.
    pub texts: Vec<TemplateText>,
    /// The last 20 versions in both languages, the newest first; `/versions` has all.
    pub history: Vec<TemplateVersion>,
}

/// Which templates a list shows, by purpose.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct TemplateFilter {
    /// Only of this part of the business.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub purpose: Option<TemplatePurpose>,
    /// Only those with an edited text in force, or only those without.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub edited: Option<bool>,
    /// Only those with these words in name, title or text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// Which versions a list shows, the newest first.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::IntoParams))]
#[serde(default, deny_unknown_fields)]
pub struct VersionFilter {
    /// Only of this language.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub locale: Option<Locale>,
    /// Rows per page, 1 to 200; 50 when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
    /// `next_cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

/// A new text.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct SetTemplate {
    /// The text, up to 4,096 characters, with variables in braces.
    pub body: String,
    /// The subject of mails; the built-in one when absent or empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// Why, for those who read the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The version that was read; 0 when there was none. Another one in force meanwhile is a conflict.
    pub version: i64,
}

/// What to go back to.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct RevertTemplate {
    /// The version whose text is to be in force again; the built-in text when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<i64>,
    /// Why, for those who read the history.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// The version that was read; 0 when there was none. Another one in force meanwhile is a conflict. Without it
    /// whatever is in force gives way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub version: Option<i64>,
}

/// What to show.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(default, deny_unknown_fields)]
pub struct PreviewTemplate {
    /// The text; the one in force when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The subject of mails; the built-in one when absent or empty beside a text.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
    /// By which way; the template's own when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub channel: Option<MessageChannel>,
    /// Values of variables; samples for those that are not named.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub data: BTreeMap<String, String>,
}

/// A message as its reader would see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct RenderedTemplate {
    /// By which way.
    pub channel: MessageChannel,
    /// Subject, of mails.
    pub subject: Option<String>,
    /// The text.
    pub body: String,
    /// Characters of the text.
    pub characters: i64,
}

/// To whom a test goes.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
#[serde(deny_unknown_fields)]
pub struct TestTemplate {
    /// A WhatsApp number or, for what may go by mail, an e-mail address.
    pub to: String,
    /// The text; the one in force when absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub body: Option<String>,
    /// The subject of mails; the built-in one when absent or empty beside a text.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub subject: Option<String>,
}

/// A test on its way.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TestSent {
    /// The message.
    pub message_id: MessageId,
    /// By which way.
    pub channel: MessageChannel,
    /// To whom.
    pub address: String,
}

/// A text that cannot be used as it is.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct BrokenTemplate {
    /// The template.
    pub name: String,
    /// The language.
    pub locale: Locale,
    /// The version in force; 0 for the built-in text.
    pub version: i64,
    /// What is wrong.
    pub errors: Vec<FieldError>,
}

/// What came of rendering every template in both languages.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[cfg_attr(feature = "server", derive(utoipa::ToSchema))]
pub struct TemplateCheck {
    /// Texts that were rendered.
    pub checked: i64,
    /// Those that cannot be used. Messages go out with the built-in text instead.
    pub broken: Vec<BrokenTemplate>,
}
