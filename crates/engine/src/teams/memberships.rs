//! Who is in a team and as what.

use axum::{http::StatusCode, response::Response};
use rusqlite::{OptionalExtension as _, Row, params, params_from_iter, types::Value as Sql};
use serde::Deserialize;
use serde_json::{Value, json};

use super::team::{not_found, visible};
use crate::core::{
    clock::iso,
    error::{ApiError, ApiResult},
    events::Event,
    ids,
    query::{self, TOTAL},
    routes::{self, Call},
    store::is_conflict,
};

const SELECT: &str =
    "SELECT m.id, m.user_id, m.team_id, m.roles, m.created, m.updated, u.name, coalesce(u.email, ''),
       t.name, u.accessed
     FROM membership m JOIN user u ON u.id = m.user_id JOIN team t ON t.id = m.team_id";

/// With an API key somebody is in the team at once; invitations by mail are another operation.
pub async fn create(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    #[serde(rename_all = "camelCase")]
    struct Body {
        user_id: String,
        #[serde(default)]
        roles: Vec<String>,
    }
    let body: Body = call.json().await?;
    let roles = check_roles(&body.roles)?;
    let (id, team, now) = (ids::unique(), call.param("teamId").to_owned(), call.app.now());
    let membership = call
        .app
        .change(move |tx, events| {
            crate::users::User::get(tx, &body.user_id)?;
            let known: bool = tx.query_row("SELECT EXISTS (SELECT 1 FROM team WHERE id = ?1)", [&team], |r| r.get(0))?;
            if !known {
                return Err(not_found().into());
            }
            let sql = "INSERT INTO membership (id, team_id, user_id, roles, created, updated, joined) VALUES (?1, ?2, ?3, ?4, ?5, ?5, ?5)";
            match tx.execute(sql, params![id, team, body.user_id, roles, now]) {
                Err(error) if is_conflict(&error) => {
                    let taken = ApiError::new(
                        StatusCode::CONFLICT,
                        "team_invite_already_exists",
                        "This user is in the team already.",
                    );
                    return Err(taken.into());
                }
                other => other?,
            };
            let membership = tx.query_row(&format!("{SELECT} WHERE m.id = ?1"), [id], json_of)?;
            events.push(event(&membership, "create", now));
            Ok(membership)
        })
        .await?;
    routes::json(StatusCode::CREATED, &membership)
}

pub async fn list(call: Call) -> ApiResult<Response> {
    let team = visible(&call)?;
    let column = |name: &str| {
        let known = match name {
            "$id" => "m.id",
            "$createdAt" => "m.created",
            "userId" => "m.user_id",
            "userName" => "u.name",
            "userEmail" => "u.email",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let queries = call.list("queries");
    let mut page = query::parse(&queries, &column)?;
    // Teams are lists of people to choose from: without a query all are answered.
    let limit = if queries.is_empty() { TOTAL } else { page.limit };
    let (total, memberships) = call
        .app
        .store
        .read(move |c| {
            page.conditions.push("m.team_id = ?".to_owned());
            page.values.push(Sql::Text(team));
            let tables = SELECT.split_once("FROM").map_or(SELECT, |(_, tables)| tables);
            let count =
                format!("SELECT count(*) FROM (SELECT 1 FROM {tables}{} LIMIT {TOTAL})", page.filter());
            let total: i64 = c.query_row(&count, params_from_iter(&page.values), |row| row.get(0))?;
            let backwards = page.seek(c, tables, ("m.id", Vec::new()), "m.rowid")?;
            let last = if queries.is_empty() { "u.name" } else { "m.rowid" };
            let sql = format!(
                "{SELECT}{} ORDER BY {} LIMIT {limit} OFFSET {}",
                page.filter(),
                page.order_sql(last, backwards),
                page.offset
            );
            let mut statement = c.prepare_cached(&sql)?;
            let mut rows = statement
                .query_map(params_from_iter(page.values), json_of)?
                .collect::<Result<Vec<_>, _>>()?;
            if backwards {
                rows.reverse();
            }
            Ok((total, rows))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "memberships": memberships }))
}

pub async fn update(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        roles: Vec<String>,
    }
    let body: Body = call.json().await?;
    let roles = check_roles(&body.roles)?;
    let (team, id, now) =
        (call.param("teamId").to_owned(), call.param("membershipId").to_owned(), call.app.now());
    let membership = call
        .app
        .change(move |tx, events| {
            let sql = "UPDATE membership SET roles = ?1, updated = ?2 WHERE team_id = ?3 AND id = ?4";
            if tx.execute(sql, params![roles, now, team, id])? == 0 {
                return Err(ApiError::not_found("membership_not_found", "A membership").into());
            }
            let membership = tx.query_row(&format!("{SELECT} WHERE m.id = ?1"), [id], json_of)?;
            events.push(event(&membership, "update", now));
            Ok(membership)
        })
        .await?;
    routes::json(StatusCode::OK, &membership)
}

pub async fn delete(call: Call) -> ApiResult<Response> {
    let (team, id) = (call.param("teamId").to_owned(), call.param("membershipId").to_owned());
    let now = call.app.now();
    call.app
        .change(move |tx, events| {
            let sql = format!("{SELECT} WHERE m.team_id = ?1 AND m.id = ?2");
            let membership = tx.query_row(&sql, [&team, &id], json_of).optional()?;
            let membership =
                membership.ok_or_else(|| ApiError::not_found("membership_not_found", "A membership"))?;
            tx.execute("DELETE FROM membership WHERE id = ?1", [id])?;
            events.push(event(&membership, "delete", now));
            Ok(())
        })
        .await?;
    routes::empty()
}

/// Told to the team and to the person, whose roles are others now.
fn event(membership: &Value, action: &str, time: i64) -> Event {
    let text = |key: &str| membership[key].as_str().unwrap_or_default();
    let (team, id, user) = (text("teamId"), text("$id"), text("userId"));
    Event::new(&[("teams", team), ("memberships", id)], action, membership.clone(), time)
        .on(["memberships".to_owned(), format!("memberships.{id}")], action)
        .readable_by(&format!("team:{team}"))
        .readable_by(&format!("user:{user}"))
        .concerning(user)
}

fn check_roles(roles: &[String]) -> ApiResult<String> {
    let valid = |role: &String| {
        !role.is_empty()
            && role.len() <= 81
            && role.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_'))
    };
    if roles.len() <= 100 && roles.iter().all(valid) {
        Ok(json!(roles).to_string())
    } else {
        Err(ApiError::argument("Roles are words of at most 81 letters, digits, '-' and '_'."))
    }
}

fn json_of(row: &Row<'_>) -> rusqlite::Result<Value> {
    let roles: String = row.get(3)?;
    let created: i64 = row.get(4)?;
    Ok(json!({
        "$id": row.get::<_, String>(0)?,
        "$createdAt": iso(created),
        "$updatedAt": iso(row.get(5)?),
        "userId": row.get::<_, String>(1)?,
        "userName": row.get::<_, String>(6)?,
        "userEmail": row.get::<_, String>(7)?,
        "userPhone": "",
        "userAccessedAt": iso(row.get(9)?),
        "teamId": row.get::<_, String>(2)?,
        "teamName": row.get::<_, String>(8)?,
        "invited": iso(created),
        "joined": iso(created),
        "confirm": true,
        "mfa": false,
        "roles": serde_json::from_str::<Value>(&roles).unwrap_or_else(|_| json!([])),
    }))
}
