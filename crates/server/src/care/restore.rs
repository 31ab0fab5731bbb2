//! Putting a backup into an empty data folder.

use std::{fs, io, path::Path};

use telestack_engine::care;

use super::{
    CareError, check, digest,
    manifest::{Entry, Manifest},
    part::Part,
    place,
};

/// Lies in a data folder while a restore into it is not finished: no server starts there.
const MARK: &str = "restoring";

/// Restores the backup `from` into `data`, which is empty, missing, or what an interrupted restore left. Every byte is
/// checked before the first is written, and again when it was. Answers what the backup was without.
///
/// # Errors
/// The backup is not whole, the folder is not empty, or the disk fails.
pub fn restore(from: &Path, data: &Path) -> Result<Vec<String>, CareError> {
    let (from, data) = (place::real(from)?, place::real(data)?);
    place::apart(&data, &from)?;
    let mark = data.join(MARK);
    if !place::is_empty(&data)? && !place::exists(&mark) {
        return Err(CareError::Refused(format!(
            "{} is not empty: move what is there elsewhere first, or set [server] data_dir to an empty folder",
            data.display()
        )));
    }
    let manifest = verified(&from)?;
    place::private_folder(&data)?;
    match place::private_file(&mark) {
        Err(error) if error.kind() != io::ErrorKind::AlreadyExists => {
            return Err(CareError::at(&mark)(error));
        }
        _ => place::sync_folder(&data)?,
    }
    let mut folders = Vec::new();
    let mut holds = Vec::new();
    for part in Part::of_backup(&manifest) {
        let engine = data.join(&part.place);
        let blobs = care::blobs(&engine);
        place::private_folder(&blobs)?;
        holds.push(care::hold(&engine).map_err(CareError::of(&engine))?);
        folders.extend([blobs, engine]);
    }
    // The databases come last: without them the rest is nothing.
    let (last, first): (Vec<&Entry>, Vec<&Entry>) =
        manifest.files.iter().partition(|entry| Part::is_database(&entry.to));
    for entry in first.into_iter().chain(last) {
        put(&from, &data, entry)?;
    }
    for folder in &folders {
        place::sync_folder(folder)?;
    }
    fs::remove_file(&mark).map_err(CareError::at(&mark))?;
    place::sync_folder(&data)?;
    Ok(manifest.lost)
}

fn verified(from: &Path) -> Result<Manifest, CareError> {
    let manifest = check::whole(from)?;
    // What was missing or wrong before the backup was made is no fault of the backup's, and the rest is worth having.
    let changed: Vec<String> =
        manifest.files.iter().filter_map(|entry| check::of_entry(from, entry).err()).take(5).collect();
    let mut faults = Vec::new();
    for part in Part::of_backup(&manifest) {
        let database = manifest.path_of(&part.database(), from);
        match database.map(|path| care::Data::open_copy(&path).and_then(|data| data.faults())) {
            Some(Ok(found)) => faults.extend(found.iter().map(|fault| part.says(fault))),
            Some(Err(telestack_engine::StoreError::TooNew(version))) => {
                return Err(CareError::Refused(format!(
                    "a newer program made this backup (schema {version}): restore it with that program"
                )));
            }
            Some(Err(error)) => faults.push(part.says(&error.to_string())),
            None => faults.push("there is no database in it".to_owned()),
        }
    }
    match changed.into_iter().chain(faults).reduce(|all, one| format!("{all}; {one}")) {
        None => Ok(manifest),
        Some(faults) => Err(CareError::Damaged {
            what: format!("the backup {} ({faults})", from.display()),
            mend: "nothing was restored: use another backup".into(),
        }),
    }
}

fn put(from: &Path, data: &Path, entry: &Entry) -> Result<(), CareError> {
    let to = data.join(&entry.to);
    let is_right = |path: &Path| {
        digest::read(path).is_ok_and(|content| content.size == entry.size && content.sha256 == entry.sha256)
    };
    // An interrupted restore may have put it there.
    if is_right(&to) {
        return Ok(());
    }
    if digest::copy(&from.join(&entry.path), &to)? && is_right(&to) {
        return Ok(());
    }
    Err(CareError::Damaged {
        what: to.display().to_string(),
        mend: "what was written does not come back as it was: look at the disk, then restore again".into(),
    })
}

/// Refuses a data folder into which a restore did not finish.
///
/// # Errors
/// It did not.
pub fn refuse_half_restored(data: &Path) -> Result<(), CareError> {
    if place::exists(&data.join(MARK)) {
        return Err(CareError::Refused(format!(
            "a restore into {} did not finish: run it again; it goes on where it was",
            data.display()
        )));
    }
    Ok(())
}
