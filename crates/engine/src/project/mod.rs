//! `/project`: API keys and what they open.

mod keys;

use axum::http::Method;

use crate::core::routes::{Route, key};

pub fn routes() -> Vec<Route> {
    vec![
        key("keys.write", Method::POST, "/project/keys", |call| Box::pin(keys::create(call))),
        key("keys.read", Method::GET, "/project/keys", |call| Box::pin(keys::list(call))),
        key("keys.write", Method::DELETE, "/project/keys/{keyId}", |call| Box::pin(keys::delete(call))),
    ]
}
