//! The list of everything in a backup: a line of JSON each, and at the end a hash of all lines before it.

use std::{
    fs,
    io::Write as _,
    path::{Component, Path, PathBuf},
};

use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

use super::{CareError, place};

pub const FILE: &str = "manifest";
/// Another number: another form.
const FORM: u32 = 1;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "lowercase", deny_unknown_fields)]
enum Line {
    Backup {
        form: u32,
        made: String,
        version: String,
    },
    File(Entry),
    /// A file of the database whose bytes were missing already.
    Lost {
        what: String,
    },
    End {
        lines: usize,
        sha256: String,
    },
}

/// One file of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// In the backup.
    pub path: String,
    /// In the data folder.
    pub to: String,
    pub size: u64,
    pub sha256: String,
}

/// What one whole backup is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// RFC 3339.
    pub made: String,
    /// The program that made it.
    pub version: String,
    pub files: Vec<Entry>,
    pub lost: Vec<String>,
}

impl Manifest {
    /// The manifest of a folder; none where there is no whole backup.
    pub fn read(folder: &Path) -> Result<Option<Self>, CareError> {
        let path = folder.join(FILE);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(CareError::at(&path)(error)),
        };
        Self::parse(&bytes).map(Some).ok_or_else(|| CareError::Damaged {
            what: path.display().to_string(),
            mend: "make the backup again, or use another one; a newer program's can be read by that program"
                .into(),
        })
    }

    fn parse(bytes: &[u8]) -> Option<Self> {
        let body = bytes.strip_suffix(b"\n")?;
        let at = body.iter().rposition(|byte| *byte == b'\n')? + 1;
        let (before, last) = bytes.split_at(at);
        let Line::End { lines, sha256 } = serde_json::from_slice(last).ok()? else { return None };
        if sha256 != hex::encode(Sha256::digest(before)) {
            return None;
        }
        let mut all = before.split_inclusive(|byte| *byte == b'\n').map(serde_json::from_slice::<Line>);
        let Line::Backup { form: FORM, made, version } = all.next()?.ok()? else { return None };
        let mut manifest = Self { made, version, files: Vec::new(), lost: Vec::new() };
        for line in all {
            match line.ok()? {
                Line::File(entry) if is_plain(&entry.path) && is_plain(&entry.to) => {
                    manifest.files.push(entry);
                }
                Line::Lost { what } => manifest.lost.push(what),
                _ => return None,
            }
        }
        (lines == 1 + manifest.files.len() + manifest.lost.len()).then_some(manifest)
    }

    fn text(&self) -> serde_json::Result<Vec<u8>> {
        let head = Line::Backup { form: FORM, made: self.made.clone(), version: self.version.clone() };
        let files = self.files.iter().cloned().map(Line::File);
        let lost = self.lost.iter().map(|what| Line::Lost { what: what.clone() });
        let mut text = Vec::new();
        let mut lines = 0;
        for line in std::iter::once(head).chain(files).chain(lost) {
            serde_json::to_writer(&mut text, &line)?;
            text.push(b'\n');
            lines += 1;
        }
        let end = Line::End { lines, sha256: hex::encode(Sha256::digest(&text)) };
        serde_json::to_writer(&mut text, &end)?;
        text.push(b'\n');
        Ok(text)
    }

    /// Puts it in the place of the manifest of before, in one step: from then on this is the backup.
    pub fn write(&self, folder: &Path) -> Result<(), CareError> {
        let (path, part) = (folder.join(FILE), folder.join("manifest.part"));
        let written = (|| {
            super::digest::remove_if_there(&part)?;
            let mut file = place::private_file(&part)?;
            file.write_all(&self.text()?)?;
            file.sync_all()?;
            fs::rename(&part, &path)
        })();
        written.map_err(|error| {
            let _ = fs::remove_file(&part);
            CareError::at(&path)(error)
        })?;
        place::sync_folder(folder)
    }

    /// Where a file of the data folder lies in the backup.
    pub fn path_of(&self, to: &str, folder: &Path) -> Option<PathBuf> {
        self.files.iter().find(|entry| entry.to == to).map(|entry| folder.join(&entry.path))
    }
}

/// A path that leads into its folder and nowhere else.
fn is_plain(path: &str) -> bool {
    !path.is_empty() && Path::new(path).components().all(|part| matches!(part, Component::Normal(_)))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn manifest() -> Manifest {
        let entry =
            |path: &str, to: &str| Entry { path: path.into(), to: to.into(), size: 3, sha256: "00".into() };
        Manifest {
            made: "2026-11-30T20:00:00Z".into(),
            version: "0.1.0".into(),
            files: vec![
                entry("run-1/engine.sqlite", "engine/engine.sqlite"),
                entry("blobs/1.blob", "engine/blobs/1.blob"),
            ],
            lost: vec!["file \"a\"\nof bucket b".into()],
        }
    }

    #[test]
    fn it_is_read_as_it_was_written_and_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("folder");
        assert_eq!(Manifest::read(folder.path()).expect("none"), None);
        manifest().write(folder.path()).expect("written");
        manifest().write(folder.path()).expect("replaced");
        assert_eq!(Manifest::read(folder.path()).expect("read"), Some(manifest()));
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join(FILE)).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
    }

    #[test]
    fn a_path_out_of_the_folder_is_refused() {
        for path in ["../x", "/etc/passwd", "a/../../x", ""] {
            let mut bad = manifest();
            bad.files[0].to = path.into();
            assert_eq!(Manifest::parse(&bad.text().expect("text")), None, "{path}");
        }
    }

    proptest! {
        #[test]
        fn half_of_it_or_a_changed_byte_is_no_manifest(at in 0usize..400, flip in 1u8..=255) {
            let text = manifest().text().expect("text");
            let at = at % text.len();
            prop_assert_eq!(Manifest::parse(&text[..at]), None);
            let mut changed = text;
            changed[at] ^= flip;
            prop_assert_ne!(Manifest::parse(&changed), Some(manifest()));
        }

        #[test]
        fn anything_else_is_no_manifest(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            prop_assert_eq!(Manifest::parse(&bytes), None);
        }
    }
}
