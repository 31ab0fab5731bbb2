//! The messages of one room: read as a stream, written through the send queue.

pub mod attach;
pub mod attached;
pub mod body;
pub mod deliver;
mod item;
mod open;
mod room_timeline;
pub mod send;
mod shown;
pub mod unsent;
mod updates;

pub use open::OpenTimelines;
pub use room_timeline::RoomTimeline;
