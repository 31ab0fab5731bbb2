//! `/users`: people's accounts as an administrator's API key sees them.

mod change;
mod create;
mod fields;
mod mfa;
mod model;
mod new_password;
mod read;
mod room;
mod sessions;
pub mod targets;

use axum::{http::Method, response::Response};

pub use change::{Change, apply, check_labels, check_prefs, write};
pub use create::{NewUser, make};
pub use model::{User, check_email, check_name, check_phone};
pub use new_password::new_password;
pub use room::{check_new_email, check_room};

use crate::{
    account::{identities, logs, mfa::recovery_codes::Before},
    core::{
        error::ApiResult,
        routes::{Access, Call, Handler, Route, key},
    },
    teams,
};
use targets::manage;

fn read(method: Method, path: &'static str, handler: Handler) -> Route {
    key("users.read", method, path, handler)
}

/// Also for whoever may act as others.
fn look(path: &'static str, handler: Handler) -> Route {
    Route { access: Access::KeyOrImpersonator, ..read(Method::GET, path, handler) }
}

fn change(method: Method, path: &'static str, handler: Handler) -> Route {
    key("users.write", method, path, handler)
}

pub fn routes() -> Vec<Route> {
    [making(), one_field(), what_belongs_to_them(), second_factor()].concat()
}

/// Users themselves.
fn making() -> Vec<Route> {
    let post = Method::POST;
    vec![
        change(Method::POST, "/users", |call| Box::pin(create::create(call))),
        change(post.clone(), "/users/argon2", |call| Box::pin(create::import(call, "argon2"))),
        change(post.clone(), "/users/bcrypt", |call| Box::pin(create::import(call, "bcrypt"))),
        change(post.clone(), "/users/md5", |call| Box::pin(create::import(call, "md5"))),
        change(post.clone(), "/users/phpass", |call| Box::pin(create::import(call, "phpass"))),
        change(post.clone(), "/users/scrypt", |call| Box::pin(create::import(call, "scrypt"))),
        change(post.clone(), "/users/scrypt-modified", |call| {
            Box::pin(create::import(call, "scrypt-modified"))
        }),
        change(post, "/users/sha", |call| Box::pin(create::import(call, "sha"))),
        look("/users", |call| Box::pin(read::list(call))),
        read(Method::GET, "/users/identities", |call| Box::pin(identities::list(call))),
        change(Method::DELETE, "/users/identities/{identityId}", |call| Box::pin(identities::delete(call))),
        look("/users/{userId}", |call| Box::pin(read::get(call))),
        change(Method::DELETE, "/users/{userId}", |call| Box::pin(read::delete(call))),
    ]
}

/// Fields that are set one at a time.
fn one_field() -> Vec<Route> {
    let patch = Method::PATCH;
    vec![
        change(patch.clone(), "/users/{userId}/name", |call| Box::pin(fields::set(call, "name"))),
        change(patch.clone(), "/users/{userId}/email", |call| Box::pin(fields::set(call, "email"))),
        change(patch.clone(), "/users/{userId}/phone", |call| Box::pin(fields::set(call, "number"))),
        change(patch.clone(), "/users/{userId}/password", |call| Box::pin(fields::set(call, "password"))),
        change(patch.clone(), "/users/{userId}/status", |call| Box::pin(fields::set(call, "status"))),
        change(Method::PUT, "/users/{userId}/labels", |call| Box::pin(fields::set(call, "labels"))),
        read(Method::GET, "/users/{userId}/prefs", |call| Box::pin(read::prefs(call))),
        change(patch.clone(), "/users/{userId}/prefs", |call| Box::pin(fields::set(call, "prefs"))),
        change(patch.clone(), "/users/{userId}/verification", |call| {
            Box::pin(fields::set(call, "emailVerification"))
        }),
        change(patch.clone(), "/users/{userId}/verification/phone", |call| {
            Box::pin(fields::set(call, "phoneVerification"))
        }),
        change(patch, "/users/{userId}/impersonator", |call| Box::pin(fields::set(call, "impersonator"))),
    ]
}

fn what_belongs_to_them() -> Vec<Route> {
    let (sessions, session) = ("/users/{userId}/sessions", "/users/{userId}/sessions/{sessionId}");
    let (targets, target) = ("/users/{userId}/targets", "/users/{userId}/targets/{targetId}");
    vec![
        read(Method::GET, sessions, |call| Box::pin(sessions::list(call))),
        change(Method::POST, sessions, |call| Box::pin(sessions::create(call))),
        change(Method::DELETE, sessions, |call| Box::pin(sessions::delete(call))),
        change(Method::DELETE, session, |call| Box::pin(sessions::delete(call))),
        change(Method::POST, "/users/{userId}/tokens", |call| Box::pin(sessions::token(call))),
        change(Method::POST, "/users/{userId}/jwts", |call| Box::pin(sessions::jwt(call))),
        read(Method::GET, "/users/{userId}/logs", |call| Box::pin(log_of(call))),
        read(Method::GET, "/users/{userId}/memberships", |call| Box::pin(teams::memberships_of_user(call))),
        read(Method::GET, targets, |call| Box::pin(manage::list(call))),
        change(Method::POST, targets, |call| Box::pin(manage::create(call))),
        read(Method::GET, target, |call| Box::pin(manage::get(call))),
        change(Method::PATCH, target, |call| Box::pin(manage::update(call))),
        change(Method::DELETE, target, |call| Box::pin(manage::delete(call))),
    ]
}

fn second_factor() -> Vec<Route> {
    let codes = "/users/{userId}/mfa/recovery-codes";
    vec![
        change(Method::PATCH, "/users/{userId}/mfa", |call| Box::pin(fields::set(call, "mfa"))),
        read(Method::GET, "/users/{userId}/mfa/factors", |call| Box::pin(mfa::factors(call))),
        change(Method::DELETE, "/users/{userId}/mfa/authenticators/{type}", |call| {
            Box::pin(mfa::delete_authenticator(call))
        }),
        read(Method::GET, codes, |call| Box::pin(mfa::recovery_codes(call))),
        change(Method::PATCH, codes, |call| Box::pin(mfa::make_recovery_codes(call, Before::None))),
        change(Method::PUT, codes, |call| Box::pin(mfa::make_recovery_codes(call, Before::Some))),
    ]
}

async fn log_of(call: Call) -> ApiResult<Response> {
    let id = call.param("userId").to_owned();
    logs::page(&call, id).await
}
