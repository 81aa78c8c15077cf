//! An installation served over HTTP from within the test, and people who visit it without scripts.

use aglis_core::{app::App, event::seal};
use aglis_daemon::{api, http, page};
use reqwest::{Method, header};
use serde_json::Value;
use std::{collections::BTreeMap, net::SocketAddr, path::PathBuf, time::Duration};

/// A served installation; it ends when dropped.
pub struct Site {
    /// Its address, `http://127.0.0.1:PORT`.
    pub url: String,
    /// Its local socket.
    pub socket: PathBuf,
    app: App,
}

impl Site {
    /// Serves an installation as `aglisd serve` does.
    pub async fn open(app: &App) -> Site {
        let socket = app.config.server.data.join("site.sock");
        let any = SocketAddr::from(([127, 0, 0, 1], 0));
        let listeners = http::bind(any, &socket).await.expect("sockets");
        let url = format!("http://{}", listeners.address().expect("its address"));
        let service = api::routes().merge(page::routes(&app.config)).into_service(app);
        let stopping = app.db.hub().stopping();
        tokio::spawn(http::serve(listeners, service, stopping, Duration::from_secs(1), 512));
        tokio::spawn(seal::run(app.db.clone()));
        Site { url, socket, app: app.clone() }
    }

    /// Somebody who comes over the network with nothing.
    pub fn visitor(&self) -> Guest {
        Guest::new(reqwest::Client::builder(), &self.url)
    }

    /// An administrator on the local socket.
    pub fn local(&self) -> Guest {
        Guest::new(reqwest::Client::builder().unix_socket(self.socket.clone()), "http://local")
    }

    /// Somebody with an API token.
    pub fn token(&self, secret: &str) -> Guest {
        self.visitor().with("authorization", &format!("Bearer {secret}"))
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        self.app.db.hub().stop();
    }
}

/// Somebody who visits: keeps cookies, fills in forms, follows nothing by themselves.
pub struct Guest {
    client: reqwest::Client,
    base: String,
    cookies: BTreeMap<String, String>,
    headers: Vec<(String, String)>,
    page: String,
}

/// What came back.
#[derive(Debug)]
pub struct Reply {
    /// The status.
    pub status: u16,
    /// The headers.
    pub headers: header::HeaderMap,
    /// The body.
    pub body: Vec<u8>,
}

impl Reply {
    /// The body as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body)
            .unwrap_or_else(|error| panic!("{error}: {self:?}: {}", self.text()))
    }

    /// The stable word of a refusal; empty when there is none.
    pub fn code(&self) -> String {
        let body: Value = serde_json::from_slice(&self.body).unwrap_or_default();
        body["code"].as_str().unwrap_or_default().to_owned()
    }

    /// A header; empty when it is not there.
    pub fn header(&self, name: &str) -> String {
        self.headers
            .get(name)
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .unwrap_or_default()
    }

    /// Every cookie that is set, as it is written.
    pub fn cookies(&self) -> Vec<String> {
        self.headers
            .get_all(header::SET_COOKIE)
            .iter()
            .map(|value| String::from_utf8_lossy(value.as_bytes()).into_owned())
            .collect()
    }

    /// The page's title.
    pub fn title(&self) -> String {
        let text = self.text();
        let title = text.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        title.map(|(title, _)| title.to_owned()).unwrap_or_default()
    }

    /// Says what came when it is not what was expected.
    #[track_caller]
    pub fn expect(self, status: u16) -> Reply {
        assert_eq!(self.status, status, "{}", self.text());
        self
    }
}

impl Guest {
    fn new(client: reqwest::ClientBuilder, base: &str) -> Guest {
        aglis_core::tls::install();
        let client = client
            .redirect(reqwest::redirect::Policy::none())
            .timeout(Duration::from_secs(60))
            .build()
            .expect("a client");
        Guest {
            client,
            base: base.to_owned(),
            cookies: BTreeMap::new(),
            headers: Vec::new(),
            page: String::new(),
        }
    }

