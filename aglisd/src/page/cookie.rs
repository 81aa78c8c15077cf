//! Cookies of pages. Over TLS they carry the `__Host-` prefix, which binds them to this very host.

use axum::http::{HeaderMap, HeaderValue, header};

/// A random value per browser: forms of people who are not signed in and sign-in codes belong to it.
pub const BROWSER: &str = "aglis_browser";
/// The language chosen on this browser.
pub const LANG: &str = "aglis_lang";
/// Light or dark, where somebody chose against their system.
pub const THEME: &str = "aglis_theme";
/// One sentence for the next page.
pub const FLASH: &str = "aglis_flash";
/// The number that a sign-in is under way for.
pub const SIGN_IN: &str = "aglis_sign_in";

/// Whether the person came over TLS, so that cookies may be marked `Secure`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tls(pub bool);

/// Finds a cookie by name, with or without the `__Host-` prefix as the connection demands.
pub fn get(headers: &HeaderMap, tls: Tls, name: &str) -> Option<String> {
    let full = full_name(tls, name);
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, value)| *key == full && !value.is_empty())
        .map(|(_, value)| value.to_owned())
}

/// A `Set-Cookie` value; `None` seconds means until the browser is closed, zero removes it.
/// The value must be of cookie characters, as sealed and hexadecimal ones are; any other is left out.
pub fn set(tls: Tls, name: &str, value: &str, seconds: Option<i64>) -> HeaderValue {
    let name = full_name(tls, name);
    let age = seconds.map(|seconds| format!("; Max-Age={seconds}")).unwrap_or_default();
    let secure = if tls.0 { "; Secure" } else { "" };
    let text = format!("{name}={value}; Path=/; HttpOnly; SameSite=Lax{age}{secure}");
    HeaderValue::from_str(&text).unwrap_or_else(|_| HeaderValue::from_static("aglis_none=; Max-Age=0"))
}

/// Whether a `Set-Cookie` value is one of [`set`] for a name.
pub fn sets(tls: Tls, name: &str, value: &HeaderValue) -> bool {
    let text = value.to_str().unwrap_or_default();
    text.split_once('=').is_some_and(|(key, _)| key == full_name(tls, name))
}

/// A `Set-Cookie` value that removes a cookie.
pub fn remove(tls: Tls, name: &str) -> HeaderValue {
    set(tls, name, "", Some(0))
}

fn full_name(tls: Tls, name: &str) -> String {
    if tls.0 { format!("__Host-{name}") } else { name.to_owned() }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn headers(cookie: &'static str) -> HeaderMap {
        HeaderMap::from_iter([(header::COOKIE, HeaderValue::from_static(cookie))])
    }

    #[test]
    fn over_tls_only_the_prefixed_cookie_counts() {
        let both = headers("aglis_lang=en; __Host-aglis_lang=id");
        assert_eq!(get(&both, Tls(true), LANG).as_deref(), Some("id"));
        assert_eq!(get(&both, Tls(false), LANG).as_deref(), Some("en"));
        assert_eq!(get(&headers("aglis_lang=en"), Tls(true), LANG), None);
        assert_eq!(get(&headers("aglis_lang="), Tls(false), LANG), None);
    }

    #[test]
    fn says_everything_a_browser_must_know() {
        assert_eq!(
            set(Tls(true), LANG, "id", Some(60)),
            "__Host-aglis_lang=id; Path=/; HttpOnly; SameSite=Lax; Max-Age=60; Secure"
        );
        assert_eq!(remove(Tls(false), LANG), "aglis_lang=; Path=/; HttpOnly; SameSite=Lax; Max-Age=0");
    }
}
