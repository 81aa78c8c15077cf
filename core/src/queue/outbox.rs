//! The ways out: which accounts take WhatsApp messages and which server mail, each behind its guards.

mod account;
mod bucket;

pub use account::{Account, Way};
pub use bucket::{Bucket, Room, Ticket};

use super::{DbInbox, QueueName};
use crate::{
    app::App,
    config::{Config, MailSecurity, WhatsappProvider},
    provider::{
        OutboundMail, OutboundMessage, Provider,
        guard::{BreakerSettings, GuardSettings, Guarded, Limits, guard},
        http::Reach,
        mail::{self, Encryption, NoServer, Smtp},
        sandbox::Sandbox,
        whatsapp::{
            fonnte::{self, Fonnte},
            http_gateway::{self, HttpGateway},
            meta::{self, Meta},
        },
    },
    providers::InForce,
};
use std::{
    sync::{Arc, Mutex},
    time::Duration,
};

/// The providers in use.
#[derive(Clone)]
pub struct Outbox {
    /// Mail.
    pub mail: Guarded<OutboundMail>,
    /// The shared limits in Redis, where it is configured.
    pub bucket: Option<Arc<Bucket>>,
    /// The WhatsApp accounts in the configured order.
    accounts: Arc<[Account]>,
    /// What is set for them, as it was last read.
    in_force: Arc<Mutex<Vec<InForce>>>,
    /// Whether messages really go out.
    real: bool,
    /// The longest that a call may take.
    longest: Duration,
}

/// The sandbox has no account that could be overrun.
const SANDBOX_LIMIT: usize = 1_000_000;
/// By how much longer than its own time a provider may take, which knows better what a missing answer means.
const SLACK: Duration = Duration::from_secs(10);

