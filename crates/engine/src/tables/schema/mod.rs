//! Tables made, read, changed and deleted, with an API key.

pub mod change;
pub mod create;
pub mod read;
