//! Style sheets, scripts and pictures, compiled in. Their addresses hold a part of their hash, so browsers keep them for good.

use axum::{
    extract::Path,
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use rust_embed::RustEmbed;
use std::{collections::HashMap, sync::LazyLock};

#[derive(RustEmbed)]
#[folder = "static/"]
struct Static;

/// The route that [`serve`] answers.
pub const ROUTE: &str = "/assets/{version}/{*path}";

static URLS: LazyLock<HashMap<String, String>> = LazyLock::new(|| {
    Static::iter()
        .filter_map(|path| {
            let file = Static::get(&path)?;
            Some((path.to_string(), format!("/assets/{}/{path}", version(&file))))
        })
        .collect()
});

/// The address of a file of `aglisd/static`; empty for a name that is not there.
pub fn url(path: &str) -> &'static str {
    URLS.get(path).map_or("", String::as_str)
}

/// The text of a file of `aglisd/static`; empty for a name that is not there.
pub fn text(path: &str) -> String {
    Static::get(path).map(|file| String::from_utf8_lossy(&file.data).into_owned()).unwrap_or_default()
}

/// Serves a file. An address from an older program still gets the present file, but not for keeps.
pub async fn serve(Path((wanted, path)): Path<(String, String)>, headers: HeaderMap) -> Response {
    let Some(file) = Static::get(&path) else { return StatusCode::NOT_FOUND.into_response() };
    let tag = format!("\"{}\"", hex::encode(file.metadata.sha256_hash()));
    let keep = if wanted == version(&file) { "public, max-age=31536000, immutable" } else { "no-cache" };
    let known = headers
        .get(header::IF_NONE_MATCH)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.split(',').any(|known| known.trim().trim_start_matches("W/") == tag));
    let mut response = if known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = file.metadata.mimetype().to_owned();
        let kind = if kind.starts_with("text/") { format!("{kind}; charset=utf-8") } else { kind };
        ([(header::CONTENT_TYPE, kind)], file.data.into_owned()).into_response()
    };
    response.headers_mut().insert(header::CACHE_CONTROL, HeaderValue::from_static(keep));
    if let Ok(tag) = HeaderValue::from_str(&tag) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    response
}

fn version(file: &rust_embed::EmbeddedFile) -> String {
    hex::encode(&file.metadata.sha256_hash()[..8])
}

#[cfg(test)]
mod tests {
    use super::*;

    async fn get(url: &str, known: Option<&str>) -> Response {
        let (version, path) = url.trim_start_matches("/assets/").split_once('/').expect("an address");
        let mut headers = HeaderMap::new();
        if let Some(known) = known {
            headers.insert(header::IF_NONE_MATCH, HeaderValue::from_str(known).expect("a tag"));
        }
        serve(Path((version.into(), path.into())), headers).await
    }

    #[tokio::test]
    async fn keeps_what_never_changes_and_answers_short_to_who_has_it() {
        assert_eq!(get("/assets/0/nothing.css", None).await.status(), StatusCode::NOT_FOUND);
        assert_eq!(get("/assets/0/../Cargo.toml", None).await.status(), StatusCode::NOT_FOUND);
        let fresh = get(url("base.css"), None).await;
        assert_eq!(fresh.headers()[header::CONTENT_TYPE], "text/css; charset=utf-8");
        assert_eq!(fresh.headers()[header::CACHE_CONTROL], "public, max-age=31536000, immutable");
        let tag = fresh.headers()[header::ETAG].to_str().expect("a tag").to_owned();
        assert_eq!(get(url("base.css"), Some(&tag)).await.status(), StatusCode::NOT_MODIFIED);
        let old = get("/assets/0000/base.css", None).await;
        assert_eq!(
            (old.status(), &old.headers()[header::CACHE_CONTROL]),
            (StatusCode::OK, &HeaderValue::from_static("no-cache"))
        );
    }
}
