//! AVIF pictures: read in a process of their own, written here.
//!
//! A crate by itself, for it is compiled for speed whatever becomes of those who use it.

mod colour;
mod container;
mod decode;
mod read;
mod reader;
#[cfg(test)]
mod tests;
mod write;

pub use read::{AvifError, read};
pub use reader::{COMMAND, answer};
pub use write::write;
