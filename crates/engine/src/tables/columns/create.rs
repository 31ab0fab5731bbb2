//! Making a column, on its own or with its table.

use axum::{http::StatusCode, response::Response};
use rusqlite::Connection;

use super::{Column, Kind, Wanted, spec::unknown_kind};
use crate::{
    core::{
        error::{ApiError, ApiResult},
        routes::{self, Call},
        store::StoreError,
    },
    tables::{refused, relations, table::Table},
};

/// Columns of one table at most; SQLite takes 2,000.
const MOST: usize = 200;

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let kind = Kind::of(call.param("key")).ok_or_else(unknown_kind)?;
    if kind == Kind::Relationship {
        return relations::create::create(call).await;
    }
    let column = call.json::<Wanted>().await?.column(kind, call.app.now())?;
    let answer = column.json();
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    call.app
        .store
        .write(move |tx| {
            let mut table = Table::get(tx, &database, &id)?;
            add(tx, &mut table, column)?;
            table.save(tx)
        })
        .await?;
    routes::json(StatusCode::ACCEPTED, &answer)
}

/// Adds the column to the table in SQLite and to what is known of it. Rows that are there get the default.
pub fn add(tx: &Connection, table: &mut Table, column: Column) -> Result<(), StoreError> {
    free(table, &column.key)?;
    if table.columns.len() >= MOST {
        let message = format!("A table has at most {MOST} columns.");
        return Err(refused("column_limit_exceeded", &message).into());
    }
    let (rows, name) = (table.sql(), column.sql());
    tx.execute_batch(&format!("ALTER TABLE {rows} ADD COLUMN {name} {}", column.sql_type()))?;
    if let Some(default) = &column.default {
        if column.is_encrypted() {
            table.seal_default(tx, &column, default)?;
        } else {
            tx.execute(&format!("UPDATE {rows} SET {name} = ?1"), [column.bind(default)?])?;
        }
    }
    table.columns.push(column);
    Ok(())
}

/// SQLite's column names do not differ by case alone.
pub fn free(table: &Table, key: &str) -> ApiResult<()> {
    if table.columns.iter().any(|known| known.key.eq_ignore_ascii_case(key)) {
        return Err(ApiError::conflict("column_already_exists", "A column"));
    }
    Ok(())
}
