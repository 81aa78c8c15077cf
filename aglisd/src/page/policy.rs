//! What a page may load, and the headers that say so.

use super::assets;
use axum::http::{HeaderMap, HeaderName, HeaderValue, header};
use base64::{Engine, engine::general_purpose::STANDARD};
use sha2::{Digest, Sha256};
use std::sync::LazyLock;

/// The portal's whole style sheet. It stands inside the page, which saves a round trip on slow mobile data.
pub static PORTAL_STYLE: LazyLock<String> =
    LazyLock::new(|| pack(&format!("{}{}", assets::text("base.css"), assets::text("portal.css"))));

static POLICY: LazyLock<HeaderValue> = LazyLock::new(|| {
    let style = STANDARD.encode(Sha256::digest(PORTAL_STYLE.as_bytes()));
    let policy = format!(
        "default-src 'none'; script-src 'self'; style-src 'self' 'sha256-{style}'; img-src 'self' data: blob:; \
         media-src 'self' blob:; font-src 'self'; connect-src 'self'; manifest-src 'self'; form-action 'self'; \
         frame-ancestors 'none'; base-uri 'none'"
    );
    HeaderValue::from_str(&policy).unwrap_or_else(|_| HeaderValue::from_static("default-src 'none'"))
});

/// Sets the headers of a page that only the person who asked may see and no search engine may keep.
pub fn apply(headers: &mut HeaderMap) {
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    headers.insert(HeaderName::from_static("x-robots-tag"), HeaderValue::from_static("noindex, nofollow"));
    headers.insert(header::CONTENT_SECURITY_POLICY, POLICY.clone());
}

/// Takes comments and the blanks around lines out of a style sheet.
fn pack(css: &str) -> String {
    let mut out = String::with_capacity(css.len());
    let mut rest = css;
    while let Some((before, after)) = rest.split_once("/*") {
        out.push_str(before);
        rest = after.split_once("*/").map_or("", |(_, after)| after);
    }
    out.push_str(rest);
    out.lines().map(str::trim).filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_sheet_has_no_comments_and_ends_its_element_nowhere() {
        assert_eq!(pack("/* a */ b { }\n\n  c {\n d: e /* f */ }\n"), "b { }\nc {\nd: e  }");
        assert!(PORTAL_STYLE.contains("--action") && !PORTAL_STYLE.contains("</"));
    }

    #[test]
    fn nothing_inline_is_allowed_but_the_one_sheet() {
        let mut headers = HeaderMap::new();
        apply(&mut headers);
        let policy = headers[header::CONTENT_SECURITY_POLICY].to_str().expect("a policy");
        assert!(policy.contains("style-src 'self' 'sha256-") && policy.contains("frame-ancestors 'none'"));
        assert!(!policy.contains("unsafe"));
        assert_eq!(headers[header::CACHE_CONTROL], "no-store");
    }
}
