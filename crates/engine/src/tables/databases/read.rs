//! Databases listed and read.

use axum::{http::StatusCode, response::Response};

use super::{Database, SELECT};
use crate::core::{
    error::ApiResult,
    query::{List, Source},
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
    let source = Source::whole(SELECT, "database", "rowid");
    List::of_columns(&call, &column)?
        .searched(&call, "(id || ' ' || name)")?
        .answer(&call.app.store, "databases", source, |row| Ok(Database::from_row(row)?.json()))
        .await
}
