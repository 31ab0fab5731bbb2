//! Making a table, with its columns and indexes if they are given.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde::Deserialize;
use serde_json::json;

use crate::{
    core::{
        error::{ApiError, ApiResult},
        ids, permissions,
        routes::{self, Call},
        store::is_conflict,
    },
    tables::{columns, databases::Database, indexes, table::Table},
};

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    table_id: String,
    name: String,
    permissions: Option<Vec<String>>,
    row_security: Option<bool>,
    enabled: Option<bool>,
    columns: Option<Vec<columns::Definition>>,
    indexes: Option<Vec<indexes::Wanted>>,
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let (id, name) = (ids::wanted(&body.table_id)?, crate::users::check_name(&body.name)?);
    let permissions = json!(permissions::parse(&body.permissions.unwrap_or_default())?).to_string();
    let (database, now) = (call.param("databaseId").to_owned(), call.app.now());
    let (row_security, enabled) = (body.row_security.unwrap_or(false), body.enabled.unwrap_or(true));
    let definitions = body.columns.unwrap_or_default().into_iter();
    let definitions = definitions.map(|one| one.column(now)).collect::<ApiResult<Vec<_>>>()?;
    let table = call
        .app
        .store
        .write(move |tx| {
            Database::get(tx, &database)?;
            let sql = "INSERT INTO data_table
                         (database_id, id, name, permissions, row_security, enabled, columns, created, updated)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6, '[]', ?7, ?7)";
            match tx.execute(sql, params![database, id, name, permissions, row_security, enabled, now]) {
                Err(error) if is_conflict(&error) => {
                    return Err(ApiError::conflict("table_already_exists", "A table").into());
                }
                other => other?,
            };
            let mut table = Table::get(tx, &database, &id)?;
            tx.execute_batch(&format!(
                "CREATE TABLE {} (\"$sequence\" INTEGER PRIMARY KEY AUTOINCREMENT, \"$id\" TEXT NOT NULL UNIQUE,
                   \"$created\" INTEGER NOT NULL, \"$updated\" INTEGER NOT NULL, \"$permissions\" TEXT NOT NULL) STRICT",
                table.sql()
            ))?;
            for column in definitions {
                columns::create::add(tx, &mut table, column)?;
            }
            for wanted in body.indexes.unwrap_or_default() {
                indexes::create::add(tx, &mut table, wanted, now)?;
            }
            table.save(tx)?;
            Ok(table.json())
        })
        .await?;
    routes::json(StatusCode::CREATED, &table)
}
