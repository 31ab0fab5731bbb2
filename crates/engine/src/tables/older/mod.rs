//! The `/databases` paths: the same operations under their older names. A collection is a table, a document a row, an
//! attribute a column; requests are renamed before an operation sees them, answers after.

mod names;
mod routes;

use axum::{
    body::Body,
    http::{StatusCode, header},
    response::{IntoResponse, Response},
};
use serde_json::Value;
use sync_wrapper::SyncWrapper;

pub use self::routes::routes;
use crate::core::{
    error::{ApiError, ApiResult},
    routes::{Call, Handler},
};

/// Bytes of an answer that is renamed; ours are far smaller.
const LARGEST: usize = 256 * 1024 * 1024;

/// Calls the operation as if the newer path had been called.
async fn translated(mut call: Call, operation: Handler) -> ApiResult<Response> {
    for (older, newer) in names::PARAMS {
        if let Some(value) = call.params.remove(older) {
            call.params.insert(newer.to_owned(), value);
        }
    }
    let bytes = call.bytes().await?;
    // What is no JSON is refused by the operation, in its own words.
    let body = match serde_json::from_slice::<Value>(&bytes) {
        Ok(mut body) => {
            names::request(&mut body);
            Body::from(body.to_string())
        }
        Err(_) => Body::from(bytes),
    };
    call.body = SyncWrapper::new(body);
    let response = operation(call).await.unwrap_or_else(IntoResponse::into_response);
    let (mut parts, body) = response.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, LARGEST).await else {
        let why = "The answer is over 256 MiB: ask for less.";
        return Err(ApiError::new(StatusCode::INTERNAL_SERVER_ERROR, "general_server_error", why));
    };
    let Ok(mut answer) = serde_json::from_slice::<Value>(&bytes) else {
        return Ok(Response::from_parts(parts, Body::from(bytes)));
    };
    names::answer(&mut answer);
    parts.headers.remove(header::CONTENT_LENGTH);
    Ok(Response::from_parts(parts, Body::from(answer.to_string())))
}
