//! Somebody at the pages without a browser: requests as one without scripts sends them, answered in process.

use crate::world::World;
use aglis_core::{accounts::service::token_hash, args, types::*};
use aglis_daemon::{
    http::{CUSTOMER_COOKIE, STAFF_COOKIE, cookie_name},
    page::csrf,
};
use axum::{
    Router,
    body::{Body, BodyDataStream, to_bytes},
    http::{Request, Response, StatusCode, header},
};
use futures_util::StreamExt;
use std::time::Duration;
use tower::ServiceExt;

const MOST_BYTES: usize = 16 << 20;
const PATIENCE: Duration = Duration::from_secs(15);
const BOUNDARY: &str = "----a-boundary-of-the-tests";

/// Somebody who is signed in.
pub struct Visitor {
    router: Router,
    cookie: String,
    csrf: String,
}

/// What was answered.
#[derive(Debug)]
pub struct Page {
    /// Its status.
    pub status: StatusCode,
    /// Where it stands: the path asked for, or the one it led to.
    pub path: String,
    /// Its text, tags and all.
    pub text: String,
}

impl Page {
    /// Whether the text is on the page.
    pub fn says(&self, text: &str) -> bool {
        self.text.contains(text)
    }

    /// Complains unless the text is on the page.
    #[track_caller]
    pub fn must_say(&self, text: &str) -> &Page {
        assert!(self.says(text), "{} ({}) does not say {text:?}:\n{}", self.path, self.status, self.text);
        self
    }

    /// Complains when the text is on the page.
    #[track_caller]
    pub fn must_not_say(&self, text: &str) -> &Page {
        assert!(!self.says(text), "{} ({}) says {text:?}:\n{}", self.path, self.status, self.text);
        self
    }

    /// The value of the field of a name, as it stands in the form.
    #[track_caller]
    pub fn field(&self, name: &str) -> &str {
        let input = self
            .text
            .split("<input")
            .find(|input| input.contains(&format!(" name=\"{name}\"")))
            .unwrap_or_else(|| panic!("no field {name} on {}:\n{}", self.path, self.text));
        let tag = input.split_once('>').map_or(input, |(tag, _)| tag);
        tag.split_once(" value=\"").and_then(|(_, rest)| rest.split_once('"')).map_or("", |(value, _)| value)
    }
}

impl Visitor {
    /// A staff member with a session of their own.
    pub async fn staff(world: &World, user: UserId) -> Visitor {
        Visitor::with_session(world, STAFF_COOKIE, "staff", Some(user), None).await
    }

    /// A customer with a session of their own.
    pub async fn customer(world: &World, customer: CustomerId) -> Visitor {
        Visitor::with_session(world, CUSTOMER_COOKIE, "customer", None, Some(customer)).await
    }

    async fn with_session(
        world: &World,
        cookie: &str,
        side: &str,
        user: Option<UserId>,
        customer: Option<CustomerId>,
    ) -> Visitor {
        let app = &world.app;
        let (secret, now) = (app.random_token(), app.now());
        let mut tx = app.db.write().await.expect("a transaction");
        let (session,): (SessionId,) = tx
            .one(
                "INSERT INTO sessions (user_id, customer_id, token_hash, ip, user_agent, created_at, last_seen_at, expires_at) VALUES ($1, $2, $3, 'local', 'stories', $4, $4, $5) RETURNING id",
                args![user, customer, token_hash(&secret), now, now.plus_seconds(86_400)],
            )
            .await
            .expect("a session");
        tx.commit().await.expect("a commit");
        let routes = aglis_daemon::api::routes().merge(aglis_daemon::page::routes(&app.config));
        Visitor {
            router: routes.into_service(app),
            cookie: format!("{}={secret}", cookie_name(app, cookie)),
            csrf: csrf::token(&app.secret, &format!("{side}:{session}")),
        }
    }

    /// Opens a page.
    pub async fn get(&self, path: &str) -> Page {
        self.read(path, "").await
    }

