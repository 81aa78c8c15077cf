//! One call: built, sent, answered or failed.

use super::{Client, ClientError, Endpoint, Problem, error::chain};
use reqwest::{Method, StatusCode, header};
use serde::{Serialize, de::DeserializeOwned};
use std::{io::Read, time::Duration};

/// A call that has not been sent.
#[derive(Debug)]
pub struct Call<'a> {
    client: &'a Client,
    request: reqwest::RequestBuilder,
    timeout: Duration,
}

/// What the daemon answered, as it came.
#[derive(Debug, Clone)]
pub struct Answer {
    /// HTTP status, always a good one.
    pub status: u16,
    /// `Content-Type`.
    pub media_type: String,
    /// `ETag`, if there is one.
    pub etag: Option<String>,
    /// The body.
    pub body: Vec<u8>,
}

/// A fresh id for an operation or an idempotency key: 128 random bits in hex.
pub fn operation_id() -> Result<String, ClientError> {
    let mut bytes = [0_u8; 16];
    std::fs::File::open("/dev/urandom")
        .and_then(|mut source| source.read_exact(&mut bytes))
        .map_err(|error| ClientError::Usage(format!("/dev/urandom gives no random bytes: {error}")))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}

impl Client {
    /// A call of any method on a path such as `/api/tickets`.
    pub fn call(&self, method: Method, path: &str) -> Call<'_> {
        let slash = if path.starts_with('/') { "" } else { "/" };
        let mut request = self.http.request(method, format!("{}{slash}{path}", self.base));
        if let Endpoint::Server { token: Some(token), .. } = &self.endpoint {
            request = request.bearer_auth(token);
        }
        if let Some(tag) = self.language {
            request = request.header(header::ACCEPT_LANGUAGE, tag);
        }
        Call { client: self, request, timeout: self.timeout }
    }

    /// A reading call.
    pub fn get(&self, path: &str) -> Call<'_> {
        self.call(Method::GET, path)
    }

    /// A call that creates or does something. Give it an idempotency key with [`Call::key`] when it may be repeated.
    pub fn post(&self, path: &str) -> Call<'_> {
        self.call(Method::POST, path)
    }

    /// A call that changes fields.
    pub fn patch(&self, path: &str) -> Call<'_> {
        self.call(Method::PATCH, path)
    }

    /// A call that replaces.
    pub fn put(&self, path: &str) -> Call<'_> {
        self.call(Method::PUT, path)
    }

    /// A call that removes.
    pub fn delete(&self, path: &str) -> Call<'_> {
        self.call(Method::DELETE, path)
    }
}

impl Call<'_> {
    /// Adds query parameters; absent options are left out.
    pub fn query(mut self, query: &(impl Serialize + ?Sized)) -> Self {
        self.request = self.request.query(query);
        self
    }

    /// Sends a value as JSON.
    pub fn json(mut self, body: &(impl Serialize + ?Sized)) -> Self {
        self.request = self.request.json(body);
        self
    }

    /// Sends bytes of a media type.
    pub fn body(mut self, media_type: &str, body: Vec<u8>) -> Self {
        self.request = self.request.header(header::CONTENT_TYPE, media_type).body(body);
        self
    }

    /// Adds a header.
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.request = self.request.header(name, value);
        self
    }

    /// The idempotency key: the same call with the same key is done once, however often it is sent.
    pub fn key(self, key: &str) -> Self {
        self.header("Idempotency-Key", key)
    }

    /// Allows this call another time than the client's.
    pub fn timeout(mut self, timeout: Duration) -> Self {
        self.timeout = timeout;
        self
    }

    /// Sends the call and reads a value.
    pub async fn send<T: DeserializeOwned>(self) -> Result<T, ClientError> {
        let endpoint = self.client.endpoint.to_string();
        let answer = self.answer().await?;
        let body = if answer.body.is_empty() { b"null".as_slice() } else { &answer.body };
        serde_json::from_slice(body)
            .map_err(|error| ClientError::Answer { endpoint, cause: error.to_string() })
    }

    /// Sends the call and only wants it to succeed.
    pub async fn done(self) -> Result<(), ClientError> {
        self.answer().await.map(drop)
    }

    /// Sends the call and gives a good answer as it came.
    pub async fn answer(self) -> Result<Answer, ClientError> {
        self.within(true).await
    }

    /// Sends the call and gives the answer whatever its status is.
    pub(super) async fn any_answer(self) -> Result<Answer, ClientError> {
        self.within(false).await
    }

    async fn within(self, good: bool) -> Result<Answer, ClientError> {
        let (timeout, client) = (self.timeout, self.client);
        let whole = async {
            let response = if good {
                self.open().await?
            } else {
                self.request.send().await.map_err(|error| client.broken(&error))?
            };
            let text = |name| Some(response.headers().get(name)?.to_str().ok()?.to_owned());
            let (status, etag) = (response.status().as_u16(), text(header::ETAG));
            let media_type = text(header::CONTENT_TYPE).unwrap_or_default();
            let body = response.bytes().await.map_err(|error| client.broken(&error))?.into();
            Ok(Answer { status, media_type, etag, body })
        };
        tokio::time::timeout(timeout, whole).await.unwrap_or_else(|_| {
            Err(ClientError::Timeout { endpoint: client.endpoint.to_string(), seconds: timeout.as_secs() })
        })
    }

    /// Sends the call and gives the response once its head has come and is a good one.
    pub(super) async fn open(self) -> Result<reqwest::Response, ClientError> {
        let client = self.client;
        let response = self.request.send().await.map_err(|error| client.broken(&error))?;
        let status = response.status();
        if status.is_success() || status == StatusCode::NOT_MODIFIED {
            return Ok(response);
        }
        let retry_after = response.headers().get(header::RETRY_AFTER);
        let retry_after_s = retry_after.and_then(|value| value.to_str().ok()?.trim().parse().ok());
        let request_id = response.headers().get("x-request-id");
        let request_id = request_id.and_then(|value| Some(value.to_str().ok()?.to_owned()));
        let body = response.bytes().await.unwrap_or_default();
        let mut problem: Problem = serde_json::from_slice(&body).unwrap_or_default();
        problem.status = status.as_u16();
        problem.retry_after_s = problem.retry_after_s.or(retry_after_s);
        problem.request_id = problem.request_id.or(request_id);
        if problem.title.is_empty() {
            problem.title = format!("the daemon answered {status}");
        }
        Err(ClientError::Problem(Box::new(problem)))
    }
}

impl Client {
    fn broken(&self, error: &reqwest::Error) -> ClientError {
        let endpoint = self.endpoint.to_string();
        if error.is_builder() {
            ClientError::Usage(chain(error))
        } else if error.is_timeout() {
            ClientError::Timeout { endpoint, seconds: self.timeout.as_secs() }
        } else if error.is_decode() {
            ClientError::Answer { endpoint, cause: chain(error) }
        } else {
            ClientError::Unreachable { endpoint, cause: chain(error) }
        }
    }
}

/// A value as one segment of a path.
pub(super) fn segment(value: impl std::fmt::Display) -> String {
    use std::fmt::Write;
    value.to_string().bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}
