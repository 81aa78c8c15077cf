//! Rules that concern more than one setting.

use super::{error::Problem, kinds::*, table::Config};
use crate::queue;

/// What is wrong, and what is merely odd.
pub(super) fn check(config: &Config) -> (Vec<Problem>, Vec<Problem>) {
    let (mut wrong, mut odd) = (Vec::new(), Vec::new());
    let mut refuse = |key: &str, message: &str| wrong.push(Problem::new("", Some(key.to_owned()), message));
    let mut warn = |key: &str, message: &str| odd.push(Problem::new("", Some(key.to_owned()), message));

    let whatsapp = &config.whatsapp;
    if whatsapp.provider == WhatsappProvider::Fonnte {
        if whatsapp.fonnte_token.is_none() {
            refuse(
                "whatsapp.fonnte_token",
                "is needed when whatsapp.provider is fonnte; set fonnte_token_file",
            );
        }
        if whatsapp.webhook_secret.is_none() {
            warn(
                "whatsapp.webhook_secret",
                "is not set, so delivery reports and answers of customers are refused",
            );
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
