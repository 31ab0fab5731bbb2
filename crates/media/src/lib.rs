//! Devices, sound, pictures and the media host that owns them.
//!
//! The app holds a [`Media`]; the work is done in a child process, `telestack media-host`, whose entry is
//! [`host::main`].

pub mod clock;
pub mod control;
mod frames;
mod handle;
pub mod host;
pub mod picture;
mod room;
mod sound;
mod video;
pub mod view;

pub use handle::{Media, MediaError, MediaOptions};
