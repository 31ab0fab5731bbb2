//! Requests that change rows, read into operations.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::{Map, Number, Value, json};

use super::{
    data::bulk_row,
    operation::{Changed, NewRow, Operation},
};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        ids,
        routes::{self, Call},
    },
    tables::{refused, transactions},
};

/// Rows of one request; all others wait while they are written.
const AT_ONCE: usize = 1000;

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    row_id: Option<String>,
    data: Option<Map<String, Value>>,
    permissions: Option<Vec<String>>,
    /// Of bulk requests.
    rows: Option<Vec<Map<String, Value>>>,
    queries: Option<Vec<String>>,
    value: Option<Number>,
    min: Option<Number>,
    max: Option<Number>,
    transaction_id: Option<String>,
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let mut body: Body = call.json().await?;
    if let Some(rows) = body.rows.take() {
        let operation = Operation::CreateMany(bulk(rows)?);
        return many(call, &body, operation, StatusCode::CREATED).await;
    }
    let id = ids::wanted(body.row_id.as_deref().unwrap_or("unique()"))?;
    let operation = Operation::Create(body.row(id));
    one(call, &body, operation, StatusCode::CREATED).await
}

pub async fn upsert(mut call: Call) -> ApiResult<Response> {
    let mut body: Body = call.json().await?;
    let id = ids::wanted(call.param("rowId"))?;
    let operation = Operation::Upsert(body.row(id));
    one(call, &body, operation, StatusCode::OK).await
}

pub async fn update(mut call: Call) -> ApiResult<Response> {
    let mut body: Body = call.json().await?;
    if body.data.as_ref().is_none_or(Map::is_empty) && body.permissions.is_none() {
        return Err(refused("row_missing_payload", "There is nothing to change."));
    }
    let operation = Operation::Update(body.row(call.param("rowId").to_owned()));
    one(call, &body, operation, StatusCode::OK).await
}

pub async fn delete(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let operation = Operation::Delete { id: call.param("rowId").to_owned() };
    transactions::perform(call, body.transaction_id.as_deref(), operation).await?;
    routes::empty()
}

pub async fn increment(call: Call) -> ApiResult<Response> {
    add(call, false).await
}

pub async fn decrement(call: Call) -> ApiResult<Response> {
    add(call, true).await
}

async fn add(mut call: Call, down: bool) -> ApiResult<Response> {
    let mut body: Body = call.json().await?;
    let operation = Operation::Add {
        id: call.param("rowId").to_owned(),
        column: call.param("column").to_owned(),
        by: body.value.take().unwrap_or_else(|| 1.into()),
        bound: if down { body.min.take() } else { body.max.take() },
        down,
    };
    one(call, &body, operation, StatusCode::OK).await
}

pub async fn upsert_many(mut call: Call) -> ApiResult<Response> {
    let mut body: Body = call.json().await?;
    let operation = Operation::UpsertMany(bulk(body.rows.take().unwrap_or_default())?);
    many(call, &body, operation, StatusCode::OK).await
}

pub async fn update_many(mut call: Call) -> ApiResult<Response> {
    let mut body: Body = call.json().await?;
    let data = body.data.take().unwrap_or_default();
    if data.is_empty() {
        return Err(refused("row_missing_payload", "There is nothing to change."));
    }
    let operation = Operation::UpdateMany { queries: body.queries.take().unwrap_or_default(), data };
    many(call, &body, operation, StatusCode::OK).await
}

pub async fn delete_many(mut call: Call) -> ApiResult<Response> {
    let mut body: Body = call.json().await?;
    // Some clients send the queries of a deletion in the address.
    let queries = body.queries.take().unwrap_or_else(|| call.list("queries"));
    many(call, &body, Operation::DeleteMany { queries }, StatusCode::OK).await
}

async fn one(call: Call, body: &Body, operation: Operation, status: StatusCode) -> ApiResult<Response> {
    let changed = transactions::perform(call, body.transaction_id.as_deref(), operation).await?;
    let row = changed.rows.into_iter().next().unwrap_or_default();
    routes::json(status, &row)
}

async fn many(call: Call, body: &Body, operation: Operation, status: StatusCode) -> ApiResult<Response> {
    let Changed { total, rows, .. } =
        transactions::perform(call, body.transaction_id.as_deref(), operation).await?;
    routes::json(status, &json!({ "total": total, "rows": rows }))
}

impl Body {
    fn row(&mut self, id: String) -> NewRow {
        NewRow { id, data: self.data.take().unwrap_or_default(), permissions: self.permissions.take() }
    }
}

pub fn bulk(rows: Vec<Map<String, Value>>) -> ApiResult<Vec<NewRow>> {
    if rows.is_empty() || rows.len() > AT_ONCE {
        return Err(ApiError::argument(format!("'rows' is a list of 1 to {AT_ONCE} rows.")));
    }
    rows.into_iter().map(bulk_row).collect()
}
