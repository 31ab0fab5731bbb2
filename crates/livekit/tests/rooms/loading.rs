use std::{fs, path::Path};

use telestack_livekit::{Library, LoadError};

use telestack_testkit::pinned_library_hash;

use crate::support::{library, library_path};

#[test]
fn another_file_is_refused_before_anything_of_it_runs() {
    let folder = tempfile::tempdir().unwrap();
    let copy = folder.path().join("liblivekit_ffi.so");
    let mut bytes = fs::read(library_path()).unwrap();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    fs::write(&copy, bytes).unwrap();
    let fault = Library::load(&copy, &pinned_library_hash().unwrap()).unwrap_err();
    assert!(matches!(fault, LoadError::WrongHash { .. }), "{fault}");
}

#[test]
fn a_missing_and_a_foreign_file_are_told_apart() {
    let fault = Library::load(Path::new("/nonexistent/liblivekit_ffi.so"), "00").unwrap_err();
    assert!(matches!(fault, LoadError::Missing(_)), "{fault}");
    // With the hash that it has.
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().join("empty.so");
    fs::write(&empty, "").unwrap();
    let hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";
    let fault = Library::load(&empty, hash).unwrap_err();
    assert!(matches!(fault, LoadError::NotLoadable(_)), "{fault}");
}

#[test]
fn loading_twice_gives_the_same_library() {
    library().unwrap();
    Library::load(&library_path(), &pinned_library_hash().unwrap()).unwrap();
}
