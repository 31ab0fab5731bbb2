//! Rooms: the list, their making and leaving, their members.

mod change;
pub mod list;
mod members;
mod summary;

pub use change::{accept, create, create_direct, invite, leave};
pub use members::members;
