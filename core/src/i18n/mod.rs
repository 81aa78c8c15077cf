//! Texts in both languages, and how money, time and numbers are written.
//!
//! The texts stand in `core/locales/{id,en}/AREA.ftl`, every key beginning with its area (`portal-…`), and are
//! compiled in. A test keeps both languages alike and every key that is asked for in existence.

pub mod format;
#[cfg(test)]
mod tests;

pub use crate::types::Locale;
pub use fluent_templates::fluent_bundle::FluentValue as Arg;

use fluent_templates::{LanguageIdentifier, langid};
use std::{borrow::Cow, collections::HashMap};

fluent_templates::static_loader! {
    static TEXTS = {
        locales: "./locales",
        fallback_language: "id",
        // Marks around every argument would be visible in messages and break copying of numbers.
        customise: |bundle| bundle.set_use_isolating(false),
    };
}

const ID: LanguageIdentifier = langid!("id");
const EN: LanguageIdentifier = langid!("en");

/// The text of a key. A key that is missing gives itself and is logged; a test makes sure that none is.
///
/// ```
/// use aglis_core::i18n::{Locale, t};
/// assert_eq!(t(Locale::En, "fmt-ago-minutes", &[("n", 2.into())]), "2 minutes ago");
/// ```
pub fn t(locale: Locale, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
    let language = match locale {
        Locale::Id => &ID,
        Locale::En => &EN,
    };
    let args: Option<HashMap<Cow<'static, str>, Arg<'_>>> = (!args.is_empty())
        .then(|| args.iter().map(|(name, value)| (Cow::Borrowed(*name), value.clone())).collect());
    TEXTS.lookup_single_language(language, key, args.as_ref()).unwrap_or_else(|error| {
        tracing::error!(key, locale = locale.as_str(), %error, "text is missing");
        key.to_owned()
    })
}

impl Locale {
    /// The text of a key without arguments, for templates: `{{ l.t("portal-title") }}`.
    pub fn t(self, key: &str) -> String {
        t(self, key, &[])
    }

    /// The text of a key without arguments, if there is one.
    pub fn try_t(self, key: &str) -> Option<String> {
        let language = match self {
            Locale::Id => &ID,
            Locale::En => &EN,
        };
        TEXTS.lookup_single_language::<Cow<'static, str>>(language, key, None).ok()
    }

    /// The text of a key with arguments: `l.ta("portal-hello", &[("name", name.into())])`.
    pub fn ta(self, key: &str, args: &[(&'static str, Arg<'_>)]) -> String {
        t(self, key, args)
    }
}
