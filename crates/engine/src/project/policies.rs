//! Policies of accounts: read, and set one at a time.

use axum::{http::StatusCode, response::Response};
use rusqlite::params;
use serde_json::Value;

use super::overview;
use crate::core::{
    error::ApiResult,
    query::List,
    routes::{self, Call},
    settings::{self, POLICIES, one_of},
};

/// `GET /project/policies`
pub async fn list(call: Call) -> ApiResult<Response> {
    // Only limit and offset: there are no attributes.
    let list = List::of_columns(&call, &|_| None)?;
    let policies = call.app.policies();
    let all: Vec<Value> = POLICIES.iter().filter_map(|id| policies.json(id)).collect();
    list.slice("policies", all)
}

/// `GET /project/policies/{policyId}`
pub async fn get(call: Call) -> ApiResult<Response> {
    let id = one_of(&POLICIES, call.param("policyId"), "policyId")?;
    routes::json(StatusCode::OK, &call.app.policies().json(id).unwrap_or_default())
}

/// `PATCH /project/policies/{id}`
pub async fn set(mut call: Call, id: &'static str) -> ApiResult<Response> {
    let body: Value = call.json().await?;
    let now = call.app.now();
    let before = call.app.policies();
    call.app
        .set(move |tx| {
            // From what is kept: another may have been set since.
            let mut policies = before;
            let kept = settings::kept(tx, &format!("policy {id}"))?;
            if !kept.is_null() {
                policies.set(id, &kept)?;
            }
            policies.set(id, &body)?;
            settings::keep(tx, &format!("policy {id}"), &policies.json(id).unwrap_or_default(), now)?;
            if id == "session-duration" {
                // A shorter time counts for the sessions that there are, too.
                let sql = "UPDATE session SET expire = min(expire, updated + ?1)";
                tx.execute(sql, params![policies.session_duration])?;
            }
            Ok(())
        })
        .await?;
    if id == "password-strength" {
        // The one that answers with itself.
        return routes::json(StatusCode::OK, &call.app.policies().json(id).unwrap_or_default());
    }
    overview::answer(&call.app)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_policy_has_a_route_that_sets_it() {
        let table = crate::route_table();
        for id in POLICIES {
            let path = format!("/project/policies/{id}");
            assert!(table.iter().any(|route| route.method == "PATCH" && route.path == path), "{id}");
        }
    }
}
