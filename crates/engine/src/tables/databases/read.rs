//! Databases listed and read.

use axum::{http::StatusCode, response::Response};
use serde_json::json;

use super::{Database, SELECT};
use crate::core::{
    error::ApiResult,
    query::{self, Source},
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
            let source = Source { select: SELECT, from: "database", key: ("id", Vec::new()), last: "rowid" };
            page.list(c, source, true, |row| Ok(Database::from_row(row)?.json()))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "databases": databases }))
}
