//! The organisation's people: their rows of the directory, and what chat knows of them.

mod directory;
mod search;

pub(crate) use directory::Directory;
pub(crate) use search::{matches, plain};
