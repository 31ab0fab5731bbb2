//! How much waits to be sent.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use crate::core::{
    error::{ApiError, ApiResult},
    routes::{self, Call},
};

/// From so many on a queue counts as too long, where nobody says otherwise.
const THRESHOLD: i64 = 5000;

/// Mails and texts with codes and links that are not out yet.
pub const MAILS: &str = "SELECT count(*) FROM letter";
/// Addresses that messages still go to, and messages whose addresses are not known yet.
pub const MESSAGING: &str = "SELECT (SELECT count(*) FROM delivery WHERE state IN ('waiting', 'given'))
       + (SELECT count(*) FROM message WHERE status = 'processing' AND spread = 0)";
/// Calls of webhooks, with those of webhooks that are paused.
pub const WEBHOOKS: &str = "SELECT count(*) FROM webhook_delivery";

/// `GET /health/queue/{mails,messaging,webhooks}`
pub async fn size(call: Call, count: &'static str) -> ApiResult<Response> {
    answer(&call, count).await
}

/// `GET /health/queue/failed/{name}`: what was tried and did not go out so far.
pub async fn failed(call: Call) -> ApiResult<Response> {
    let count = match call.param("name") {
        "v1-webhooks" => "SELECT count(*) FROM webhook_delivery WHERE tries > 0",
        "v1-messaging" => "SELECT count(*) FROM message WHERE status = 'failed'",
        _ => {
            return Err(ApiError::argument(
                "'name' is v1-webhooks or v1-messaging: other queues keep no failures.",
            ));
        }
    };
    answer(&call, count).await
}

async fn answer(call: &Call, count: &'static str) -> ApiResult<Response> {
    let threshold = match call.query_value("threshold").map(str::parse::<i64>) {
        None => THRESHOLD,
        Some(Ok(threshold)) if threshold >= 0 => threshold,
        Some(_) => return Err(ApiError::argument("'threshold' is a whole number from 0.")),
    };
    let size: i64 = call.app.store.read(move |c| Ok(c.query_row(count, [], |row| row.get(0))?)).await?;
    if size >= threshold {
        return Err(ApiError::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "health_queue_size_exceeded",
            format!("{size} wait, and the threshold is {threshold}."),
        ));
    }
    routes::json(StatusCode::OK, &json!({ "size": size }))
}
