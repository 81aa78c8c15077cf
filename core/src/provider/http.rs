//! HTTP to providers: which addresses may be reached, the client that holds to it, and what an
//! answer or a failure means for the message.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::{
    Client, Response, StatusCode, Url,
    dns::{Addrs, Name, Resolve, Resolving},
    header::{HeaderMap, RETRY_AFTER},
    redirect,
};

use super::SendError;

/// How far addresses that come from settings may reach.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Reach {
    /// Only addresses that are routed on the public internet.
    #[default]
    Public,
    /// Also loopback, private and link-local ones (`allow_private_providers`).
    Anywhere,
}

/// Why an address from settings is not used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlRefused {
    /// It cannot be read.
    #[error("{0:?} is not a URL: write it in full, like https://api.example.com")]
    Malformed(String),
    /// The scheme is not https (nor, inside the own network, http).
    #[error("scheme {0:?} is not supported: use https")]
    Scheme(String),
    /// It carries a user name or password.
    #[error("a URL must not hold a user name or password: use the token setting")]
    Credentials,
    /// It leads into this machine or its network.
    #[error(
        "{0} is a loopback, private, link-local or metadata address: set allow_private_providers \
         = true if the provider really stands there"
    )]
    Private(String),
    /// The HTTP client could not be set up on this machine.
    #[error("the HTTPS client cannot start: {0}")]
    Client(String),
}

/// Checks a base URL from settings. The trailing slash is normalised so that [`Url::join`] appends.
///
/// # Errors
/// [`UrlRefused`] names what is wrong and what to write instead.
pub fn checked_url(text: &str, reach: Reach) -> Result<Url, UrlRefused> {
    let mut url = checked_address(text, reach)?;
    if !url.path().ends_with('/') {
        let path = format!("{}/", url.path());
        url.set_path(&path);
    }
    Ok(url)
}

/// Checks a URL from settings that is called as it stands.
///
/// # Errors
/// [`UrlRefused`] names what is wrong and what to write instead.
pub fn checked_address(text: &str, reach: Reach) -> Result<Url, UrlRefused> {
    let url = Url::parse(text.trim()).map_err(|_| UrlRefused::Malformed(text.to_owned()))?;
    if !matches!(url.scheme(), "http" | "https") {
        return Err(UrlRefused::Scheme(url.scheme().to_owned()));
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err(UrlRefused::Credentials);
    }
    let host = url.host_str().ok_or_else(|| UrlRefused::Malformed(text.to_owned()))?;
    if reach == Reach::Public {
        if private_host(host) {
            return Err(UrlRefused::Private(host.to_owned()));
        }
        if url.scheme() == "http" {
            return Err(UrlRefused::Scheme("http".to_owned()));
        }
    }
    Ok(url)
}

fn private_host(host: &str) -> bool {
    let bare = host.trim_start_matches('[').trim_end_matches(']');
    if let Ok(address) = bare.parse::<IpAddr>() {
        return !is_public(address);
    }
    let name = bare.trim_end_matches('.').to_ascii_lowercase();
    name == "localhost"
        || !name.contains('.')
        || [".localhost", ".local", ".internal", ".home.arpa"].iter().any(|suffix| name.ends_with(suffix))
}

/// Whether an address is routed on the public internet.
pub fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => match embedded_v4(v6) {
            Some(v4) => is_public_v4(v4),
            None => is_public_v6(v6),
        },
    }
}

fn is_public_v4(v4: Ipv4Addr) -> bool {
    let [a, b, c, _] = v4.octets();
    !(v4.is_private()
        || v4.is_loopback()
        || v4.is_link_local()
        || v4.is_broadcast()
        || v4.is_documentation()
        || v4.is_multicast()
        || a == 0
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19))
        || a >= 240)
}

fn is_public_v6(v6: Ipv6Addr) -> bool {
    let first = v6.segments()[0];
    (0x2000..0x4000).contains(&first) && v6.segments()[..2] != [0x2001, 0xdb8]
}

/// The IPv4 address inside a mapped, NAT64 or 6to4 one, so that none of them is a way around.
fn embedded_v4(v6: Ipv6Addr) -> Option<Ipv4Addr> {
    if let Some(v4) = v6.to_ipv4_mapped() {
        return Some(v4);
    }
    let s = v6.segments();
    let join = |high: u16, low: u16| {
        let ([a, b], [c, d]) = (high.to_be_bytes(), low.to_be_bytes());
        Ipv4Addr::new(a, b, c, d)
    };
    match s {
        [0x64, 0xff9b, 0, 0, 0, 0, high, low] => Some(join(high, low)),
        [0x2002, high, low, ..] => Some(join(high, low)),
        _ => None,
    }
}

/// Resolves names and drops the answers that [`Reach::Public`] may not use, so that a public name
/// that points inside is refused at the moment of connecting.
struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0))
                .await?
                .filter(|address| is_public(address.ip()))
                .collect();
            if found.is_empty() {
                return Err("the name leads to no public address".into());
            }
            Ok(Box::new(found.into_iter()) as Addrs)
        })
    }
}

/// An HTTP client for providers: no redirects, no proxy from the environment, bounded times.
///
/// # Errors
/// [`UrlRefused::Client`] when the system's certificate store cannot be used.
pub fn client(reach: Reach, timeout: Duration) -> Result<Client, UrlRefused> {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let mut builder = Client::builder()
        .user_agent(concat!("aglis/", env!("CARGO_PKG_VERSION")))
        .redirect(redirect::Policy::none())
        .no_proxy()
        .connect_timeout(timeout.min(Duration::from_secs(5)))
        .timeout(timeout)
        .pool_idle_timeout(Duration::from_secs(30));
    if reach == Reach::Public {
        builder = builder.dns_resolver(Arc::new(PublicOnly));
    }
    builder.build().map_err(|error| UrlRefused::Client(error.to_string()))
}