    async fn read(&self, path: &str, more: &str) -> Page {
        let request = Request::get(path).header(header::COOKIE, format!("{}; {more}", self.cookie));
        let response = self.ask(request.body(Body::empty()).expect("a request")).await;
        page(path, response).await
    }

    /// Sends a form and follows where it leads.
    pub async fn post(&self, path: &str, fields: &[(&str, &str)]) -> Page {
        self.send(path, fields, &[]).await
    }

    /// Sends a form with files, each with its field and name, and follows where it leads.
    pub async fn send(&self, path: &str, fields: &[(&str, &str)], files: &[(&str, &str, Vec<u8>)]) -> Page {
        let mut body = Vec::new();
        let mut part = |about: &str, content: &[u8]| {
            let head = format!("--{BOUNDARY}\r\ncontent-disposition: form-data; {about}\r\n\r\n");
            body.extend_from_slice(head.as_bytes());
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        };
        for (name, value) in fields.iter().chain(&[(csrf::FIELD, self.csrf.as_str())]) {
            part(&format!("name=\"{name}\""), value.as_bytes());
        }
        for (field, name, content) in files {
            part(&format!("name=\"{field}\"; filename=\"{name}\""), content);
        }
        body.extend_from_slice(format!("--{BOUNDARY}--\r\n").as_bytes());
        let request = Request::post(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, format!("multipart/form-data; boundary={BOUNDARY}"))
            .body(Body::from(body))
            .expect("a request");
        let response = self.ask(request).await;
        let Some(to) = response.headers().get(header::LOCATION) else { return page(path, response).await };
        let to = to.to_str().expect("a path").to_owned();
        // What the next page is to say once travels in a cookie.
        let kept: Vec<&str> = response
            .headers()
            .get_all(header::SET_COOKIE)
            .iter()
            .filter_map(|value| value.to_str().ok()?.split(';').next())
            .collect();
        self.read(&to, &kept.join("; ")).await
    }

    /// Puts JSON to the API, as a page's script does.
    pub async fn put(&self, path: &str, json: &str) -> Page {
        let request = Request::put(path)
            .header(header::COOKIE, &self.cookie)
            .header(header::CONTENT_TYPE, "application/json")
            .body(Body::from(json.to_owned()))
            .expect("a request");
        page(path, self.ask(request).await).await
    }

    /// Follows the live events.
    pub async fn follow(&self) -> Followed {
        let request = Request::get("/api/events").header(header::COOKIE, &self.cookie);
        let response = self.ask(request.body(Body::empty()).expect("a request")).await;
        assert_eq!(response.status(), StatusCode::OK);
        Followed { stream: response.into_body().into_data_stream(), text: String::new() }
    }

    async fn ask(&self, request: Request<Body>) -> Response<Body> {
        self.router.clone().oneshot(request).await.expect("an answer")
    }
}

/// The live events of somebody.
pub struct Followed {
    stream: BodyDataStream,
    text: String,
}

impl Followed {
    /// The data of the next event of a name; others are passed over.
    pub async fn next(&mut self, name: &str) -> String {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let (event, rest) = (event.to_owned(), rest.to_owned());
                self.text = rest;
                if event.lines().any(|line| line == format!("event: {name}")) {
                    let data = event.lines().find_map(|line| line.strip_prefix("data: "));
                    return data.unwrap_or_default().to_owned();
                }
            }
            let chunk = tokio::time::timeout(PATIENCE, self.stream.next())
                .await
                .unwrap_or_else(|_| panic!("no event {name} came"))
                .expect("the stream goes on")
                .expect("a readable stream");
            self.text.push_str(&String::from_utf8_lossy(&chunk));
        }
    }
}

async fn page(path: &str, response: Response<Body>) -> Page {
    let status = response.status();
    let bytes = to_bytes(response.into_body(), MOST_BYTES).await.expect("a body");
    Page { status, path: path.to_owned(), text: String::from_utf8_lossy(&bytes).into_owned() }
}
