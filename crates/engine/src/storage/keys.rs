//! The keys of files, each wrapped with a master key that is kept elsewhere.
//!
//! What is wrapped begins with the master key's id. The file's number is bound to it: one file's key opens as no other's.

use aws_lc_rs::digest;
use rand::Rng as _;
use rusqlite::{Connection, params};

use super::{
    blob::{self, FileKey},
    file::File,
};
use crate::core::{app::App, error::ApiError, store::StoreError};

/// Files whose keys are wrapped anew in one transaction.
const AT_ONCE: usize = 500;
const ID: usize = 8;

/// Why something is no master key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum MasterKeyError {
    #[error("a key is 64 hex digits, which are 32 bytes")]
    Form,
    #[error("this key is one byte again and again: make one with `telestack-server new-key`")]
    Weak,
}

/// 32 random bytes that wrap the keys of files.
#[derive(Clone, PartialEq, Eq)]
pub struct MasterKey {
    secret: [u8; 32],
    id: [u8; ID],
}

// The key is in it.
impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("MasterKey").field("id", &self.id()).finish_non_exhaustive()
    }
}

impl MasterKey {
    /// Reads 64 hex digits; white space around them is of no account.
    ///
    /// # Errors
    /// It is no key, or one that anybody guesses.
    pub fn parse(text: &str) -> Result<Self, MasterKeyError> {
        let mut secret = [0; 32];
        hex::decode_to_slice(text.trim(), &mut secret).map_err(|_| MasterKeyError::Form)?;
        if secret.iter().all(|byte| *byte == secret[0]) {
            return Err(MasterKeyError::Weak);
        }
        Ok(Self::new(secret))
    }

    /// A new key, and the digits to keep it by.
    #[must_use]
    pub fn random() -> (Self, String) {
        let secret: [u8; 32] = rand::rng().random();
        (Self::new(secret), hex::encode(secret))
    }

    fn new(secret: [u8; 32]) -> Self {
        let mut context = digest::Context::new(&digest::SHA256);
        context.update(b"telestack master key id");
        context.update(&secret);
        let mut id = [0; ID];
        id.copy_from_slice(&context.finish().as_ref()[..ID]);
        Self { secret, id }
    }

    /// Names the key and tells nothing of it.
    #[must_use]
    pub fn id(&self) -> String {
        hex::encode(self.id)
    }
}

/// The key that wraps, and those before it that still open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterKeys {
    pub current: MasterKey,
    pub former: Vec<MasterKey>,
}

impl MasterKeys {
    /// The key of file `number` as it is kept. Nothing only if the cipher refuses, which it never does.
    pub fn wrap(&self, number: i64, key: &FileKey) -> Option<Vec<u8>> {
        let master = &self.current;
        let sealed = blob::seal(&master.secret, rand::rng().random(), &bound(number), key.secret())?;
        Some([master.id.as_slice(), &sealed].concat())
    }

    /// Nothing where the master key is not among these, or what is kept is not that file's.
    pub fn unwrap(&self, number: i64, wrapped: &[u8]) -> Option<FileKey> {
        let (id, sealed) = wrapped.split_at_checked(ID)?;
        let master = std::iter::once(&self.current).chain(&self.former).find(|master| master.id == *id)?;
        let secret = blob::open(&master.secret, &bound(number), sealed.to_vec())?;
        secret.as_ref().try_into().ok().map(FileKey::new)
    }

    /// Whether a key with this id is among them.
    #[must_use]
    pub fn knows(&self, id: &str) -> bool {
        std::iter::once(&self.current).chain(&self.former).any(|master| master.id() == id)
    }
}

fn bound(number: i64) -> Vec<u8> {
    [b"telestack file ".as_slice(), &number.to_be_bytes()].concat()
}

/// The key of a file that has one.
pub fn of_file(app: &App, file: &File) -> Result<Option<FileKey>, ApiError> {
    let Some(wrapped) = &file.sealed else { return Ok(None) };
    let keys = app.config.encryption.as_ref();
    let key = keys.and_then(|keys| keys.unwrap(file.number, wrapped));
    if key.is_none() {
        let master = hex::encode(wrapped.get(..ID).unwrap_or_default());
        tracing::error!(file = file.number, master, "the key of a file cannot be unwrapped");
    }
    key.map(Some).ok_or_else(|| {
        ApiError::new(
            axum::http::StatusCode::INTERNAL_SERVER_ERROR,
            "general_server_error",
            "The file is encrypted, and the server has not got the key that opens it.",
        )
    })
}

