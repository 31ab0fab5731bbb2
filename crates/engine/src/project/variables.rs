//! Variables of the project: kept for programs that run in it. A secret one is never read here again.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params, types::ValueRef};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    ids,
    query::{List, Source},
    routes::{self, Call},
    seal,
    store::{StoreError, is_conflict},
};

const KEY: usize = 255;
const VALUE: usize = 8192;
const SELECT: &str = "SELECT id, key, value, secret, created, updated FROM variable";

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    variable_id: Option<String>,
    key: Option<String>,
    value: Option<String>,
    secret: Option<bool>,
}

/// `GET /project/variables`
pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "key" | "secret" => name,
            "resourceType" => "'project'",
            "resourceId" => "''",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let source = Source::whole(SELECT, "variable", "number");
    List::of_columns(&call, &column)?.answer(&call.app.store, "variables", source, json_of).await
}

/// `GET /project/variables/{variableId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("variableId").to_owned();
    routes::json(StatusCode::OK, &call.app.store.read(move |c| find(c, &id)).await?)
}

/// `POST /project/variables`
pub async fn create(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let (id, now) = (ids::wanted(body.variable_id.as_deref().unwrap_or("unique()"))?, call.app.now());
    let missing = |name: &str| ApiError::argument(format!("'{name}' is missing."));
    let key = check_key(body.key.ok_or_else(|| missing("key"))?)?;
    let value = check_value(body.value.ok_or_else(|| missing("value"))?)?;
    let secret = body.secret.unwrap_or(true);
    let kept = keep(&call, &id, value, secret);
    let made = call.app.store.write(move |tx| {
        let sql =
            "INSERT INTO variable (id, key, value, secret, created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
        already(tx.execute(sql, params![id, key, kept, secret, now]))?;
        find(tx, &id)
    });
    routes::json(StatusCode::CREATED, &made.await?)
}

/// `PUT /project/variables/{variableId}`: what is not given stays. What was secret stays secret, or its value would
/// come out.
pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    let (id, now) = (call.param("variableId").to_owned(), call.app.now());
    let key = body.key.map(check_key).transpose()?;
    let value = body.value.map(check_value).transpose()?;
    let of = id.clone();
    let before = call.app.store.read(move |c| find(c, &of)).await?;
    let was_secret = before["secret"] == true;
    let secret = body.secret.unwrap_or(was_secret);
    if was_secret && !secret {
        return Err(ApiError::new(
            StatusCode::BAD_REQUEST,
            "variable_cannot_unset_secret",
            "What is secret stays so. Make another variable.",
        ));
    }
    let value = match value {
        Some(value) => Some(value),
        // From now on it is sealed.
        None if secret && !was_secret => before["value"].as_str().map(str::to_owned),
        None => None,
    };
    let kept = value.map(|value| keep(&call, &id, value, secret));
    let changed = call.app.store.write(move |tx| {
        let sql = "UPDATE variable SET key = coalesce(?1, key), value = coalesce(?2, value), secret = ?3, updated = ?4
             WHERE id = ?5 AND secret = ?6";
        if already(tx.execute(sql, params![key, kept, secret, now, id, was_secret]))? == 0 {
            // Somebody deleted it, or made it secret, since.
            find(tx, &id)?;
            return Err(ApiError::conflict("variable_already_exists", "A changed variable").into());
        }
        find(tx, &id)
    });
    routes::json(StatusCode::OK, &changed.await?)
}

/// `DELETE /project/variables/{variableId}`
pub async fn delete(call: Call) -> ApiResult<Response> {
    let id = call.param("variableId").to_owned();
    call.app
        .store
        .write(move |tx| {
            find(tx, &id)?;
            tx.execute("DELETE FROM variable WHERE id = ?1", [id])?;
            Ok(())
        })
        .await?;
    routes::empty()
}

/// A value as it lies in the database.
fn keep(call: &Call, id: &str, value: String, secret: bool) -> Vec<u8> {
    if secret {
        seal::seal(&call.app.config.jwt_secret, &format!("variable {id}"), value.as_bytes())
    } else {
        value.into_bytes()
    }
}

/// A name as programs have it in their environment.
fn check_key(key: String) -> ApiResult<String> {
    let of_name = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.');
    if (1..=KEY).contains(&key.len()) && key.bytes().all(of_name) {
        Ok(key)
    } else {
        Err(ApiError::argument("'key' is 1 to 255 letters, digits, '_', '-' and '.'."))
    }
}

fn check_value(value: String) -> ApiResult<String> {
    if value.chars().count() <= VALUE && !value.contains('\0') {
        Ok(value)
    } else {
        Err(ApiError::argument("'value' has at most 8192 characters."))
    }
}

fn already(result: rusqlite::Result<usize>) -> Result<usize, StoreError> {
    match result {
        Err(error) if is_conflict(&error) => {
            Err(ApiError::conflict("variable_already_exists", "A variable with this key, or").into())
        }
        other => Ok(other?),
    }
}

fn find(c: &Connection, id: &str) -> Result<Value, StoreError> {
    let found = c.query_row(&format!("{SELECT} WHERE id = ?1"), [id], json_of).optional()?;
    Ok(found.ok_or_else(|| ApiError::not_found("variable_not_found", "A variable"))?)
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    let secret: bool = row.get(3)?;
    let value = match (secret, row.get_ref(2)?) {
        (false, ValueRef::Blob(bytes)) => String::from_utf8_lossy(bytes).into_owned(),
        _ => String::new(),
    };
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(row.get(4)?),
        "$updatedAt": iso(row.get(5)?),
        "key": row.get::<_, String>(1)?,
        "description": "",
        "value": value,
        "secret": secret,
        "resourceType": "project",
        "resourceId": "",
    }))
}
