//! `/presences`: who is there, in their own words, told as it changes. There is one of each person.

mod expire;
mod keep;
mod presence;
mod read;
mod update;

use axum::http::Method;

use crate::core::routes::{Route, open};
pub use expire::{keep_expiring, left, tidy};
pub use keep::{Wish, keep_of_socket};

/// Whom a presence is shown to, and who changes it, its own permissions say.
pub fn routes() -> Vec<Route> {
    let (read, write) = ("presences.read", "presences.write");
    let presence = "/presences/{presenceId}";
    vec![
        open(read, Method::GET, "/presences", |call| Box::pin(read::list(call))),
        open(read, Method::GET, presence, |call| Box::pin(read::get(call))),
        open(write, Method::PUT, presence, |call| Box::pin(keep::upsert(call))),
        open(write, Method::PATCH, presence, |call| Box::pin(update::update(call))),
        open(write, Method::DELETE, presence, |call| Box::pin(update::delete(call))),
    ]
}
