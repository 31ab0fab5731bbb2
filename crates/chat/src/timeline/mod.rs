//! The messages of one room: read as a stream, written through the send queue.

pub mod attach;
pub mod attached;
pub mod body;
pub mod deliver;
mod doubles;
mod item;
mod open;
pub mod send;
pub mod unsent;
mod updates;

pub use open::OpenTimelines;
