//! What every service stands on.

pub mod app;
pub mod caller;
pub mod clock;
pub mod error;
pub mod events;
pub mod foreign_password;
pub mod ids;
pub mod keyed;
pub mod limits;
pub mod messenger;
pub mod outbound;
pub mod password;
pub mod permissions;
pub mod query;
pub mod routes;
pub mod seal;
pub mod sockets;
pub mod store;
pub mod work;