/// Wraps the keys of all files with the current master key, a few at a time, while files are read and written. Answers
/// how many it wrapped, and how many stay closed because their master key is not here.
pub async fn rotate(app: &App) -> Result<(usize, usize), StoreError> {
    let Some(keys) = app.config.encryption.clone() else {
        let closed = app.store.read(in_use).await?;
        return Ok((0, closed.into_iter().map(|(_, files)| files).sum()));
    };
    let (mut after, mut wrapped, mut closed) = (0, 0, 0);
    loop {
        let keys = keys.clone();
        let (last, done, failed) = app
            .store
            .write(move |tx| {
                let sql = "SELECT number, sealed FROM file
                     WHERE number > ?1 AND sealed IS NOT NULL AND substr(sealed, 1, 8) <> ?2
                     ORDER BY number LIMIT ?3";
                let mut statement = tx.prepare(sql)?;
                let of_row = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?));
                let rows = statement.query_map(params![after, keys.current.id, AT_ONCE], of_row)?;
                let rows: Vec<(i64, Vec<u8>)> = rows.collect::<Result<_, _>>()?;
                let mut done = 0;
                for (number, old) in &rows {
                    let new = keys.unwrap(*number, old).and_then(|key| keys.wrap(*number, &key));
                    if let Some(new) = new {
                        tx.execute("UPDATE file SET sealed = ?1 WHERE number = ?2", params![new, number])?;
                        done += 1;
                    }
                }
                Ok((rows.last().map(|(number, _)| *number), done, rows.len() - done))
            })
            .await?;
        (wrapped, closed) = (wrapped + done, closed + failed);
        match last {
            Some(last) => after = last,
            None => return Ok((wrapped, closed)),
        }
    }
}

/// Ids of the master keys that files are wrapped with, and how many files each.
pub fn in_use(connection: &Connection) -> Result<Vec<(String, usize)>, StoreError> {
    let sql = "SELECT hex(substr(sealed, 1, 8)), count(*) FROM file WHERE sealed IS NOT NULL GROUP BY 1";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get::<_, String>(0)?.to_lowercase(), row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_files_key_opens_with_its_master_key_and_as_its_own_only() {
        let [old, new] = [0, 1].map(|_| MasterKey::random().0);
        let key = FileKey::random();
        let before = MasterKeys { current: old.clone(), former: vec![] };
        let wrapped = before.wrap(7, &key).expect("wrapped");
        let secret = |key: Option<FileKey>| key.map(|key| *key.secret());
        assert_eq!(secret(before.unwrap(7, &wrapped)), Some(*key.secret()));
        assert!(before.unwrap(8, &wrapped).is_none(), "another file");
        let after = MasterKeys { current: new.clone(), former: vec![old.clone()] };
        assert_eq!(secret(after.unwrap(7, &wrapped)), Some(*key.secret()));
        let without = MasterKeys { current: new, former: vec![] };
        assert!(without.unwrap(7, &wrapped).is_none() && !without.knows(&old.id()));
        for bad in 0..wrapped.len() {
            let mut changed = wrapped.clone();
            changed[bad] ^= 1;
            assert!(before.unwrap(7, &changed).is_none());
            assert!(before.unwrap(7, &wrapped[..bad]).is_none());
        }
    }

    #[test]
    fn keys_are_read_as_they_are_kept_and_never_shown() {
        let (key, digits) = MasterKey::random();
        assert_eq!(MasterKey::parse(&format!(" {digits}\n")), Ok(key.clone()));
        assert!(!format!("{key:?}").contains(&digits[..16]));
        for bad in ["", "abc", &digits[1..], &format!("{digits}00"), "password"] {
            assert_eq!(MasterKey::parse(bad), Err(MasterKeyError::Form), "{bad}");
        }
        assert_eq!(MasterKey::parse(&"00".repeat(32)), Err(MasterKeyError::Weak));
    }
}
