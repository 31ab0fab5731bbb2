//! Tables listed and read.

use axum::{http::StatusCode, response::Response};
use rusqlite::types::Value as Sql;

use crate::{
    core::{
        error::ApiResult,
        query::{self, List, Source},
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
    let list = List::of_columns(&call, &column)?.searched(&call, "(id || ' ' || name)")?;
    let list = list.only("database_id = ?", Sql::Text(database.clone()));
    query::answer(&call.app.store, "tables", move |c| {
        Database::get(c, &database)?;
        let key = ("database_id = ? AND id", vec![Sql::Text(database)]);
        let source = Source { select: table::SELECT, from: "data_table", key, last: "number" };
        list.read(c, source, |row| Ok(Table::from_row(row)?.json()))
    })
    .await
}
