//! Secrets and addresses, which may hold secrets.

use super::value::{Raw, Setting, quoted};
use crate::db::{DatabaseUrl, without_password};
use secrecy::{ExposeSecret, SecretString};
use std::{fmt, path::Path};

impl Setting for SecretString {
    const KIND: &'static str = "a secret text";
    const SECRET: bool = true;

    fn parse(raw: &Raw) -> Result<Self, String> {
        match raw.text(Self::KIND) {
            Ok("") => Err("must not be empty".to_owned()),
            Ok(text) => Ok(SecretString::from(text)),
            Err(_) => Err("expects a text".to_owned()),
        }
    }

    fn show(&self) -> String {
        quoted("********")
    }

    fn measure(&self) -> Option<i64> {
        i64::try_from(self.expose_secret().chars().count()).ok()
    }
}

/// A base address of a service or of this one, without a slash at the end.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WebUrl(String);

impl WebUrl {
    /// The address, such as `https://portal.isp.id`.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether browsers reach it over TLS.
    pub fn is_https(&self) -> bool {
        self.0.starts_with("https://")
    }
}

impl fmt::Display for WebUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::str::FromStr for WebUrl {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        Self::parse(&Raw::Text(text.to_owned()))
    }
}

impl Setting for WebUrl {
    const KIND: &'static str = "a web address (https://portal.isp.id)";

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text(Self::KIND)?.trim_end_matches('/');
        let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
        match rest {
            Some(rest) if !rest.is_empty() && !rest.contains(['@', '?', '#', ' ']) => {
                Ok(WebUrl(text.to_owned()))
            }
            _ => Err(raw.refuse(Self::KIND)),
        }
    }

    fn show(&self) -> String {
        quoted(&self.0)
    }
}

impl Setting for DatabaseUrl {
    const KIND: &'static str = "sqlite:PATH or postgres://USER:PASSWORD@HOST/NAME";
    const SECRET: bool = true;

    fn parse(raw: &Raw) -> Result<Self, String> {
        raw.text(Self::KIND)?.parse().map_err(|_| format!("expects {}", Self::KIND))
    }

    fn show(&self) -> String {
        quoted(self)
    }

    fn rebase(&mut self, folder: &Path) {
        if let DatabaseUrl::Sqlite(path) = self {
            path.rebase(folder);
        }
    }
}

/// The address of a Redis server; it may hold a password.
#[derive(Clone)]
pub struct RedisUrl(SecretString);

impl RedisUrl {
    /// The address for the driver, with its password.
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }
}

impl fmt::Debug for RedisUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&without_password(self.expose()))
    }
}

impl Setting for RedisUrl {
    const KIND: &'static str = "redis://HOST:PORT, rediss://… or redis+unix:///PATH";
    const SECRET: bool = true;

    fn parse(raw: &Raw) -> Result<Self, String> {
        let text = raw.text(Self::KIND)?;
        let known = ["redis://", "rediss://", "redis+unix://", "unix://"];
        if known.iter().any(|scheme| text.len() > scheme.len() && text.starts_with(scheme)) {
            Ok(RedisUrl(text.into()))
        } else {
            Err(format!("expects {}", Self::KIND))
        }
    }

    fn show(&self) -> String {
        quoted(without_password(self.expose()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read<T: Setting>(text: &str) -> Result<T, String> {
        T::parse(&Raw::Text(text.to_owned()))
    }

    #[test]
    fn a_password_never_shows() {
        for url in ["postgres://aglis:hu:sh@db/aglis", "postgres://db/aglis?user=a&password=hush"] {
            let url: DatabaseUrl = read(url).unwrap();
            assert!(!format!("{url:?} {url} {}", url.show()).contains("sh@"), "{url}");
            assert!(!format!("{url:?}").contains("hush"), "{url}");
        }
        let redis: RedisUrl = read("redis://:hush@localhost").unwrap();
        assert!(!format!("{redis:?}{}", redis.show()).contains("hush"));
        assert!(!read::<DatabaseUrl>("mysql://u:hush@h").unwrap_err().contains("hush"));
    }
}
