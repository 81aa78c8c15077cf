//! Fonnte: sending.

use std::time::Duration;

use reqwest::{
    Client, Url,
    header::{AUTHORIZATION, HeaderValue},
    multipart::{Form, Part},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Map, Value};

use super::{OutboundMessage, masked, scalar};
use crate::provider::{
    Accepted, BoxFuture, MediaSource, Provider, SendError, bounded,
    http::{self, Reach, UrlRefused},
};

/// Where Fonnte answers unless settings say otherwise.
pub const BASE_URL: &str = "https://api.fonnte.com/";

const MESSAGE_CHARACTERS: usize = 60_000;
const FILE_BYTES: usize = 4_000_000;
const ANSWER_BYTES: usize = 64 * 1024;

/// What an operator sets for Fonnte.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Base address, [`BASE_URL`] by default.
    pub base_url: String,
    /// The device token.
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
    #[error("fonnte base_url: {0}")]
    Url(#[from] UrlRefused),
    /// The token is empty or cannot stand in a header.
    #[error("fonnte token: it is empty or holds characters that no token has")]
    Token,
}

impl Settings {
    /// Where messages go and the token in front of them.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting.
    pub fn check(&self) -> Result<(Url, HeaderValue), SettingsError> {
        let base = http::checked_url(&self.base_url, self.reach)?;
        let send_url = base.join("send").map_err(|_| UrlRefused::Malformed(self.base_url.clone()))?;
        let token = self.token.expose_secret().trim();
        if token.is_empty() {
            return Err(SettingsError::Token);
        }
        let mut authorization = HeaderValue::from_str(token).map_err(|_| SettingsError::Token)?;
        authorization.set_sensitive(true);
        Ok((send_url, authorization))
    }
}

/// The Fonnte gateway.
pub struct Fonnte {
    client: Client,
    send_url: Url,
    authorization: HeaderValue,
}

impl Fonnte {
    /// Checks the settings and prepares the client; nothing is sent.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let (send_url, authorization) = settings.check()?;
        Ok(Self { client: http::client(settings.reach, settings.timeout)?, send_url, authorization })
    }

    async fn call(&self, message: &OutboundMessage) -> Result<Accepted, SendError> {
        message.check()?;
        if message.plain_text().chars().count() > MESSAGE_CHARACTERS {
            return Err(SendError::permanent("too_long", "the text has more than 60,000 characters"));
        }
        let request =
            self.client.post(self.send_url.clone()).header(AUTHORIZATION, self.authorization.clone());
        let fields = fields(message);
        let request = match message.media.as_ref().map(|m| (m, &m.source)) {
            Some((media, MediaSource::Bytes(bytes))) => {
                if bytes.len() > FILE_BYTES {
                    return Err(SendError::permanent("file_too_big", "the file is over 4 MB"));
                }
                let part = Part::bytes(bytes.to_vec())
                    .file_name(media.file_name.clone())
                    .mime_str(&media.content_type)
                    .map_err(|_| SendError::permanent("file_type", "the file type is unreadable"))?;
                let form = fields.into_iter().fold(Form::new(), |form, (key, value)| form.text(key, value));
                request.multipart(form.part("file", part))
            }
            _ => request.form(&fields),
        };
        let response = request.send().await.map_err(|error| http::request_failed(&error))?;
        let status = response.status();
        let failed = http::status_failed(status, response.headers());
        let body = match http::body(response, ANSWER_BYTES).await {
            Ok(body) => body,
            Err(broken) => return Err(failed.unwrap_or(broken)),
        };
        let judged = judge(&body, &message.to);
        match failed {
            None => judged,
            Some(failed) => Err(match judged {
                Err(
                    refused @ (SendError::Permanent { .. }
                    | SendError::Unavailable { .. }
                    | SendError::Transient { .. }),
                ) if status.is_client_error() && status.as_u16() != 429 => refused,
                _ => failed,
            }),
        }
    }
}

impl Provider<OutboundMessage> for Fonnte {
    fn name(&self) -> &str {
        "fonnte"
    }

    fn send<'a>(&'a self, message: &'a OutboundMessage) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(self.call(message))
    }
}

