//! Teams themselves. Somebody sees the teams that they are in; an API key sees all.

use axum::{http::StatusCode, response::Response};
use rusqlite::{OptionalExtension as _, Row, params};
use serde::Deserialize;
use serde_json::{Value, json};

use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    events::Event,
    ids,
    routes::{self, Call},
    store::is_conflict,
};

const SELECT: &str = "SELECT id, name, prefs, created, updated,
     (SELECT count(*) FROM membership WHERE team_id = team.id) FROM team";

pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        team_id: String,
        name: String,
    }
    let body: Body = call.json().await?;
    let (id, name, now) =
        (ids::wanted(&body.team_id)?, crate::users::check_name(&body.name)?, call.app.now());
    let team = call
        .app
        .change(move |tx, events| {
            let sql = "INSERT INTO team (id, name, prefs, created, updated) VALUES (?1, ?2, '{}', ?3, ?3)";
            match tx.execute(sql, params![id, name, now]) {
                Err(error) if is_conflict(&error) => {
                    return Err(ApiError::conflict("team_already_exists", "A team").into());
                }
                other => other?,
            };
            let team = tx.query_row(&format!("{SELECT} WHERE id = ?1"), [id], json_of)?;
            events.push(event(&team, "create", now));
            Ok(team)
        })
        .await?;
    routes::json(StatusCode::CREATED, &team)
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let roles = call.caller.roles().to_vec();
    let all = call.caller.is_key();
    let teams: Vec<Value> = call
        .app
        .store
        .read(move |c| {
            let mut statement = c.prepare_cached(&format!("{SELECT} ORDER BY name"))?;
            let teams = statement.query_map([], json_of)?.collect::<Result<Vec<_>, _>>()?;
            Ok(teams)
        })
        .await?
        .into_iter()
        .filter(|team| all || roles.contains(&format!("team:{}", team["$id"].as_str().unwrap_or_default())))
        .collect();
    routes::json(StatusCode::OK, &json!({ "total": teams.len(), "teams": teams }))
}

pub async fn get(call: Call) -> ApiResult<Response> {
    let id = visible(&call)?;
    let team = call
        .app
        .store
        .read(move |c| {
            let found = c.query_row(&format!("{SELECT} WHERE id = ?1"), [id], json_of);
            Ok(found.optional()?)
        })
        .await?
        .ok_or_else(not_found)?;
    routes::json(StatusCode::OK, &team)
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (id, now) = (call.param("teamId").to_owned(), call.app.now());
    call.app
        .change(move |tx, events| {
            let team = tx.query_row(&format!("{SELECT} WHERE id = ?1"), [&id], json_of).optional()?;
            let team = team.ok_or_else(not_found)?;
            let mut event = event(&team, "delete", now);
            let mut members = tx.prepare("SELECT user_id FROM membership WHERE team_id = ?1")?;
            event.concerns = members.query_map([&id], |row| row.get(0))?.collect::<Result<_, _>>()?;
            tx.execute("DELETE FROM team WHERE id = ?1", [&id])?;
            events.push(event);
            Ok(())
        })
        .await?;
    routes::empty()
}

fn event(team: &Value, action: &str, time: i64) -> Event {
    let id = team["$id"].as_str().unwrap_or_default();
    Event::new(&[("teams", id)], action, team.clone(), time)
        .on(["teams".to_owned(), format!("teams.{id}")], action)
        .readable_by(&format!("team:{id}"))
}

/// The team of the path, if the caller is in it. A team that one is not in looks like none.
pub fn visible(call: &Call) -> ApiResult<String> {
    let id = call.param("teamId").to_owned();
    let in_it = call.caller.is_key() || call.caller.roles().contains(&format!("team:{id}"));
    if in_it { Ok(id) } else { Err(not_found()) }
}

pub fn not_found() -> ApiError {
    ApiError::not_found("team_not_found", "A team")
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    let prefs: String = row.get(2)?;
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(row.get(3)?),
        "$updatedAt": iso(row.get(4)?),
        "name": row.get::<_, String>(1)?,
        "total": row.get::<_, i64>(5)?,
        "prefs": serde_json::from_str::<Value>(&prefs).unwrap_or_else(|_| json!({})),
    }))
}
