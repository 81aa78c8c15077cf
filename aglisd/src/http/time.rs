//! How long a request may take, from the first byte of its body to the head of its answer.

use super::problem::Problem;
use aglis_core::app::App;
use axum::{
    http::StatusCode,
    response::{IntoResponse, Response},
};
use std::time::Duration;

/// Which limit a route has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Time {
    /// `http.timeout` of the configuration.
    Usual,
    /// What going through ten thousand rows one by one needs on a slow disk.
    Long,
    /// What files need on slow mobile data.
    Upload,
}

const LONG: Duration = Duration::from_secs(300);
const UPLOAD: Duration = Duration::from_secs(900);

/// Gives an answer up when its time is over.
pub async fn within(app: &App, time: Time, answer: impl Future<Output = Response>) -> Response {
    let usual = app.config.http.timeout;
    let limit = match time {
        Time::Usual => usual,
        Time::Long => usual.max(LONG),
        Time::Upload => usual.max(UPLOAD),
    };
    tokio::time::timeout(limit, answer).await.unwrap_or_else(|_| {
        let detail = "the request took too long and was given up";
        Problem { retry_after: Some(5), ..Problem::new(StatusCode::SERVICE_UNAVAILABLE, "timeout", detail) }
            .into_response()
    })
}
