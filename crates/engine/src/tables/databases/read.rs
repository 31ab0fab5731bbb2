//! Databases listed and read.

use axum::{http::StatusCode, response::Response};
use rusqlite::params_from_iter;
use serde_json::{Value, json};

use super::{Database, SELECT};
use crate::core::{
    error::ApiResult,
    query::{self, TOTAL},
    routes::{self, Call},
};

pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("databaseId").to_owned();
    let database = call.app.store.read(move |c| Database::get(c, &id)).await?;
    routes::json(StatusCode::OK, &database.json())
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "$sequence" => "rowid",
            "name" | "enabled" => name,
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut page = query::parse(&call.list("queries"), &column)?;
    if let Some(words) = call.query_value("search") {
        page.containing("(id || ' ' || name)", words);
    }
    let (total, databases) = call
        .app
        .store
        .read(move |c| {
            let sql = format!("SELECT count(*) FROM (SELECT 1 FROM database{} LIMIT {TOTAL})", page.filter());
            let total: i64 = c.query_row(&sql, params_from_iter(&page.values), |row| row.get(0))?;
            let backwards = page.seek(c, "database", ("id", Vec::new()), "rowid")?;
            let sql = format!(
                "{SELECT}{} ORDER BY {} LIMIT {} OFFSET {}",
                page.filter(),
                page.order_sql("rowid", backwards),
                page.limit,
                page.offset
            );
            let mut statement = c.prepare(&sql)?;
            let found = statement.query_map(params_from_iter(&page.values), Database::from_row)?;
            let mut found = found.map(|one| Ok(one?.json())).collect::<rusqlite::Result<Vec<Value>>>()?;
            if backwards {
                found.reverse();
            }
            Ok((total, found))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "databases": databases }))
}
