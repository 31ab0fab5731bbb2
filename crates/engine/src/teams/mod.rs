//! `/teams`: groups of people, and what somebody is in them.

mod installations;
mod memberships;
mod team;

use axum::http::Method;

pub use memberships::{list_of_user as memberships_of_user, list_own as own_memberships};
pub use team::{find, not_found};

use crate::core::{
    limits::Rate,
    routes::{Route, open},
};

/// Answers to invitations from one address in an hour.
const ANSWERS: Rate = Rate { times: 100, window: 3_600_000 };

/// Who may do what is decided by each operation: a team's owners and API keys change it, its people see it.
pub fn routes() -> Vec<Route> {
    let (read, write) = ("teams.read", "teams.write");
    let (team, prefs) = ("/teams/{teamId}", "/teams/{teamId}/prefs");
    let installed = "/teams/{teamId}/installations";
    let installation = "/teams/{teamId}/installations/{installationId}";
    let (members, member) = ("/teams/{teamId}/memberships", "/teams/{teamId}/memberships/{membershipId}");
    vec![
        open(write, Method::POST, "/teams", |call| Box::pin(team::create(call))),
        open(read, Method::GET, "/teams", |call| Box::pin(team::list(call))),
        open(read, Method::GET, team, |call| Box::pin(team::get(call))),
        open(write, Method::PUT, team, |call| Box::pin(team::rename(call))),
        open(write, Method::DELETE, team, |call| Box::pin(team::delete(call))),
        open(read, Method::GET, prefs, |call| Box::pin(team::prefs(call))),
        open(write, Method::PUT, prefs, |call| Box::pin(team::set_prefs(call))),
        open(write, Method::POST, members, |call| Box::pin(memberships::create(call))),
        open(read, Method::GET, members, |call| Box::pin(memberships::list(call))),
        open(read, Method::GET, member, |call| Box::pin(memberships::get(call))),
        open(write, Method::PATCH, member, |call| Box::pin(memberships::update(call))),
        open(write, Method::DELETE, member, |call| Box::pin(memberships::delete(call))),
        // Scopes of programs, which no access token lends: one that did would let a program take more for itself.
        open("apps.read", Method::GET, installed, |call| Box::pin(installations::list(call))),
        open("apps.write", Method::POST, installed, |call| Box::pin(installations::create(call))),
        open("apps.read", Method::GET, installation, |call| Box::pin(installations::get(call))),
        open("apps.write", Method::PUT, installation, |call| Box::pin(installations::update(call))),
        open("apps.write", Method::DELETE, installation, |call| Box::pin(installations::delete(call))),
        Route {
            rate: Some(ANSWERS),
            // Whoever opens the link need not be signed in where they open it.
            ..open("account", Method::PATCH, "/teams/{teamId}/memberships/{membershipId}/status", |call| {
                Box::pin(memberships::accept(call))
            })
        },
    ]
}
