//! What every service stands on.

pub mod api_key;
pub mod app;
pub mod audit;
pub mod caller;
pub mod clock;
pub mod error;
pub mod events;
pub mod foreign_password;
pub mod hidden;
pub mod ids;
pub mod keyed;
pub mod limits;
pub mod messenger;
pub mod outbound;
pub mod password;
pub mod permissions;
pub mod query;
pub mod remote;
pub mod routes;
pub mod seal;
pub mod settings;
pub mod sockets;
pub mod store;
pub mod work;
