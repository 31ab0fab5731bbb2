//! The folders that care works in: which they are, whether they may be used, and for the owner only.

use std::{
    fs::{self, File, OpenOptions},
    io,
    path::{Path, PathBuf},
};

use super::CareError;

/// Says that a folder is a backup, whole or not, and is locked while one is made.
const MARK: &str = "telestack-backup.lock";

/// Whether a folder is a backup of ours, whole or not.
#[must_use]
pub fn is_backup(folder: &Path) -> bool {
    folder.join(MARK).is_file() || folder.join(super::manifest::FILE).is_file()
}

/// The real path of a folder that may not be there yet.
pub fn real(folder: &Path) -> Result<PathBuf, CareError> {
    let whole = std::path::absolute(folder).map_err(CareError::at(folder))?;
    for ancestor in whole.ancestors() {
        match ancestor.canonicalize() {
            Ok(found) => {
                let rest = whole.strip_prefix(ancestor).unwrap_or(Path::new(""));
                // What does not exist cannot be a link; `..` in it leads nowhere.
                if rest.components().any(|part| !matches!(part, std::path::Component::Normal(_))) {
                    return Err(CareError::Refused(format!("{} is no usable path", folder.display())));
                }
                return Ok(found.join(rest));
            }
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            Err(error) => return Err(CareError::at(folder)(error)),
        }
    }
    Ok(whole)
}

/// Refuses a backup inside the data and data inside a backup: one would grow by the other, or be deleted with it.
pub fn apart(data: &Path, backup: &Path) -> Result<(), CareError> {
    if backup.starts_with(data) || data.starts_with(backup) {
        return Err(CareError::Refused(format!(
            "{} and the data folder {} lie in each other: choose a folder elsewhere, best on another disk",
            backup.display(),
            data.display()
        )));
    }
    Ok(())
}

/// Whether there is nothing in a folder, or no folder. What a file system puts into its own root does not count.
pub fn is_empty(folder: &Path) -> Result<bool, CareError> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(true),
        Err(error) => return Err(CareError::at(folder)(error)),
    };
    for entry in entries {
        if entry.map_err(CareError::at(folder))?.file_name() != "lost+found" {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Whether there is anything by this name, be it a link to nowhere.
pub fn exists(path: &Path) -> bool {
    fs::symlink_metadata(path).is_ok()
}

/// Makes a folder for its owner only, and those above it that are missing.
pub fn private_folder(folder: &Path) -> Result<(), CareError> {
    let mut builder = fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(CareError::at(folder))
}

/// A new, empty file for its owner only.
pub fn private_file(path: &Path) -> io::Result<File> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(path)
}

/// Takes a folder for a backup: a new or empty one, or a backup of before. Nobody else makes one there meanwhile.
pub fn take(folder: &Path) -> Result<File, CareError> {
    if !is_empty(folder)? && !is_backup(folder) {
        return Err(CareError::Refused(format!(
            "{} is neither empty nor a backup: choose a folder of its own",
            folder.display()
        )));
    }
    private_folder(folder)?;
    let mark = folder.join(MARK);
    let file = match private_file(&mark) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {
            File::options().append(true).open(&mark)
        }
        made => made,
    };
    let file = file.map_err(CareError::at(&mark))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(fs::TryLockError::WouldBlock) => {
            Err(CareError::InUse { path: folder.to_owned(), what: "another backup is being made there" })
        }
        Err(fs::TryLockError::Error(error)) => Err(CareError::at(&mark)(error)),
    }
}

/// Waits until the names in a folder are on disk.
pub fn sync_folder(folder: &Path) -> Result<(), CareError> {
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(CareError::at(folder))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn folders_in_each_other_are_found_through_links_and_before_they_exist() {
        let folder = tempfile::tempdir().expect("folder");
        let data = folder.path().join("data");
        fs::create_dir(&data).expect("made");
        let data = real(&data).expect("real");
        #[cfg(unix)]
        std::os::unix::fs::symlink(&data, folder.path().join("link")).expect("linked");
        for inside in ["data", "data/backup", "data/a/b/c", "link/backup", "."] {
            let backup = real(&folder.path().join(inside)).expect("real");
            assert!(apart(&data, &backup).is_err(), "{inside}");
        }
        for elsewhere in ["backup", "data2", "data/../backup"] {
            let backup = real(&folder.path().join(elsewhere)).expect("real");
            assert!(apart(&data, &backup).is_ok(), "{elsewhere}");
        }
        assert!(real(&folder.path().join("missing/../data")).is_err());
    }

    #[test]
    fn only_a_folder_of_its_own_becomes_a_backup_and_only_once_at_a_time() {
        let folder = tempfile::tempdir().expect("folder");
        fs::write(folder.path().join("letter.txt"), "x").expect("written");
        assert!(matches!(take(folder.path()), Err(CareError::Refused(_))));
        let backup = folder.path().join("new/backup");
        let held = take(&backup).expect("taken");
        assert!(matches!(take(&backup), Err(CareError::InUse { .. })));
        drop(held);
        take(&backup).expect("taken again");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = |path: &Path| fs::metadata(path).expect("there").permissions().mode() & 0o777;
            assert_eq!((mode(&backup), mode(&backup.join(MARK))), (0o700, 0o600));
        }
    }
}
