//! A folder of encrypted files that may be lost: pictures that were fetched before.
//!
//! A name is keyed BLAKE3, a content XChaCha20-Poly1305 bound to it. What stays readable: how many there are and
//! their sizes.

use std::{
    fs, io,
    path::{Path, PathBuf},
    time::SystemTime,
};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};

use super::StoreKey;

/// The folder is brought below this many bytes whenever it was opened and has grown past it.
const BUDGET: u64 = 256 * 1024 * 1024;
/// What is larger is fetched again each time.
const LARGEST: usize = 16 * 1024 * 1024;

/// Files of an account by any name.
#[derive(Clone)]
pub struct SealedFiles {
    folder: PathBuf,
    cipher: XChaCha20Poly1305,
    names: [u8; 32],
}

impl std::fmt::Debug for SealedFiles {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("SealedFiles(..)")
    }
}

impl SealedFiles {
    #[must_use]
    pub fn open(folder: &Path, key: &StoreKey) -> Self {
        Self {
            folder: folder.to_owned(),
            cipher: XChaCha20Poly1305::new(key.derive("file contents").bytes().into()),
            names: *key.derive("file names").bytes(),
        }
    }

    /// The kept file, if it is there and opens. Blocks for one read.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<(String, Vec<u8>)> {
        let (hash, path) = self.place(name);
        let sealed = fs::read(path).ok()?;
        let (nonce, sealed) = sealed.split_at_checked(24)?;
        let plain =
            self.cipher.decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: &hash }).ok()?;
        let end = plain.iter().position(|byte| *byte == 0)?;
        let mime = String::from_utf8(plain[..end].to_vec()).ok()?;
        Some((mime, plain[end + 1..].to_vec()))
    }

    /// Keeps a file; one that is too large is not kept. Blocks for one write.
    ///
    /// # Errors
    /// The disk does not take it.
    pub fn put(&self, name: &str, mime: &str, bytes: &[u8]) -> io::Result<()> {
        if bytes.len() > LARGEST || mime.contains('\0') {
            return Ok(());
        }
        fs::create_dir_all(&self.folder)?;
        let (hash, path) = self.place(name);
        let mut nonce = [0u8; 24];
        getrandom::fill(&mut nonce).map_err(io::Error::other)?;
        let plain = [mime.as_bytes(), &[0], bytes].concat();
        let sealed = self
            .cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: &plain, aad: &hash })
            .map_err(|_| io::Error::other("encryption failed"))?;
        let beside = path.with_extension("new");
        fs::write(&beside, [nonce.as_slice(), &sealed].concat())?;
        fs::rename(beside, path)
    }

    /// Removes the oldest files until the folder is small enough.
    pub fn trim(&self) {
        self.trim_to(BUDGET);
    }

    fn trim_to(&self, budget: u64) {
        let Ok(entries) = fs::read_dir(&self.folder) else { return };
        let mut files: Vec<(SystemTime, u64, PathBuf)> = entries
            .filter_map(|entry| {
                let entry = entry.ok()?;
                let facts = entry.metadata().ok()?;
                Some((facts.modified().ok()?, facts.len(), entry.path()))
            })
            .collect();
        let mut total: u64 = files.iter().map(|(_, size, _)| size).sum();
        files.sort();
        for (_, size, path) in files {
            if total <= budget {
                return;
            }
            if fs::remove_file(path).is_ok() {
                total -= size;
            }
        }
    }

    fn place(&self, name: &str) -> ([u8; 32], PathBuf) {
        let hash = *blake3::keyed_hash(&self.names, name.as_bytes()).as_bytes();
        (hash, self.folder.join(hex::encode(hash)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn opened() -> (tempfile::TempDir, SealedFiles) {
        let folder = tempfile::tempdir().expect("folder");
        let key = StoreKey::generate().expect("randomness");
        let files = SealedFiles::open(&folder.path().join("pictures"), &key);
        (folder, files)
    }

    #[test]
    fn a_file_comes_back_and_is_unreadable_on_disk() {
        let (folder, files) = opened();
        files.put("canary-name", "image/png", b"canary-content").expect("written");
        assert_eq!(files.get("canary-name"), Some(("image/png".into(), b"canary-content".to_vec())));
        assert_eq!(files.get("another"), None);
        for entry in fs::read_dir(folder.path().join("pictures")).expect("folder") {
            let path = entry.expect("file").path();
            assert!(!path.to_string_lossy().contains("canary"));
            let bytes = fs::read(path).expect("bytes");
            assert!(!bytes.windows(6).any(|window| window == b"canary"));
        }
    }

    #[test]
    fn a_damaged_file_is_none() {
        let (_folder, files) = opened();
        files.put("a", "image/png", b"content").expect("written");
        let (_, path) = files.place("a");
        let mut bytes = fs::read(&path).expect("bytes");
        bytes[30] ^= 1;
        fs::write(&path, bytes).expect("written");
        assert_eq!(files.get("a"), None);
        fs::write(&path, b"short").expect("written");
        assert_eq!(files.get("a"), None);
    }

    #[test]
    fn the_folder_stays_within_its_budget() {
        let (_folder, files) = opened();
        for name in ["a", "b", "c"] {
            files.put(name, "image/png", &[7; 1000]).expect("written");
        }
        files.trim_to(2_500);
        assert_eq!(["a", "b", "c"].iter().filter(|name| files.get(name).is_some()).count(), 2);
    }
}
