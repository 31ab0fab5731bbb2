//! The call as a state machine without I/O.

pub mod view;

mod input;
mod keys;
mod machine;
mod ringing;
mod tiles;

pub use input::{CallMember, Effect, IncomingRing, Input, Media, Millis, RoomFacts};
pub use keys::KeySource;
pub use machine::Machine;
