//! `/users`: people's accounts as an administrator's API key sees them.

mod change;
mod create;
mod model;
mod read;

use axum::http::Method;

pub use change::{Change, apply, check_prefs};
pub use create::{NewUser, make};
pub use model::{COLUMNS, User, check_email, check_name};

use crate::core::routes::{Access, Handler, Route};

pub fn routes() -> Vec<Route> {
    let key = |scope, method, path, handler: Handler| Route {
        method,
        path,
        access: Access::Key,
        scope,
        rate: None,
        handler,
    };
    let (read, write) = ("users.read", "users.write");
    vec![
        key(write, Method::POST, "/users", |call| Box::pin(create::create(call))),
        key(read, Method::GET, "/users", |call| Box::pin(read::list(call))),
        key(read, Method::GET, "/users/{userId}", |call| Box::pin(read::get(call))),
        key(write, Method::DELETE, "/users/{userId}", |call| Box::pin(read::delete(call))),
        key(write, Method::PATCH, "/users/{userId}/name", |call| Box::pin(change::field(call, "name"))),
        key(write, Method::PATCH, "/users/{userId}/email", |call| Box::pin(change::field(call, "email"))),
        key(write, Method::PATCH, "/users/{userId}/password", |call| {
            Box::pin(change::field(call, "password"))
        }),
        key(write, Method::PATCH, "/users/{userId}/status", |call| Box::pin(change::field(call, "status"))),
        key(write, Method::PUT, "/users/{userId}/labels", |call| Box::pin(change::field(call, "labels"))),
        key(write, Method::PATCH, "/users/{userId}/prefs", |call| Box::pin(change::field(call, "prefs"))),
    ]
}
