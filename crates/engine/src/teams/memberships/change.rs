//! Other roles in a team, and leaving it.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde::Deserialize;

use super::{
    Pending, check_roles, event, find,
    list::{as_seen, shown},
    not_found,
};
use crate::{
    core::{
        error::ApiResult,
        routes::{self, Call},
    },
    teams::team::owned,
};

/// `PATCH /teams/{teamId}/memberships/{membershipId}`
pub async fn update(mut call: Call) -> ApiResult<Response> {
    #[derive(Deserialize)]
    struct Body {
        roles: Vec<String>,
    }
    let team = owned(&call)?;
    let body: Body = call.json().await?;
    let roles = check_roles(&body.roles)?;
    let (id, now, pending) = (call.param("membershipId").to_owned(), call.app.now(), shown(&call));
    let seen = call.app.policies().memberships;
    let membership = call
        .app
        .change(move |tx, events| {
            let sql = "UPDATE membership SET roles = ?1, updated = ?2 WHERE team_id = ?3 AND id = ?4";
            tx.execute(sql, params![roles, now, team, id])?;
            let membership = find(tx, &team, &id, pending)?.ok_or_else(not_found)?;
            events.push(event(&membership, seen, "update", now));
            Ok(membership)
        })
        .await?;
    routes::json(StatusCode::OK, &as_seen(&call, membership))
}

/// `DELETE /teams/{teamId}/memberships/{membershipId}`: by an owner, or by whoever leaves or does not want to come.
pub async fn delete(call: Call) -> ApiResult<Response> {
    let (team, id) = (call.param("teamId").to_owned(), call.param("membershipId").to_owned());
    let may = owned(&call).map(|_| ());
    let own = call.caller.user_id().map(str::to_owned);
    let (now, seen) = (call.app.now(), call.app.policies().memberships);
    call.app
        .change(move |tx, events| {
            let membership = find(tx, &team, &id, Pending::AsInvited)?;
            let leaves = membership.as_ref().is_some_and(|found| own.as_deref() == found["userId"].as_str());
            if !leaves {
                may?;
            }
            let membership = membership.ok_or_else(not_found)?;
            tx.execute("DELETE FROM membership WHERE id = ?1", [id])?;
            events.push(event(&membership, seen, "delete", now));
            Ok(())
        })
        .await?;
    routes::empty()
}
