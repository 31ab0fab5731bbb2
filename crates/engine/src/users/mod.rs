//! `/users`: people's accounts as an administrator's API key sees them.

mod change;
mod create;
mod fields;
mod model;
mod new_password;
mod read;
pub mod targets;

use axum::http::Method;

pub use change::{Change, apply, check_prefs, write};
pub use create::{NewUser, make};
pub use model::{User, check_email, check_name, check_phone};
pub use new_password::new_password;

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
    let (patch, post) = (Method::PATCH, Method::POST);
    vec![
        key(write, Method::POST, "/users", |call| Box::pin(create::create(call))),
        key(write, post.clone(), "/users/argon2", |call| Box::pin(create::import(call, "argon2"))),
        key(write, post.clone(), "/users/bcrypt", |call| Box::pin(create::import(call, "bcrypt"))),
        key(write, post.clone(), "/users/md5", |call| Box::pin(create::import(call, "md5"))),
        key(write, post.clone(), "/users/phpass", |call| Box::pin(create::import(call, "phpass"))),
        key(write, post.clone(), "/users/scrypt", |call| Box::pin(create::import(call, "scrypt"))),
        key(write, post.clone(), "/users/scrypt-modified", |call| {
            Box::pin(create::import(call, "scrypt-modified"))
        }),
        key(write, post, "/users/sha", |call| Box::pin(create::import(call, "sha"))),
        key(read, Method::GET, "/users", |call| Box::pin(read::list(call))),
        key(read, Method::GET, "/users/{userId}", |call| Box::pin(read::get(call))),
        key(write, Method::DELETE, "/users/{userId}", |call| Box::pin(read::delete(call))),
        key(write, patch.clone(), "/users/{userId}/name", |call| Box::pin(fields::set(call, "name"))),
        key(write, patch.clone(), "/users/{userId}/email", |call| Box::pin(fields::set(call, "email"))),
        key(write, patch.clone(), "/users/{userId}/phone", |call| Box::pin(fields::set(call, "number"))),
        key(write, patch.clone(), "/users/{userId}/password", |call| Box::pin(fields::set(call, "password"))),
        key(write, patch.clone(), "/users/{userId}/status", |call| Box::pin(fields::set(call, "status"))),
        key(write, Method::PUT, "/users/{userId}/labels", |call| Box::pin(fields::set(call, "labels"))),
        key(write, patch.clone(), "/users/{userId}/prefs", |call| Box::pin(fields::set(call, "prefs"))),
        key(write, patch.clone(), "/users/{userId}/verification", |call| {
            Box::pin(fields::set(call, "emailVerification"))
        }),
        key(write, patch, "/users/{userId}/verification/phone", |call| {
            Box::pin(fields::set(call, "phoneVerification"))
        }),
    ]
}
