//! Tables listed and read.

use axum::{http::StatusCode, response::Response};
use rusqlite::{params_from_iter, types::Value as Sql};
use serde_json::{Value, json};

use crate::{
    core::{
        error::ApiResult,
        query::{self, TOTAL},
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
            let sql =
                format!("SELECT count(*) FROM (SELECT 1 FROM data_table{} LIMIT {TOTAL})", page.filter());
            let total: i64 = c.query_row(&sql, params_from_iter(&page.values), |row| row.get(0))?;
            let cursor = ("database_id = ? AND id", vec![Sql::Text(database)]);
            let backwards = page.seek(c, "data_table", cursor, "number")?;
            let sql = format!(
                "{}{} ORDER BY {} LIMIT {} OFFSET {}",
                table::SELECT,
                page.filter(),
                page.order_sql("number", backwards),
                page.limit,
                page.offset
            );
            let mut statement = c.prepare(&sql)?;
            let found = statement.query_map(params_from_iter(&page.values), Table::from_row)?;
            let mut found = found.map(|one| Ok(one?.json())).collect::<rusqlite::Result<Vec<Value>>>()?;
            if backwards {
                found.reverse();
            }
            Ok((total, found))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "tables": tables }))
}
