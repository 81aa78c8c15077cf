//! Who and where a request comes from, as far as the connection tells; and the request's id.

use super::{listen::Peer, problem::Problem};
use aglis_core::{
    app::{App, RequestInfo},
    types::Locale,
};
use axum::{
    extract::{ConnectInfo, MatchedPath, Request},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header},
    response::{IntoResponse, Response},
};
use std::{
    net::{IpAddr, SocketAddr},
    time::Instant,
};

tokio::task_local! {
    static REQUEST_ID: String;
}

/// The id of the request that is being answered in this task.
pub fn current_request_id() -> Option<String> {
    REQUEST_ID.try_with(Clone::clone).ok()
}

const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// The client's address. A proxy's word is taken only from proxies that were configured, and from the right: the
/// first address that is no such proxy is the client.
fn client_ip(app: &App, socket: Option<IpAddr>, headers: &HeaderMap) -> String {
    let Some(mut ip) = socket.map(|ip| ip.to_canonical()) else { return "local".to_owned() };
    let trusted = |ip: IpAddr| app.config.server.trusted_proxies.iter().any(|network| network.contains(ip));
    let forwarded = headers.get_all("x-forwarded-for").iter().filter_map(|value| value.to_str().ok());
    let mut hops: Vec<&str> = forwarded.flat_map(|value| value.split(',')).map(str::trim).collect();
    while trusted(ip) {
        match hops.pop().map(str::parse::<IpAddr>) {
            Some(Ok(hop)) => ip = hop.to_canonical(),
            _ => break,
        }
    }
    ip.to_string()
}

/// An id given by the caller is kept when it is short and plain, so that logs of several programs can be joined.
fn request_id(app: &App, headers: &HeaderMap) -> String {
    headers
        .get(X_REQUEST_ID)
        .and_then(|value| value.to_str().ok())
        .filter(|id| {
            (8..=64).contains(&id.len())
                && id.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
        })
        .map_or_else(
            || {
                let mut bytes = [0; 8];
                app.random.fill(&mut bytes);
                hex::encode(bytes)
            },
            str::to_owned,
        )
}

/// The language that a caller of the API asks for. Pages find theirs by their own rules, which know cookies.
fn language(request: &Request) -> Option<Locale> {
    let api = request.uri().path().starts_with("/api/");
    let wanted = request.headers().get(header::ACCEPT_LANGUAGE).filter(|_| api)?;
    Locale::wanted(wanted.to_str().ok()?)
}

/// What is known of a request while it is answered.
pub struct Identified {
    id: String,
    begun: Instant,
    method: Method,
    route: String,
    local: bool,
}

/// Gives the request its id and origin.
pub fn identify(app: &App, request: &mut Request) -> Identified {
    let begun = Instant::now();
    let headers = request.headers();
    let socket =
        request.extensions().get::<ConnectInfo<SocketAddr>>().map(|ConnectInfo(address)| address.ip());
    let info = RequestInfo {
        ip: client_ip(app, socket, headers),
        user_agent: headers
            .get(header::USER_AGENT)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
            .chars()
            .take(300)
            .collect(),
        id: request_id(app, headers),
        language: language(request),
        idempotency_key: None,
    };
    let id = info.id.clone();
    let method = request.method().clone();
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "(none)".to_owned(), |path| path.as_str().to_owned());
    let local = request.extensions().get::<Peer>().is_some();
    request.extensions_mut().insert(info);
    Identified { id, begun, method, route, local }
}

impl Identified {
    /// Answers under the request's id, measures and logs. No personal data: neither address nor query nor body.
    pub async fn answer(self, answer: impl Future<Output = Response>) -> Response {
        let Identified { id, begun, method, route, local } = self;
        let mut response = REQUEST_ID.scope(id.clone(), answer).await;
        if let Ok(value) = HeaderValue::from_str(&id) {
            response.headers_mut().insert(X_REQUEST_ID, value);
        }
        let status = response.status();
        let elapsed = begun.elapsed();
        crate::metrics::request(&method, &route, status, elapsed);
        let ms = elapsed.as_micros() as f64 / 1000.0;
        // Reads that went well are only of interest when somebody looks closer.
        if status.is_server_error() {
            tracing::warn!(request_id = %id, %method, route, status = status.as_u16(), ms, local, "request");
        } else if status.is_client_error() || !method.is_safe() {
            tracing::info!(request_id = %id, %method, route, status = status.as_u16(), ms, local, "request");
        } else {
            tracing::debug!(request_id = %id, %method, route, status = status.as_u16(), ms, local, "request");
        }
        response
    }
}

/// The answer to a handler that panicked.
pub fn panicked(_: Box<dyn std::any::Any + Send + 'static>) -> Response {
    tracing::error!("a handler panicked");
    Problem::new(
        StatusCode::INTERNAL_SERVER_ERROR,
        "internal",
        "this is a defect of AGLIS; the log has the details under the request id",
    )
    .into_response()
}
