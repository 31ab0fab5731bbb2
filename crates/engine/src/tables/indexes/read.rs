//! Indexes listed and read.

use axum::{http::StatusCode, response::Response};
use serde_json::Value;

use super::Index;
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
    query::answer(&call.app.store, "indexes", move |c| {
        let table = Table::get(c, &database, &id)?;
        let indexes: Vec<Value> = table.indexes.iter().map(Index::json).collect();
        listing::page(c, list, &indexes)
    })
    .await
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let key = call.param("key").to_owned();
    let table = call.app.store.read(move |c| Table::get(c, &database, &id)).await?;
    let index = table.indexes.iter().find(|index| index.key == key).ok_or_else(missing)?;
    routes::json(StatusCode::OK, &index.json())
}

pub fn missing() -> ApiError {
    ApiError::not_found("column_index_not_found", "An index")
}
