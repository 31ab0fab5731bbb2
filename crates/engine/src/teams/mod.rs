//! `/teams`: groups of people, and what somebody is in them.

mod memberships;
mod team;

use axum::http::Method;

pub use memberships::list_of_user as memberships_of_user;

use crate::core::{
    limits::Rate,
    routes::{Access, Handler, Route},
};

/// Answers to invitations from one address in an hour.
const ANSWERS: Rate = Rate { times: 100, window: 3_600_000 };

/// Who may do what is decided by each operation: a team's owners and API keys change it, its people see it.
pub fn routes() -> Vec<Route> {
    let route = |scope, method, path, handler: Handler| Route {
        method,
        path,
        access: Access::Anybody,
        scope,
        rate: None,
        handler,
    };
    let (read, write) = ("teams.read", "teams.write");
    let (team, prefs) = ("/teams/{teamId}", "/teams/{teamId}/prefs");
    let (members, member) = ("/teams/{teamId}/memberships", "/teams/{teamId}/memberships/{membershipId}");
    vec![
        route(write, Method::POST, "/teams", |call| Box::pin(team::create(call))),
        route(read, Method::GET, "/teams", |call| Box::pin(team::list(call))),
        route(read, Method::GET, team, |call| Box::pin(team::get(call))),
        route(write, Method::PUT, team, |call| Box::pin(team::rename(call))),
        route(write, Method::DELETE, team, |call| Box::pin(team::delete(call))),
        route(read, Method::GET, prefs, |call| Box::pin(team::prefs(call))),
        route(write, Method::PUT, prefs, |call| Box::pin(team::set_prefs(call))),
        route(write, Method::POST, members, |call| Box::pin(memberships::create(call))),
        route(read, Method::GET, members, |call| Box::pin(memberships::list(call))),
        route(read, Method::GET, member, |call| Box::pin(memberships::get(call))),
        route(write, Method::PATCH, member, |call| Box::pin(memberships::update(call))),
        route(write, Method::DELETE, member, |call| Box::pin(memberships::delete(call))),
        Route {
            rate: Some(ANSWERS),
            // Whoever opens the link need not be signed in where they open it.
            ..route("account", Method::PATCH, "/teams/{teamId}/memberships/{membershipId}/status", |call| {
                Box::pin(memberships::accept(call))
            })
        },
    ]
}
