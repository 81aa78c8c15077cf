//! WhatsApp Cloud API of Meta: sending.

use std::time::Duration;

use reqwest::{
    Client, StatusCode, Url,
    header::{AUTHORIZATION, HeaderMap, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

use super::{OutboundMessage, clipped, masked, scalar};
use crate::{
    messages::{ApprovedTemplate, Failure, interactive::BUTTON_CHARACTERS},
    provider::{
        Accepted, BoxFuture, MARKETING_CAP, MediaSource, PAIR_RATE, Provider, SendError, bounded,
        http::{self, Reach, UrlRefused},
    },
};

/// Where Meta answers unless settings say otherwise.
pub const BASE_URL: &str = "https://graph.facebook.com/";

const TEXT_CHARACTERS: usize = 4096;
const INTERACTIVE_CHARACTERS: usize = 1024;
const ANSWER_BYTES: usize = 64 * 1024;

/// [`SendError::Permanent`]: the recipient has not written to us within a day.
pub const WINDOW_CLOSED: &str = "window_closed";

/// What an operator sets for the Cloud API.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Base address, [`BASE_URL`] by default.
    pub base_url: String,
    /// Version of the interface, such as `v23.0`.
    pub version: String,
    /// Id of the sending number.
    pub phone_id: String,
    /// The access token.
    pub token: SecretString,
    /// Longest time for one request.
    pub timeout: Duration,
    /// How far `base_url` may reach.
    pub reach: Reach,
}

/// Why the settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The base URL is refused.
    #[error("meta base_url: {0}")]
    Url(#[from] UrlRefused),
    /// The version is not of the form `v23.0`.
    #[error("meta version: write it like v23.0")]
    Version,
    /// The id of the number is not a number.
    #[error("meta phone id: it consists of digits; copy it from the app's WhatsApp page")]
    PhoneId,
    /// The token is empty or cannot stand in a header.
    #[error("meta token: it is empty or holds characters that no token has")]
    Token,
}

impl Settings {
    /// Where messages go and the token in front of them.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting.
    pub fn check(&self) -> Result<(Url, HeaderValue), SettingsError> {
        let base = http::checked_url(&self.base_url, self.reach)?;
        let number = self.version.strip_prefix('v').unwrap_or_default();
        if number.is_empty() || !number.bytes().all(|b| b.is_ascii_digit() || b == b'.') {
            return Err(SettingsError::Version);
        }
        if self.phone_id.is_empty() || !self.phone_id.bytes().all(|b| b.is_ascii_digit()) {
            return Err(SettingsError::PhoneId);
        }
        let send_url = base
            .join(&format!("{}/{}/messages", self.version, self.phone_id))
            .map_err(|_| UrlRefused::Malformed(self.base_url.clone()))?;
        let token = self.token.expose_secret().trim();
        if token.is_empty() || token.contains(char::is_whitespace) {
            return Err(SettingsError::Token);
        }
        let mut authorization =
            HeaderValue::from_str(&format!("Bearer {token}")).map_err(|_| SettingsError::Token)?;
        authorization.set_sensitive(true);
        Ok((send_url, authorization))
    }
}

/// The Cloud API, through one number.
pub struct Meta {
    client: Client,
    send_url: Url,
    authorization: HeaderValue,
}

impl Meta {
    /// Checks the settings and prepares the client; nothing is sent.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let (send_url, authorization) = settings.check()?;
        Ok(Self { client: http::client(settings.reach, settings.timeout)?, send_url, authorization })
    }

    /// Outside the window the approved form goes out at once. That the window is closed may be known to Meta alone:
    /// then it refuses the text, and the approved form follows.
    async fn call(&self, message: &OutboundMessage) -> Result<Accepted, SendError> {
        message.check()?;
        if message.is_group() {
            return Err(SendError::permanent("groups", "the Cloud API does not send to groups"));
        }
        match &message.approved {
            Some(approved) if !message.in_window => self.post(template(message, approved)).await,
            Some(approved) => match self.post(free(message)?).await {
                Err(error) if error.code() == WINDOW_CLOSED => self.post(template(message, approved)).await,
                done => done,
            },
            None => self.post(free(message)?).await,
        }
    }

    async fn post(&self, body: Value) -> Result<Accepted, SendError> {
        let request = self.client.post(self.send_url.clone());
        let request = request.header(AUTHORIZATION, self.authorization.clone()).json(&body);
        let response = request.send().await.map_err(|error| http::request_failed(&error))?;
        let (status, headers) = (response.status(), response.headers().clone());
        match http::body(response, ANSWER_BYTES).await {
            Ok(body) => judge(status, &headers, &body),
            Err(broken) => Err(http::status_failed(status, &headers).unwrap_or(broken)),
        }
    }
}

