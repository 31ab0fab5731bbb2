//! The organisation's people: their rows of the directory, and what chat knows of them.

mod directory;
mod search;

pub(crate) use directory::{Directory, OWN_PICTURE, own_picture};
pub(crate) use search::{matches, plain};
