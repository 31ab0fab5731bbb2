//! `/graphql`: the same operations as over REST, several in one request. Each runs through the route that REST has for it,
//! with its rights, its rate and its handler; there is no second way to anything. The tables have operations of their own, with
//! a field for each column, which are those on rows.

mod answer;
mod ask;
mod cost;
mod defined;
mod execute;
mod kept;
mod names;
mod nesting;
mod operation;
mod rows;
mod schema;
pub mod table;

use axum::http::Method;

use crate::core::{
    limits::Rate,
    routes::{Route, open},
};
pub use answer::OPEN;
use execute::{May, execute};
pub use operation::{Linked, Source, link};

/// Requests from one address in a minute, as Appwrite has it.
const REQUESTS: Rate = Rate { times: 60, window: 60_000 };

pub fn routes() -> Vec<Route> {
    let scope = "graphql";
    let limited = |route: Route| Route { rate: Some(REQUESTS), ..route };
    vec![
        limited(open(scope, Method::GET, "/graphql", |call| Box::pin(execute(call, May::Read)))),
        limited(open(scope, Method::POST, "/graphql", |call| Box::pin(execute(call, May::Change)))),
        limited(open(scope, Method::POST, "/graphql/mutation", |call| Box::pin(execute(call, May::Change)))),
    ]
}
