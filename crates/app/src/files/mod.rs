//! Files of the organisation: folders out of flat buckets, names that are safe to show, what goes up and comes down.

mod chats;
mod deletions;
mod download;
mod drives;
mod folder;
mod transfer;
mod uploads;

pub use folder::{clean_name, contents, split};

pub(crate) use chats::ChatFiles;
pub(crate) use deletions::Deletions;
pub(crate) use download::{beside, download, place_for_copy};
pub(crate) use drives::{Drives, Listing, Looker};
pub(crate) use uploads::{Uploads, new_id};

/// The drive of what rooms carry; no bucket has this name.
pub(crate) const CHATS: &str = "chats";
