//! The ways out: which provider takes WhatsApp messages and which one mail, each behind its guards.

use super::{DbInbox, QueueName};
use crate::{
    app::App,
    config::{Config, MailSecurity, WhatsappProvider},
    messages::Budget,
    provider::{
        OutboundMail, OutboundMessage, Provider,
        guard::{BreakerSettings, GuardSettings, Guarded, Limits, guard},
        http::Reach,
        mail::{self, Encryption, NoServer, Smtp},
        sandbox::Sandbox,
        whatsapp::fonnte::{self, Fonnte},
    },
};
use std::{sync::Arc, time::Duration};

/// The providers in use.
#[derive(Clone)]
pub struct Outbox {
    /// WhatsApp.
    pub whatsapp: Guarded<OutboundMessage>,
    /// Mail.
    pub mail: Guarded<OutboundMail>,
    /// What the WhatsApp account may send over all processes, and over restarts; none for the sandbox.
    pub budget: Option<Budget>,
}

/// The sandbox has no account that could be overrun.
const SANDBOX_LIMIT: usize = 1_000_000;

/// Why the providers cannot be set up; names the setting.
#[derive(Debug, thiserror::Error)]
pub enum OutboxError {
    /// Fonnte's settings.
    #[error("whatsapp: {0}")]
    Fonnte(#[from] fonnte::SettingsError),
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
        let real = config.whatsapp.provider != WhatsappProvider::Sandbox;
        let sandbox = Sandbox::new(Arc::new(DbInbox(app.clone())));
        let whatsapp: Arc<dyn Provider<OutboundMessage>> = match config.whatsapp.provider {
            WhatsappProvider::Sandbox => Arc::new(sandbox.clone()),
            WhatsappProvider::Fonnte => Arc::new(Fonnte::new(&fonnte(config))?),
        };
        let mail: Arc<dyn Provider<OutboundMail>> = match smtp(config)? {
            Some(settings) => Arc::new(Smtp::new(&settings)?),
            None if real => Arc::new(NoServer),
            None => Arc::new(sandbox),
        };
        let limits = Limits {
            per_window: if real { config.whatsapp.limit as usize } else { SANDBOX_LIMIT },
            window: config.whatsapp.limit_window,
            concurrency: config.whatsapp.concurrency as usize,
            ..Limits::default()
        };
        let budget = real.then(|| Budget {
            limit: i64::from(config.whatsapp.limit),
            reserved: i64::try_from(limits.reserved()).unwrap_or(0),
            window_ms: i64::try_from(limits.window.as_millis()).unwrap_or(60_000),
        });
        let slack = Duration::from_secs(10);
        let breaker = BreakerSettings::default();
        let whatsapp =
            guard(whatsapp, GuardSettings { limits, breaker, timeout: config.whatsapp.timeout + slack });
        let mail = guard(
            mail,
            GuardSettings { limits: Limits::default(), breaker, timeout: config.mail.timeout + slack },
        );
        Ok(Outbox { whatsapp, mail, budget })
    }

    /// How many jobs of a queue that are not critical can be worked on right now.
    pub(super) fn room(&self, queue: QueueName) -> usize {
        match queue {
            QueueName::Messages => self.whatsapp.limiter.room(),
            QueueName::Mail => self.mail.limiter.room(),
            QueueName::System => usize::MAX,
        }
    }
}

/// The settings of providers that cannot be used, by key: all that [`Outbox::from_config`] would stumble over.
pub fn unusable_settings(config: &Config) -> Vec<(&'static str, String)> {
    let mut refused = Vec::new();
    if config.whatsapp.provider == WhatsappProvider::Fonnte && config.whatsapp.fonnte_token.is_some() {
        match fonnte(config).check() {
            Ok(_) => {}
            Err(fonnte::SettingsError::Url(error)) => {
                refused.push(("whatsapp.fonnte_url", format!("cannot be used: {error}")));
            }
            Err(fonnte::SettingsError::Token) => refused.push((
                "whatsapp.fonnte_token",
                "is empty or holds characters that no token has; copy it from Fonnte again".to_owned(),
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

fn fonnte(config: &Config) -> fonnte::Settings {
    fonnte::Settings {
        base_url: config.whatsapp.fonnte_url.to_string(),
        token: config.whatsapp.fonnte_token.clone().unwrap_or_default(),
        timeout: config.whatsapp.timeout,
        reach: if config.whatsapp.allow_private_providers { Reach::Anywhere } else { Reach::Public },
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