impl Provider<OutboundMessage> for Meta {
    fn name(&self) -> &str {
        "meta"
    }

    fn send<'a>(&'a self, message: &'a OutboundMessage) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(self.call(message))
    }
}

fn envelope(message: &OutboundMessage, kind: &str, what: Value) -> Value {
    json!({
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "to": message.to,
        "type": kind,
        kind: what,
    })
}

/// A message as the Cloud API takes it while the window is open.
fn free(message: &OutboundMessage) -> Result<Value, SendError> {
    if let Some(media) = &message.media {
        let MediaSource::Url(link) = &media.source else {
            return Err(SendError::permanent(
                "media",
                "the Cloud API fetches files itself and needs their address",
            ));
        };
        return Ok(if media.content_type.starts_with("image/") {
            envelope(message, "image", json!({ "link": link, "caption": message.plain_text() }))
        } else {
            let what = json!({ "link": link, "caption": message.plain_text(), "filename": media.file_name });
            envelope(message, "document", what)
        });
    }
    if !message.buttons.is_empty() && message.body.chars().count() <= INTERACTIVE_CHARACTERS {
        let buttons: Vec<Value> = message
            .buttons
            .iter()
            .map(|button| {
                let title = clipped(&button.title, BUTTON_CHARACTERS);
                json!({ "type": "reply", "reply": { "id": button.id, "title": title } })
            })
            .collect();
        let what = json!({
            "type": "button",
            "body": { "text": message.body },
            "action": { "buttons": buttons },
        });
        return Ok(envelope(message, "interactive", what));
    }
    let text = message.plain_text();
    if text.chars().count() > TEXT_CHARACTERS {
        return Err(SendError::permanent("too_long", "the text has more than 4,096 characters"));
    }
    Ok(envelope(message, "text", json!({ "body": text })))
}

/// A message in its approved form. How parameters are passed could not be confirmed; correct it here.
fn template(message: &OutboundMessage, approved: &ApprovedTemplate) -> Value {
    let text = |value: &String| json!({ "type": "text", "text": parameter(value) });
    let mut components = Vec::new();
    if !approved.parameters.is_empty() {
        let parameters: Vec<Value> = approved.parameters.iter().map(text).collect();
        components.push(json!({ "type": "body", "parameters": parameters }));
    }
    if let Some(code) = approved.parameters.first().filter(|_| approved.copies_code) {
        components.push(json!({
            "type": "button", "sub_type": "url", "index": "0", "parameters": [text(code)],
        }));
    }
    let what = json!({
        "name": approved.name,
        "language": { "code": approved.language },
        "components": components,
    });
    envelope(message, "template", what)
}

