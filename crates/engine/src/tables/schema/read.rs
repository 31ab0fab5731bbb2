//! Tables listed and read.

use axum::{http::StatusCode, response::Response};
use rusqlite::types::Value as Sql;
use serde_json::json;

use crate::{
    core::{
        error::ApiResult,
        query::{self, Source},
        routes::{self, Call},
    },
    tables::{
        databases::Database,
        table::{self, Table},
    },
};

pub async fn get(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let table = call.app.store.read(move |c| Table::get(c, &database, &id)).await?;
    routes::json(StatusCode::OK, &table.json())
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let database = call.param("databaseId").to_owned();
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "$sequence" => "number",
            "rowSecurity" | "documentSecurity" => "row_security",
            "name" | "enabled" => name,
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut page = query::parse(&call.list("queries"), &column)?;
    if let Some(words) = call.query_value("search") {
        page.containing("(id || ' ' || name)", words);
    }
    let (total, tables) = call
        .app
        .store
        .read(move |c| {
            Database::get(c, &database)?;
            page.conditions.push("database_id = ?".into());
            page.values.push(Sql::Text(database.clone()));
            let source = Source {
                select: table::SELECT,
                from: "data_table",
                key: ("database_id = ? AND id", vec![Sql::Text(database)]),
                last: "number",
            };
            page.list(c, source, true, |row| Ok(Table::from_row(row)?.json()))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "tables": tables }))
}