/// Why the providers cannot be set up; names the setting.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// Fonnte's settings.
    #[error("whatsapp: {0}")]
    Fonnte(#[from] fonnte::SettingsError),
    /// The Cloud API's settings.
    #[error("whatsapp: {0}")]
    Meta(#[from] meta::SettingsError),
    /// The HTTP gateway's settings.
    #[error("whatsapp: {0}")]
    Http(#[from] http_gateway::SettingsError),
    /// The mail server's settings.
    #[error("mail: {0}")]
    Mail(#[from] mail::MailError),
    /// `mail.from` is missing or no address.
    #[error("mail.from: set the sender, such as `ISP Karawang <noreply@isp.id>`")]
    From,
}

impl Outbox {
    /// Sets up what the configuration names: the sandbox where nothing else is. An installation whose WhatsApp messages
    /// really go out has no sandbox for its mails either: without a mail server they are refused.
    ///
    /// # Errors
    /// [`OutboxError`] names the setting that cannot be used. Must be called inside a tokio runtime.
    pub fn from_config(app: &App) -> Result<Outbox, OutboxError> {
        let config = &app.config;
        let real = !config.whatsapp.provider.is_sandbox();
        let sandbox = Sandbox::new(Arc::new(DbInbox(app.clone())));
        let breaker = BreakerSettings::default();
        let longest = config.whatsapp.timeout + SLACK;
        let limits = Limits {
            per_window: if real { config.whatsapp.limit as usize } else { SANDBOX_LIMIT },
            window: config.whatsapp.limit_window,
            concurrency: config.whatsapp.concurrency as usize,
            ..Limits::default()
        };
        let mut accounts = Vec::new();
        for provider in config.whatsapp.provider.iter() {
            let gateway: Arc<dyn Provider<OutboundMessage>> = match provider {
                WhatsappProvider::Sandbox => Arc::new(sandbox.clone()),
                WhatsappProvider::Fonnte => Arc::new(Fonnte::new(&fonnte(config))?),
                WhatsappProvider::Meta => Arc::new(Meta::new(&meta(config))?),
                WhatsappProvider::Http => Arc::new(HttpGateway::new(&http_gateway(config))?),
            };
            let guarded = guard(gateway, GuardSettings { limits, breaker, timeout: longest });
            let watched = guarded.breaker.clone();
            app.db.hub().breakers().put(provider.as_str(), move || account::look(&watched));
            accounts.push(Account {
                name: provider.as_str(),
                guarded,
                groups: provider != WhatsappProvider::Meta,
            });
        }
        let mail: Arc<dyn Provider<OutboundMail>> = match smtp(config)? {
            Some(settings) => Arc::new(Smtp::new(&settings)?),
            None if real => Arc::new(NoServer),
            None => Arc::new(sandbox),
        };
        let timeout = config.mail.timeout + SLACK;
        let mail = guard(mail, GuardSettings { limits: Limits::default(), breaker, timeout });
        Ok(Outbox {
            mail,
            bucket: if real { Bucket::of(app).map(Arc::new) } else { None },
            accounts: accounts.into(),
            in_force: Arc::default(),
            real,
            longest,
        })
    }

    /// Everything through one gateway, which is never left alone however often it fails.
    #[cfg(test)]
    pub(super) fn through(gateway: Arc<dyn Provider<OutboundMessage>>) -> Outbox {
        let limits = Limits { per_window: SANDBOX_LIMIT, ..Limits::default() };
        let breaker =
            BreakerSettings { consecutive: u32::MAX, error_rate: 2.0, ..BreakerSettings::default() };
        let timeout = Duration::from_secs(600);
        let guarded = guard(gateway, GuardSettings { limits, breaker, timeout });
        let mail: Arc<dyn Provider<OutboundMail>> = Arc::new(NoServer);
        Outbox {
            mail: guard(mail, GuardSettings::default()),
            bucket: None,
            accounts: Arc::from([Account { name: "sandbox", guarded, groups: true }]),
            in_force: Arc::default(),
            real: false,
            longest: timeout,
        }
    }

    /// How many jobs of a queue that are not critical can be worked on right now.
    pub(super) fn room(&self, queue: QueueName) -> usize {
        match queue {
            QueueName::Messages => self.messages_room(),
            QueueName::Mail => self.mail.limiter.room(),
            QueueName::System => usize::MAX,
        }
    }
}

/// The settings of providers that cannot be used, by key: all that [`Outbox::from_config`] would stumble over.
pub fn unusable_settings(config: &Config) -> Vec<(&'static str, String)> {
    let mut refused = Vec::new();
    let whatsapp = &config.whatsapp;
    let odd_token =
        |from: &str| format!("is empty or holds characters that no token has; copy it from {from} again");
    if whatsapp.provider.has(WhatsappProvider::Fonnte) && whatsapp.fonnte_token.is_some() {
        match fonnte(config).check() {
            Ok(_) => {}
            Err(fonnte::SettingsError::Url(error)) => {
                refused.push(("whatsapp.fonnte_url", format!("cannot be used: {error}")));
            }
            Err(fonnte::SettingsError::Token) => {
                refused.push(("whatsapp.fonnte_token", odd_token("Fonnte")));
            }
        }
    }
    if whatsapp.provider.has(WhatsappProvider::Meta)
        && whatsapp.meta_token.is_some()
        && whatsapp.meta_phone_id.is_some()
    {
        match meta(config).check() {
            Ok(_) => {}
            Err(meta::SettingsError::Url(error)) => {
                refused.push(("whatsapp.meta_url", format!("cannot be used: {error}")));
            }
            Err(meta::SettingsError::Version) => {
                refused.push(("whatsapp.meta_version", "cannot be used: write it like v23.0".to_owned()));
            }
            Err(meta::SettingsError::PhoneId) => refused.push((
                "whatsapp.meta_phone_id",
                "cannot be used: it consists of digits; copy it from the app's WhatsApp page".to_owned(),
            )),
            Err(meta::SettingsError::Token) => refused.push(("whatsapp.meta_token", odd_token("Meta"))),
        }
    }
    if whatsapp.provider.has(WhatsappProvider::Http) && whatsapp.http_url.is_some() {
        use http_gateway::SettingsError as E;
        match http_gateway(config).check() {
            Ok(_) => {}
            Err(E::Url(error)) => refused.push(("whatsapp.http_url", format!("cannot be used: {error}"))),
            Err(E::Header) => refused
                .push(("whatsapp.http_token_header", "cannot be used: it is no name of a header".to_owned())),
            Err(E::Token) => refused.push(("whatsapp.http_token", odd_token("the gateway"))),
            Err(E::Body(error)) => {
                refused.push(("whatsapp.http_body", format!("cannot be used: {error}")));
            }
            Err(E::Pointer) => refused.push((
                "whatsapp.http_id",
                "and http_success must be JSON pointers such as /data/id".to_owned(),
            )),
        }
    }
    match (smtp(config), &config.mail.from) {
        (Err(_), Some(from)) => refused.push((
            "mail.from",
            format!("expects a sender such as `ISP Karawang <noreply@isp.id>`, found {from:?}"),
        )),
        (Ok(Some(settings)), _) => {
            if let Err(error) = settings.check() {
                refused.push(("mail.host", format!("cannot be used: {error}; write it like smtp.isp.id")));
            }
        }
        _ => {}
    }
    refused
}

fn reach(config: &Config) -> Reach {
    if config.whatsapp.allow_private_providers { Reach::Anywhere } else { Reach::Public }
}

fn fonnte(config: &Config) -> fonnte::Settings {
    fonnte::Settings {
        base_url: config.whatsapp.fonnte_url.to_string(),
        token: config.whatsapp.fonnte_token.clone().unwrap_or_default(),
        timeout: config.whatsapp.timeout,
        reach: reach(config),
    }
}

fn meta(config: &Config) -> meta::Settings {
    let whatsapp = &config.whatsapp;
    meta::Settings {
        base_url: whatsapp.meta_url.to_string(),
        version: whatsapp.meta_version.clone(),
        phone_id: whatsapp.meta_phone_id.clone().unwrap_or_default(),
        token: whatsapp.meta_token.clone().unwrap_or_default(),
        timeout: whatsapp.timeout,
        reach: reach(config),
    }
}

fn http_gateway(config: &Config) -> http_gateway::Settings {
    let whatsapp = &config.whatsapp;
    http_gateway::Settings {
        url: whatsapp.http_url.as_ref().map(ToString::to_string).unwrap_or_default(),
        token: whatsapp.http_token.clone(),
        token_header: whatsapp.http_token_header.clone(),
        body: whatsapp.http_body.clone(),
        id: whatsapp.http_id.clone(),
        success: whatsapp.http_success.clone(),
        timeout: whatsapp.timeout,
        reach: reach(config),
    }
}

fn smtp(config: &Config) -> Result<Option<mail::Settings>, OutboxError> {
    let Some(host) = config.mail.host.clone() else { return Ok(None) };
    let (from_name, from) =
        mail::sender(config.mail.from.as_deref().unwrap_or_default()).ok_or(OutboxError::From)?;
    Ok(Some(mail::Settings {
        host,
        port: config.mail.port,
        encryption: match config.mail.security {
            MailSecurity::Tls => Encryption::Tls,
            MailSecurity::Starttls => Encryption::StartTls,
            MailSecurity::None => Encryption::None,
        },
        login: config.mail.user.clone().map(|user| (user, config.mail.password.clone().unwrap_or_default())),
        from,
        from_name,
        timeout: config.mail.timeout,
        connections: 4,
    }))
}
