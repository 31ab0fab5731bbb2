//! An encrypted key-value store in SQLite: credentials, cached lists, queues.
//!
//! A value is XChaCha20-Poly1305 over its JSON, bound to its space and id; ids are stored as keyed BLAKE3. What
//! stays readable: how many values a space has, their sizes and their order.

use std::{path::Path, sync::Mutex};

use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use rusqlite::{Connection, OptionalExtension as _, params};
use serde::{Serialize, de::DeserializeOwned};

use super::StoreKey;

/// Why the vault cannot be read or written.
#[derive(Debug, thiserror::Error)]
pub enum VaultError {
    #[error("the disk is full")]
    DiskFull,
    /// The file is no database, or its values do not open with this key.
    #[error("the local store is damaged: {0}")]
    Damaged(String),
    #[error("the local store cannot be used: {0}")]
    Io(String),
}

impl From<rusqlite::Error> for VaultError {
    fn from(error: rusqlite::Error) -> Self {
        use rusqlite::ErrorCode;
        match error.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::DiskFull,
            Some(ErrorCode::DatabaseCorrupt | ErrorCode::NotADatabase) => Self::Damaged(error.to_string()),
            _ => Self::Io(error.to_string()),
        }
    }
}

/// One open vault. Calls are short (one row) and may be made from async code.
pub struct Vault {
    connection: Mutex<Connection>,
    cipher: XChaCha20Poly1305,
    ids: [u8; 32],
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(..)")
    }
}

