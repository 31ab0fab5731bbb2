//! The random 32-byte key that opens every local store of an account, and where it is kept.

use argon2::{Algorithm, Argon2, Params, Version};
use chacha20poly1305::{KeyInit as _, XChaCha20Poly1305, XNonce, aead::Aead as _};
use keyring_core::{Entry, Error};
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

use super::keyring;

const SERVICE: &str = "org.telestack.desktop";

/// Why a key cannot be had.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum KeyError {
    #[error("this computer has no keyring that can be used")]
    NoKeyring,
    #[error("the keyring has no key for this account")]
    Missing,
    #[error("the passphrase does not open this store")]
    WrongPassphrase,
    #[error("the stored key is damaged")]
    Damaged,
    #[error("the system gave no random numbers")]
    NoRandomness,
}

/// The key itself; wiped from memory when dropped, never printed.
#[derive(Clone)]
pub struct StoreKey(Zeroizing<[u8; 32]>);

impl std::fmt::Debug for StoreKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("StoreKey(..)")
    }
}

/// A key locked with a passphrase: Argon2id (64 MiB, 3 passes) and XChaCha20-Poly1305. Hex strings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Wrapped {
    salt: String,
    nonce: String,
    sealed: String,
}

impl StoreKey {
    /// A new random key.
    pub fn generate() -> Result<Self, KeyError> {
        let mut bytes = Zeroizing::new([0; 32]);
        getrandom::fill(bytes.as_mut()).map_err(|_| KeyError::NoRandomness)?;
        Ok(Self(bytes))
    }

    #[must_use]
    pub fn bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// Another key out of this one, so that no two stores share theirs.
    #[must_use]
    pub fn derive(&self, purpose: &str) -> Self {
        Self(Zeroizing::new(blake3::derive_key(&format!("telestack 2026 {purpose}"), self.0.as_ref())))
    }

    /// Puts the key into the OS keyring. Blocks for up to a second.
    pub fn keep_in_keyring(&self, account: &str) -> Result<(), KeyError> {
        keyring_entry(account)?.set_secret(self.0.as_ref()).map_err(|_| KeyError::NoKeyring)
    }

    /// Reads the key from the OS keyring. Blocks for up to a second.
    pub fn from_keyring(account: &str) -> Result<Self, KeyError> {
        let mut secret = keyring_entry(account)?.get_secret().map_err(|error| match error {
            Error::NoEntry => KeyError::Missing,
            error => {
                tracing::info!(%error, "the keyring does not answer");
                KeyError::NoKeyring
            }
        })?;
        let bytes = <[u8; 32]>::try_from(secret.as_slice()).map_err(|_| KeyError::Damaged);
        secret.zeroize();
        Ok(Self(Zeroizing::new(bytes?)))
    }

    /// Removes the key from the OS keyring: what it locked can never be read again.
    pub fn forget_in_keyring(account: &str) {
        if let Ok(entry) = keyring_entry(account)
            && let Err(error) = entry.delete_credential()
        {
            tracing::warn!(%error, "the keyring kept a key");
        }
    }

    /// Locks the key with a passphrase. Takes some 100 ms of one core.
    pub fn wrap(&self, passphrase: &str) -> Result<Wrapped, KeyError> {
        let (mut salt, mut nonce) = ([0u8; 16], [0u8; 24]);
        getrandom::fill(&mut salt).map_err(|_| KeyError::NoRandomness)?;
        getrandom::fill(&mut nonce).map_err(|_| KeyError::NoRandomness)?;
        let sealed = cipher(passphrase, &salt)?
            .encrypt(XNonce::from_slice(&nonce), &self.0[..])
            .map_err(|_| KeyError::Damaged)?;
        Ok(Wrapped { salt: hex::encode(salt), nonce: hex::encode(nonce), sealed: hex::encode(sealed) })
    }

    /// Opens a key that [`StoreKey::wrap`] locked.
    pub fn unwrap(wrapped: &Wrapped, passphrase: &str) -> Result<Self, KeyError> {
        let part = |text: &str| hex::decode(text).map_err(|_| KeyError::Damaged);
        let (salt, nonce, sealed) = (part(&wrapped.salt)?, part(&wrapped.nonce)?, part(&wrapped.sealed)?);
        if nonce.len() != 24 {
            return Err(KeyError::Damaged);
        }
        let opened = Zeroizing::new(
            cipher(passphrase, &salt)?
                .decrypt(XNonce::from_slice(&nonce), sealed.as_slice())
                .map_err(|_| KeyError::WrongPassphrase)?,
        );
        let bytes = <[u8; 32]>::try_from(opened.as_slice()).map_err(|_| KeyError::Damaged)?;
        Ok(Self(Zeroizing::new(bytes)))
    }
}

fn keyring_entry(account: &str) -> Result<Entry, KeyError> {
    keyring::entry(SERVICE, account).map_err(|error| {
        tracing::info!(%error, "no keyring");
        KeyError::NoKeyring
    })
}

fn cipher(passphrase: &str, salt: &[u8]) -> Result<XChaCha20Poly1305, KeyError> {
    let params = Params::new(64 * 1024, 3, 1, Some(32)).map_err(|_| KeyError::Damaged)?;
    let mut key = Zeroizing::new([0; 32]);
    Argon2::new(Algorithm::Argon2id, Version::V0x13, params)
        .hash_password_into(passphrase.as_bytes(), salt, key.as_mut())
        .map_err(|_| KeyError::Damaged)?;
    Ok(XChaCha20Poly1305::new(key.as_ref().into()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_passphrase_opens_a_wrapped_key() {
        let key = StoreKey::generate().expect("randomness");
        let wrapped = key.wrap("correct horse").expect("wrapped");
        assert_eq!(StoreKey::unwrap(&wrapped, "correct horse").expect("opened").bytes(), key.bytes());
        assert_eq!(StoreKey::unwrap(&wrapped, "wrong horse").err(), Some(KeyError::WrongPassphrase));
        let cut = Wrapped { sealed: "zz".into(), ..wrapped };
        assert_eq!(StoreKey::unwrap(&cut, "correct horse").err(), Some(KeyError::Damaged));
    }

    #[test]
    fn derived_keys_differ_by_purpose_and_never_print() {
        let key = StoreKey::generate().expect("randomness");
        assert_ne!(key.derive("vault").bytes(), key.derive("matrix").bytes());
        assert_eq!(format!("{key:?}"), "StoreKey(..)");
    }
}
