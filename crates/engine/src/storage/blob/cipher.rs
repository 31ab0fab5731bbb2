//! What guards a block: AES-256-GCM with the file's key, or a hash where nothing is encrypted. No I/O.

use aws_lc_rs::{
    aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey},
    digest, hmac,
};
use axum::body::Bytes;
use rand::Rng as _;

use super::BlobError;

/// Bytes of the tag of AES-GCM, and of a hash.
const TAG: usize = 16;

/// The key of one file, out of which one is made for each use.
#[derive(Clone)]
pub struct FileKey {
    secret: [u8; 32],
    blocks: [u8; 32],
    nonces: [u8; 32],
    copies: [u8; 32],
    id: [u8; 8],
}

// The key is in it.
impl std::fmt::Debug for FileKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("FileKey").field("id", &hex::encode(self.id)).finish_non_exhaustive()
    }
}

impl FileKey {
    pub fn random() -> Self {
        Self::new(rand::rng().random())
    }

    pub fn new(secret: [u8; 32]) -> Self {
        let made = |purpose: &str| -> [u8; 32] {
            let key = hmac::Key::new(hmac::HMAC_SHA256, &secret);
            let mut bytes = [0; 32];
            bytes.copy_from_slice(hmac::sign(&key, purpose.as_bytes()).as_ref());
            bytes
        };
        let mut id = [0; 8];
        id.copy_from_slice(&made("telestack file key id")[..8]);
        Self {
            secret,
            blocks: made("telestack file blocks"),
            nonces: made("telestack file nonces"),
            copies: made("telestack file copies"),
            id,
        }
    }

    /// What is wrapped with the master key.
    pub fn secret(&self) -> &[u8; 32] {
        &self.secret
    }

    /// Tells in a header which key opens the blob, and nothing of the key.
    pub fn id(&self) -> [u8; 8] {
        self.id
    }

    /// Seals what is made from the file and kept beside it, as pictures are; opens only as the same thing.
    pub fn seal_copy(&self, about: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        seal(&self.copies, rand::rng().random(), about.as_bytes(), bytes)
    }

    pub fn open_copy(&self, about: &str, sealed: Vec<u8>) -> Option<Bytes> {
        open(&self.copies, about.as_bytes(), sealed)
    }
}

/// A key of 32 bytes always fits; the empty answer never happens and would refuse the work.
fn aead(key: &[u8; 32]) -> Option<LessSafeKey> {
    UnboundKey::new(&AES_256_GCM, key).ok().map(LessSafeKey::new)
}

/// Nonce, text and tag. `nonce` must never come twice with the same key and another text.
pub fn seal(key: &[u8; 32], nonce: [u8; NONCE_LEN], aad: &[u8], text: &[u8]) -> Option<Vec<u8>> {
    let mut stored = Vec::with_capacity(NONCE_LEN + text.len() + TAG);
    stored.extend_from_slice(&nonce);
    stored.extend_from_slice(text);
    let nonce = Nonce::assume_unique_for_key(nonce);
    let tag = aead(key)?.seal_in_place_separate_tag(nonce, Aad::from(aad), &mut stored[NONCE_LEN..]).ok()?;
    stored.extend_from_slice(tag.as_ref());
    Some(stored)
}

pub fn open(key: &[u8; 32], aad: &[u8], mut stored: Vec<u8>) -> Option<Bytes> {
    let nonce = Nonce::try_assume_unique_for_key(stored.get(..NONCE_LEN)?).ok()?;
    let length = aead(key)?.open_in_place(nonce, Aad::from(aad), stored.get_mut(NONCE_LEN..)?).ok()?.len();
    Some(Bytes::from(stored).slice(NONCE_LEN..NONCE_LEN + length))
}

/// How the blocks of one blob are guarded.
#[derive(Debug, Clone)]
pub enum Guard {
    Sealed(Box<FileKey>),
    /// Nothing is secret; damage is noticed.
    Checked,
}

impl Guard {
    pub fn of(key: Option<FileKey>) -> Self {
        key.map_or(Self::Checked, |key| Self::Sealed(Box::new(key)))
    }

    /// Bytes that a block is longer on disk.
    pub fn overhead(&self) -> u64 {
        match self {
            Self::Sealed(_) => (NONCE_LEN + TAG) as u64,
            Self::Checked => TAG as u64,
        }
    }

    /// `text` as it is stored. What `aad` says must be said again to open it.
    ///
    /// The nonce follows from the text and its place: who sends a chunk twice writes the same bytes twice, so that a
    /// crash in the middle of the second time damages nothing that was counted; and another text has another nonce.
    pub fn close(&self, aad: &[u8], index: u64, text: &[u8]) -> Result<Vec<u8>, BlobError> {
        match self {
            Self::Sealed(key) => {
                let mut mac = hmac::Context::with_key(&hmac::Key::new(hmac::HMAC_SHA256, &key.nonces));
                mac.update(aad);
                mac.update(text);
                let mac = mac.sign();
                let mut nonce = [0; NONCE_LEN];
                nonce[..4].copy_from_slice(&index.to_be_bytes()[4..]);
                nonce[4..].copy_from_slice(&mac.as_ref()[..NONCE_LEN - 4]);
                seal(&key.blocks, nonce, aad, text).ok_or(BlobError::Damaged("a block could not be sealed"))
            }
            Self::Checked => Ok([text, &hash(aad, text)].concat()),
        }
    }

    /// What was stored, if it is what was stored there.
    pub fn open(&self, aad: &[u8], stored: Vec<u8>) -> Result<Bytes, BlobError> {
        let opened = match self {
            Self::Sealed(key) => open(&key.blocks, aad, stored),
            Self::Checked => {
                let length = stored.len().checked_sub(TAG);
                length
                    .filter(|length| hash(aad, &stored[..*length]) == stored[*length..])
                    .map(|length| Bytes::from(stored).slice(..length))
            }
        };
        opened.ok_or(BlobError::Damaged("a block is not what was stored there"))
    }
}

fn hash(aad: &[u8], text: &[u8]) -> [u8; TAG] {
    let mut context = digest::Context::new(&digest::SHA256);
    context.update(aad);
    context.update(text);
    let mut tag = [0; TAG];
    tag.copy_from_slice(&context.finish().as_ref()[..TAG]);
    tag
}
