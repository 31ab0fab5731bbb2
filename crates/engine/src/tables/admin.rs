//! Databases, tables and columns, made with an API key.

use axum::{http::StatusCode, response::Response};
use rusqlite::{OptionalExtension as _, params};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    column::{Column, Kind, is_key},
    table::Table,
};
use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    ids, permissions,
    routes::{self, Call},
    store::is_conflict,
};

/// Columns of one table at most; SQLite takes 2,000.
const COLUMNS: usize = 200;

pub async fn create_database(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        database_id: String,
        name: String,
    }
    let body: Body = call.json().await?;
    let (id, name, now) =
        (ids::wanted(&body.database_id)?, crate::users::check_name(&body.name)?, call.app.now());
    let answer = database_json(&id, &name, now);
    call.app
        .store
        .write(move |tx| {
            let sql = "INSERT INTO database (id, name, created, updated) VALUES (?1, ?2, ?3, ?3)";
            match tx.execute(sql, params![id, name, now]) {
                Err(error) if is_conflict(&error) => {
                    Err(ApiError::conflict("database_already_exists", "A database").into())
                }
                other => Ok(other.map(|_| ())?),
            }
        })
        .await?;
    routes::json(StatusCode::CREATED, &answer)
}

pub async fn get_database(call: Call) -> ApiResult<Response> {
    let id = call.param("databaseId").to_owned();
    let database = call
        .app
        .store
        .read(move |c| {
            let sql = "SELECT name, created FROM database WHERE id = ?1";
            let row =
                c.query_row(sql, [&id], |row| Ok((row.get::<_, String>(0)?, row.get(1)?))).optional()?;
            Ok(row.map(|(name, created)| database_json(&id, &name, created)))
        })
        .await?
        .ok_or_else(|| ApiError::not_found("database_not_found", "A database"))?;
    routes::json(StatusCode::OK, &database)
}

pub async fn create_table(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        table_id: String,
        name: String,
        #[serde(default)]
        permissions: Vec<String>,
        #[serde(default)]
        row_security: bool,
    }
    let body: Body = call.json().await?;
    let (id, name) = (ids::wanted(&body.table_id)?, crate::users::check_name(&body.name)?);
    let permissions = json!(permissions::parse(&body.permissions)?).to_string();
    let (database, now) = (call.param("databaseId").to_owned(), call.app.now());
    let table = call
        .app
        .store
        .write(move |tx| {
            let known = "SELECT EXISTS (SELECT 1 FROM database WHERE id = ?1)";
            if !tx.query_row(known, [&database], |row| row.get::<_, bool>(0))? {
                return Err(ApiError::not_found("database_not_found", "A database").into());
            }
            let sql = "INSERT INTO data_table (database_id, id, name, permissions, row_security, columns, created, updated)
                       VALUES (?1, ?2, ?3, ?4, ?5, '[]', ?6, ?6)";
            match tx.execute(sql, params![database, id, name, permissions, body.row_security, now]) {
                Err(error) if is_conflict(&error) => {
                    return Err(ApiError::conflict("table_already_exists", "A table").into());
                }
                other => other?,
            };
            let table = Table::get(tx, &database, &id)?;
            tx.execute_batch(&format!(
                "CREATE TABLE {} (\"$sequence\" INTEGER PRIMARY KEY AUTOINCREMENT, \"$id\" TEXT NOT NULL UNIQUE,
                   \"$created\" INTEGER NOT NULL, \"$updated\" INTEGER NOT NULL, \"$permissions\" TEXT NOT NULL) STRICT",
                table.sql()
            ))?;
            Ok(table.json())
        })
        .await?;
    routes::json(StatusCode::CREATED, &table)
}

pub async fn get_table(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let table = call.app.store.read(move |c| Table::get(c, &database, &id)).await?;
    routes::json(StatusCode::OK, &table.json())
}

pub async fn create_column(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        key: String,
        #[serde(default)]
        required: bool,
        #[serde(default)]
        size: Option<usize>,
        #[serde(default)]
        default: Option<Value>,
        #[serde(default)]
        array: bool,
    }
    let body: Body = call.json().await?;
    let kind = Kind::of(call.param("kind"))
        .ok_or_else(|| ApiError::argument("This kind of column is not known."))?;
    if !is_key(&body.key) {
        return Err(ApiError::argument(
            "A column's key is a letter, then letters, digits, '_' and '-', at most 36.",
        ));
    }
    if body.array {
        return Err(ApiError::argument("Columns of lists are not supported yet."));
    }
    if body.required && body.default.is_some() {
        return Err(ApiError::argument("A required column has no default."));
    }
    let size = match kind {
        Kind::String | Kind::Varchar => Some(
            body.size
                .filter(|size| (1..=1_048_576).contains(size))
                .ok_or_else(|| ApiError::argument("'size' is missing."))?,
        ),
        Kind::Email => Some(320),
        Kind::Url => Some(2_000),
        Kind::Text => Some(16_384),
        Kind::Integer | Kind::Float | Kind::Boolean | Kind::Datetime => None,
    };
    let column = Column {
        key: body.key,
        kind,
        size,
        required: body.required,
        default: body.default,
        created: call.app.now(),
    };
    if let Some(default) = &column.default {
        column.bind(default)?;
    }
    let answer = column.json();
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    call.app
        .store
        .write(move |tx| {
            let mut table = Table::get(tx, &database, &id)?;
            // SQLite's column names do not differ by case alone.
            if table.columns.iter().any(|known| known.key.eq_ignore_ascii_case(&column.key)) {
                return Err(ApiError::conflict("column_already_exists", "A column").into());
            }
            if table.columns.len() >= COLUMNS {
                return Err(ApiError::argument(format!("A table has at most {COLUMNS} columns.")).into());
            }
            tx.execute_batch(&format!(
                "ALTER TABLE {} ADD COLUMN \"{}\" {}",
                table.sql(),
                column.key,
                column.kind.sql()
            ))?;
            if let Some(default) = &column.default {
                let sql = format!("UPDATE {} SET \"{}\" = ?1", table.sql(), column.key);
                tx.execute(&sql, [column.bind(default)?])?;
            }
            table.columns.push(column);
            let columns = serde_json::to_string(&table.columns).unwrap_or_default();
            tx.execute(
                "UPDATE data_table SET columns = ?1 WHERE number = ?2",
                params![columns, table.number],
            )?;
            Ok(())
        })
        .await?;
    routes::json(StatusCode::ACCEPTED, &answer)
}

fn database_json(id: &str, name: &str, created: i64) -> Value {
    json!({
        "$id": id,
        "name": name,
        "description": "",
        "$createdAt": iso(created),
        "$updatedAt": iso(created),
        "enabled": true,
        "type": "tablesdb",
    })
}
