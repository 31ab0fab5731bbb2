//! `/health`: whether what the server stands on works, for programs that watch it.
//!
//! Appwrite's API has a path for each of its servers and queues. Those that stand for something here are here and ask it; the
//! others do not exist (`coverage.rs` says why), so that nobody watches what is not there.

mod checks;
mod queues;

use axum::{
    http::{Method, StatusCode},
    response::Response,
};
use serde_json::json;

use crate::core::{
    error::{ApiResult, VERSION},
    routes::{self, Route, key, open},
};

const SCOPE: &str = "health.read";

pub fn routes() -> Vec<Route> {
    let get = |path, handler| key(SCOPE, Method::GET, path, handler);
    vec![
        open(SCOPE, Method::GET, "/ping", |_| Box::pin(version())),
        open(SCOPE, Method::GET, "/health/version", |_| Box::pin(version())),
        get("/health", |call| Box::pin(checks::http(call))),
        get("/health/db", |call| Box::pin(checks::database(call))),
        get("/health/storage", |call| Box::pin(checks::storage(call))),
        get("/health/storage/local", |call| Box::pin(checks::storage_local(call))),
        get("/health/anti-virus", |call| Box::pin(checks::anti_virus(call))),
        get("/health/queue/mails", |call| Box::pin(queues::size(call, queues::MAILS))),
        get("/health/queue/messaging", |call| Box::pin(queues::size(call, queues::MESSAGING))),
        get("/health/queue/webhooks", |call| Box::pin(queues::size(call, queues::WEBHOOKS))),
        get("/health/queue/failed/{name}", |call| Box::pin(queues::failed(call))),
    ]
}

async fn version() -> ApiResult<Response> {
    routes::json(StatusCode::OK, &json!({ "version": VERSION }))
}
