//! What is refused before anybody who has routes sees it: in the shape that clients read.

use std::{any::Any, time::Duration};

use axum::{
    body::{Body, to_bytes},
    extract::Request,
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse as _, Response},
};
use telestack_gateway::GatewayError;

/// What the gateway is sent is small: tokens, a name, what LiveKit tells of a room. No more connections than there may be hold that
/// much, and not for long.
const GATEWAY_BODY: usize = 64 * 1024;
const GATEWAY_PATIENCE: Duration = Duration::from_secs(15);

/// An answer in Appwrite's shape.
pub fn refuse(status: StatusCode, kind: &str, message: &str) -> Response {
    (status, [(header::CONTENT_TYPE, "application/json")], body(status, kind, message)).into_response()
}

pub fn body(status: StatusCode, kind: &str, message: &str) -> String {
    telestack_engine::error_body(status, kind, message).to_string()
}

pub async fn unknown() -> Response {
    refuse(StatusCode::NOT_FOUND, "general_route_not_found", "This route does not exist.")
}

/// For a request whose code panicked. What it said, with the place, is on standard error already.
pub fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request panicked");
    refuse(StatusCode::INTERNAL_SERVER_ERROR, "general_unknown", "The server could not do this.")
}

/// Reads the gateway's bodies before it is asked.
pub async fn bounded(request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match tokio::time::timeout(GATEWAY_PATIENCE, to_bytes(body, GATEWAY_BODY)).await {
        Ok(Ok(bytes)) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Ok(Err(_)) => GatewayError::Invalid("its body ended early or is over 64 KiB").into_response(),
        Err(_) => GatewayError::Invalid("its body took too long").into_response(),
    }
}
