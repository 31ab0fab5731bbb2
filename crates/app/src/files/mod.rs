//! Files of the organisation: folders out of flat buckets, and names that are safe to show.

mod folder;

pub use folder::{clean_name, contents, split};
