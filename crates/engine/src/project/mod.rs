//! `/project`: API keys and what they open, and the providers that people sign in with.

mod keys;
mod oauth2;

use axum::http::Method;

use crate::core::routes::{Route, key};

pub fn routes() -> Vec<Route> {
    let keys = vec![
        key("keys.write", Method::POST, "/project/keys", |call| Box::pin(keys::create(call))),
        key("keys.read", Method::GET, "/project/keys", |call| Box::pin(keys::list(call))),
        key("keys.write", Method::DELETE, "/project/keys/{keyId}", |call| Box::pin(keys::delete(call))),
    ];
    [keys, oauth2::routes()].concat()
}