    /// The same with a header on every request.
    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Guest {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// A cookie they have.
    pub fn cookie(&self, name: &str) -> Option<&str> {
        self.cookies.get(name).map(String::as_str)
    }

    /// Gives them a cookie.
    pub fn set_cookie(&mut self, name: &str, value: &str) {
        self.cookies.insert(name.to_owned(), value.to_owned());
    }

    /// A request with what they carry, not yet sent.
    pub fn request(&self, method: Method, path: &str) -> reqwest::RequestBuilder {
        let mut request = self.client.request(method, format!("{}{path}", self.base));
        for (name, value) in &self.headers {
            request = request.header(name, value);
        }
        if !self.cookies.is_empty() {
            let cookies: Vec<String> =
                self.cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
            request = request.header(header::COOKIE, cookies.join("; "));
        }
        request
    }

    /// Sends a request and takes what comes, cookies too.
    pub async fn send(&mut self, request: reqwest::RequestBuilder) -> Reply {
        let response = request.send().await.expect("an answer");
        let (status, headers) = (response.status().as_u16(), response.headers().clone());
        let body = response.bytes().await.expect("a body").to_vec();
        let reply = Reply { status, headers, body };
        for cookie in reply.cookies() {
            let pair = cookie.split(';').next().unwrap_or_default();
            let (name, value) = pair.split_once('=').expect("a name and a value");
            if value.is_empty() || cookie.contains("Max-Age=0") {
                self.cookies.remove(name);
            } else {
                self.set_cookie(name, value);
            }
        }
        if reply.header("content-type").starts_with("text/html") {
            self.page = reply.text();
        }
        reply
    }

    /// Reads.
    pub async fn get(&mut self, path: &str) -> Reply {
        let request = self.request(Method::GET, path);
        self.send(request).await
    }

    /// Sends JSON.
    pub async fn call(&mut self, method: Method, path: &str, body: &Value) -> Reply {
        let request = self.request(method, path).json(body);
        self.send(request).await
    }

    /// Posts JSON.
    pub async fn post(&mut self, path: &str, body: &Value) -> Reply {
        self.call(Method::POST, path, body).await
    }

    /// The hidden fields of the form on the present page that leads to a place.
    pub fn hidden(&self, action: &str) -> Vec<(String, String)> {
        let mark = format!("action=\"{action}\"");
        let form = self
            .page
            .split("<form")
            .skip(1)
            .find(|form| form.split('>').next().is_some_and(|head| head.contains(&mark)))
            .unwrap_or_else(|| panic!("no form leads to {action}:\n{}", self.page));
        let form = form.split("</form>").next().unwrap_or_default();
        let value = |input: &str, name: &str| {
            let (_, rest) = input.split_once(&format!("{name}=\""))?;
            rest.split('"').next().map(str::to_owned)
        };
        form.split("<input")
            .skip(1)
            .map(|input| input.split('>').next().unwrap_or_default())
            .filter(|input| input.contains("type=\"hidden\""))
            .filter_map(|input| Some((value(input, "name")?, value(input, "value").unwrap_or_default())))
            .collect()
    }

    /// Fills in a form of the present page and sends it.
    pub async fn submit(&mut self, action: &str, fields: &[(&str, &str)]) -> Reply {
        let mut pairs = self.hidden(action);
        pairs.extend(fields.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())));
        let request = self.request(Method::POST, action).form(&pairs);
        self.send(request).await
    }

    /// Fills in a form of the present page that takes files, and sends it.
    pub async fn upload(
        &mut self,
        action: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &str, Vec<u8>)],
    ) -> Reply {
        let mut form = reqwest::multipart::Form::new();
        for (name, value) in self.hidden(action) {
            form = form.text(name, value);
        }
        for (name, value) in fields {
            form = form.text((*name).to_owned(), (*value).to_owned());
        }
        for (field, name, bytes) in files {
            let part = reqwest::multipart::Part::bytes(bytes.clone()).file_name((*name).to_owned());
            form = form.part((*field).to_owned(), part);
        }
        let request = self.request(Method::POST, action).multipart(form);
        self.send(request).await
    }

    /// [`Guest::submit`] and on to where the answer leads; gives that page.
    pub async fn go(&mut self, action: &str, fields: &[(&str, &str)]) -> Reply {
        let reply = self.submit(action, fields).await;
        self.follow(reply).await
    }

    /// On to where an answer leads.
    pub async fn follow(&mut self, reply: Reply) -> Reply {
        let reply = reply.expect(303);
        let to = reply.header("location");
        self.get(&to).await.expect(200)
    }
}
