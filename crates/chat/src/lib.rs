//! Chat as the rest of the program sees it.

pub mod view;
