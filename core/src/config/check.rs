//! Rules that concern more than one setting.

use super::{error::Problem, kinds::*, table::Config};
use crate::{messages::template, queue};

/// What is wrong, and what is merely odd.
pub(super) fn check(config: &Config) -> (Vec<Problem>, Vec<Problem>) {
    let (mut wrong, mut odd) = (Vec::new(), Vec::new());
    let mut refuse = |key: &str, message: &str| wrong.push(Problem::new("", Some(key.to_owned()), message));
    let mut warn = |key: &str, message: &str| odd.push(Problem::new("", Some(key.to_owned()), message));

    let whatsapp = &config.whatsapp;
    let missing = |key: &str, provider: &str, mend: &str| {
        (format!("whatsapp.{key}"), format!("is needed when whatsapp.provider names {provider}; set {mend}"))
    };
    let mut needed = Vec::new();
    if whatsapp.provider.has(WhatsappProvider::Fonnte) {
        if whatsapp.fonnte_token.is_none() {
            needed.push(missing("fonnte_token", "fonnte", "fonnte_token_file"));
        }
        if whatsapp.webhook_secret.is_none() {
            warn(
                "whatsapp.webhook_secret",
                "is not set, so delivery reports and answers of customers are refused",
            );
        }
    }
    if whatsapp.provider.has(WhatsappProvider::Meta) {
        if whatsapp.meta_token.is_none() {
            needed.push(missing("meta_token", "meta", "meta_token_file"));
        }
        if whatsapp.meta_phone_id.is_none() {
            needed.push(missing("meta_phone_id", "meta", "it to the id of the number"));
        }
        if whatsapp.meta_app_secret.is_none() {
            warn(
                "whatsapp.meta_app_secret",
                "is not set, so Meta's delivery reports and answers of customers are refused",
            );
        }
        if whatsapp.meta_verify_token.is_none() {
            warn("whatsapp.meta_verify_token", "is not set, so the webhook cannot be set up at Meta");
        }
        if !whatsapp.meta_templates.iter().any(|form| form.message == "otp-login") {
            warn(
                "whatsapp.meta_templates",
                "has no form for otp-login, so Meta gives sign-in codes only to those who wrote within 24 hours",
            );
        }
    }
    if whatsapp.provider.has(WhatsappProvider::Http) && whatsapp.http_url.is_none() {
        needed.push(missing("http_url", "http", "it to the address that takes messages"));
    }
    for (key, message) in &needed {
        refuse(key, message);
    }
    for form in &whatsapp.meta_templates {
        match template::named(&form.message) {
            Err(_) => refuse(
                "whatsapp.meta_templates",
                &format!("names {}, which is no message of ours", form.message),
            ),
            Ok(ours) => {
                let unknown =
                    form.variables.iter().find(|name| !ours.variables.iter().any(|one| one.name == **name));
                if let Some(name) = unknown {
                    let known: Vec<_> = ours.variables.iter().map(|one| one.name).collect();
                    let known = known.join(", ");
                    let message = format!("names {name}, but {} has {known}", form.message);
                    refuse("whatsapp.meta_templates", &message);
                }
            }
        }
    }
    let mail = &config.mail;
    if mail.host.is_some() && mail.from.is_none() {
        refuse("mail.from", "is needed when mail.host is set");
    }
    if mail.user.is_some() != mail.password.is_some() {
        refuse("mail.password", "and mail.user belong together; set both or none");
    }
    if mail.host.is_some() && mail.password.is_some() && mail.security == MailSecurity::None {
        warn("mail.security", "is none, so the password travels in the clear");
    }
    for (key, message) in queue::unusable_settings(config) {
        refuse(key, &message);
    }
    if config.business.days.is_empty() {
        refuse("business.days", "must name at least one day");
    }
    if !config.server.trusted_proxies.is_empty() && !config.server.public_url.is_https() {
        warn(
            "public_url",
            "is http although trusted_proxies is set; where the proxy ends TLS, say https, or cookies are not protected",
        );
    }
    if !whatsapp.webhook_from.is_empty() && whatsapp.webhook_secret.is_none() {
        warn(
            "whatsapp.webhook_from",
            "does nothing without whatsapp.webhook_secret: every webhook is refused",
        );
    }
    if !config.server.listen.ip().is_loopback() && !config.server.public_url.is_https() {
        warn(
            "public_url",
            "is not https, so sign-ins from other machines are not protected; put a proxy with TLS in front",
        );
    }
    (wrong, odd)
}
