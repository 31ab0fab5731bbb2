//! Programs themselves: made, read, changed, given away, taken away.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, params, types::Value as Sql};
use serde::Deserialize;
use serde_json::{Value, json};

use super::{
    app::{App, SELECT, check_known, field, not_found, owns_team},
    body::{About, Body},
};
use crate::{
    core::{
        caller::Caller,
        error::{ApiError, ApiResult},
        ids,
        query::{self, List, Source},
        routes::{self, Call},
        store::{StoreError, is_conflict},
    },
    teams, users,
};

/// Programs of one team.
const OF_TEAM: i64 = 100;
/// What is one's own, or of a team that one owns. Who a team's owners are is asked as it is now.
const OF_PERSON: &str = "(user_id = ? OR team_id IN (SELECT m.team_id FROM membership m, json_each(m.roles) r
     WHERE m.user_id = ? AND m.joined NOT NULL AND r.value = 'owner'))";

/// `POST /apps`: of a team that one owns, or one's own, as far as the organisation lets people register any. A program with an
/// API key makes some that are nobody's.
pub async fn create(mut call: Call) -> ApiResult<Response> {
    check_known(&call.caller)?;
    let body: Body = call.json().await?;
    body.check(&call.app.settings().oauth2_server)?;
    let id = ids::wanted(body.app_id.as_deref().unwrap_or("unique()"))?;
    let (caller, now) = (call.caller.clone(), call.app.now());
    let team = body.team_id.clone().filter(|team| !team.is_empty());
    check_team(&caller, team.as_deref())?;
    let user = if team.is_none() { caller.user_id().map(str::to_owned) } else { None };
    let allowed = call.app.config.accounts.programs;
    let app = call.app.store.write(move |tx| {
        check_allowed(tx, &caller, allowed)?;
        check_team_there(tx, team.as_deref())?;
        let sql = "INSERT INTO app (id, team_id, user_id, name, about, redirect_uris, logout_uris, enabled, confidential,
               device_flow, created, updated) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?11)";
        let list = |list: Option<&Vec<String>>| json!(list.map_or(&[][..], Vec::as_slice)).to_string();
        let made = tx.execute(
            sql,
            params![
                id,
                team,
                user,
                body.name,
                json!(body.about(&About::default())).to_string(),
                list(body.redirect_uris.as_ref()),
                list(body.post_logout_redirect_uris.as_ref()),
                body.enabled.unwrap_or(true),
                body.confidential().unwrap_or(true),
                body.device_flow.unwrap_or(false),
                now
            ],
        );
        match made {
            Err(error) if is_conflict(&error) => {
                return Err(ApiError::conflict("app_already_exists", "A program").into());
            }
            other => other?,
        };
        App::find(tx, &id)?.ok_or_else(not_found)?.whole(tx)
    });
    routes::json(StatusCode::CREATED, &app.await?)
}

/// `GET /apps`: one's own and those of the teams that one owns; all for API keys.
pub async fn list(call: Call) -> ApiResult<Response> {
    check_known(&call.caller)?;
    let mut list = List::of(&call, &field)?;
    if let Some(user) = call.caller.user_id() {
        list.page.conditions.push(OF_PERSON.to_owned());
        list.page.values.extend([Sql::Text(user.to_owned()), Sql::Text(user.to_owned())]);
    }
    query::answer(&call.app.store, "apps", move |c| {
        let (total, apps) = list.read(c, Source::whole(SELECT, "app", "number"), App::from_row)?;
        Ok((total, apps.iter().map(|app| app.whole(c)).collect::<Result<_, _>>()?))
    })
    .await
}

/// `GET /apps/{appId}`: what it says of itself, for whoever is asked to agree to something; more for its owners.
pub async fn get(call: Call) -> ApiResult<Response> {
    check_known(&call.caller)?;
    let (id, caller) = (call.param("appId").to_owned(), call.caller.clone());
    let app = call.app.store.read(move |c| {
        let app = App::find(c, &id)?.ok_or_else(not_found)?;
        if app.is_of(&caller) { app.whole(c) } else { Ok(app.json()) }
    });
    routes::json(StatusCode::OK, &app.await?)
}

/// `PUT /apps/{appId}`: what is not given stays as it was, so that nobody loses an address by renaming a program.
pub async fn update(mut call: Call) -> ApiResult<Response> {
    let body: Body = call.json().await?;
    body.check(&call.app.settings().oauth2_server)?;
    let app = change(&call, move |tx, app, now| {
        let sql = "UPDATE app SET name = ?1, about = ?2, redirect_uris = ?3, logout_uris = ?4, enabled = ?5,
               confidential = ?6, device_flow = ?7, installation_scopes = ?8, installation_redirect = ?9, updated = ?10
             WHERE id = ?11";
        let list = |now: &Option<Vec<String>>, before: &Vec<String>| {
            json!(now.as_ref().unwrap_or(before)).to_string()
        };
        tx.execute(
            sql,
            params![
                body.name,
                json!(body.about(&app.about)).to_string(),
                list(&body.redirect_uris, &app.redirect_uris),
                list(&body.post_logout_redirect_uris, &app.logout_uris),
                body.enabled.unwrap_or(app.enabled),
                body.confidential().unwrap_or(app.confidential),
                body.device_flow.unwrap_or(app.device_flow),
                list(&body.installation_scopes, &app.installation_scopes),
                body.installation_redirect_url.as_ref().unwrap_or(&app.installation_redirect),
                now,
                app.id
            ],
        )?;
        Ok(())
    });
    routes::json(StatusCode::OK, &app.await?)
}

