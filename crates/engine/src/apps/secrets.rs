//! Secrets of programs, and their keys: each is shown when it is made, and its hash is kept.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params, types::Value as Sql};
use serde_json::{Value, json};

use super::app::{self, App, check_known};
use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    ids,
    query::{self, Field, List, Shape, Source},
    routes::{self, Call},
    store::StoreError,
};

/// Of each kind, of one program: enough to change them one by one.
const MOST: i64 = 20;
/// Letters at the end of a secret by which its owner knows it again.
const HINT: usize = 4;
const SELECT: &str =
    "SELECT id, created, app_id, hint, created_by, created_by_name, accessed FROM app_secret";

/// What differs between the two.
#[derive(Debug, Clone, Copy)]
pub struct Kind {
    name: &'static str,
    list: &'static str,
    param: &'static str,
    /// In front of what is made, so that whoever finds one knows what it is.
    prefix: &'static str,
    unknown: &'static str,
}

/// What a program shows of itself for tokens.
pub const SECRET: Kind = Kind {
    name: "secret",
    list: "secrets",
    param: "secretId",
    prefix: "app_secret_",
    unknown: "app_secret_not_found",
};
/// What it shows to act for its installations.
pub const KEY: Kind =
    Kind { name: "key", list: "keys", param: "keyId", prefix: "app_key_", unknown: "app_key_not_found" };

pub async fn create(call: Call, kind: Kind) -> ApiResult<Response> {
    check_known(&call.caller)?;
    let secret = format!("{}{}", kind.prefix, ids::secret());
    let hint = secret[secret.len() - HINT..].to_owned();
    let (hash, now) = (ids::hash_secret(&secret), call.app.now());
    let (id, caller) = (call.param("appId").to_owned(), call.caller.clone());
    let made = call.app.store.write(move |tx| {
        let app = App::owned(tx, &id, &caller)?;
        let sql = "SELECT count(*) FROM app_secret WHERE app_id = ?1 AND kind = ?2";
        if tx.query_row(sql, params![app.id, kind.name], |row| row.get::<_, i64>(0))? >= MOST {
            return Err(
                ApiError::argument("There are 20 of them already: delete one that is not needed.").into()
            );
        }
        let ((maker, name), id) = (app::maker(tx, &caller)?, ids::unique());
        let sql =
            "INSERT INTO app_secret (id, app_id, kind, hash, hint, created_by, created_by_name, created)
             VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)";
        tx.execute(sql, params![id, app.id, kind.name, hash, hint, maker, name, now])?;
        find(tx, &app.id, &id, kind)
    });
    let mut made = made.await?;
    made["secret"] = json!(secret);
    routes::json(StatusCode::CREATED, &made)
}

pub async fn list(call: Call, kind: Kind) -> ApiResult<Response> {
    check_known(&call.caller)?;
    let field = |name: &str| {
        Some(match name {
            "$id" => Field::plain("id"),
            "$createdAt" | "$updatedAt" => Field::plain("created").shaped(Shape::Millis),
            "lastAccessedAt" => Field::plain("accessed").shaped(Shape::Millis),
            "createdById" => Field::plain("created_by"),
            "hint" => Field::plain("hint"),
            _ => return None,
        })
    };
    let (id, caller) = (call.param("appId").to_owned(), call.caller.clone());
    let list = List::of(&call, &field)?
        .only("app_id = ?", Sql::Text(id.clone()))
        .only("kind = ?", Sql::Text(kind.name.to_owned()));
    query::answer(&call.app.store, kind.list, move |c| {
        App::owned(c, &id, &caller)?;
        list.read(c, Source::whole(SELECT, "app_secret", "number"), json_of)
    })
    .await
}

pub async fn get(call: Call, kind: Kind) -> ApiResult<Response> {
    check_known(&call.caller)?;
    let (app, id) = (call.param("appId").to_owned(), call.param(kind.param).to_owned());
    let caller = call.caller.clone();
    let found = call.app.store.read(move |c| {
        App::owned(c, &app, &caller)?;
        find(c, &app, &id, kind)
    });
    routes::json(StatusCode::OK, &found.await?)
}

/// It opens nothing from now on. Tokens that were given for it stay: `DELETE /apps/{appId}/tokens` ends them.
pub async fn delete(call: Call, kind: Kind) -> ApiResult<Response> {
    check_known(&call.caller)?;
    let (app, id) = (call.param("appId").to_owned(), call.param(kind.param).to_owned());
    let caller = call.caller.clone();
    call.app
        .store
        .write(move |tx| {
            App::owned(tx, &app, &caller)?;
            find(tx, &app, &id, kind)?;
            tx.execute("DELETE FROM app_secret WHERE id = ?1", [id])?;
            Ok(())
        })
        .await?;
    routes::empty()
}

/// What can be told of the secrets of a program.
pub fn all(c: &Connection, app: &str) -> Result<Vec<Value>, StoreError> {
    let sql = format!("{SELECT} WHERE app_id = ?1 AND kind = 'secret' ORDER BY number");
    let mut statement = c.prepare_cached(&sql)?;
    Ok(statement.query_map([app], json_of)?.collect::<Result<_, _>>()?)
}

fn find(c: &Connection, app: &str, id: &str, kind: Kind) -> Result<Value, StoreError> {
    let sql = format!("{SELECT} WHERE app_id = ?1 AND id = ?2 AND kind = ?3");
    let found = c.query_row(&sql, [app, id, kind.name], json_of).optional()?;
    Ok(found.ok_or_else(|| ApiError::not_found(kind.unknown, "One"))?)
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(row.get(1)?),
        "$updatedAt": iso(row.get(1)?),
        "appId": row.get::<_, String>(2)?,
        // Shown once, when it is made.
        "secret": "",
        "hint": row.get::<_, String>(3)?,
        "createdById": row.get::<_, String>(4)?,
        "createdByName": row.get::<_, String>(5)?,
        "lastAccessedAt": row.get::<_, Option<i64>>(6)?.map(iso),
    }))
}
