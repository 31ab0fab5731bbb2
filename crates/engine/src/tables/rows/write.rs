//! Making, changing and deleting rows.

use axum::{http::StatusCode, response::Response};
use rusqlite::{OptionalExtension as _, params_from_iter, types::Value as Sql};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::table::{Table, unauthorized};
use crate::core::{
    caller::Caller,
    error::{ApiError, ApiResult},
    ids,
    permissions::{self, Action},
    routes::{self, Call},
    store::{StoreError, is_conflict},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    row_id: Option<String>,
    #[serde(default)]
    data: Map<String, Value>,
    #[serde(default)]
    permissions: Option<Vec<String>>,
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let id = ids::wanted(body.row_id.as_deref().unwrap_or("unique()"))?;
    let row = put(call, id, body, Mode::Create).await?;
    routes::json(StatusCode::CREATED, &row)
}

pub async fn upsert(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let id = ids::wanted(call.param("rowId"))?;
    let row = put(call, id, body, Mode::Upsert).await?;
    routes::json(StatusCode::OK, &row)
}

pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let id = call.param("rowId").to_owned();
    let row = put(call, id, body, Mode::Update).await?;
    routes::json(StatusCode::OK, &row)
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (database, table) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let id = call.param("rowId").to_owned();
    let (caller, now) = (call.caller, call.app.now());
    call.app
        .change(move |tx, events| {
            let table = Table::get(tx, &database, &table)?;
            let row = table.row_for(tx, &id, &caller, Action::Delete)?;
            tx.execute(&format!("DELETE FROM {} WHERE \"$id\" = ?1", table.sql()), [id])?;
            events.push(table.event(&row, "delete", now));
            Ok(())
        })
        .await?;
    routes::empty()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Mode {
    Create,
    Update,
    Upsert,
}

async fn put(call: Call, id: String, body: Body, mode: Mode) -> ApiResult<Value> {
    let (database, table) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let (caller, now) = (call.caller, call.app.now());
    let row = call
        .app
        .change(move |tx, events| {
            let table = Table::get(tx, &database, &table)?;
            let sql = format!("SELECT EXISTS (SELECT 1 FROM {} WHERE \"$id\" = ?1)", table.sql());
            let known: bool = tx.prepare_cached(&sql)?.query_row([&id], |row| row.get(0))?;
            let action = if mode == Mode::Update || mode == Mode::Upsert && known {
                change(tx, &table, &id, body, &caller, now)?;
                "update"
            } else {
                insert(tx, &table, &id, body, &caller, now)?;
                "create"
            };
            let sql = format!("{} WHERE \"$id\" = ?1", table.select());
            let row = tx.prepare_cached(&sql)?.query_row([&id], |row| table.row(row)).optional()?;
            let row = row.ok_or_else(|| ApiError::not_found("row_not_found", "A row"))?;
            events.push(table.event(&row, if mode == Mode::Upsert { "upsert" } else { action }, now));
            Ok(row)
        })
        .await?;
    Ok(row)
}

fn insert(
    tx: &rusqlite::Transaction<'_>,
    table: &Table,
    id: &str,
    body: Body,
    caller: &Caller,
    now: i64,
) -> Result<(), StoreError> {
    if !permissions::allows(&table.permissions, Action::Create, caller) {
        return Err(unauthorized().into());
    }
    known_keys(table, &body.data)?;
    let permissions = permissions::for_new(body.permissions, caller)?;
    let mut names =
        vec!["\"$id\"".to_owned(), "\"$created\"".into(), "\"$updated\"".into(), "\"$permissions\"".into()];
    let mut values = vec![
        Sql::Text(id.to_owned()),
        Sql::Integer(now),
        Sql::Integer(now),
        Sql::Text(json!(permissions).to_string()),
    ];
    for column in &table.columns {
        let given = body.data.get(&column.key).or(column.default.as_ref()).unwrap_or(&Value::Null);
        names.push(format!("\"{}\"", column.key));
        values.push(column.bind(given)?);
    }
    let places = vec!["?"; values.len()].join(", ");
    let sql = format!("INSERT INTO {} ({}) VALUES ({places})", table.sql(), names.join(", "));
    match tx.prepare_cached(&sql)?.execute(params_from_iter(values)) {
        Err(error) if is_conflict(&error) => Err(ApiError::conflict("row_already_exists", "A row").into()),
        other => Ok(other.map(|_| ())?),
    }
}

fn change(
    tx: &rusqlite::Transaction<'_>,
    table: &Table,
    id: &str,
    body: Body,
    caller: &Caller,
    now: i64,
) -> Result<(), StoreError> {
    table.row_for(tx, id, caller, Action::Update)?;
    known_keys(table, &body.data)?;
    let (mut names, mut values) = (vec!["\"$updated\" = ?".to_owned()], vec![Sql::Integer(now)]);
    for column in &table.columns {
        if let Some(value) = body.data.get(&column.key) {
            names.push(format!("\"{}\" = ?", column.key));
            values.push(column.bind(value)?);
        }
    }
    if let Some(given) = body.permissions {
        let permissions = permissions::for_new(Some(given), caller)?;
        names.push("\"$permissions\" = ?".into());
        values.push(Sql::Text(json!(permissions).to_string()));
    }
    values.push(Sql::Text(id.to_owned()));
    let sql = format!("UPDATE {} SET {} WHERE \"$id\" = ?", table.sql(), names.join(", "));
    tx.prepare_cached(&sql)?.execute(params_from_iter(values))?;
    Ok(())
}

/// Only declared columns are taken: `$id`, `$permissions` and the like in the data are refused, not ignored.
fn known_keys(table: &Table, data: &Map<String, Value>) -> ApiResult<()> {
    match data.keys().find(|key| !table.columns.iter().any(|column| column.key == **key)) {
        None => Ok(()),
        Some(key) => Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "row_invalid_structure",
            format!("Invalid row: there is no column '{key}'."),
        )),
    }
}