/// A parameter holds neither line ends nor tabs nor many blanks in a row.
fn parameter(value: &str) -> String {
    value.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// What an error means for the message.
#[derive(Debug, Clone, Copy)]
enum Class {
    /// The message, its recipient or its template is refused for good.
    Permanent,
    /// The account or all of Meta is out of order; after so many seconds it may be asked again.
    Account(u64),
    /// This recipient cannot get it for so many seconds.
    Recipient(u64),
    /// May pass.
    Passing,
}

/// What Meta's error codes mean. A code that is not listed is judged by the HTTP status it comes with.
const CODES: &[(i64, &str, Class)] = &[
    (130_429, "rate", Class::Account(10)),
    (131_026, "undeliverable", Class::Permanent),
    (131_047, WINDOW_CLOSED, Class::Permanent),
    (131_048, "spam", Class::Account(900)),
    (131_049, MARKETING_CAP, Class::Recipient(3600)),
    (131_051, "unsupported_type", Class::Permanent),
    (131_056, PAIR_RATE, Class::Recipient(6)),
    (132_000, "template_parameters", Class::Permanent),
    (132_001, "template_missing", Class::Permanent),
    // These were not in the documentation at hand.
    (2, "unavailable", Class::Account(30)),
    (4, "rate", Class::Account(60)),
    (10, "permission", Class::Account(60)),
    (190, "token", Class::Account(60)),
    (368, "blocked", Class::Account(900)),
    (80_007, "rate", Class::Account(60)),
    (130_472, MARKETING_CAP, Class::Recipient(3600)),
    (131_000, "failed", Class::Passing),
    (131_005, "permission", Class::Account(60)),
    (131_008, "invalid_input", Class::Permanent),
    (131_009, "invalid_input", Class::Permanent),
    (131_016, "unavailable", Class::Account(30)),
    (131_021, "invalid_target", Class::Permanent),
    (131_030, "invalid_target", Class::Permanent),
    (131_031, "blocked", Class::Account(900)),
    (131_042, "payment", Class::Account(900)),
    (131_045, "account", Class::Account(900)),
    (131_057, "maintenance", Class::Account(60)),
    (132_015, "template_paused", Class::Permanent),
    (133_010, "account", Class::Account(900)),
];

/// The stable word of an error code.
fn word(code: i64) -> String {
    CODES
        .iter()
        .find(|(known, ..)| *known == code)
        .map_or_else(|| format!("meta_{code}"), |(_, word, _)| (*word).to_owned())
}

/// What a delivery report says of a failure.
pub(super) fn failure(error: &Value) -> Option<Failure> {
    let code = error.get("code")?.as_i64()?;
    Some(Failure { code: word(code), reason: reason(error, code) })
}

fn reason(error: &Value, code: i64) -> String {
    let text = |value: Option<&Value>| value.and_then(scalar);
    let details = error.get("error_data").and_then(|data| data.get("details"));
    let said = text(details).or_else(|| text(error.get("message"))).or_else(|| text(error.get("title")));
    match said {
        Some(said) => format!("Meta {code}: {}", masked(&said)),
        None => format!("Meta refused with code {code}"),
    }
}

/// Reads an answer: an error code says more than the HTTP status; success is an id.
fn judge(status: StatusCode, headers: &HeaderMap, body: &[u8]) -> Result<Accepted, SendError> {
    let answer = serde_json::from_slice::<Value>(body).unwrap_or(Value::Null);
    let failed = http::status_failed(status, headers);
    if let Some(error) = answer.get("error")
        && let Some(code) = error.get("code").and_then(Value::as_i64)
    {
        let asked = failed.as_ref().and_then(SendError::retry_after);
        let reason = reason(error, code);
        let class = CODES.iter().find(|(known, ..)| *known == code).map(|(.., class)| *class);
        let wait = |seconds: u64| Some(asked.unwrap_or(Duration::from_secs(seconds)));
        let code = word(code);
        return Err(match class {
            Some(Class::Permanent) => SendError::Permanent { code, reason },
            Some(Class::Account(seconds)) => {
                SendError::Unavailable { code, reason, retry_after: wait(seconds) }
            }
            Some(Class::Recipient(seconds)) => {
                SendError::Transient { code, reason, retry_after: wait(seconds) }
            }
            Some(Class::Passing) => SendError::Transient { code, reason, retry_after: asked },
            None => match failed {
                Some(SendError::Permanent { .. }) => SendError::Permanent { code, reason },
                Some(other) => other,
                None => SendError::uncertain(reason),
            },
        });
    }
    if let Some(failed) = failed {
        return Err(failed);
    }
    match answer.pointer("/messages/0/id").and_then(scalar) {
        Some(id) => {
            Ok(Accepted { provider_id: Some(id), raw: bounded(&String::from_utf8_lossy(body)), cost: None })
        }
        None => Err(SendError::uncertain("the answer holds no message id")),
    }
}

#[cfg(test)]
mod tests;
