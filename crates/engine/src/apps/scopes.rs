//! What programs may ask for: of people, and of teams that install them.

use axum::{http::StatusCode, response::Response};
use serde_json::{Value, json};

use super::app::check_known;
use crate::{
    core::{
        error::ApiResult,
        lent,
        routes::{self, Call},
    },
    oauth2,
};

/// `GET /apps/scopes/oauth2`
pub async fn of_people(call: Call) -> ApiResult<Response> {
    check_known(&call.caller)?;
    answer(&call.app.settings().oauth2_server.allowed())
}

/// `GET /apps/scopes/installations`: who somebody is says nothing where nobody acts.
pub async fn of_installations(call: Call) -> ApiResult<Response> {
    check_known(&call.caller)?;
    answer(&call.app.settings().oauth2_server.scopes)
}

fn answer(scopes: &[String]) -> ApiResult<Response> {
    let scopes: Vec<Value> = scopes.iter().map(|scope| json_of(scope)).collect();
    routes::json(StatusCode::OK, &json!({ "total": scopes.len(), "scopes": scopes }))
}

/// One server is one organisation, so that there are two types: of the account, and of the project.
fn json_of(scope: &str) -> Value {
    let account = lent::IDENTITY.contains(&scope);
    let of = scope.strip_prefix(lent::PROJECT).unwrap_or(scope);
    let category = if account { "identity" } else { of.split('.').next().unwrap_or(of) };
    json!({
        "value": scope,
        "description": oauth2::describe(scope),
        "type": if account { "account" } else { "project" },
        "category": category,
        "deprecated": false,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_scope_says_what_it_is_about() {
        let rows = json_of("project:rows.read");
        assert_eq!((&rows["type"], &rows["category"]), (&json!("project"), &json!("rows")));
        assert_eq!(json_of("openid")["type"], "account");
        assert_eq!(json_of("notes.read")["category"], "notes");
    }
}
