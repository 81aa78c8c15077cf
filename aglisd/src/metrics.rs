//! Figures for Prometheus, on an address of their own.

use aglis_core::hub::Stopping;
use axum::{
    Router,
    http::{Method, StatusCode},
    routing::get,
};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{net::SocketAddr, sync::OnceLock, time::Duration};

static HANDLE: OnceLock<Option<PrometheusHandle>> = OnceLock::new();

const BUCKETS: [f64; 12] = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0];

/// How often measurements are folded.
const UPKEEP: Duration = Duration::from_secs(5);

/// Begins to count. Without this nothing is counted and nothing costs.
pub fn start() -> Option<PrometheusHandle> {
    HANDLE
        .get_or_init(|| PrometheusBuilder::new().set_buckets(&BUCKETS).ok()?.install_recorder().ok())
        .clone()
}

/// The method's name, as far as it is a standard one: what callers make up must not become a series of its own.
fn label(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        Method::CONNECT => "CONNECT",
        Method::TRACE => "TRACE",
        _ => "other",
    }
}

/// Counts a request and its time.
pub fn request(method: &Method, route: &str, status: StatusCode, elapsed: Duration) {
    if HANDLE.get().is_none() {
        return;
    }
    let labels = [
        ("method", label(method).to_owned()),
        ("route", route.to_owned()),
        ("status", status.as_u16().to_string()),
    ];
    metrics::counter!("aglis_http_requests_total", &labels).increment(1);
    metrics::histogram!("aglis_http_request_seconds", &labels[..2]).record(elapsed.as_secs_f64());
}

/// Serves the figures until told to stop.
pub async fn serve(address: SocketAddr, mut stop: Stopping) -> std::io::Result<()> {
    let Some(handle) = start() else { return Ok(()) };
    let listener = tokio::net::TcpListener::bind(address).await?;
    tokio::spawn(upkeep(handle.clone(), stop.clone()));
    tokio::spawn(async move {
        let page = Router::new().route("/metrics", get(move || std::future::ready(handle.render())));
        let served = axum::serve(listener, page).with_graceful_shutdown(async move {
            stop.wait().await;
        });
        if let Err(error) = served.await {
            tracing::warn!("the metrics page ended: {error}");
        }
    });
    Ok(())
}

/// Folds what was measured into the histograms now and then: otherwise it would pile up until somebody asks, and nobody
/// may ever ask.
async fn upkeep(handle: PrometheusHandle, mut stop: Stopping) {
    let mut every = tokio::time::interval(UPKEEP);
    loop {
        tokio::select! {
            () = stop.wait() => return,
            _ = every.tick() => handle.run_upkeep(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn made_up_methods_are_one_label() {
        for word in ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE"] {
            assert_eq!(word.parse::<Method>().map(|method| label(&method)).ok(), Some(word));
        }
        for word in ["PROPFIND", "get", "X1"] {
            assert_eq!(word.parse::<Method>().map(|method| label(&method)).ok(), Some("other"));
        }
    }
}