impl Vault {
    /// Opens or makes the vault at `path`. A key that is not this vault's is [`VaultError::Damaged`].
    pub fn open(path: &Path, key: &StoreKey) -> Result<Self, VaultError> {
        let connection = Connection::open(path)?;
        connection.pragma_update(None, "journal_mode", "WAL")?;
        // A queued message or upload that was shown as queued survives a power cut.
        connection.pragma_update(None, "synchronous", "FULL")?;
        connection.execute_batch(
            "CREATE TABLE IF NOT EXISTS entry (
               seq INTEGER PRIMARY KEY AUTOINCREMENT,
               space TEXT NOT NULL,
               id BLOB NOT NULL,
               value BLOB NOT NULL,
               UNIQUE (space, id)
             ) STRICT;",
        )?;
        let vault = Self {
            connection: Mutex::new(connection),
            cipher: XChaCha20Poly1305::new(key.derive("vault values").bytes().into()),
            ids: *key.derive("vault ids").bytes(),
        };
        match vault.get::<String>("vault", "format")? {
            Some(_) => {}
            None if vault.is_empty()? => vault.put("vault", "format", &"1".to_owned())?,
            None => return Err(VaultError::Damaged("the key is not this store's".into())),
        }
        Ok(vault)
    }

    /// Writes a value; an existing one keeps its place in the order.
    pub fn put<T: Serialize>(&self, space: &str, id: &str, value: &T) -> Result<(), VaultError> {
        let hashed = self.hash(space, id);
        let plain = serde_json::to_vec(&(id, value)).map_err(|error| VaultError::Io(error.to_string()))?;
        let mut nonce = [0u8; 24];
        getrandom::fill(&mut nonce).map_err(|error| VaultError::Io(error.to_string()))?;
        let sealed = self
            .cipher
            .encrypt(XNonce::from_slice(&nonce), Payload { msg: &plain, aad: &hashed })
            .map_err(|_| VaultError::Io("encryption failed".into()))?;
        self.lock().execute(
            "INSERT INTO entry (space, id, value) VALUES (?1, ?2, ?3)
             ON CONFLICT (space, id) DO UPDATE SET value = excluded.value",
            params![space, hashed.as_slice(), [nonce.as_slice(), &sealed].concat()],
        )?;
        Ok(())
    }

    /// Reads a value.
    pub fn get<T: DeserializeOwned>(&self, space: &str, id: &str) -> Result<Option<T>, VaultError> {
        let hashed = self.hash(space, id);
        let sealed: Option<Vec<u8>> = self
            .lock()
            .query_row(
                "SELECT value FROM entry WHERE space = ?1 AND id = ?2",
                params![space, hashed.as_slice()],
                |row| row.get(0),
            )
            .optional()?;
        sealed.map(|sealed| self.open_value::<T>(&hashed, &sealed).map(|(_, value)| value)).transpose()
    }

    /// Every value of a space with its id, in the order in which they were first written.
    pub fn list<T: DeserializeOwned>(&self, space: &str) -> Result<Vec<(String, T)>, VaultError> {
        let connection = self.lock();
        let mut statement =
            connection.prepare_cached("SELECT id, value FROM entry WHERE space = ?1 ORDER BY seq")?;
        let rows =
            statement.query_map([space], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get::<_, Vec<u8>>(1)?)))?;
        rows.map(|row| {
            let (hashed, sealed) = row?;
            self.open_value(&hashed, &sealed)
        })
        .collect()
    }

    /// Removes a value; one that is not there is no error.
    pub fn delete(&self, space: &str, id: &str) -> Result<(), VaultError> {
        let hashed = self.hash(space, id);
        self.lock()
            .execute("DELETE FROM entry WHERE space = ?1 AND id = ?2", params![space, hashed.as_slice()])?;
        Ok(())
    }

    fn is_empty(&self) -> Result<bool, VaultError> {
        Ok(self.lock().query_row("SELECT NOT EXISTS (SELECT 1 FROM entry)", [], |row| row.get(0))?)
    }

    fn open_value<T: DeserializeOwned>(
        &self,
        hashed: &[u8],
        sealed: &[u8],
    ) -> Result<(String, T), VaultError> {
        let damaged = |what: &str| VaultError::Damaged(what.into());
        let (nonce, sealed) = sealed.split_at_checked(24).ok_or_else(|| damaged("a value is cut short"))?;
        let plain = self
            .cipher
            .decrypt(XNonce::from_slice(nonce), Payload { msg: sealed, aad: hashed })
            .map_err(|_| damaged("a value does not open"))?;
        serde_json::from_slice(&plain).map_err(|_| damaged("a value has another form"))
    }

    fn hash(&self, space: &str, id: &str) -> [u8; 32] {
        let mut hasher = blake3::Hasher::new_keyed(&self.ids);
        hasher.update(&(space.len() as u64).to_le_bytes()).update(space.as_bytes()).update(id.as_bytes());
        *hasher.finalize().as_bytes()
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Connection> {
        // A panic elsewhere leaves SQLite itself consistent.
        self.connection.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> StoreKey {
        StoreKey::generate().expect("randomness")
    }

    #[test]
    fn values_come_back_in_the_order_of_their_first_writing() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("vault");
        let key = key();
        let vault = Vault::open(&path, &key).expect("vault");
        vault.put("queue", "a", &1).expect("written");
        vault.put("queue", "b", &2).expect("written");
        vault.put("queue", "a", &3).expect("written");
        drop(vault);
        let vault = Vault::open(&path, &key).expect("vault");
        assert_eq!(vault.list::<i32>("queue").expect("list"), [("a".to_owned(), 3), ("b".to_owned(), 2)]);
        vault.delete("queue", "a").expect("deleted");
        assert_eq!(vault.get::<i32>("queue", "a").expect("read"), None);
    }

    #[test]
    fn nothing_is_readable_in_the_file() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("vault");
        let vault = Vault::open(&path, &key()).expect("vault");
        vault.put("people", "canary-id", &"canary-value".to_owned()).expect("written");
        drop(vault);
        for file in std::fs::read_dir(folder.path()).expect("folder") {
            let bytes = std::fs::read(file.expect("file").path()).expect("bytes");
            for canary in ["canary-id", "canary-value"] {
                assert!(!bytes.windows(canary.len()).any(|w| w == canary.as_bytes()), "{canary}");
            }
        }
    }

    #[test]
    fn another_key_and_a_damaged_file_are_named() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("vault");
        drop(Vault::open(&path, &key()).expect("vault"));
        assert!(matches!(Vault::open(&path, &key()), Err(VaultError::Damaged(_))));
        let other = folder.path().join("other");
        std::fs::write(&other, vec![7u8; 8192]).expect("written");
        assert!(matches!(Vault::open(&other, &key()), Err(VaultError::Damaged(_))));
    }
}
