//! `backup`, `restore` and `check`: the data folder copied while the server runs, put back, and looked at.
//!
//! A backup is a folder: `blobs/` with the bytes of complete files, which never change and are shared by one run after
//! the other; `run-TIME/` with what belongs to one run alone: the database, the secrets, unfinished uploads; and
//! `manifest`, which names all of it with hashes. The manifest is replaced in one step at the very end, so a run that is
//! interrupted leaves the backup of the run before as it was.

mod backup;
mod check;
mod digest;
mod error;
mod manifest;
mod part;
mod place;
mod restore;

pub use backup::{Backup, backup};
pub use check::{check_backup, check_data};
pub use error::CareError;
pub use place::is_backup;
pub use restore::{refuse_half_restored, restore};

/// Where the data of the first project lie in the data folder, and of each further one in a folder by its id.
pub(crate) const ENGINE: &str = "engine";
pub(crate) const PROJECTS: &str = "projects";
/// The secrets' place in the data folder.
const SECRETS: &str = "secrets.toml";
