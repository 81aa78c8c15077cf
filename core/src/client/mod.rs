//! The typed client of the HTTP API, over TCP or over the daemon's Unix socket.
//!
//! ```no_run
//! # async fn story() -> Result<(), aglis_core::client::ClientError> {
//! use aglis_core::client::{Client, Endpoint};
//! let client = Client::new(Endpoint::Socket("/run/aglis/aglisd.sock".into()))?;
//! let ticket = client.ticket("TKT20261121001").await?;
//! # Ok(()) }
//! ```

mod accounts;
mod audit;
mod catalog;
mod conversations;
mod customers;
mod error;
mod export;
mod health;
mod live;
mod messages;
mod notifications;
mod pages;
mod profile;
mod providers;
mod queue;
mod request;
mod sse;
mod target;
mod templates;
#[cfg(test)]
mod tests;
mod tickets;

pub use error::{ClientError, Exit, Problem};
pub use export::Export;
pub use health::{Health, HealthCheck};
pub use live::{Live, LiveStream};
pub use pages::Pages;
pub use profile::{Profile, Profiles};
pub use request::{Answer, Call, operation_id};
pub use reqwest::Method;
pub use target::{Found, Target};
pub use tickets::{File, Upload};

use std::{fmt, path::PathBuf, time::Duration};

/// Where the daemon is and how we are known there.
#[derive(Clone)]
pub enum Endpoint {
    /// The Unix socket on this machine; the kernel says who we are.
    Socket(PathBuf),
    /// A server address with an API token.
    Server {
        /// The base, such as `https://ops.isp.id`.
        url: String,
        /// The token's secret; only public operations work without.
        token: Option<String>,
    },
}

impl fmt::Display for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Endpoint::Socket(path) => path.display().fmt(f),
            Endpoint::Server { url, .. } => f.write_str(url),
        }
    }
}

impl fmt::Debug for Endpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Endpoint({self})")
    }
}

/// How long a request may take unless told otherwise.
pub const DEFAULT_TIMEOUT: Duration = Duration::from_secs(30);

/// A client of one daemon. Cloning gives another handle on the same connections.
#[derive(Clone, Debug)]
pub struct Client {
    http: reqwest::Client,
    endpoint: Endpoint,
    base: String,
    timeout: Duration,
    language: Option<&'static str>,
}

impl Client {
    /// Prepares a client; nothing is connected yet.
    pub fn new(endpoint: Endpoint) -> Result<Self, ClientError> {
        Self::with_timeout(endpoint, DEFAULT_TIMEOUT)
    }

    /// Prepares a client whose requests may take this long.
    pub fn with_timeout(endpoint: Endpoint, timeout: Duration) -> Result<Self, ClientError> {
        crate::tls::install();
        let builder = reqwest::Client::builder()
            .user_agent(concat!("aglis/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(Duration::from_secs(5).min(timeout))
            .redirect(reqwest::redirect::Policy::none());
        let (builder, base) = match &endpoint {
            // Reading the machine's certificates costs milliseconds that a local connection need not spend.
            Endpoint::Socket(path) => (
                builder.unix_socket(path.as_path()).no_proxy().tls_certs_only([]),
                "http://aglisd".to_owned(),
            ),
            Endpoint::Server { url, .. } => {
                let base = url.trim_end_matches('/').to_owned();
                if base.starts_with("https://") {
                    (builder, base)
                } else if base.starts_with("http://") {
                    (builder.tls_certs_only([]), base)
                } else {
                    return Err(ClientError::Usage(format!("{url:?} is no address; use https://HOST")));
                }
            }
        };
        let http = builder.build().map_err(|error| ClientError::Usage(error::chain(&error)))?;
        Ok(Client { http, endpoint, base, timeout, language: None })
    }

    /// The same client, which wants texts in this language; without one they come in the account's.
    #[must_use]
    pub fn in_language(self, tag: &'static str) -> Self {
        Client { language: Some(tag), ..self }
    }

    /// Where this client talks to.
    pub fn endpoint(&self) -> &Endpoint {
        &self.endpoint
    }

    /// Whether the daemon answers at all.
    pub async fn is_alive(&self) -> bool {
        self.get("/api/health/live").timeout(Duration::from_secs(2)).answer().await.is_ok()
    }
}
