//! Getting at an account's key without waiting for a keyring for ever.

use std::time::Duration;

use tokio::sync::oneshot;

use crate::store::{KeyError, StoreKey, Wrapped};

/// A keyring may wait for a prompt that nobody sees, and on some machines never answers.
const PATIENCE: Duration = Duration::from_secs(5);

/// Makes a key and puts it into the OS keyring; reads it back, for some keyrings forget at once.
pub(crate) async fn new_in_system(account: &str) -> Result<StoreKey, KeyError> {
    let account = account.to_owned();
    limited(move || {
        let key = StoreKey::generate()?;
        key.keep_in_keyring(&account)?;
        match StoreKey::from_keyring(&account) {
            Ok(same) if same.bytes() == key.bytes() => Ok(key),
            _ => Err(KeyError::NoKeyring),
        }
    })
    .await
}

/// Reads a key from the OS keyring.
pub(crate) async fn from_system(account: &str) -> Result<StoreKey, KeyError> {
    let account = account.to_owned();
    limited(move || StoreKey::from_keyring(&account)).await
}

/// A thread of its own: one that hangs must not keep the runtime from ending.
async fn limited(
    work: impl FnOnce() -> Result<StoreKey, KeyError> + Send + 'static,
) -> Result<StoreKey, KeyError> {
    let (answer, answered) = oneshot::channel();
    std::thread::spawn(move || answer.send(work()).ok());
    match tokio::time::timeout(PATIENCE, answered).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) | Err(_) => Err(KeyError::NoKeyring),
    }
}

/// A new key and its locked form.
pub(crate) async fn locked(passphrase: &str) -> Result<(StoreKey, Wrapped), KeyError> {
    let passphrase = zeroize::Zeroizing::new(passphrase.to_owned());
    blocking(move || {
        let key = StoreKey::generate()?;
        let wrapped = key.wrap(&passphrase)?;
        Ok((key, wrapped))
    })
    .await
}

pub(crate) async fn from_passphrase(wrapped: &Wrapped, passphrase: &str) -> Result<StoreKey, KeyError> {
    let (wrapped, passphrase) = (wrapped.clone(), zeroize::Zeroizing::new(passphrase.to_owned()));
    blocking(move || StoreKey::unwrap(&wrapped, &passphrase)).await
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Result<T, KeyError> + Send + 'static,
) -> Result<T, KeyError> {
    tokio::task::spawn_blocking(work).await.unwrap_or(Err(KeyError::Damaged))
}
