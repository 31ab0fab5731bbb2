//! Which files the window may name. Only what a person chose in a dialog or dropped on the window: a script that got
//! into the window can neither send files away nor overwrite any.

use std::{
    collections::HashSet,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

use telestack_app::{ApiError, ErrorCode};

#[derive(Debug, Default)]
pub struct Grants {
    readable: Mutex<HashSet<PathBuf>>,
    writable: Mutex<HashSet<PathBuf>>,
}

impl Grants {
    pub fn allow_reading(&self, files: &[PathBuf]) {
        lock(&self.readable).extend(files.iter().cloned());
    }

    pub fn allow_writing(&self, file: &Path) {
        lock(&self.writable).insert(file.to_owned());
    }

    /// The path as it came, if it was chosen for reading.
    pub fn readable(&self, path: String) -> Result<String, ApiError> {
        granted(&self.readable, path)
    }

    /// The path as it came, if it was chosen for saving.
    pub fn writable(&self, path: String) -> Result<String, ApiError> {
        granted(&self.writable, path)
    }
}

fn granted(set: &Mutex<HashSet<PathBuf>>, path: String) -> Result<String, ApiError> {
    if lock(set).contains(Path::new(&path)) {
        Ok(path)
    } else {
        Err(ErrorCode::Forbidden.with("this file was not chosen in a dialog"))
    }
}

fn lock(set: &Mutex<HashSet<PathBuf>>) -> MutexGuard<'_, HashSet<PathBuf>> {
    set.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_was_chosen_and_only_for_what() {
        let grants = Grants::default();
        grants.allow_reading(&[PathBuf::from("/home/ada/plan.pdf")]);
        grants.allow_writing(Path::new("/home/ada/copy.pdf"));
        assert!(grants.readable("/home/ada/plan.pdf".into()).is_ok());
        assert!(grants.writable("/home/ada/copy.pdf".into()).is_ok());
        for refused in [grants.readable("/etc/passwd".into()), grants.writable("/home/ada/plan.pdf".into())] {
            assert_eq!(refused.map_err(|error| error.code), Err(ErrorCode::Forbidden));
        }
    }
}
