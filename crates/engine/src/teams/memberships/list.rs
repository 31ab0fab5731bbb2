//! Reading memberships: of a team, of a person, one.

use axum::{http::StatusCode, response::Response};
use rusqlite::{Connection, params_from_iter, types::Value as Sql};
use serde_json::json;

use super::{Pending, SELECT, find, json_of, not_found};
use crate::{
    core::{
        error::ApiResult,
        query::{self, TOTAL},
        routes::{self, Call},
    },
    teams::team::visible,
    users::User,
};

/// `GET /teams/{teamId}/memberships`
pub async fn list(call: Call) -> ApiResult<Response> {
    let team = visible(&call)?;
    page(&call, "(m.team_id = ?)", team).await
}

/// `GET /users/{userId}/memberships`
pub async fn list_of_user(call: Call) -> ApiResult<Response> {
    let id = call.param("userId").to_owned();
    let user = call.app.store.read(move |c| User::get(c, &id)).await?;
    page(&call, "(m.user_id = ?)", user.id).await
}

/// `GET /teams/{teamId}/memberships/{membershipId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let (team, id, pending) = (visible(&call)?, call.param("membershipId").to_owned(), shown(&call));
    let found = call.app.store.read(move |c| find(c, &team, &id, pending)).await?;
    routes::json(StatusCode::OK, &found.ok_or_else(not_found)?)
}

/// What a caller sees of people who did not say yes yet.
pub fn shown(call: &Call) -> Pending {
    if call.caller.is_key() { Pending::Whole } else { Pending::AsInvited }
}

async fn page(call: &Call, condition: &'static str, of: String) -> ApiResult<Response> {
    let column = |name: &str| {
        let known = match name {
            "$id" => "m.id",
            "$createdAt" | "invited" => "m.created",
            "$updatedAt" => "m.updated",
            "joined" => "m.joined",
            "confirm" => "(m.joined IS NOT NULL)",
            "roles" => "m.roles",
            "teamId" => "m.team_id",
            "userId" => "m.user_id",
            "userName" => "u.name",
            "userEmail" => "u.email",
            _ => return None,
        };
        Some(known.to_owned())
    };
    let queries = call.list("queries");
    let mut page = query::parse(&queries, &column)?;
    if let Some(words) = call.query_value("search") {
        page.containing("(u.name || ' ' || coalesce(u.email, '') || ' ' || u.id || ' ' || t.name)", words);
    }
    // Teams are lists of people to choose from: without a query all are answered.
    let limit = if queries.is_empty() { TOTAL } else { page.limit };
    let pending = shown(call);
    let counted = call.counted();
    let (total, memberships) = call
        .app
        .store
        .read(move |c| {
            page.conditions.push(condition.to_owned());
            page.values.push(Sql::Text(of));
            let tables = SELECT.split_once("FROM").map_or(SELECT, |(_, tables)| tables);
            let count =
                format!("SELECT count(*) FROM (SELECT 1 FROM {tables}{} LIMIT {TOTAL})", page.filter());
            let count =
                |c: &Connection| c.query_row(&count, params_from_iter(&page.values), |row| row.get(0));
            let total: i64 = if counted { count(c)? } else { 0 };
            let backwards = page.seek(c, tables, ("m.id", Vec::new()), "m.rowid")?;
            let last = if queries.is_empty() { "u.name" } else { "m.rowid" };
            let sql = format!(
                "{SELECT}{} ORDER BY {} LIMIT {limit} OFFSET {}",
                page.filter(),
                page.order_sql(last, backwards),
                page.offset
            );
            let mut statement = c.prepare_cached(&sql)?;
            let rows = statement.query_map(params_from_iter(page.values), |row| json_of(row, pending))?;
            let mut rows = rows.collect::<Result<Vec<_>, _>>()?;
            if backwards {
                rows.reverse();
            }
            Ok((total, rows))
        })
        .await?;
    routes::json(StatusCode::OK, &json!({ "total": total, "memberships": memberships }))
}