/// `countryCode` 0 keeps Fonnte from rewriting numbers that are international already;
/// `connectOnly` makes it refuse at once, instead of hours later, while the device is off line.
fn fields(message: &OutboundMessage) -> Vec<(&'static str, String)> {
    let mut fields = vec![
        ("target", message.to.clone()),
        ("message", message.plain_text()),
        ("countryCode", "0".to_owned()),
        ("connectOnly", "true".to_owned()),
    ];
    if let Some(media) = &message.media {
        if let MediaSource::Url(url) = &media.source {
            fields.push(("url", url.clone()));
        }
        fields.push(("filename", media.file_name.clone()));
    }
    fields
}

/// Reads an answer: `status == true` is the only success, whatever the HTTP status said.
fn judge(body: &[u8], to: &str) -> Result<Accepted, SendError> {
    let text = String::from_utf8_lossy(body);
    let answer = serde_json::from_slice::<Value>(body).ok().and_then(|value| match value {
        Value::Object(map) => Some(lower_keys(map)),
        _ => None,
    });
    let Some(answer) = answer else {
        return Err(SendError::uncertain("the answer is not the documented JSON"));
    };
    match answer.get("status") {
        Some(Value::Bool(true)) => {
            Ok(Accepted { provider_id: id_for(&answer, to), raw: bounded(&text), cost: None })
        }
        Some(Value::Bool(false)) => {
            let reason = answer.get("reason").and_then(Value::as_str).unwrap_or("");
            Err(refusal(reason))
        }
        _ => Err(SendError::uncertain("the answer has no status")),
    }
}

pub(super) fn lower_keys(map: Map<String, Value>) -> Map<String, Value> {
    map.into_iter().map(|(key, value)| (key.to_ascii_lowercase(), value)).collect()
}

/// `id[]` runs parallel to `target[]`; the entry of our recipient is the message's id.
fn id_for(answer: &Map<String, Value>, to: &str) -> Option<String> {
    let ids = match answer.get("id")? {
        Value::Array(ids) => ids.as_slice(),
        single => std::slice::from_ref(single),
    };
    let position = match answer.get("target") {
        Some(Value::Array(targets)) => targets
            .iter()
            .position(|target| target.as_str().is_some_and(|t| t.trim_start_matches('+') == to))
            .unwrap_or(0),
        _ => 0,
    };
    ids.get(position).and_then(scalar)
}

enum Class {
    Permanent,
    Account,
}

/// What Fonnte's reasons mean. Matched as a part of the lower-cased reason, first hit wins; a reason
/// that is not listed is tried again, because a message is only given up on a known refusal.
///
/// Trouble with the account (token, quota, device, rate) is not the message's fault: messages wait for
/// the operator. The exact words are not all documented; correct them here.
const REASONS: &[(&str, &str, Class)] = &[
    ("target invalid", "invalid_target", Class::Permanent),
    ("invalid target", "invalid_target", Class::Permanent),
    ("target input invalid", "invalid_target", Class::Permanent),
    ("not registered", "invalid_target", Class::Permanent),
    ("input invalid", "invalid_input", Class::Permanent),
    ("invalid/empty body", "invalid_input", Class::Permanent),
    ("json format invalid", "invalid_input", Class::Permanent),
    ("url invalid", "invalid_url", Class::Permanent),
    ("url unreachable", "invalid_url", Class::Permanent),
    ("4mb", "file_too_big", Class::Permanent),
    ("4 mb", "file_too_big", Class::Permanent),
    ("file format", "file_type", Class::Permanent),
    ("token invalid", "token", Class::Account),
    ("invalid token", "token", Class::Account),
    ("unknown user", "token", Class::Account),
    ("insufficient quota", "quota", Class::Account),
    ("disconnected device", "device", Class::Account),
    ("device disconnect", "device", Class::Account),
    ("too many request", "rate", Class::Account),
    ("rate limit", "rate", Class::Account),
];

const MINUTE: Duration = Duration::from_secs(60);

fn refusal(reason: &str) -> SendError {
    let lower = reason.to_lowercase();
    let said = masked(reason);
    let shown = if said.is_empty() {
        "Fonnte refused without a reason".to_owned()
    } else {
        format!("Fonnte: {said}")
    };
    match REASONS.iter().find(|(part, ..)| lower.contains(part)) {
        Some((_, code, Class::Permanent)) => SendError::permanent(*code, shown),
        Some((_, code, Class::Account)) => {
            SendError::Unavailable { code: (*code).to_owned(), reason: shown, retry_after: Some(MINUTE) }
        }
        None => SendError::transient("refused", shown),
    }
}

#[cfg(test)]
mod tests;
