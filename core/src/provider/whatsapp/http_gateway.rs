//! Any gateway that takes a message as one JSON request over HTTP.

use std::time::Duration;

use reqwest::{
    Client, Url,
    header::{HeaderName, HeaderValue},
};
use secrecy::{ExposeSecret, SecretString};
use serde_json::Value;

use super::{OutboundMessage, scalar};
use crate::provider::{
    Accepted, BoxFuture, Provider, SendError, bounded,
    http::{self, Reach, UrlRefused},
};

const ANSWER_BYTES: usize = 64 * 1024;
const MESSAGE_CHARACTERS: usize = 60_000;

/// What an operator sets for the gateway.
#[derive(Debug, Clone)]
pub struct Settings {
    /// Where messages are sent to.
    pub url: String,
    /// What shows who we are; none for a gateway that asks for nothing.
    pub token: Option<SecretString>,
    /// The header that carries the token.
    pub token_header: String,
    /// The request's body: JSON in whose texts `{to}`, `{message}` and `{id}` are put in.
    pub body: String,
    /// Where the message's id stands in the answer, as a JSON pointer such as `/data/id`.
    pub id: Option<String>,
    /// What must be `true` in the answer, as a JSON pointer; without it every 2xx is a success.
    pub success: Option<String>,
    /// Longest time for one request.
    pub timeout: Duration,
    /// How far `url` may reach.
    pub reach: Reach,
}

/// Why the settings cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum SettingsError {
    /// The address is refused.
    #[error("http url: {0}")]
    Url(#[from] UrlRefused),
    /// The token's header is no header, or the token cannot stand in one.
    #[error("http token_header: it is no name of a header")]
    Header,
    /// The token is empty or cannot stand in a header.
    #[error("http token: it is empty or holds characters that no token has")]
    Token,
    /// The body is no JSON, or lacks a place for what every message has.
    #[error("http body: {0}")]
    Body(String),
    /// A pointer does not begin with a slash.
    #[error("http id and http success: write a JSON pointer such as /data/id")]
    Pointer,
}

/// The settings, found good.
pub struct Checked {
    url: Url,
    header: Option<(HeaderName, HeaderValue)>,
    body: Value,
}

impl Settings {
    /// What a request consists of.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting.
    pub fn check(&self) -> Result<Checked, SettingsError> {
        let url = http::checked_address(&self.url, self.reach)?;
        let header = match &self.token {
            None => None,
            Some(token) => {
                let name = HeaderName::from_bytes(self.token_header.trim().as_bytes())
                    .map_err(|_| SettingsError::Header)?;
                let token = token.expose_secret().trim();
                let mut value = HeaderValue::from_str(token).map_err(|_| SettingsError::Token)?;
                if token.is_empty() {
                    return Err(SettingsError::Token);
                }
                value.set_sensitive(true);
                Some((name, value))
            }
        };
        let body: Value = serde_json::from_str(&self.body)
            .map_err(|error| SettingsError::Body(format!("it is not JSON: {error}")))?;
        for place in ["{to}", "{message}"] {
            if !holds(&body, place) {
                return Err(SettingsError::Body(format!("it has no place for {place}")));
            }
        }
        let pointers = [&self.id, &self.success];
        if pointers.into_iter().flatten().any(|pointer| !pointer.starts_with('/')) {
            return Err(SettingsError::Pointer);
        }
        Ok(Checked { url, header, body })
    }
}

/// Whether a text of the body holds a place.
fn holds(value: &Value, place: &str) -> bool {
    match value {
        Value::String(text) => text.contains(place),
        Value::Array(items) => items.iter().any(|item| holds(item, place)),
        Value::Object(fields) => fields.values().any(|field| holds(field, place)),
        _ => false,
    }
}

/// Puts values into the places of every text. What is put in is not looked at again.
fn filled(value: &Value, values: &[(&str, &str)]) -> Value {
    match value {
        Value::String(text) => Value::String(fill(text, values)),
        Value::Array(items) => items.iter().map(|item| filled(item, values)).collect(),
        Value::Object(fields) => {
            fields.iter().map(|(key, field)| (key.clone(), filled(field, values))).collect()
        }
        other => other.clone(),
    }
}

fn fill(text: &str, values: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find('{') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        match values.iter().find(|(place, _)| rest.starts_with(place)) {
            Some((place, value)) => {
                out.push_str(value);
                rest = &rest[place.len()..];
            }
            None => {
                out.push('{');
                rest = &rest[1..];
            }
        }
    }
    out.push_str(rest);
    out
}

/// A gateway as its settings describe it.
pub struct HttpGateway {
    client: Client,
    checked: Checked,
    id: Option<String>,
    success: Option<String>,
}

impl HttpGateway {
    /// Checks the settings and prepares the client; nothing is sent.
    ///
    /// # Errors
    /// [`SettingsError`] names the setting.
    pub fn new(settings: &Settings) -> Result<Self, SettingsError> {
        let checked = settings.check()?;
        Ok(Self {
            client: http::client(settings.reach, settings.timeout)?,
            checked,
            id: settings.id.clone(),
            success: settings.success.clone(),
        })
    }

    async fn call(&self, message: &OutboundMessage) -> Result<Accepted, SendError> {
        message.check()?;
        let text = message.plain_text();
        if text.chars().count() > MESSAGE_CHARACTERS {
            return Err(SendError::permanent("too_long", "the text has more than 60,000 characters"));
        }
        if message.media.is_some() {
            return Err(SendError::permanent("media", "the HTTP gateway takes texts only"));
        }
        let id = message.message_id.to_string();
        let values = [("{to}", message.to.as_str()), ("{message}", text.as_str()), ("{id}", id.as_str())];
        let mut request =
            self.client.post(self.checked.url.clone()).json(&filled(&self.checked.body, &values));
        if let Some((name, value)) = &self.checked.header {
            request = request.header(name.clone(), value.clone());
        }
        let response = request.send().await.map_err(|error| http::request_failed(&error))?;
        let failed = http::status_failed(response.status(), response.headers());
        let body = match (failed, http::body(response, ANSWER_BYTES).await) {
            (Some(failed), _) => return Err(failed),
            (None, body) => body?,
        };
        self.judge(&body)
    }

    fn judge(&self, body: &[u8]) -> Result<Accepted, SendError> {
        let answer = serde_json::from_slice::<Value>(body).ok();
        if let Some(pointer) = &self.success {
            match answer.as_ref().and_then(|answer| answer.pointer(pointer)) {
                Some(Value::Bool(true)) => {}
                Some(_) => {
                    return Err(SendError::transient("refused", "the gateway says that it did not take it"));
                }
                None => return Err(SendError::uncertain("the answer does not say whether it was taken")),
            }
        }
        let id = self.id.as_ref().and_then(|pointer| answer.as_ref()?.pointer(pointer).and_then(scalar));
        Ok(Accepted { provider_id: id, raw: bounded(&String::from_utf8_lossy(body)), cost: None })
    }
}

impl Provider<OutboundMessage> for HttpGateway {
    fn name(&self) -> &str {
        "http"
    }

    fn send<'a>(&'a self, message: &'a OutboundMessage) -> BoxFuture<'a, Result<Accepted, SendError>> {
        Box::pin(self.call(message))
    }
}

#[cfg(test)]
mod tests;
