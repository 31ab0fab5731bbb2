//! Looking a data folder or a backup through: each fault by its name, and what to do.

use std::{
    collections::HashMap,
    io,
    path::{Path, PathBuf},
};

use telestack_engine::care::{self, Data, Kept};

use super::{
    CareError, SECRETS, digest,
    manifest::{Entry, Manifest},
    part::Part,
    place,
};
use crate::{
    Secrets,
    doctor::{Finding, bad, good},
};

/// What is wrong with the bytes of a file, of which so many are there. An MD5 that is not known says nothing.
pub(super) fn fault_of(file: &Kept, size: u64, md5: Option<&str>) -> Option<String> {
    let (name, least) = (file.label(), file.least);
    match &file.md5 {
        _ if file.exact && size != least => Some(format!("{name} has {size} bytes instead of {least}")),
        _ if size < least => Some(format!("{name} has {size} bytes, at least {least} were sent")),
        Some(expected) if md5.is_some_and(|md5| md5 != expected) => {
            Some(format!("{name} has other bytes than were sent"))
        }
        _ => None,
    }
}

/// Where the bytes of a file are; where they should be if they are nowhere.
pub(super) fn place_of(file: &Kept, blobs: &Path) -> PathBuf {
    let mut places = file.names().into_iter().map(|name| blobs.join(name));
    let usual = blobs.join(format!("{}.blob", file.number));
    places.find(|path| path.exists()).unwrap_or(usual)
}

/// Looks a data folder through, beside a server or without one. Reads every byte.
///
/// # Errors
/// It is no data folder, or cannot be read.
pub fn check_data(data: &Path) -> Result<Vec<Finding>, CareError> {
    let data = place::real(data)?;
    let mut findings = Vec::new();
    if let Err(error) = super::refuse_half_restored(&data) {
        return Ok(vec![bad("a restore did not finish", error.to_string())]);
    }
    findings.push(secrets(&data, "copy secrets.toml from the newest backup, or mend its mode"));
    for part in Part::all(&data)? {
        findings.extend(check_part(&data, &part)?.into_iter().map(|found| of_part(&part, found)));
    }
    Ok(findings)
}

fn of_part(part: &Part, finding: Finding) -> Finding {
    Finding { what: part.says(&finding.what), ..finding }
}

