//! `/projects/{projectId}/dev-keys`: what somebody who develops shows to meet no limits ([`dev_key`](crate::core::dev_key)),
//! with the addresses that npm `@appwrite.io/console` knows.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::{
    core::{
        clock::{iso, parse_iso},
        error::{ApiError, ApiResult},
        ids,
        query::{Field, List, Shape, Source},
        routes::{self, Call},
        store::StoreError,
    },
    users::check_name,
};

/// Keys that there are at once at most.
const MOST: i64 = 1000;
const SELECT: &str = "SELECT id, name, expire, accessed, sdks, created, updated FROM dev_key";

#[derive(Deserialize)]
struct Body {
    name: String,
    expire: String,
}

impl Body {
    /// The name and when it ends: none lasts for ever.
    async fn read(call: &mut Call) -> ApiResult<(String, i64)> {
        let body: Self = call.json().await?;
        if body.name.is_empty() {
            return Err(ApiError::argument("A key has a name."));
        }
        match parse_iso(&body.expire) {
            Some(expire) if expire > call.app.now() => Ok((check_name(&body.name)?, expire)),
            Some(_) => Err(ApiError::argument("'expire' is over already.")),
            None => Err(ApiError::argument("'expire' is no time in ISO 8601.")),
        }
    }
}

/// `GET /projects/{projectId}/dev-keys`
pub async fn list(call: Call) -> ApiResult<Response> {
    check_project(&call)?;
    let field = |name: &str| {
        let millis = |column: &str| Field::plain(column).shaped(Shape::Millis);
        Some(match name {
            "$id" => Field::plain("id"),
            "name" => Field::plain("name"),
            "$createdAt" => millis("created"),
            "$updatedAt" => millis("updated"),
            "expire" => millis("expire"),
            "accessedAt" => millis("accessed"),
            _ => return None,
        })
    };
    let source = Source::whole(SELECT, "dev_key", "number");
    List::of(&call, &field)?.answer(&call.app.store, "devKeys", source, json_of).await
}

/// `POST /projects/{projectId}/dev-keys`: the secret is shown this once, and its hash kept.
pub async fn create(mut call: Call) -> ApiResult<Response> {
    check_project(&call)?;
    let (name, expire) = Body::read(&mut call).await?;
    let (id, secret, now) = (ids::unique(), ids::secret(), call.app.now());
    let hash = ids::hash_secret(&secret);
    let made = call.app.store.write(move |tx| {
        if tx.query_row("SELECT count(*) FROM dev_key", [], |row| row.get::<_, i64>(0))? >= MOST {
            return Err(ApiError::argument("There are 1000 dev keys already.").into());
        }
        let sql =
            "INSERT INTO dev_key (id, name, hash, expire, created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
        tx.execute(sql, params![id, name, hash, expire, now])?;
        find(tx, &id)
    });
    let mut made = made.await?;
    made["secret"] = json!(secret);
    routes::json(StatusCode::CREATED, &made)
}

/// `GET /projects/{projectId}/dev-keys/{keyId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    check_project(&call)?;
    let id = call.param("keyId").to_owned();
    routes::json(StatusCode::OK, &call.app.store.read(move |c| find(c, &id)).await?)
}

/// `PUT /projects/{projectId}/dev-keys/{keyId}`
pub async fn update(mut call: Call) -> ApiResult<Response> {
    check_project(&call)?;
    let (name, expire) = Body::read(&mut call).await?;
    let (id, now) = (call.param("keyId").to_owned(), call.app.now());
    let changed = call.app.store.write(move |tx| {
        let sql = "UPDATE dev_key SET name = ?1, expire = ?2, updated = ?3 WHERE id = ?4";
        tx.execute(sql, params![name, expire, now, id])?;
        find(tx, &id)
    });
    routes::json(StatusCode::OK, &changed.await?)
}

/// `DELETE /projects/{projectId}/dev-keys/{keyId}`
pub async fn delete(call: Call) -> ApiResult<Response> {
    check_project(&call)?;
    let id = call.param("keyId").to_owned();
    let deleted =
        call.app.store.write(move |tx| match tx.execute("DELETE FROM dev_key WHERE id = ?1", [id])? {
            0 => Err(not_found().into()),
            _ => Ok(()),
        });
    deleted.await?;
    routes::empty()
}

fn check_project(call: &Call) -> ApiResult<()> {
    if call.param("projectId") == call.app.config.project {
        return Ok(());
    }
    Err(ApiError::not_found("project_not_found", "A project"))
}

fn find(c: &Connection, id: &str) -> Result<Value, StoreError> {
    let found = c.query_row(&format!("{SELECT} WHERE id = ?1"), [id], json_of).optional()?;
    Ok(found.ok_or_else(not_found)?)
}

fn not_found() -> ApiError {
    ApiError::not_found("key_not_found", "A key")
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(row.get(5)?),
        "$updatedAt": iso(row.get(6)?),
        "name": row.get::<_, String>(1)?,
        "expire": iso(row.get(2)?),
        "secret": "",
        "accessedAt": row.get::<_, Option<i64>>(3)?.map_or_else(String::new, iso),
        "sdks": serde_json::from_str::<Value>(&row.get::<_, String>(4)?).unwrap_or_else(|_| json!([])),
    }))
}
