//! Columns listed and read.

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json};

use super::Column;
use crate::{
    core::{
        error::{ApiError, ApiResult},
        routes::{self, Call},
    },
    tables::{listing, table::Table},
};

pub async fn list(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let queries = call.list("queries");
    let (total, columns) = call
        .app
        .store
        .read(move |c| {
            let table = Table::get(c, &database, &id)?;
            let columns: Vec<Value> = table.shown().map(Column::json).collect();
            listing::page(c, &columns, &queries)
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "columns": columns }))
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let key = call.param("key").to_owned();
    let table = call.app.store.read(move |c| Table::get(c, &database, &id)).await?;
    let column = table.shown().find(|column| column.key == key).ok_or_else(missing)?;
    routes::json(StatusCode::OK, &column.json())
}

pub fn missing() -> ApiError {
    ApiError::not_found("column_not_found", "A column")
}