/// What a failed request means for the message: certain when nothing was written, uncertain when the
/// provider may have read it.
pub fn request_failed(error: &reqwest::Error) -> SendError {
    if error.is_builder() {
        SendError::permanent("request", "the request could not be built")
    } else if error.is_connect() {
        SendError::unavailable("connect", "the provider cannot be reached")
    } else if error.is_timeout() {
        SendError::uncertain("no answer in time")
    } else {
        SendError::uncertain("the connection broke before the answer was complete")
    }
}

/// What a status other than success means for the message. `None` for 2xx.
pub fn status_failed(status: StatusCode, headers: &HeaderMap) -> Option<SendError> {
    if status.is_success() {
        return None;
    }
    let code = format!("http_{}", status.as_u16());
    let reason = format!("the provider answered {status}");
    let retry_after = retry_after(headers);
    Some(match status.as_u16() {
        504 | 520 | 524 => SendError::uncertain(reason),
        // The account, the address in the settings, the rate, or nobody behind the provider's door.
        401 | 403 | 404 | 429 | 502 | 503 => SendError::Unavailable { code, reason, retry_after },
        // A failure inside may lie with this very message; the breaker tells when it does not.
        408 | 425 | 500..=599 => SendError::Transient { code, reason, retry_after },
        _ => SendError::permanent(code, reason),
    })
}

/// `Retry-After` in its seconds form, at most an hour.
fn retry_after(headers: &HeaderMap) -> Option<Duration> {
    let seconds: u64 = headers.get(RETRY_AFTER)?.to_str().ok()?.trim().parse().ok()?;
    Some(Duration::from_secs(seconds.min(3600)))
}

/// Reads at most `limit` bytes of an answer.
///
/// # Errors
/// [`SendError::Uncertain`] when the body breaks off or never ends: the request was already read.
pub async fn body(mut response: Response, limit: usize) -> Result<Vec<u8>, SendError> {
    let mut bytes = Vec::new();
    while let Some(chunk) = response.chunk().await.map_err(|error| request_failed(&error))? {
        if bytes.len() + chunk.len() > limit {
            return Err(SendError::uncertain("the answer is too long"));
        }
        bytes.extend_from_slice(&chunk);
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_inside_are_refused_by_name_of_the_setting() {
        for inside in [
            "http://127.0.0.1:8080",
            "http://localhost/send",
            "http://foo.localhost",
            "http://10.0.0.7",
            "http://192.168.1.1",
            "http://169.254.169.254/latest/meta-data",
            "http://metadata.google.internal",
            "http://metadata",
            "http://[::1]/",
            "http://[::ffff:127.0.0.1]/",
            "http://[::ffff:169.254.169.254]/",
            "http://[64:ff9b::7f00:1]/",
            "http://[2002:7f00:1::]/",
            "http://[fe80::1]/",
            "http://[fd00:ec2::254]/",
            "http://100.64.0.1",
            "http://0.0.0.0",
            "http://2130706433",
            "http://0x7f.1",
        ] {
            let refused = checked_url(inside, Reach::Public).unwrap_err();
            assert!(refused.to_string().contains("allow_private_providers"), "{inside}: {refused}");
            assert!(checked_url(inside, Reach::Anywhere).is_ok(), "{inside}");
        }
    }

    #[test]
    fn only_plain_http_urls_are_taken() {
        for bad in ["", "api.fonnte.com", "ftp://x.com", "file:///etc/passwd"] {
            assert!(checked_url(bad, Reach::Anywhere).is_err(), "{bad}");
        }
        assert_eq!(
            checked_url("http://api.fonnte.com", Reach::Public),
            Err(UrlRefused::Scheme("http".into()))
        );
        assert_eq!(
            checked_url("https://user:pw@api.fonnte.com", Reach::Public),
            Err(UrlRefused::Credentials)
        );
        let url = checked_url("https://api.fonnte.com/v1", Reach::Public).unwrap();
        assert_eq!(url.join("send").unwrap().as_str(), "https://api.fonnte.com/v1/send");
        assert!(checked_url("https://8.8.8.8", Reach::Public).is_ok());
        assert!(checked_url("https://[2606:4700::1111]", Reach::Public).is_ok());
    }

    #[test]
    fn what_is_wrong_with_the_account_is_not_the_message_s_fault() {
        let failed = |status: u16| status_failed(StatusCode::from_u16(status).unwrap(), &HeaderMap::new());
        assert_eq!(failed(200), None);
        for status in [401, 403, 404, 429, 502, 503] {
            assert!(matches!(failed(status), Some(SendError::Unavailable { .. })), "{status}");
        }
        for status in [408, 500, 507] {
            assert!(matches!(failed(status), Some(SendError::Transient { .. })), "{status}");
        }
        for status in [302, 400, 413] {
            assert!(matches!(failed(status), Some(SendError::Permanent { .. })), "{status}");
        }
    }

    #[tokio::test]
    async fn a_public_looking_name_that_leads_inside_is_refused_when_connecting() {
        let client = client(Reach::Public, Duration::from_secs(2)).unwrap();
        let error = client.get("http://localhost:9/").send().await.unwrap_err();
        assert!(error.is_connect());
    }
}
