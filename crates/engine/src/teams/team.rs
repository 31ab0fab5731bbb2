//! Teams themselves. Somebody sees the teams that they are in; an API key sees all.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, OptionalExtension as _, Row, params, types::Value as Sql};
use serde::Deserialize;
use serde_json::{Value, json};

use super::memberships::{check_roles, join};
use crate::{
    core::{
        clock::iso,
        error::{ApiError, ApiResult},
        events::Event,
        ids,
        query::{List, Source},
        routes::{self, Call},
        store::{StoreError, is_conflict},
    },
    users::{check_name, check_prefs},
};

const SELECT: &str = "SELECT id, name, prefs, created, updated,
     (SELECT count(*) FROM membership WHERE team_id = team.id AND joined NOT NULL) FROM team";

/// Whoever makes a team is in it, as its owner where they say nothing else.
pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        team_id: String,
        name: String,
        #[serde(default)]
        roles: Option<Vec<String>>,
    }
    let maker = if call.caller.is_key() { None } else { Some(call.caller.user()?.0.to_owned()) };
    let body: Body = call.json().await?;
    let roles = check_roles(&body.roles.unwrap_or_else(|| vec!["owner".into()]))?;
    let (id, name, now) = (ids::wanted(&body.team_id)?, check_name(&body.name)?, call.app.now());
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
            let membership = maker.map(|maker| join(tx, &id, &maker, &roles, now)).transpose()?;
            let team = find(tx, &id)?.ok_or_else(not_found)?;
            let mut event = event(&team, "create", now);
            event.concerns.extend(membership.and_then(|made| made["userId"].as_str().map(str::to_owned)));
            events.push(event);
            Ok(team)
        })
        .await?;
    routes::json(StatusCode::CREATED, &team)
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "id",
            "$createdAt" => "created",
            "$updatedAt" => "updated",
            "name" => "name",
            "total" => "(SELECT count(*) FROM membership WHERE team_id = team.id AND joined NOT NULL)",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let mut list = List::of_columns(&call, &column)?.searched(&call, "(name || ' ' || id)")?;
    if !call.caller.is_key() {
        let member = "id IN (SELECT team_id FROM membership WHERE user_id = ? AND joined NOT NULL)";
        list = list.only(member, Sql::Text(call.caller.user_id().unwrap_or_default().to_owned()));
    }
    // Teams are few and chosen from: without a query all are answered.
    let last = if list.all_unless_asked(&call) { "name" } else { "rowid" };
    list.answer(&call.app.store, "teams", Source::whole(SELECT, "team", last), json_of).await
}

pub async fn get(call: Call) -> ApiResult<Response> {
    routes::json(StatusCode::OK, &read(&call).await?)
}

pub async fn prefs(call: Call) -> ApiResult<Response> {
    routes::json(StatusCode::OK, &read(&call).await?["prefs"])
}

/// `PUT /teams/{teamId}`
pub async fn rename(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        name: String,
    }
    let id = owned(&call)?;
    let body: Body = call.json().await?;
    let team = set(&call, id, "name", check_name(&body.name)?).await?;
    routes::json(StatusCode::OK, &team)
}

/// `PUT /teams/{teamId}/prefs`
pub async fn set_prefs(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        prefs: Value,
    }
    let id = owned(&call)?;
    let body: Body = call.json().await?;
    let team = set(&call, id, "prefs", check_prefs(body.prefs)?.to_string()).await?;
    routes::json(StatusCode::OK, &team["prefs"])
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (id, now) = (owned(&call)?, call.app.now());
    call.app
        .change(move |tx, events| {
            let team = find(tx, &id)?.ok_or_else(not_found)?;
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

async fn read(call: &Call) -> ApiResult<Value> {
    let id = visible(call)?;
    call.app.store.read(move |c| find(c, &id)).await?.ok_or_else(not_found)
}

async fn set(call: &Call, id: String, column: &'static str, value: String) -> ApiResult<Value> {
    let now = call.app.now();
    let changed = call.app.change(move |tx, events| {
        let sql = format!("UPDATE team SET {column} = ?1, updated = ?2 WHERE id = ?3");
        tx.execute(&sql, params![value, now, id])?;
        let team = find(tx, &id)?.ok_or_else(not_found)?;
        let mut event = event(&team, "update", now);
        if column == "prefs" {
            event.add_names(&[("teams", &id)], "update.prefs");
        }
        events.push(event);
        Ok(team)
    });
    Ok(changed.await?)
}

pub fn find(connection: &Connection, id: &str) -> Result<Option<Value>, StoreError> {
    Ok(connection.query_row(&format!("{SELECT} WHERE id = ?1"), [id], json_of).optional()?)
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

/// The team of the path, if the caller may change it.
pub fn owned(call: &Call) -> ApiResult<String> {
    if !call.caller.is_key() {
        call.caller.user()?;
    }
    let id = visible(call)?;
    let owns = call.caller.is_key() || call.caller.roles().contains(&format!("team:{id}/owner"));
    if owns {
        return Ok(id);
    }
    Err(ApiError::new(StatusCode::UNAUTHORIZED, "user_unauthorized", "Only a team's owners change it."))
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
