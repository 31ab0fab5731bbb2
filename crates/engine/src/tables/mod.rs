//! `/tablesdb`: databases, tables and rows. A table is a real SQLite table with real columns.

mod admin;
mod column;
mod read;
mod table;
mod write;

use axum::http::Method;

use crate::core::routes::{Access, Handler, Route};

pub fn routes() -> Vec<Route> {
    let route = |access, method, path, handler: Handler| Route { method, path, access, rate: None, handler };
    let key = |method, path, handler: Handler| route(Access::Key, method, path, handler);
    let row = |method, path, handler: Handler| route(Access::Anybody, method, path, handler);
    vec![
        key(Method::POST, "/tablesdb", |call| Box::pin(admin::create_database(call))),
        key(Method::GET, "/tablesdb/{databaseId}", |call| Box::pin(admin::get_database(call))),
        key(Method::POST, "/tablesdb/{databaseId}/tables", |call| Box::pin(admin::create_table(call))),
        key(Method::GET, "/tablesdb/{databaseId}/tables/{tableId}", |call| Box::pin(admin::get_table(call))),
        key(Method::POST, "/tablesdb/{databaseId}/tables/{tableId}/columns/{kind}", |call| {
            Box::pin(admin::create_column(call))
        }),
        row(Method::GET, "/tablesdb/{databaseId}/tables/{tableId}/rows", |call| Box::pin(read::list(call))),
        row(Method::POST, "/tablesdb/{databaseId}/tables/{tableId}/rows", |call| {
            Box::pin(write::create(call))
        }),
        row(Method::GET, "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}", |call| {
            Box::pin(read::get(call))
        }),
        row(Method::PUT, "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}", |call| {
            Box::pin(write::upsert(call))
        }),
        row(Method::PATCH, "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}", |call| {
            Box::pin(write::update(call))
        }),
        row(Method::DELETE, "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}", |call| {
            Box::pin(write::delete(call))
        }),
    ]
}
