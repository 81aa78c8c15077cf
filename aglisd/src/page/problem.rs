//! The page a person sees when something cannot be done: refusals of the frame and of use cases, in words for people.

use super::Frame;
use crate::http::Problem;
use aglis_core::{
    app::{Actor, App, Ctx, RequestInfo},
    i18n::format,
};
use askama::Template;
use axum::{
    extract::Request,
    http::{HeaderMap, Method, StatusCode, Uri, header},
    response::Response,
};

#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage<'a> {
    frame: &'a Frame,
    title: String,
    text: String,
    request_id: String,
    home: &'a str,
}

/// Somebody who asks for a page: for everything outside `/api`, refusals are told in words.
pub struct Person {
    method: Method,
    uri: Uri,
    headers: HeaderMap,
    info: RequestInfo,
}

impl Person {
    /// None where a program asks.
    pub fn of(request: &Request) -> Option<Person> {
        let path = request.uri().path();
        if path.starts_with("/api/") || path.starts_with("/assets/") {
            return None;
        }
        Some(Person {
            method: request.method().clone(),
            uri: request.uri().clone(),
            headers: request.headers().clone(),
            info: request.extensions().get::<RequestInfo>().cloned().unwrap_or_default(),
        })
    }

    /// Turns a problem document into a page. Who is not signed in is led to the sign-in page.
    pub fn answer(self, app: &App, mut response: Response) -> Response {
        let Some(problem) = response.extensions_mut().remove::<Problem>() else { return response };
        let Person { method, uri, headers, info } = self;
        let ctx = Ctx { now: app.now(), app: app.clone(), actor: Actor::Anonymous, request: info };
        let frame = Frame::new(&ctx, &headers, &uri);
        if problem.status() == StatusCode::UNAUTHORIZED {
            let back = if method == Method::GET { uri.path() } else { "" };
            return frame.go(&sign_in_url(uri.path(), back));
        }
        let mut page = page(&frame, &problem);
        if let Some(seconds) = problem.retry_after {
            page.headers_mut().insert(header::RETRY_AFTER, seconds.into());
        }
        page
    }
}

/// Where people of this part of the site sign in, and come back from.
fn sign_in_url(path: &str, back: &str) -> String {
    let page = if is_portal(path) { "/customer/login" } else { "/login" };
    if back.is_empty() || back == "/" {
        return page.to_owned();
    }
    let back: String = form_urlencoded::byte_serialize(back.as_bytes()).collect();
    format!("{page}?next={back}")
}

/// Where to go on after signing in: a path of this site's own, never another site.
pub fn safe_next(next: Option<&str>, otherwise: &str) -> String {
    let safe = |path: &&str| {
        path.starts_with('/')
            && !path.starts_with("//")
            && !path.contains('\\')
            && !path.chars().any(char::is_control)
    };
    next.filter(safe).unwrap_or(otherwise).to_owned()
}

fn is_portal(path: &str) -> bool {
    path == "/customer" || path.starts_with("/customer/")
}

/// A page for a problem. The words are those of the catalogues, never a database's.
pub fn page(frame: &Frame, problem: &Problem) -> Response {
    let name = match (problem.status, problem.code.as_str()) {
        (_, "stale_form") => "again",
        (403, _) => "forbidden",
        (404 | 405, _) => "not-found",
        (409, _) => "conflict",
        (413, _) => "too-large",
        (429, _) => "wait",
        (503, "uploads_unavailable") => "uploads",
        (503, _) => "busy",
        (400..500, _) => "bad",
        _ => "broken",
    };
    let wait = i64::try_from(problem.retry_after.unwrap_or(0)).unwrap_or(0).saturating_mul(1000);
    let page = ErrorPage {
        frame,
        title: frame.t(&format!("frame-{name}-title")),
        text: frame.t1(&format!("frame-{name}-text"), "span", format::span(frame.lang, wait)),
        request_id: match problem.status {
            500.. => problem.request_id.clone().unwrap_or_default(),
            _ => String::new(),
        },
        home: if is_portal(&frame.path) { "/customer/dashboard" } else { "/" },
    };
    frame.html(problem.status(), &page)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn people_are_sent_to_their_own_door_and_back() {
        assert_eq!(
            sign_in_url("/customer/profile", "/customer/profile"),
            "/customer/login?next=%2Fcustomer%2Fprofile"
        );
        assert_eq!(sign_in_url("/customer/tickets/new", ""), "/customer/login");
        assert_eq!(sign_in_url("/customers", "/customers"), "/login?next=%2Fcustomers");
        assert_eq!(sign_in_url("/", "/"), "/login");
    }

    #[test]
    fn nobody_is_sent_to_another_site() {
        assert_eq!(safe_next(Some("/customer/tickets"), "/x"), "/customer/tickets");
        for bad in ["//evil.example", "https://evil.example", "/\\evil.example", "", "/a\nb"] {
            assert_eq!(safe_next(Some(bad), "/x"), "/x", "{bad}");
        }
        assert_eq!(safe_next(None, "/x"), "/x");
    }
}
