//! API keys: made, listed without their secrets, deleted. Nobody makes a key that opens more than their own.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Row, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    ids,
    routes::{self, Call},
    store::is_conflict,
};

const SELECT: &str = "SELECT id, name, scopes, created, expire FROM api_key";

pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        #[serde(default)]
        key_id: Option<String>,
        name: String,
        scopes: Vec<String>,
        /// ISO 8601; none or empty: for ever.
        #[serde(default)]
        expire: Option<String>,
    }
    let body: Body = call.json().await?;
    let (id, name) =
        (ids::wanted(body.key_id.as_deref().unwrap_or("unique()"))?, crate::users::check_name(&body.name)?);
    if body.scopes.len() > 100 || !body.scopes.iter().all(|scope| is_scope(scope)) {
        return Err(ApiError::argument("Scopes are words like 'rows.read', at most 100."));
    }
    if let Some(more) = body.scopes.iter().find(|scope| !call.caller.has_scope(scope)) {
        return Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "general_unauthorized_scope",
            format!("A key without the scope '{more}' cannot give it away."),
        ));
    }
    let expire = match body.expire.filter(|text| !text.is_empty()) {
        None => None,
        Some(text) => Some(
            chrono::DateTime::parse_from_rfc3339(&text)
                .map_err(|_| ApiError::argument("'expire' is no time in ISO 8601."))?
                .timestamp_millis(),
        ),
    };
    let secret = format!("standard_{}", ids::secret());
    let (hash, now) = (ids::hash_secret(&secret), call.app.now());
    let mut key = call
        .app
        .store
        .write(move |tx| {
            let sql = "INSERT INTO api_key (id, name, hash, scopes, created, expire) VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            match tx.execute(sql, params![id, name, hash, json!(body.scopes).to_string(), now, expire]) {
                Err(error) if is_conflict(&error) => {
                    return Err(ApiError::conflict("key_already_exists", "A key").into());
                }
                other => other?,
            };
            Ok(tx.query_row(&format!("{SELECT} WHERE id = ?1"), [id], json_of)?)
        })
        .await?;
    // Shown this once; only its hash is kept.
    key["secret"] = json!(secret);
    routes::json(StatusCode::CREATED, &key)
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let keys: Vec<Value> = call
        .app
        .store
        .read(|c| {
            let mut statement = c.prepare_cached(&format!("{SELECT} ORDER BY created LIMIT 5000"))?;
            Ok(statement.query_map([], json_of)?.collect::<Result<_, _>>()?)
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": keys.len(), "keys": keys }))
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let id = call.param("keyId").to_owned();
    let sql = "DELETE FROM api_key WHERE id = ?1";
    if call.app.store.write(move |tx| Ok(tx.execute(sql, [id])?)).await? == 0 {
        return Err(ApiError::not_found("key_not_found", "A key"));
    }
    routes::empty()
}

fn is_scope(scope: &str) -> bool {
    let word = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'.' | b'_');
    scope == "*" || (!scope.is_empty() && scope.len() <= 64 && scope.bytes().all(word))
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    let (created, expire): (i64, Option<i64>) = (row.get(3)?, row.get(4)?);
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(created),
        "$updatedAt": iso(created),
        "name": row.get::<_, String>(1)?,
        "description": "",
        "expire": expire.map_or_else(String::new, iso),
        "scopes": serde_json::from_str::<Value>(&row.get::<_, String>(2)?).unwrap_or_else(|_| json!([])),
        "secret": "",
        "accessedAt": "",
        "sdks": [],
    }))
}
