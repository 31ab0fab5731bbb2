//! Columns listed and read.

use axum::{http::StatusCode, response::Response};
use serde_json::Value;

use super::Column;
use crate::{
    core::{
        error::{ApiError, ApiResult},
        query,
        routes::{self, Call},
    },
    tables::{listing, table::Table},
};

pub async fn list(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let list = listing::asked(&call)?;
    query::answer(&call.app.store, "columns", move |c| {
        let table = Table::get(c, &database, &id)?;
        let columns: Vec<Value> = table.shown().map(Column::json).collect();
        listing::page(c, list, &columns)
    })
    .await
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
