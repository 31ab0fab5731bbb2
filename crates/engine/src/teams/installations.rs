//! Programs that a team lets act for it by themselves: `/teams/{teamId}/installations`. Its people see them, its owners decide,
//! with a session of their own: a program that acts for an owner installs no other.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde::Deserialize;

use super::team::{owned, visible};
use crate::{
    apps::{self, App, maker},
    core::{
        error::{ApiError, ApiResult},
        ids,
        routes::{self, Call},
        settings::Oauth2Server,
        store::is_conflict,
    },
    oauth2,
};

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    app_id: String,
    #[serde(default)]
    authorization_details: Option<String>,
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let team = visible(&call)?;
    apps::installations_page(&call, "team_id = ?", team).await
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let (team, id) = (visible(&call)?, call.param("installationId").to_owned());
    let found = call.app.store.read(move |c| apps::installation_of_team(c, &team, &id)).await?;
    routes::json(StatusCode::OK, &found)
}

/// Grants the program what it asks for now.
pub async fn create(mut call: Call) -> ApiResult<Response> {
    let team = owned(&call)?;
    let body: Body = call.json().await?;
    let server = call.app.settings().oauth2_server.clone();
    let details = details(body.authorization_details.as_deref(), &server)?.unwrap_or_else(|| "[]".to_owned());
    let (id, now, caller) = (ids::unique(), call.app.now(), call.caller.clone());
    let installed = call.app.store.write(move |tx| {
        super::team::find(tx, &team)?.ok_or_else(super::team::not_found)?;
        let app = App::find(tx, &body.app_id)?.filter(|app| app.enabled).ok_or_else(apps::not_found)?;
        let (maker, name) = maker(tx, &caller)?;
        let sql =
            "INSERT INTO app_installation (id, app_id, team_id, scopes, details, created_by, created_by_name,
               created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?8)";
        let made =
            tx.execute(sql, params![id, app.id, team, scopes(&app, &server), details, maker, name, now]);
        match made {
            Err(error) if is_conflict(&error) => {
                let message = "This program is installed on this team already.";
                let error = ApiError::new(StatusCode::CONFLICT, "app_installation_already_exists", message);
                return Err(error.into());
            }
            other => other?,
        };
        apps::installation_of_team(tx, &team, &id)
    });
    routes::json(StatusCode::CREATED, &installed.await?)
}

/// Grants what the program asks for now, and ends its tokens, which had what it asked for before.
pub async fn update(mut call: Call) -> ApiResult<Response> {
    let (team, id) = (owned(&call)?, call.param("installationId").to_owned());
    let body: Body = call.json().await?;
    let server = call.app.settings().oauth2_server.clone();
    let details = details(body.authorization_details.as_deref(), &server)?;
    let now = call.app.now();
    let updated = call.app.store.write(move |tx| {
        let before = apps::installation_of_team(tx, &team, &id)?;
        let app = before["appId"].as_str().unwrap_or_default();
        let app = App::find(tx, app)?.ok_or_else(apps::not_found)?;
        let sql = "UPDATE app_installation SET scopes = ?1, details = coalesce(?2, details), updated = ?3 WHERE id = ?4";
        tx.execute(sql, params![scopes(&app, &server), details, now, id])?;
        tx.execute("DELETE FROM oauth_family WHERE installation_id = ?1", [&id])?;
        apps::installation_of_team(tx, &team, &id)
    });
    routes::json(StatusCode::OK, &updated.await?)
}

/// With every token that was given for it.
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (team, id) = (owned(&call)?, call.param("installationId").to_owned());
    call.app
        .store
        .write(move |tx| {
            apps::installation_of_team(tx, &team, &id)?;
            tx.execute("DELETE FROM app_installation WHERE id = ?1", [id])?;
            Ok(())
        })
        .await?;
    routes::empty()
}

/// What the program asks for and an administrator still lets programs have.
fn scopes(app: &App, server: &Oauth2Server) -> String {
    let scopes: Vec<&String> =
        app.installation_scopes.iter().filter(|scope| server.scopes.contains(scope)).collect();
    serde_json::json!(scopes).to_string()
}

fn details(text: Option<&str>, server: &Oauth2Server) -> ApiResult<Option<String>> {
    let Some(text) = text.filter(|text| !text.is_empty()) else { return Ok(None) };
    let details = oauth2::details(Some(text), server).map_err(|refusal| ApiError::argument(refusal.about))?;
    Ok(Some(details.to_string()))
}
