//! `/teams`: groups of people, and what somebody is in them.

mod memberships;
mod team;

use axum::http::Method;

use crate::core::routes::{Access, Handler, Route};

pub fn routes() -> Vec<Route> {
    let route = |access, scope, method, path, handler: Handler| Route {
        method,
        path,
        access,
        scope,
        rate: None,
        handler,
    };
    vec![
        route(Access::Key, "teams.write", Method::POST, "/teams", |call| Box::pin(team::create(call))),
        route(Access::Anybody, "teams.read", Method::GET, "/teams", |call| Box::pin(team::list(call))),
        route(Access::Anybody, "teams.read", Method::GET, "/teams/{teamId}", |call| {
            Box::pin(team::get(call))
        }),
        route(Access::Key, "teams.write", Method::DELETE, "/teams/{teamId}", |call| {
            Box::pin(team::delete(call))
        }),
        route(Access::Key, "teams.write", Method::POST, "/teams/{teamId}/memberships", |call| {
            Box::pin(memberships::create(call))
        }),
        route(Access::Anybody, "teams.read", Method::GET, "/teams/{teamId}/memberships", |call| {
            Box::pin(memberships::list(call))
        }),
        route(
            Access::Key,
            "teams.write",
            Method::PATCH,
            "/teams/{teamId}/memberships/{membershipId}",
            |call| Box::pin(memberships::update(call)),
        ),
        route(
            Access::Key,
            "teams.write",
            Method::DELETE,
            "/teams/{teamId}/memberships/{membershipId}",
            |call| Box::pin(memberships::delete(call)),
        ),
    ]
}
