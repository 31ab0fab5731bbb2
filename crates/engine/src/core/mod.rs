//! What every service stands on.

pub mod access_token;
pub mod api_key;
pub mod app;
#[cfg(test)]
pub mod arbitrary;
pub mod audit;
pub mod body;
pub mod caller;
pub mod clock;
pub mod error;
pub mod events;
pub mod foreign_password;
pub mod hidden;
pub mod ids;
pub mod impersonation;
pub mod keyed;
pub mod known;
pub mod lent;
pub mod limits;
pub mod messenger;
pub mod outbound;
pub mod password;
pub mod permissions;
pub mod places;
pub mod query;
pub mod remote;
pub mod resize;
pub mod routes;
pub mod row_key;
pub mod seal;
pub mod settings;
pub mod sockets;
pub mod store;
pub mod work;
