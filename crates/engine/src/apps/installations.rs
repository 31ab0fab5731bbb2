//! Installations as the program sees them that is installed: it shows its own key, and acts for the team by itself.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params, types::Value as Sql};
use serde_json::{Value, json};

use super::app::{App, check_known};
use crate::{
    core::{
        clock::iso,
        error::{ApiError, ApiResult},
        query::{Field, List, Shape, Source},
        routes::{self, Call},
        store::StoreError,
    },
    oauth2::{self, Mint},
};

const SELECT: &str =
    "SELECT id, created, updated, app_id, team_id, scopes, details, created_by, created_by_name,
     accessed FROM app_installation";

/// `GET /apps/{appId}/installations`
pub async fn list(call: Call) -> ApiResult<Response> {
    let app = own(&call)?;
    page(&call, "app_id = ?", app).await
}

/// `GET /apps/{appId}/installations/{installationId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let (app, id) = (own(&call)?, call.param("installationId").to_owned());
    let found = call.app.store.read(move |c| find(c, &app, &id)).await?;
    routes::json(StatusCode::OK, &found.ok_or_else(not_found)?)
}

/// `POST /apps/{appId}/installations/{installationId}/tokens`: what the team granted, for a while. It is not renewed but asked
/// for anew, and ends with the installation.
pub async fn create_token(call: Call) -> ApiResult<Response> {
    oauth2::check_enabled(&call.app.settings().oauth2_server)?;
    let (app, id) = (own(&call)?, call.param("installationId").to_owned());
    let mint = Mint::of(&call).await?;
    let tokens = call.app.store.write(move |tx| {
        let sql = "UPDATE app_installation SET accessed = ?1 WHERE id = ?2 AND app_id = ?3 RETURNING scopes, details";
        let kept: Option<(String, String)> =
            tx.query_row(sql, params![mint.now, id, app], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
        let (scopes, details) = kept.ok_or_else(not_found)?;
        let scopes = serde_json::from_str(&scopes).unwrap_or_default();
        let details = serde_json::from_str(&details).unwrap_or_default();
        oauth2::of_installation(tx, &mint, &app, &id, scopes, details)
    });
    let response = routes::json(StatusCode::CREATED, &tokens.await?)?;
    oauth2::answer(Ok(response))
}

/// `DELETE /apps/{appId}/installations/{installationId}`: the program's owners take it away from a team. Its tokens end with it.
pub async fn delete(call: Call) -> ApiResult<Response> {
    check_known(&call.caller)?;
    let (app, id) = (call.param("appId").to_owned(), call.param("installationId").to_owned());
    let caller = call.caller.clone();
    let deleted = call.app.store.write(move |tx| {
        let app = App::owned(tx, &app, &caller)?;
        let sql = "DELETE FROM app_installation WHERE id = ?1 AND app_id = ?2";
        if tx.execute(sql, [id, app.id])? == 0 { Err(not_found().into()) } else { Ok(()) }
    });
    deleted.await?;
    routes::empty()
}

/// The program of the path, if it is the one that calls.
fn own(call: &Call) -> ApiResult<String> {
    let id = call.param("appId");
    if call.caller.app() == Some(id) { Ok(id.to_owned()) } else { Err(ApiError::unauthorized()) }
}

/// A page of those that `condition` with its value keeps.
pub async fn page(call: &Call, condition: &'static str, value: String) -> ApiResult<Response> {
    let field = |name: &str| {
        Some(match name {
            "$id" => Field::plain("id"),
            "$createdAt" => Field::plain("created").shaped(Shape::Millis),
            "$updatedAt" => Field::plain("updated").shaped(Shape::Millis),
            "lastAccessedAt" => Field::plain("accessed").shaped(Shape::Millis),
            "appId" => Field::plain("app_id"),
            "teamId" => Field::plain("team_id"),
            "scopes" => Field::plain("scopes").shaped(Shape::List),
            _ => return None,
        })
    };
    let source = Source::whole(SELECT, "app_installation", "number");
    let list = List::of(call, &field)?.only(condition, Sql::Text(value));
    list.answer(&call.app.store, "installations", source, json_of).await
}

fn find(c: &Connection, app: &str, id: &str) -> Result<Option<Value>, StoreError> {
    let sql = format!("{SELECT} WHERE id = ?1 AND app_id = ?2");
    Ok(c.query_row(&sql, [id, app], json_of).optional()?)
}

pub fn find_of_team(c: &Connection, team: &str, id: &str) -> Result<Value, StoreError> {
    let sql = format!("{SELECT} WHERE id = ?1 AND team_id = ?2");
    Ok(c.query_row(&sql, [id, team], json_of).optional()?.ok_or_else(not_found)?)
}

fn not_found() -> ApiError {
    ApiError::not_found("app_installation_not_found", "An installation")
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    let list = |text: String| serde_json::from_str::<Value>(&text).unwrap_or_else(|_| json!([]));
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(row.get(1)?),
        "$updatedAt": iso(row.get(2)?),
        "appId": row.get::<_, String>(3)?,
        "teamId": row.get::<_, String>(4)?,
        "scopes": list(row.get(5)?),
        "authorizationDetails": list(row.get(6)?),
        "createdById": row.get::<_, String>(7)?,
        "createdByName": row.get::<_, String>(8)?,
        "lastAccessedAt": row.get::<_, Option<i64>>(9)?.map(iso),
    }))
}
