//! `/tablesdb`: databases, tables and rows. A table is a real SQLite table with real columns.

mod admin;
mod column;
mod read;
mod table;
mod write;

use axum::http::Method;

use crate::core::routes::{Access, Handler, Route};

pub fn routes() -> Vec<Route> {
    let key = |scope, method, path, handler: Handler| Route {
        method,
        path,
        access: Access::Key,
        scope,
        rate: None,
        handler,
    };
    let row = |scope, method, path, handler: Handler| Route {
        access: Access::Anybody,
        ..key(scope, method, path, handler)
    };
    vec![
        key("databases.write", Method::POST, "/tablesdb", |call| Box::pin(admin::create_database(call))),
        key("databases.read", Method::GET, "/tablesdb/{databaseId}", |call| {
            Box::pin(admin::get_database(call))
        }),
        key("tables.write", Method::POST, "/tablesdb/{databaseId}/tables", |call| {
            Box::pin(admin::create_table(call))
        }),
        key("tables.read", Method::GET, "/tablesdb/{databaseId}/tables/{tableId}", |call| {
            Box::pin(admin::get_table(call))
        }),
        key(
            "columns.write",
            Method::POST,
            "/tablesdb/{databaseId}/tables/{tableId}/columns/{kind}",
            |call| Box::pin(admin::create_column(call)),
        ),
        row("rows.read", Method::GET, "/tablesdb/{databaseId}/tables/{tableId}/rows", |call| {
            Box::pin(read::list(call))
        }),
        row("rows.write", Method::POST, "/tablesdb/{databaseId}/tables/{tableId}/rows", |call| {
            Box::pin(write::create(call))
        }),
        row("rows.read", Method::GET, "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}", |call| {
            Box::pin(read::get(call))
        }),
        row("rows.write", Method::PUT, "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}", |call| {
            Box::pin(write::upsert(call))
        }),
        row("rows.write", Method::PATCH, "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}", |call| {
            Box::pin(write::update(call))
        }),
        row("rows.write", Method::DELETE, "/tablesdb/{databaseId}/tables/{tableId}/rows/{rowId}", |call| {
            Box::pin(write::delete(call))
        }),
    ]
}
