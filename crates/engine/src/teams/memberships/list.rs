//! Reading memberships: of a team, of a person, one.

use axum::{http::StatusCode, response::Response};
use rusqlite::types::Value as Sql;
use serde_json::{Value, json};

use super::{Pending, SELECT, find, hide, json_of, not_found};
use crate::{
    core::{
        error::ApiResult,
        query::{List, Source},
        routes::{self, Call},
    },
    teams::team::visible,
    users::User,
};

/// `GET /teams/{teamId}/memberships`
pub async fn list(call: Call) -> ApiResult<Response> {
    let team = visible(&call)?;
    page(&call, "m.team_id = ?", team).await
}

/// `GET /users/{userId}/memberships`
pub async fn list_of_user(call: Call) -> ApiResult<Response> {
    let id = call.param("userId").to_owned();
    let user = call.app.store.read(move |c| User::get(c, &id)).await?;
    page(&call, "m.user_id = ?", user.id).await
}

/// `GET /account/memberships`
pub async fn list_own(call: Call) -> ApiResult<Response> {
    let user = call.caller.user()?.0.to_owned();
    page(&call, "m.user_id = ?", user).await
}

/// `GET /teams/{teamId}/memberships/{membershipId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let (team, id, pending) = (visible(&call)?, call.param("membershipId").to_owned(), shown(&call));
    let found = call.app.store.read(move |c| find(c, &team, &id, pending)).await?;
    routes::json(StatusCode::OK, &as_seen(&call, found.ok_or_else(not_found)?))
}

/// A membership without what this caller does not see.
pub fn as_seen(call: &Call, mut membership: Value) -> Value {
    if !call.caller.is_key() {
        hide(&mut membership, call.app.policies().memberships);
    }
    membership
}

/// What a caller sees of people who did not say yes yet.
pub fn shown(call: &Call) -> Pending {
    if call.caller.is_key() { Pending::Whole } else { Pending::AsInvited }
}

async fn page(call: &Call, condition: &'static str, of: String) -> ApiResult<Response> {
    // What is not shown is not asked for, either: a list of who has which address would come out.
    let is_key = call.caller.is_key();
    let shown_to_all = call.app.policies().memberships;
    let seen = |shown: bool| is_key || shown;
    let column = |name: &str| {
        let known = match name {
            "userId" if !seen(shown_to_all.user_id) => return None,
            "userName" if !seen(shown_to_all.user_name) => return None,
            "userEmail" if !seen(shown_to_all.user_email) => return None,
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
    let searched = [
        (seen(shown_to_all.user_name), "u.name"),
        (seen(shown_to_all.user_email), "coalesce(u.email, '')"),
        (seen(shown_to_all.user_id), "u.id"),
        (true, "t.name"),
    ];
    let searched: Vec<&str> =
        searched.into_iter().filter(|(seen, _)| *seen).map(|(_, column)| column).collect();
    let mut list = List::of_columns(call, &column)?
        .searched(call, &format!("({})", searched.join(" || ' ' || ")))?
        .only(condition, Sql::Text(of));
    // Teams are lists of people to choose from: without a query all are answered.
    let all = list.all_unless_asked(call);
    let last = if all && seen(shown_to_all.user_name) { "u.name" } else { "m.rowid" };
    let pending = shown(call);
    let (total, memberships) = call
        .app
        .store
        .read(move |c| {
            let from = SELECT.split_once("FROM").map_or(SELECT, |(_, from)| from);
            let source = Source { select: SELECT, from, key: ("m.id", Vec::new()), last };
            list.read(c, source, |row| json_of(row, pending))
        })
        .await?;
    let memberships: Vec<Value> =
        memberships.into_iter().map(|membership| as_seen(call, membership)).collect();
    routes::json(StatusCode::OK, &json!({ "total": total, "memberships": memberships }))
}
