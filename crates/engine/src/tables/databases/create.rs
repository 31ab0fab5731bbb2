//! Making a database.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde::Deserialize;

use super::Database;
use crate::core::{
    error::{ApiError, ApiResult},
    ids,
    routes::{self, Call},
    store::is_conflict,
};

/// How Appwrite calls a database without machines of its own.
const SHARED: &str = "serverless";

#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    database_id: String,
    name: String,
    enabled: Option<bool>,
    specification: Option<String>,
    replicas: Option<i64>,
}

pub async fn create(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    if body.specification.is_some_and(|specification| specification != SHARED)
        || body.replicas.is_some_and(|more| more != 0)
    {
        let message =
            format!("Every database lies on this server, once: 'specification' is '{SHARED}', 'replicas' 0.");
        return Err(ApiError::argument(message));
    }
    let now = call.app.now();
    let database = Database {
        id: ids::wanted(&body.database_id)?,
        name: crate::users::check_name(&body.name)?,
        enabled: body.enabled.unwrap_or(true),
        created: now,
        updated: now,
    };
    let answer = database.json();
    call.app
        .store
        .write(move |tx| {
            let sql =
                "INSERT INTO database (id, name, enabled, created, updated) VALUES (?1, ?2, ?3, ?4, ?4)";
            match tx.execute(sql, params![database.id, database.name, database.enabled, now]) {
                Err(error) if is_conflict(&error) => {
                    Err(ApiError::conflict("database_already_exists", "A database").into())
                }
                other => Ok(other.map(|_| ())?),
            }
        })
        .await?;
    routes::json(StatusCode::CREATED, &answer)
}
