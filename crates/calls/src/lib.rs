//! Calls: the call as a state machine without I/O, and the controller that drives chat and media with it.

pub mod view;

mod controller;
mod input;
mod keys;
mod machine;
mod ringing;
mod tiles;

pub use controller::{CallController, CallError, KeepHistory};
pub use input::{CallMember, Effect, IncomingRing, Input, Media, Millis, RoomFacts};
pub use keys::KeySource;
pub use machine::Machine;
