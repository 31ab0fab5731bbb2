//! Changing a column in place. Its rows keep what they have.

use axum::{http::StatusCode, response::Response};
use rusqlite::Connection;
use serde::{Deserialize, Deserializer};
use serde_json::{Number, Value};

use super::{
    Column, Kind,
    create::free,
    read::missing,
    spec::{check_key, unknown_kind},
};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        routes::{self, Call},
        store::StoreError,
    },
    tables::{refused, relations, table::Table},
};

/// What is absent stays as it is; a null takes a bound or a default away.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Change {
    required: Option<bool>,
    size: Option<usize>,
    elements: Option<Vec<String>>,
    #[serde(default, deserialize_with = "given")]
    default: Option<Option<Value>>,
    #[serde(default, deserialize_with = "given")]
    min: Option<Option<Number>>,
    #[serde(default, deserialize_with = "given")]
    max: Option<Option<Number>>,
    new_key: Option<String>,
}

/// Tells null from nothing.
fn given<'de, T: Deserialize<'de>, D: Deserializer<'de>>(from: D) -> Result<Option<Option<T>>, D::Error> {
    Option::deserialize(from).map(Some)
}

/// The path ends in `KIND/KEY`, that of a relationship in `KEY/relationship`.
pub async fn update(mut call: Call) -> ApiResult<Response> {
    for (key, word) in [("key", "name"), ("name", "key")] {
        if call.param(word) == "relationship" {
            let key = call.param(key).to_owned();
            return relations::change::change(call, key).await;
        }
    }
    let change: Change = call.json().await?;
    let kind = Kind::of(call.param("key")).ok_or_else(unknown_kind)?;
    let (database, id, key) = (
        call.param("databaseId").to_owned(),
        call.param("tableId").to_owned(),
        call.param("name").to_owned(),
    );
    let now = call.app.now();
    let column = call
        .app
        .store
        .write(move |tx| {
            let mut table = Table::get(tx, &database, &id)?;
            let place = table.columns.iter().position(|column| column.key == key).ok_or_else(missing)?;
            let column = changed(&table.columns[place], kind, change, now)?;
            if column.size < table.columns[place].size {
                fits(tx, &table, &column, &key)?;
            }
            if column.key != key {
                if !column.key.eq_ignore_ascii_case(&key) {
                    free(&table, &column.key)?;
                }
                table.rename(tx, &key, &column.key)?;
            }
            let answer = column.json();
            table.columns[place] = column;
            table.save(tx)?;
            Ok(answer)
        })
        .await?;
    routes::json(StatusCode::OK, &column)
}

fn changed(known: &Column, kind: Kind, change: Change, now: i64) -> ApiResult<Column> {
    if known.kind != kind {
        return Err(refused("column_type_invalid", "The column is of another kind."));
    }
    let mut column = known.clone();
    if let Some(key) = change.new_key.filter(|key| !key.is_empty()) {
        check_key(&key)?;
        column.key = key;
    }
    column.required = change.required.unwrap_or(column.required);
    column.default = match change.default {
        Some(default) => default.filter(|default| !default.is_null()),
        // What must be given needs no default any more.
        None => column.default.filter(|_| !column.required),
    };
    if kind.is_number() {
        column.min = change.min.unwrap_or(column.min);
        column.max = change.max.unwrap_or(column.max);
    }
    if kind.is_sized() {
        column.size = change.size.or(column.size);
    }
    if kind == Kind::Enum {
        column.elements = change.elements.unwrap_or(column.elements);
    }
    column.updated = now;
    column.check()?;
    Ok(column)
}

/// A text is never cut: the new size must hold all that is there.
fn fits(tx: &Connection, table: &Table, column: &Column, key: &str) -> Result<(), StoreError> {
    let rows = table.sql();
    let longest = if column.array {
        format!("SELECT max(length(element.value)) FROM {rows}, json_each({rows}.\"{key}\") AS element")
    } else {
        format!("SELECT max(length(\"{key}\")) FROM {rows}")
    };
    let longest: Option<usize> = if column.is_encrypted() {
        table.longest_sealed(tx, column, key)?
    } else {
        tx.query_row(&longest, [], |row| row.get(0))?
    };
    if longest > column.size {
        let error: ApiError = refused("column_invalid_resize", "Some rows are longer than the new size.");
        return Err(error.into());
    }
    Ok(())
}
