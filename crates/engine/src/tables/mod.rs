//! `/tablesdb`: databases, tables, columns, indexes and rows. A table is a real SQLite table with real columns.

mod columns;
mod databases;
mod indexes;
mod listing;
mod routes;
mod rows;
mod schema;
mod table;
mod transactions;

pub use self::routes::routes;
use crate::core::error::ApiError;

/// A request that makes no sense here, by Appwrite's type.
fn refused(kind: &'static str, message: &str) -> ApiError {
    ApiError::new(axum::http::StatusCode::BAD_REQUEST, kind, message)
}
