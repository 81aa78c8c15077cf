//! E-mail by SMTP.

use std::{fmt, sync::Arc, time::Duration};

use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{Attachment as MimeAttachment, Mailbox, MultiPart, SinglePart, header::ContentType},
    transport::smtp::{
        PoolConfig,
        authentication::Credentials,
        client::{Tls, TlsParameters},
    },
};
use secrecy::{ExposeSecret, SecretString};

use super::{Accepted, BoxFuture, Outgoing, Provider, SendError, Urgency, bounded};

const SUBJECT_CHARACTERS: usize = 200;
const MINUTE: Duration = Duration::from_secs(60);

/// One mail to one recipient.
#[derive(Clone)]
pub struct OutboundMail {
    /// Our id of the message; becomes its Message-ID, so that a mail that had to be sent again can
    /// be recognised as the same.
    pub message_id: i64,
    /// Address of the recipient, without a name.
    pub to: String,
    /// Subject, one line.
    pub subject: String,
    /// The text for programs that show no HTML, and the only part when `html` is `None`.
    pub text: String,
    /// The same as HTML.
    pub html: Option<String>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// Who goes first where a limit makes messages wait.
    pub urgency: Urgency,
}

/// A file in a mail.
#[derive(Clone)]
pub struct Attachment {
    /// The name the recipient sees.
    pub file_name: String,
    /// MIME type.
    pub content_type: String,
    /// The bytes.
    pub bytes: Arc<[u8]>,
}

impl Outgoing for OutboundMail {
    fn urgency(&self) -> Urgency {
        self.urgency
    }
}

impl fmt::Debug for OutboundMail {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("OutboundMail")
            .field("message_id", &self.message_id)
            .field("urgency", &self.urgency)
            .finish_non_exhaustive()
    }
}

/// What is wrong with a mail or with the settings; names the field.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum MailError {
    /// Not an address.
    #[error("{0}: not a mail address")]
    Address(&'static str),
    /// Control characters or line breaks where a header is made from it.
    #[error("{0}: control characters and line breaks are not allowed")]
    Control(&'static str),
    /// Empty.
    #[error("{0}: must not be empty")]
    Empty(&'static str),
    /// Longer than mail programs show.
    #[error("{field}: at most {limit} characters")]
    TooLong {
        /// Which field.
        field: &'static str,
        /// In characters.
        limit: usize,
    },
    /// An attachment whose type cannot stand in a header.
    #[error("attachment: its type is not a MIME type")]
    AttachmentType,
    /// The message cannot be put together.
    #[error("the mail cannot be built: {0}")]
    Build(String),
    /// TLS cannot be set up for this host.
    #[error("smtp host: {0}")]
    Tls(String),
}

impl MailError {
    /// The refusal a provider gives for it: trying again cannot help.
    pub fn into_refusal(self) -> SendError {
        SendError::permanent("invalid_mail", self.to_string())
    }
}

impl OutboundMail {
    /// A text mail of normal urgency.
    pub fn plain(message_id: i64, to: &str, subject: &str, text: &str) -> Self {
        Self {
            message_id,
            to: to.to_owned(),
            subject: subject.to_owned(),
            text: text.to_owned(),
            html: None,
            attachments: Vec::new(),
            urgency: Urgency::Normal,
        }
    }

    /// Refuses what could smuggle in a header or cannot be delivered.
    ///
    /// # Errors
    /// [`MailError`] names the field.
    pub fn check(&self) -> Result<(), MailError> {
        one_line("to", &self.to)?;
        one_line("subject", &self.subject)?;
        if self.subject.chars().count() > SUBJECT_CHARACTERS {
            return Err(MailError::TooLong { field: "subject", limit: SUBJECT_CHARACTERS });
        }
        if self.text.trim().is_empty() {
            return Err(MailError::Empty("text"));
        }
        for attachment in &self.attachments {
            one_line("attachment", &attachment.file_name)?;
        }
        address("to", &self.to).map(|_| ())
    }
}

fn one_line(field: &'static str, value: &str) -> Result<(), MailError> {
    if value.trim().is_empty() {
        return Err(MailError::Empty(field));
    }
    if value.chars().any(|c| c.is_control() || matches!(c, '\u{2028}' | '\u{2029}')) {
        return Err(MailError::Control(field));
    }
    Ok(())
}

fn address(field: &'static str, value: &str) -> Result<lettre::Address, MailError> {
    value.trim().parse().map_err(|_| MailError::Address(field))
}

/// Name and address of a sender written as `ISP Karawang <noreply@isp.id>` or as a bare address.
pub fn sender(text: &str) -> Option<(Option<String>, String)> {
    let mailbox: Mailbox = text.trim().parse().ok()?;
    Some((mailbox.name, mailbox.email.to_string()))
}

/// How the connection to the mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Encryption {
    /// TLS from the first byte (port 465).
    Tls,
    /// STARTTLS, and nothing is sent without it (port 587).
    #[default]
    StartTls,
    /// In the clear; for a relay on the same machine.
    None,
}

/// What an operator sets for SMTP.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Name of the server; certificates are checked against it.
    pub host: String,
    /// Port.
    pub port: u16,
    /// How the connection is protected.
    pub encryption: Encryption,
    /// User name and password, where the server asks for them.
    pub login: Option<(String, SecretString)>,
    /// Address that mails come from.
    pub from: String,
    /// Name that mails come from.
    pub from_name: Option<String>,
    /// Longest time for one mail, from connecting to the answer.
    pub timeout: Duration,
    /// Connections kept open at most.
    pub connections: u32,
}

