//! `/account`: what somebody does with their own account.

mod own;
mod sessions;

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::core::{
    error::VERSION,
    limits::Rate,
    routes::{self, Access, Handler, Route},
};

const HOUR: i64 = 3_600_000;

pub fn routes() -> Vec<Route> {
    let open = |method, path, times, handler: Handler| Route {
        method,
        path,
        access: Access::Anybody,
        scope: "account",
        rate: Some(Rate { times, window: HOUR }),
        handler,
    };
    let user = |method, path, handler: Handler| Route {
        method,
        path,
        access: Access::User,
        scope: "account",
        rate: None,
        handler,
    };
    let health = |path| Route {
        method: Method::GET,
        path,
        access: Access::Anybody,
        scope: "health.read",
        rate: None,
        handler: |_| Box::pin(async { routes::json(StatusCode::OK, &json!({ "version": VERSION })) }),
    };
    vec![
        health("/ping"),
        health("/health/version"),
        open(Method::POST, "/account", 10, |call| Box::pin(own::sign_up(call))),
        open(Method::POST, "/account/sessions/email", 600, |call| Box::pin(sessions::create(call))),
        user(Method::GET, "/account", |call| Box::pin(own::get(call))),
        user(Method::PATCH, "/account/name", |call| Box::pin(own::name(call))),
        user(Method::PATCH, "/account/password", |call| Box::pin(own::password(call))),
        user(Method::GET, "/account/prefs", |call| Box::pin(own::prefs(call))),
        user(Method::PATCH, "/account/prefs", |call| Box::pin(own::set_prefs(call))),
        user(Method::POST, "/account/jwts", |call| Box::pin(sessions::jwt(call))),
        user(Method::GET, "/account/sessions", |call| Box::pin(sessions::list(call))),
        user(Method::DELETE, "/account/sessions", |call| Box::pin(sessions::delete_all(call))),
        user(Method::GET, "/account/sessions/{sessionId}", |call| Box::pin(sessions::get(call))),
        user(Method::DELETE, "/account/sessions/{sessionId}", |call| Box::pin(sessions::delete(call))),
    ]
}
