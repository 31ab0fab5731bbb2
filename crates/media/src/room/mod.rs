//! A stay in a room: joined, driven and left by one task.

mod gate;
mod others;
mod own;
mod readers;
mod stay;

pub use others::screen_voice;
pub use stay::{Order, Stay, StayOptions, Surroundings};