impl Settings {
    /// Refuses what no mail could be sent with.
    ///
    /// # Errors
    /// [`MailError`] names the setting.
    pub fn check(&self) -> Result<(), MailError> {
        self.tls()?;
        self.sender().map(|_| ())
    }

    fn tls(&self) -> Result<Tls, MailError> {
        let _ = rustls::crypto::ring::default_provider().install_default();
        one_line("smtp host", &self.host)?;
        if rustls::pki_types::ServerName::try_from(self.host.as_str()).is_err() {
            return Err(MailError::Tls("it is neither a host name nor an address".to_owned()));
        }
        let parameters =
            || TlsParameters::new(self.host.clone()).map_err(|error| MailError::Tls(error.to_string()));
        Ok(match self.encryption {
            Encryption::Tls => Tls::Wrapper(parameters()?),
            Encryption::StartTls => Tls::Required(parameters()?),
            Encryption::None => Tls::None,
        })
    }

    fn sender(&self) -> Result<Mailbox, MailError> {
        if let Some(name) = &self.from_name {
            one_line("from_name", name)?;
        }
        Ok(Mailbox::new(self.from_name.clone(), address("from", &self.from)?))
    }
}

/// A mail server reached by SMTP, with a pool of connections.
pub struct Smtp {
    transport: AsyncSmtpTransport<Tokio1Executor>,
    from: Mailbox,
    timeout: Duration,
}

impl Smtp {
    /// Checks the settings and prepares the pool; nothing is connected. Must be called inside a
    /// tokio runtime, because the pool looks after its connections from a task.
    ///
    /// # Errors
    /// [`MailError`] names the setting.
    pub fn new(settings: &Settings) -> Result<Self, MailError> {
        let tls = settings.tls()?;
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(settings.host.clone())
            .port(settings.port)
            .tls(tls)
            .timeout(Some(settings.timeout))
            .pool_config(PoolConfig::new().max_size(settings.connections.max(1)));
        if let Some((user, password)) = &settings.login {
            builder =
                builder.credentials(Credentials::new(user.clone(), password.expose_secret().to_owned()));
        }
        Ok(Self { transport: builder.build(), from: settings.sender()?, timeout: settings.timeout })
    }

