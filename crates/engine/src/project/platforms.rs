//! Platforms: where programs of the organisation run that may call the API.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params};
use serde_json::{Value, json};

use crate::{
    core::{
        clock::iso,
        error::{ApiError, ApiResult},
        ids,
        query::{List, Source},
        routes::{self, Call},
        settings::{Kind, is_hostname},
        store::{StoreError, is_conflict},
    },
    users::check_name,
};

/// All of them lie in memory.
const MOST: i64 = 1000;
const SELECT: &str = "SELECT id, kind, name, identifier, created, updated FROM platform";

/// `GET /project/platforms`
pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "type" => "kind",
            "name" => "name",
            field => {
                let kind = Kind::ALL.into_iter().find(|kind| kind.field() == field)?;
                return Some(format!("iif(kind = '{}', identifier, NULL)", kind.name()));
            }
        };
        Some(known.to_owned())
    };
    let source = Source::whole(SELECT, "platform", "number");
    List::of_columns(&call, &column)?.answer(&call.app.store, "platforms", source, json_of).await
}

/// `GET /project/platforms/{platformId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let id = call.param("platformId").to_owned();
    let found = call.app.store.read(move |c| find(c, &id, None)).await?;
    routes::json(StatusCode::OK, &found)
}

/// `POST /project/platforms/{kind}`
pub async fn create(mut call: Call, kind: Kind) -> ApiResult<Response> {
    let body: Value = call.json().await?;
    let (name, identifier) = read(&body, kind)?;
    let (id, now) = (ids::wanted(text(&body, "platformId")?)?, call.app.now());
    let made = call.app.set(move |tx| {
        if tx.query_row("SELECT count(*) FROM platform", [], |row| row.get::<_, i64>(0))? >= MOST {
            return Err(ApiError::argument("There are 1000 platforms already.").into());
        }
        let sql = "INSERT INTO platform (id, kind, name, identifier, created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?5)";
        match tx.execute(sql, params![id, kind.name(), name, identifier, now]) {
            Err(error) if is_conflict(&error) => {
                return Err(ApiError::conflict("platform_already_exists", "A platform").into());
            }
            other => other?,
        };
        find(tx, &id, Some(kind))
    });
    routes::json(StatusCode::CREATED, &made.await?)
}

/// `PUT /project/platforms/{kind}/{platformId}`
pub async fn update(mut call: Call, kind: Kind) -> ApiResult<Response> {
    let body: Value = call.json().await?;
    let (name, identifier) = read(&body, kind)?;
    let (id, now) = (call.param("platformId").to_owned(), call.app.now());
    let changed = call.app.set(move |tx| {
        find(tx, &id, Some(kind))?;
        let sql = "UPDATE platform SET name = ?1, identifier = ?2, updated = ?3 WHERE id = ?4";
        tx.execute(sql, params![name, identifier, now, id])?;
        find(tx, &id, Some(kind))
    });
    routes::json(StatusCode::OK, &changed.await?)
}

/// `DELETE /project/platforms/{platformId}`
pub async fn delete(call: Call) -> ApiResult<Response> {
    let id = call.param("platformId").to_owned();
    call.app
        .set(move |tx| {
            find(tx, &id, None)?;
            tx.execute("DELETE FROM platform WHERE id = ?1", [id])?;
            Ok(())
        })
        .await?;
    routes::empty()
}

/// Name and identifier of a body.
fn read(body: &Value, kind: Kind) -> ApiResult<(String, String)> {
    let name = check_name(text(body, "name")?)?;
    let identifier = text(body, kind.field())?;
    let fits = match kind {
        Kind::Web => is_hostname(identifier),
        _ => {
            let of_word = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-');
            (1..=256).contains(&identifier.len()) && identifier.bytes().all(of_word)
        }
    };
    if !fits || name.is_empty() {
        return Err(ApiError::argument(format!(
            "'{}' is the name by which its system knows it (of a page: its host), and a platform has a name.",
            kind.field()
        )));
    }
    Ok((name, identifier.to_owned()))
}

fn text<'a>(body: &'a Value, name: &str) -> ApiResult<&'a str> {
    body[name].as_str().ok_or_else(|| ApiError::argument(format!("'{name}' is missing.")))
}

/// The platform, of one kind where that matters.
fn find(c: &Connection, id: &str, kind: Option<Kind>) -> Result<Value, StoreError> {
    let found: Option<Value> = c.query_row(&format!("{SELECT} WHERE id = ?1"), [id], json_of).optional()?;
    let fits = |found: &Value| kind.is_none_or(|kind| found["type"] == kind.name());
    Ok(found.filter(fits).ok_or_else(|| ApiError::not_found("platform_not_found", "A platform"))?)
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    let kind: String = row.get(1)?;
    let mut platform = json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(row.get(4)?),
        "$updatedAt": iso(row.get(5)?),
        "name": row.get::<_, String>(2)?,
        "type": kind,
    });
    let kind = Kind::from_name(&kind).unwrap_or(Kind::Web);
    platform[kind.field()] = json!(row.get::<_, String>(3)?);
    Ok(platform)
}
