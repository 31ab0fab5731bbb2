//! Files copied and hashed.

use std::{
    fs::{self, File},
    io::{self, Read as _},
    path::Path,
};

use md5::Md5;
use sha2::{Digest as _, Sha256};

use super::{CareError, place};

/// What a file's bytes are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Content {
    pub size: u64,
    pub sha256: String,
    pub md5: String,
}

/// Reads a file through.
pub fn read(path: &Path) -> io::Result<Content> {
    let mut file = File::open(path)?;
    let (mut sha256, mut md5, mut buffer) = (Sha256::new(), Md5::new(), vec![0; 256 * 1024]);
    let mut size = 0;
    loop {
        let count = file.read(&mut buffer)?;
        if count == 0 {
            break;
        }
        size += count as u64;
        sha256.update(&buffer[..count]);
        md5.update(&buffer[..count]);
    }
    Ok(Content { size, sha256: hex::encode(sha256.finalize()), md5: hex::encode(md5.finalize()) })
}

/// Copies `from` to `to`, for the owner only, and waits until it is on disk. Half a copy never has the name `to`.
/// Answers false where `from` is not there.
pub fn copy(from: &Path, to: &Path) -> Result<bool, CareError> {
    let mut source = match File::open(from) {
        Ok(source) => source,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(false),
        Err(error) => return Err(CareError::at(from)(error)),
    };
    let changed = source.metadata().and_then(|of| of.modified()).map_err(CareError::at(from))?;
    let part = to.with_extension("part");
    let written = (|| {
        remove_if_there(&part)?;
        let mut file = place::private_file(&part)?;
        io::copy(&mut source, &mut file)?;
        file.set_modified(changed)?;
        file.sync_all()?;
        fs::rename(&part, to)
    })();
    written.map(|()| true).map_err(|error| {
        // What there was no room for takes none.
        let _ = fs::remove_file(&part);
        CareError::at(to)(error)
    })
}

/// As [`copy`], but as a second name of the same bytes where the disk can: for what never changes again.
pub fn link_or_copy(from: &Path, to: &Path) -> Result<bool, CareError> {
    match fs::hard_link(from, to) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound && !from.exists() => Ok(false),
        Err(_) => copy(from, to),
    }
}

/// Whether `to` can only be a copy of `from`: as many bytes, changed at the same time.
pub fn is_same(from: &Path, to: &Path) -> bool {
    let of = |path: &Path| {
        let metadata = fs::metadata(path).ok()?;
        Some((metadata.len(), metadata.modified().ok()?))
    };
    of(from).is_some_and(|from| of(to) == Some(from))
}

pub fn remove_if_there(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_is_known_again_and_what_is_gone_is_no_error() {
        let folder = tempfile::tempdir().expect("folder");
        let (from, to, linked) =
            (folder.path().join("from"), folder.path().join("to"), folder.path().join("linked"));
        assert!(
            !copy(&from, &to).expect("nothing there") && !link_or_copy(&from, &to).expect("nothing there")
        );
        fs::write(&from, "abc").expect("written");
        assert!(copy(&from, &to).expect("copied") && link_or_copy(&from, &linked).expect("linked"));
        assert!(is_same(&from, &to) && is_same(&from, &linked));
        let content = read(&to).expect("read");
        assert_eq!((content.size, content.md5.as_str()), (3, "900150983cd24fb0d6963f7d28e17f72"));
        assert_eq!(content, read(&linked).expect("read"));
        fs::write(&to, "abcd").expect("written");
        assert!(!is_same(&from, &to));
    }
}
