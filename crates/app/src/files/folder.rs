//! Folders out of a flat bucket: a file's name carries its path, parts divided by `/`.

use std::collections::BTreeMap;

use crate::view::{FileEntry, FolderItem};

/// A name that a bucket takes and every desktop shows as it is: no empty, `.` or `..` part, no control or
/// direction-changing character. `None` where nothing is left.
#[must_use]
pub fn clean_name(name: &str) -> Option<String> {
    let hidden = |c: char| {
        c.is_control()
            || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\\')
    };
    let parts: Vec<String> = name
        .split('/')
        .map(|part| part.chars().filter(|c| !hidden(*c)).collect::<String>().trim().to_owned())
        .filter(|part| !part.is_empty() && part != "." && part != "..")
        .collect();
    let clean = parts.join("/");
    (!clean.is_empty() && clean.chars().count() <= 255).then_some(clean)
}

/// Splits a stored name into folder and name.
#[must_use]
pub fn split(name: &str) -> (&str, &str) {
    name.rsplit_once('/').unwrap_or(("", name))
}

/// What is in `folder`: its folders by name with the number of files below them, then its files by name.
#[must_use]
pub fn contents(files: &[FileEntry], folder: &str) -> Vec<FolderItem> {
    let mut folders: BTreeMap<String, u32> = BTreeMap::new();
    let mut here = Vec::new();
    for file in files {
        if file.folder == folder {
            here.push(file);
        } else if let Some(below) = below(&file.folder, folder) {
            let name = below.split('/').next().unwrap_or(below);
            *folders.entry(name.to_owned()).or_default() += 1;
        }
    }
    here.sort_by_cached_key(|file| (file.name.to_lowercase(), file.id.clone()));
    let path = |name: &str| if folder.is_empty() { name.to_owned() } else { format!("{folder}/{name}") };
    folders
        .into_iter()
        .map(|(name, count)| FolderItem::Folder { path: path(&name), name, count })
        .chain(here.into_iter().cloned().map(FolderItem::File))
        .collect()
}

/// The part of `inner` below `outer`, if it is below it.
fn below<'a>(inner: &'a str, outer: &str) -> Option<&'a str> {
    if outer.is_empty() {
        return (!inner.is_empty()).then_some(inner);
    }
    inner.strip_prefix(outer)?.strip_prefix('/')
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn file(id: &str, path: &str) -> FileEntry {
        let (folder, name) = split(path);
        FileEntry {
            id: id.into(),
            drive: "files".into(),
            folder: folder.into(),
            name: name.into(),
            mime: "text/plain".into(),
            size: 1.0,
            changed: 0.0,
            writable: true,
            has_preview: false,
        }
    }

    #[test]
    fn a_folder_shows_its_folders_first_and_counts_what_is_below() {
        let files = [
            file("1", "b.txt"),
            file("2", "A.txt"),
            file("3", "plans/x.txt"),
            file("4", "plans/old/y.txt"),
            file("5", "plansX/z"),
        ];
        let names: Vec<String> = contents(&files, "")
            .into_iter()
            .map(|item| match item {
                FolderItem::Folder { name, count, .. } => format!("{name}/{count}"),
                FolderItem::File(file) => file.name,
            })
            .collect();
        assert_eq!(names, ["plans/2", "plansX/1", "A.txt", "b.txt"]);
        assert_eq!(contents(&files, "plans").len(), 2);
    }

    #[test]
    fn hostile_names_lose_what_is_dangerous() {
        assert_eq!(clean_name("../../etc/passwd").as_deref(), Some("etc/passwd"));
        assert_eq!(clean_name("invoice\u{202e}fdp.exe").as_deref(), Some("invoicefdp.exe"));
        assert_eq!(clean_name(" a /\0/ b\n").as_deref(), Some("a/b"));
        for nothing in ["", "/", "..", "\u{202e}", &"x".repeat(300)] {
            assert_eq!(clean_name(nothing), None, "{nothing}");
        }
    }

    proptest! {
        #[test]
        fn cleaning_twice_changes_nothing_and_never_leaves_the_folder(name in ".{0,60}") {
            if let Some(clean) = clean_name(&name) {
                prop_assert_eq!(clean_name(&clean), Some(clean.clone()));
                prop_assert!(clean.split('/').all(|part| !part.is_empty() && part != ".." && part != "."));
            }
        }
    }
}
