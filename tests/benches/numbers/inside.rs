//! The daemon inside this process.

use std::net::SocketAddr;
use std::path::Path;

use aglis_core::accounts::{NewToken, service};
use aglis_core::app::{Actor, App, Ctx, RequestInfo};
use aglis_core::config::Config;

/// Opens the installation in a data folder as the daemon does.
pub async fn open(data: &Path) -> anyhow::Result<App> {
    aglis_core::tls::install();
    aglis_daemon::serve::open(Config::defaults(data)?).await.map_err(|error| anyhow::anyhow!("{error}"))
}

/// root on the local socket.
pub fn root(app: &App) -> Ctx {
    Ctx {
        app: app.clone(),
        actor: Actor::Unix { uid: 0, name: "root".into() },
        now: app.now(),
        request: RequestInfo::default(),
    }
}

/// A header that signs requests in.
pub async fn signed_in(app: &App) -> anyhow::Result<String> {
    let body = NewToken { name: "bench".into(), scopes: Vec::new(), expires_in_days: None };
    Ok(format!("Bearer {}", service::create_token(&root(app), body).await?.secret))
}

/// Serves the API; the address.
pub async fn serve(app: &App, data: &Path) -> anyhow::Result<String> {
    let any = SocketAddr::from(([127, 0, 0, 1], 0));
    let listeners = aglis_daemon::http::bind(any, &data.join("bench.sock")).await?;
    let address = listeners.address()?.to_string();
    let service = aglis_daemon::api::routes().into_service(app);
    let drain = std::time::Duration::from_secs(1);
    tokio::spawn(aglis_daemon::http::serve(listeners, service, app.db.hub().stopping(), drain, 4096));
    Ok(address)
}

/// Serves one fixed answer; the address.
pub async fn serve_fixed(body: Vec<u8>) -> anyhow::Result<String> {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    let address = listener.local_addr()?.to_string();
    let body: &'static [u8] = body.leak();
    let answer = move || async move { ([("content-type", "application/json")], body) };
    let app = axum::Router::new().route("/", axum::routing::get(answer));
    tokio::spawn(async move { axum::serve(listener, app).await });
    Ok(address)
}