fn check_part(data: &Path, part: &Part) -> Result<Vec<Finding>, CareError> {
    let engine = data.join(&part.place);
    let mut findings = Vec::new();
    let database = match Data::open(&engine) {
        Ok(database) => database,
        Err(error) => match CareError::of(&engine)(error) {
            CareError::Damaged { what, mend } => {
                findings.push(bad(what, mend));
                return Ok(findings);
            }
            other => return Err(other),
        },
    };
    findings.extend(of_database(&database, "restore the newest backup into an empty folder"));
    let Ok(files) = database.files() else { return Ok(findings) };
    let mend = format!("copy NUMBER.blob from a backup into {}/blobs, or delete the file", part.place);
    let (blobs, mut whole) = (care::blobs(&engine), 0);
    findings.extend(away(&files));
    for file in files.iter().filter(|file| file.is_here()) {
        let path = place_of(file, &blobs);
        let fault = match digest::read(&path) {
            Ok(content) => fault_of(file, content.size, Some(&content.md5)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => {
                Some(format!("the bytes of {} are missing", file.label()))
            }
            Err(error) => Some(format!("{}: {error}", path.display())),
        };
        match fault {
            None => whole += 1,
            // A server that runs may have deleted or finished it meanwhile.
            Some(fault) if database.is_complete(file.number).ok() == Some(Some(file.complete)) => {
                findings.push(bad(fault, mend.clone()));
            }
            Some(_) => {}
        }
    }
    findings.push(good(format!("{whole} files have their bytes")));
    Ok(findings)
}

/// Looks a backup through. Reads every byte.
///
/// # Errors
/// There is no whole backup, or it cannot be read.
pub fn check_backup(folder: &Path) -> Result<Vec<Finding>, CareError> {
    let folder = place::real(folder)?;
    let manifest = whole(&folder)?;
    let mut findings = vec![good(format!("a backup of {} by version {}", manifest.made, manifest.version))];
    let (mut contents, mut right) = (HashMap::new(), 0);
    for entry in &manifest.files {
        match of_entry(&folder, entry) {
            Ok(md5) => {
                right += 1;
                contents.insert(entry.to.as_str(), (entry.size, md5));
            }
            Err(fault) => findings.push(bad(fault, "make the backup again, or use another one")),
        }
    }
    findings.push(good(format!("{right} of {} files are as they were", manifest.files.len())));
    if manifest.path_of(SECRETS, &folder).is_none() {
        findings.push(bad("the secrets are missing", "copy secrets.toml out of the data folder by hand"));
    }
    for lost in &manifest.lost {
        findings.push(bad(
            format!("{lost} were missing when the backup was made"),
            "look for them in an older backup, or delete the file after restoring",
        ));
    }
    for part in Part::of_backup(&manifest) {
        let found = check_part_of_backup(&folder, &manifest, &part, &contents);
        findings.extend(found.into_iter().map(|found| of_part(&part, found)));
    }
    Ok(findings)
}

fn check_part_of_backup(
    folder: &Path,
    manifest: &Manifest,
    part: &Part,
    contents: &HashMap<&str, (u64, String)>,
) -> Vec<Finding> {
    let database = manifest.path_of(&part.database(), folder).map(|path| Data::open_copy(&path));
    let Some(Ok(database)) = database else {
        return vec![bad("the database is missing or damaged", "use another backup")];
    };
    let mut findings = of_database(&database, "use another backup");
    let files = database.files().unwrap_or_default();
    findings.extend(away(&files));
    for file in files.iter().filter(|file| file.is_here()) {
        let mut names = file.names().into_iter().map(|name| format!("{}/blobs/{name}", part.place));
        let is_lost = part.says(&format!("the bytes of {}", file.label()));
        let fault = match names.find_map(|name| contents.get(name.as_str())) {
            Some((size, md5)) => fault_of(file, *size, Some(md5)),
            // Told already.
            None if manifest.lost.contains(&is_lost) => None,
            None => Some(format!("the bytes of {} are not in the backup", file.label())),
        };
        if let Some(fault) = fault {
            findings.push(bad(fault, "look for it in an older backup, or delete the file after restoring"));
        }
    }
    findings
}

/// The manifest of a whole backup.
pub(super) fn whole(folder: &Path) -> Result<Manifest, CareError> {
    Manifest::read(folder)?.ok_or_else(|| {
        CareError::Refused(format!(
            "{} is no whole backup: it has no manifest, which is written last; run the backup again",
            folder.display()
        ))
    })
}

/// The MD5 of an entry whose bytes are the ones that were written.
pub(super) fn of_entry(folder: &Path, entry: &Entry) -> Result<String, String> {
    match digest::read(&folder.join(&entry.path)) {
        Ok(content) if content.size == entry.size && content.sha256 == entry.sha256 => Ok(content.md5),
        Ok(_) => Err(format!("{} has changed", entry.path)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Err(format!("{} is missing", entry.path)),
        Err(error) => Err(format!("{}: {error}", entry.path)),
    }
}

/// What is not looked at, because it is not on our disk.
fn away(files: &[Kept]) -> Option<Finding> {
    let away = files.iter().filter(|file| file.away).count();
    (away > 0)
        .then(|| good(format!("{away} files have their bytes in the object store, which is not looked at")))
}

fn of_database(database: &Data, mend: &str) -> Vec<Finding> {
    match database.faults() {
        Ok(faults) if faults.is_empty() => vec![good("the database is whole")],
        Ok(faults) => faults.into_iter().map(|fault| bad(format!("the database: {fault}"), mend)).collect(),
        Err(error) => vec![bad(format!("the database: {error}"), mend)],
    }
}

fn secrets(data: &Path, mend: &str) -> Finding {
    match Secrets::load(data) {
        Ok(Some(_)) => good("secrets are there, and for their owner only"),
        Ok(None) => bad("the secrets are missing", mend),
        Err(error) => bad(format!("secrets: {error}"), mend),
    }
}
