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
    let key =
        |method, path, handler: Handler| Route { method, path, access: Access::Key, rate: None, handler };
    vec![
        key(Method::POST, "/users", |call| Box::pin(create::create(call))),
        key(Method::GET, "/users", |call| Box::pin(read::list(call))),
        key(Method::GET, "/users/{userId}", |call| Box::pin(read::get(call))),
        key(Method::DELETE, "/users/{userId}", |call| Box::pin(read::delete(call))),
        key(Method::PATCH, "/users/{userId}/name", |call| Box::pin(change::field(call, "name"))),
        key(Method::PATCH, "/users/{userId}/email", |call| Box::pin(change::field(call, "email"))),
        key(Method::PATCH, "/users/{userId}/password", |call| Box::pin(change::field(call, "password"))),
        key(Method::PATCH, "/users/{userId}/status", |call| Box::pin(change::field(call, "status"))),
        key(Method::PUT, "/users/{userId}/labels", |call| Box::pin(change::field(call, "labels"))),
        key(Method::PATCH, "/users/{userId}/prefs", |call| Box::pin(change::field(call, "prefs"))),
    ]
}
