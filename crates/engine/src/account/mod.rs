//! `/account`: what somebody does with their own account.

mod agent;
mod config;
mod contact;
pub mod identities;
pub mod logs;
pub mod mfa;
pub mod oauth2;
mod own;
mod phrase;
mod recovery;
pub mod redirect;
pub mod sessions;
mod targets;
pub mod tokens;
mod verification;

use axum::http::Method;

pub use config::{AccountsConfig, PasswordPolicy};
pub use tokens::begin;

use crate::{
    core::{
        limits::Rate,
        routes::{Access, Handler, Route},
    },
    teams,
};

const HOUR: i64 = 3_600_000;
/// Accounts that one address may make in an hour.
const SIGN_UPS: Rate = Rate { times: 10, window: HOUR };

/// A route for everybody, limited by address.
fn open(method: Method, path: &'static str, rate: Rate, handler: Handler) -> Route {
    Route { method, path, access: Access::Anybody, scope: "account", rate: Some(rate), handler }
}

/// A route for whoever is signed in.
fn user(method: Method, path: &'static str, handler: Handler) -> Route {
    Route { method, path, access: Access::User, scope: "account", rate: None, handler }
}

pub fn routes() -> Vec<Route> {
    let own = vec![
        open(Method::POST, "/account", SIGN_UPS, |call| Box::pin(own::sign_up(call))),
        user(Method::GET, "/account", |call| Box::pin(own::get(call))),
        user(Method::PATCH, "/account/name", |call| Box::pin(own::name(call))),
        user(Method::PATCH, "/account/password", |call| Box::pin(own::password(call))),
        user(Method::PATCH, "/account/email", |call| Box::pin(contact::email(call))),
        user(Method::PATCH, "/account/phone", |call| Box::pin(contact::phone(call))),
        user(Method::PATCH, "/account/status", |call| Box::pin(own::close(call))),
        user(Method::GET, "/account/prefs", |call| Box::pin(own::prefs(call))),
        user(Method::PATCH, "/account/prefs", |call| Box::pin(own::set_prefs(call))),
        user(Method::GET, "/account/logs", |call| Box::pin(logs::list(call))),
        user(Method::GET, "/account/memberships", |call| Box::pin(teams::own_memberships(call))),
        user(Method::GET, "/account/identities", |call| Box::pin(identities::list(call))),
        user(Method::DELETE, "/account/identities/{identityId}", |call| Box::pin(identities::delete(call))),
        user(Method::POST, "/account/targets/push", |call| Box::pin(targets::create(call))),
        user(Method::PUT, "/account/targets/{targetId}/push", |call| Box::pin(targets::update(call))),
        user(Method::DELETE, "/account/targets/{targetId}/push", |call| Box::pin(targets::delete(call))),
    ];
    [
        own,
        sessions::routes(),
        tokens::routes(),
        oauth2::routes(),
        recovery::routes(),
        verification::routes(),
        mfa::routes(),
    ]
    .concat()
}
