//! Renaming, disabling and deleting a database.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde::Deserialize;

use super::Database;
use crate::{
    core::{
        error::ApiResult,
        routes::{self, Call},
    },
    tables::table::Table,
};

#[derive(Debug, Deserialize)]
struct Body {
    name: Option<String>,
    enabled: Option<bool>,
}

pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let name = body.name.as_deref().map(crate::users::check_name).transpose()?;
    let (id, now) = (call.param("databaseId").to_owned(), call.app.now());
    let database = call
        .app
        .store
        .write(move |tx| {
            let mut database = Database::get(tx, &id)?;
            database.name = name.unwrap_or(database.name);
            database.enabled = body.enabled.unwrap_or(database.enabled);
            database.updated = now;
            tx.execute(
                "UPDATE database SET name = ?1, enabled = ?2, updated = ?3 WHERE id = ?4",
                params![database.name, database.enabled, now, id],
            )?;
            Ok(database)
        })
        .await?;
    routes::json(StatusCode::OK, &database.json())
}

/// Its tables and all their rows go with it.
pub async fn delete(call: Call) -> ApiResult<Response> {
    let id = call.param("databaseId").to_owned();
    call.app
        .store
        .write(move |tx| {
            Database::get(tx, &id)?;
            for table in Table::ids(tx, &id)? {
                // Read one by one: each that goes changes those that are related to it.
                Table::get(tx, &id, &table)?.drop(tx)?;
            }
            tx.execute("DELETE FROM database WHERE id = ?1", [id])?;
            Ok(())
        })
        .await?;
    routes::empty()
}
