//! Changing and deleting a table.

use axum::{http::StatusCode, response::Response};
use serde::Deserialize;

use crate::{
    core::{
        error::ApiResult,
        permissions,
        routes::{self, Call},
    },
    tables::table::Table,
};

/// What is absent stays as it is.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    name: Option<String>,
    permissions: Option<Vec<String>>,
    row_security: Option<bool>,
    enabled: Option<bool>,
}

pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let name = body.name.as_deref().map(crate::users::check_name).transpose()?;
    let permissions = body.permissions.as_deref().map(permissions::parse).transpose()?;
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    let now = call.app.now();
    let table = call
        .app
        .store
        .write(move |tx| {
            let mut table = Table::get(tx, &database, &id)?;
            table.name = name.unwrap_or(table.name);
            table.permissions = permissions.unwrap_or(table.permissions);
            table.row_security = body.row_security.unwrap_or(table.row_security);
            table.enabled = body.enabled.unwrap_or(table.enabled);
            table.updated = now;
            table.save(tx)?;
            Ok(table)
        })
        .await?;
    routes::json(StatusCode::OK, &table.json())
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (database, id) = (call.param("databaseId").to_owned(), call.param("tableId").to_owned());
    call.app.store.write(move |tx| Table::get(tx, &database, &id)?.drop(tx)).await?;
    routes::empty()
}