    fn build(&self, mail: &OutboundMail) -> Result<(Message, String), MailError> {
        mail.check()?;
        let id = format!("<aglis-{}@{}>", mail.message_id, self.from.email.domain());
        let builder = Message::builder()
            .from(self.from.clone())
            .to(Mailbox::new(None, address("to", &mail.to)?))
            .subject(mail.subject.clone())
            .message_id(Some(id.clone()));
        let content = match &mail.html {
            Some(html) => MultiPart::alternative_plain_html(mail.text.clone(), html.clone()),
            None => MultiPart::mixed().singlepart(SinglePart::plain(mail.text.clone())),
        };
        let built = if mail.attachments.is_empty() && mail.html.is_none() {
            builder.singlepart(SinglePart::plain(mail.text.clone()))
        } else if mail.attachments.is_empty() {
            builder.multipart(content)
        } else {
            let mut mixed = MultiPart::mixed().multipart(content);
            for file in &mail.attachments {
                let kind = ContentType::parse(&file.content_type).map_err(|_| MailError::AttachmentType)?;
                mixed = mixed
                    .singlepart(MimeAttachment::new(file.file_name.clone()).body(file.bytes.to_vec(), kind));
            }
            builder.multipart(mixed)
        };
        let message = built.map_err(|error| MailError::Build(error.to_string()))?;
        Ok((message, id))
    }

    async fn call(&self, mail: &OutboundMail) -> Result<Accepted, SendError> {
        let (message, id) = self.build(mail).map_err(MailError::into_refusal)?;
        let sent = tokio::time::timeout(self.timeout, self.transport.send(message)).await;
        match sent {
            Err(_) => Err(SendError::uncertain("the mail server did not answer in time")),
            Ok(Err(error)) => Err(failed(&error)),
            Ok(Ok(response)) => Ok(Accepted {
                provider_id: Some(id),
                raw: bounded(&response.message().collect::<Vec<_>>().join(" ")),
                cost: None,
            }),
        }
    }
}

/// 4xx and 5xx are answers, so they are certain; what breaks before the mail was offered is certain
/// too; a connection lost in between is not.
fn failed(error: &lettre::transport::smtp::Error) -> SendError {
    let code = error.status().map(|status| format!("smtp_{status}")).unwrap_or_default();
    if error.is_permanent() {
        // 530-538 complain about the account, not about this mail.
        let account = ["smtp_530", "smtp_534", "smtp_535", "smtp_538"].contains(&code.as_str());
        return if account {
            SendError::unavailable("login", "the mail server refused our login")
        } else {
            SendError::permanent(code, "the mail server refused the mail")
        };
    }
    if error.is_transient() {
        // Greylisting, a full queue, a mailbox in use: mail is made to wait for these, for hours if need be.
        return SendError::Unavailable {
            code,
            reason: "the mail server asked to try again later".to_owned(),
            retry_after: Some(MINUTE),
        };
    }
    let before_the_mail = error.is_tls()
        || error.is_client()
        || error.is_transport_shutdown()
        || error.to_string().starts_with("Connection error");
    if before_the_mail {
        SendError::unavailable("connect", "the mail server cannot be reached or used")
    } else {
        SendError::uncertain("the connection to the mail server broke")
    }
}

/// Stands where a mail server would, in an installation that has none.
pub struct NoServer;

impl Provider<OutboundMail> for NoServer {
    fn name(&self) -> &str {
        "none"
    }

    fn send<'a>(&'a self, _mail: &'a OutboundMail) -> BoxFuture<'a, Result<Accepted, SendError>> {
        let refused = SendError::permanent("no_mail_server", "there is no mail server: set mail.host");
        Box::pin(std::future::ready(Err(refused)))
    }
}

impl Provider<OutboundMail> for Smtp {
    fn name(&self) -> &str {
        "smtp"
    }

    fn send<'a>(&'a self, mail: &'a OutboundMail) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(self.call(mail))
    }
}

#[cfg(test)]
mod tests;
