//! What every service stands on.

pub mod app;
pub mod caller;
pub mod clock;
pub mod error;
pub mod ids;
pub mod limits;
pub mod password;
pub mod permissions;
pub mod query;
pub mod routes;
pub mod store;