/// `DELETE /apps/{appId}`, with all that anybody agreed to with it.
pub async fn delete(call: Call) -> ApiResult<Response> {
    check_known(&call.caller)?;
    let (id, caller) = (call.param("appId").to_owned(), call.caller.clone());
    call.app
        .store
        .write(move |tx| {
            let app = App::owned(tx, &id, &caller)?;
            tx.execute("DELETE FROM app WHERE id = ?1", [app.id])?;
            Ok(())
        })
        .await?;
    routes::empty()
}

/// `PUT /apps/{appId}/labels`: with an API key only, so that what a label says is the organisation's word.
pub async fn set_labels(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        labels: Vec<String>,
    }
    let body: Body = call.json().await?;
    let labels = json!(users::check_labels(body.labels)?).to_string();
    let app = change(&call, move |tx, app, now| {
        let sql = "UPDATE app SET labels = ?1, updated = ?2 WHERE id = ?3";
        tx.execute(sql, params![labels, now, app.id])?;
        Ok(())
    });
    routes::json(StatusCode::OK, &app.await?)
}

/// `PATCH /apps/{appId}/team`: to a team that the giver owns as well.
pub async fn give_to_team(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        team_id: String,
    }
    let body: Body = call.json().await?;
    check_team(&call.caller, Some(&body.team_id))?;
    let app = change(&call, move |tx, app, now| {
        check_team_there(tx, Some(&body.team_id))?;
        let sql = "UPDATE app SET team_id = ?1, user_id = NULL, updated = ?2 WHERE id = ?3";
        tx.execute(sql, params![body.team_id, now, app.id])?;
        Ok(())
    });
    routes::json(StatusCode::OK, &app.await?)
}

/// `DELETE /apps/{appId}/tokens`: all that it has of anybody, and what could still become some. What people agreed to stays.
pub async fn end_tokens(call: Call) -> ApiResult<Response> {
    change(&call, move |tx, app, _| {
        for sql in [
            "DELETE FROM oauth_family WHERE app_id = ?1",
            "DELETE FROM oauth_code WHERE app_id = ?1",
            "DELETE FROM oauth_grant WHERE app_id = ?1",
        ] {
            tx.execute(sql, [&app.id])?;
        }
        Ok(())
    })
    .await?;
    routes::empty()
}

/// Changes the program of the path, if the caller may, and answers it.
async fn change<F>(call: &Call, work: F) -> ApiResult<Value>
where
    F: FnOnce(&Connection, &App, i64) -> Result<(), StoreError> + Send + 'static,
{
    check_known(&call.caller)?;
    let (id, caller, now) = (call.param("appId").to_owned(), call.caller.clone(), call.app.now());
    let changed = call.app.store.write(move |tx| {
        let app = App::owned(tx, &id, &caller)?;
        work(tx, &app, now)?;
        App::find(tx, &id)?.ok_or_else(not_found)?.whole(tx)
    });
    Ok(changed.await?)
}

/// Refuses a team that the caller does not own.
fn check_team(caller: &Caller, team: Option<&str>) -> ApiResult<()> {
    match team {
        Some(team) if !caller.is_key() && !owns_team(caller, team) => Err(ApiError::new(
            StatusCode::UNAUTHORIZED,
            "user_unauthorized",
            "Only a team's owners give it programs.",
        )),
        _ => Ok(()),
    }
}

/// Refuses a team that is not there, or has as many programs as a team may have.
fn check_team_there(c: &Connection, team: Option<&str>) -> Result<(), StoreError> {
    let Some(team) = team else { return Ok(()) };
    if teams::find(c, team)?.is_none() {
        return Err(teams::not_found().into());
    }
    let sql = "SELECT count(*) FROM app WHERE team_id = ?1";
    if c.query_row(sql, [team], |row| row.get::<_, i64>(0))? >= OF_TEAM {
        return Err(ApiError::argument(format!("A team has at most {OF_TEAM} programs.")).into());
    }
    Ok(())
}

/// Refuses who may register none, or no more. An administrator knows how many they make.
fn check_allowed(c: &Connection, caller: &Caller, allowed: u32) -> Result<(), StoreError> {
    let Some(user) = caller.user_id().filter(|_| !caller.is_key()) else { return Ok(()) };
    if allowed == 0 {
        let message = "Programs are registered by this server's administrators.";
        return Err(ApiError::new(StatusCode::FORBIDDEN, "general_access_forbidden", message).into());
    }
    let sql = format!("SELECT count(*) FROM app WHERE {OF_PERSON}");
    if c.query_row(&sql, [user, user], |row| row.get::<_, i64>(0))? >= i64::from(allowed) {
        let message = format!(
            "You have {allowed} programs already, with those of your teams: as many as one may have."
        );
        return Err(ApiError::argument(message).into());
    }
    Ok(())
}
