//! Each run has a data folder of its own, kept from run to run.

use std::{fs::File, path::PathBuf};

use anyhow::{Context, Result, bail};
use telestack_testkit::project_root;

use crate::lock;

/// A data folder and the lock that keeps others out of it.
#[derive(Debug)]
pub struct DataFolder {
    pub path: PathBuf,
    _lock: File,
}

/// The named folder, or the first of `.telestack/data/NAME`, `NAME-2`, ... that no other run uses.
///
/// # Errors
/// The named folder is in use, or cannot be written.
pub fn take(named: Option<PathBuf>, name: &str) -> Result<DataFolder> {
    if let Some(path) = named {
        let Some(lock) = lock::attempt(&path.join("in-use.lock"))? else {
            bail!("{} is used by another run: stop it, or name another --data", path.display());
        };
        return Ok(DataFolder { path, _lock: lock });
    }
    for number in 1..50 {
        let name = if number == 1 { name.to_owned() } else { format!("{name}-{number}") };
        let path = project_root().join(".telestack/data").join(name);
        if let Some(lock) = lock::attempt(&path.join("in-use.lock"))? {
            return Ok(DataFolder { path, _lock: lock });
        }
    }
    None.context("fifty runs are going on: stop some, or name a --data folder")
}
