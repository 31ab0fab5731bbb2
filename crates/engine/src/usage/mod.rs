//! Usage: how much there is of everything and how much is asked, as npm `@appwrite.io/console` asks for it.
//!
//! What there is is counted when somebody asks, and its history from when each thing was made: what was deleted since is not
//! in it. What was asked comes from the hours that `core/traffic.rs` writes down.

mod periods;
mod project;
mod services;
mod stock;
mod traffic;

use axum::http::Method;

use crate::core::routes::{Route, key};
use services::Words;

pub fn routes() -> Vec<Route> {
    let get = |path, handler| key("usage.read", Method::GET, path, handler);
    vec![
        get("/project/usage", |call| Box::pin(project::get(call))),
        get("/users/usage", |call| Box::pin(services::users(call))),
        get("/storage/usage", |call| Box::pin(services::storage(call))),
        get("/storage/{bucketId}/usage", |call| Box::pin(services::bucket(call))),
        get("/tablesdb/usage", |call| Box::pin(services::databases(call))),
        get("/tablesdb/{databaseId}/usage", |call| Box::pin(services::database(call))),
        get("/tablesdb/{databaseId}/tables/{tableId}/usage", |call| {
            Box::pin(services::table(call, "tableId", Words::Rows))
        }),
        get("/databases/usage", |call| Box::pin(services::databases(call))),
        get("/databases/{databaseId}/usage", |call| Box::pin(services::database(call))),
        get("/databases/{databaseId}/collections/{collectionId}/usage", |call| {
            Box::pin(services::table(call, "collectionId", Words::Documents))
        }),
    ]
}
