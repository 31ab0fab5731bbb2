//! `/storage`: buckets and their files. A file's bytes lie beside the database, its facts in it.

mod bucket;
mod download;
mod file;
mod manage;
mod mime;
mod range;
mod upload;

use axum::http::Method;

use crate::core::routes::{Access, Handler, Route};

pub fn routes() -> Vec<Route> {
    let route = |access, method, path, handler: Handler| Route { method, path, access, rate: None, handler };
    let any = |method, path, handler: Handler| route(Access::Anybody, method, path, handler);
    vec![
        route(Access::Key, Method::POST, "/storage/buckets", |call| Box::pin(bucket::create(call))),
        route(Access::Key, Method::GET, "/storage/buckets", |call| Box::pin(bucket::list(call))),
        route(Access::Key, Method::GET, "/storage/buckets/{bucketId}", |call| Box::pin(bucket::get(call))),
        any(Method::POST, "/storage/buckets/{bucketId}/files", |call| Box::pin(upload::upload(call))),
        any(Method::GET, "/storage/buckets/{bucketId}/files", |call| Box::pin(manage::list(call))),
        any(Method::GET, "/storage/buckets/{bucketId}/files/{fileId}", |call| Box::pin(manage::get(call))),
        any(Method::PUT, "/storage/buckets/{bucketId}/files/{fileId}", |call| Box::pin(manage::update(call))),
        any(Method::DELETE, "/storage/buckets/{bucketId}/files/{fileId}", |call| {
            Box::pin(manage::delete(call))
        }),
        any(Method::GET, "/storage/buckets/{bucketId}/files/{fileId}/download", |call| {
            Box::pin(download::send(call, true))
        }),
        any(Method::GET, "/storage/buckets/{bucketId}/files/{fileId}/view", |call| {
            Box::pin(download::send(call, false))
        }),
    ]
}
