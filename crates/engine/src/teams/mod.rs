//! `/teams`: groups of people, and what somebody is in them.

mod memberships;
mod team;

use axum::http::Method;

use crate::core::routes::{Access, Handler, Route};

pub fn routes() -> Vec<Route> {
    let route = |access, method, path, handler: Handler| Route { method, path, access, rate: None, handler };
    vec![
        route(Access::Key, Method::POST, "/teams", |call| Box::pin(team::create(call))),
        route(Access::Anybody, Method::GET, "/teams", |call| Box::pin(team::list(call))),
        route(Access::Anybody, Method::GET, "/teams/{teamId}", |call| Box::pin(team::get(call))),
        route(Access::Key, Method::DELETE, "/teams/{teamId}", |call| Box::pin(team::delete(call))),
        route(Access::Key, Method::POST, "/teams/{teamId}/memberships", |call| {
            Box::pin(memberships::create(call))
        }),
        route(Access::Anybody, Method::GET, "/teams/{teamId}/memberships", |call| {
            Box::pin(memberships::list(call))
        }),
        route(Access::Key, Method::PATCH, "/teams/{teamId}/memberships/{membershipId}", |call| {
            Box::pin(memberships::update(call))
        }),
        route(Access::Key, Method::DELETE, "/teams/{teamId}/memberships/{membershipId}", |call| {
            Box::pin(memberships::delete(call))
        }),
    ]
}
