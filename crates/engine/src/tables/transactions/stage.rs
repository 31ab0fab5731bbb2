//! Many operations staged with one request.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;
use serde_json::{Map, Number, Value};

use super::{add, staged::Staged};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        ids,
        routes::{self, Call},
    },
    tables::rows::{self, Operation},
};

#[derive(Debug, Deserialize)]
struct Body {
    operations: Vec<Wanted>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Wanted {
    action: Action,
    database_id: String,
    table_id: String,
    row_id: Option<String>,
    #[serde(default)]
    data: Value,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
enum Action {
    Create,
    Update,
    Upsert,
    Delete,
    Increment,
    Decrement,
    BulkCreate,
    BulkUpdate,
    BulkUpsert,
    BulkDelete,
}

/// The data of a counting operation.
#[derive(Debug, Deserialize)]
struct Count {
    column: String,
    value: Option<Number>,
    min: Option<Number>,
    max: Option<Number>,
}

/// The data of an operation on what queries find.
#[derive(Debug, Deserialize)]
struct Found {
    queries: Vec<String>,
    #[serde(default)]
    data: Map<String, Value>,
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    if body.operations.is_empty() {
        return Err(ApiError::argument("'operations' is empty."));
    }
    let (id, caller, now) = (call.param("transactionId").to_owned(), call.caller, call.app.now());
    let by_key = caller.is_key();
    let mut staged = Vec::new();
    for wanted in body.operations {
        let (database, table) = (wanted.database_id.clone(), wanted.table_id.clone());
        let mut operation = wanted.operation()?;
        if operation.is_bulk() && !by_key {
            return Err(ApiError::unauthorized());
        }
        operation.settle(&caller)?;
        staged.push(Staged { database, table, by_key, operation });
    }
    let (transaction, _) = add(&call.app.store, id, (caller, now), staged).await?;
    routes::json(StatusCode::CREATED, &transaction.json())
}

impl Wanted {
    fn operation(self) -> ApiResult<Operation> {
        let Self { action, row_id, data, .. } = self;
        let id = || {
            row_id
                .clone()
                .filter(|id| !id.is_empty())
                .ok_or_else(|| ApiError::argument("'rowId' is missing."))
        };
        Ok(match action {
            Action::Create | Action::Update | Action::Upsert => {
                let mut row = rows::bulk_row(read(data)?)?;
                row.id = if action == Action::Update { id()? } else { ids::wanted(&id()?)? };
                match action {
                    Action::Create => Operation::Create(row),
                    Action::Update => Operation::Update(row),
                    _ => Operation::Upsert(row),
                }
            }
            Action::Delete => Operation::Delete { id: id()? },
            Action::Increment | Action::Decrement => {
                let Count { column, value, min, max } = read(data)?;
                let down = action == Action::Decrement;
                let by = value.unwrap_or_else(|| 1.into());
                Operation::Add { id: id()?, column, by, bound: if down { min } else { max }, down }
            }
            Action::BulkCreate => Operation::CreateMany(rows::input::bulk(read(data)?)?),
            Action::BulkUpsert => Operation::UpsertMany(rows::input::bulk(read(data)?)?),
            Action::BulkUpdate => {
                let Found { queries, data } = read(data)?;
                Operation::UpdateMany { queries, data }
            }
            Action::BulkDelete => Operation::DeleteMany { queries: read::<Found>(data)?.queries },
        })
    }
}

fn read<T: serde::de::DeserializeOwned>(data: Value) -> ApiResult<T> {
    serde_json::from_value(data)
        .map_err(|error| ApiError::argument(format!("'data' is not as the action needs it: {error}")))
}
