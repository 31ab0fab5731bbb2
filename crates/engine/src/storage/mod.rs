//! `/storage`: buckets and their files. A file's bytes lie beside the database, its facts in it.

mod blob;
mod bucket;
mod buckets;
mod discard;
mod download;
mod failure;
mod file;
mod finish;
mod keys;
mod manage;
mod mime;
mod objects;
mod pace;
mod part;
mod picture;
mod preview;
mod range;
mod scan;
mod token;
mod tokens;
mod touch;
mod upload;

use axum::http::Method;

use crate::core::routes::{Route, key, open};

pub use discard::tidy;
pub use file::File;
pub use keys::{MasterKey, MasterKeyError, MasterKeys, in_use, rotate};
pub use objects::{Azure, Objects, ObjectsError, S3};
pub use scan::{Clamd, ScanError, Scanner};
pub use token::Token;

pub fn routes() -> Vec<Route> {
    let (bucket, file) = ("/storage/buckets/{bucketId}", "/storage/buckets/{bucketId}/files/{fileId}");
    let (read, write) = ("files.read", "files.write");
    let mut routes = vec![
        key("buckets.write", Method::POST, "/storage/buckets", |call| Box::pin(buckets::create(call))),
        key("buckets.read", Method::GET, "/storage/buckets", |call| Box::pin(buckets::list(call))),
        key("buckets.read", Method::GET, bucket, |call| Box::pin(buckets::get(call))),
        key("buckets.write", Method::PUT, bucket, |call| Box::pin(buckets::update(call))),
        key("buckets.write", Method::DELETE, bucket, |call| Box::pin(buckets::delete(call))),
        open(write, Method::POST, "/storage/buckets/{bucketId}/files", |call| Box::pin(upload::upload(call))),
        open(read, Method::GET, "/storage/buckets/{bucketId}/files", |call| Box::pin(manage::list(call))),
        open(read, Method::GET, file, |call| Box::pin(manage::get(call))),
        open(write, Method::PUT, file, |call| Box::pin(manage::update(call))),
        open(write, Method::DELETE, file, |call| Box::pin(manage::delete(call))),
        open(read, Method::GET, "/storage/buckets/{bucketId}/files/{fileId}/download", |call| {
            Box::pin(download::send(call, true))
        }),
        open(read, Method::GET, "/storage/buckets/{bucketId}/files/{fileId}/view", |call| {
            Box::pin(download::send(call, false))
        }),
        open(read, Method::GET, "/storage/buckets/{bucketId}/files/{fileId}/preview", |call| {
            Box::pin(preview::send(call))
        }),
    ];
    routes.extend(tokens::routes());
    routes
}
