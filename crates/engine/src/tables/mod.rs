//! `/tablesdb` and its older form `/databases`: databases, tables, columns, indexes, rows and transactions. A table is
//! a real SQLite table with real columns.

mod attributes;
mod columns;
mod databases;
mod indexes;
mod known;
mod listing;
mod older;
mod relations;
mod routes;
mod rows;
mod schema;
pub mod size;
mod table;
mod transactions;

use crate::core::{error::ApiError, routes::Route};

/// Every route, by its newer and by its older name.
pub fn routes() -> Vec<Route> {
    [routes::routes(), older::routes()].concat()
}

/// A request that makes no sense here, by Appwrite's type.
fn refused(kind: &'static str, message: &str) -> ApiError {
    ApiError::new(axum::http::StatusCode::BAD_REQUEST, kind, message)
}
