//! The keyring of this system. Reached anew at each question: one that was closed may be open by now, and one that was
//! restarted knows nobody from before.

use keyring_core::{Entry, Result, api::CredentialStoreApi as _};

#[cfg(target_os = "macos")]
use apple_native_keyring_store::keychain::Store;
#[cfg(target_os = "windows")]
use windows_native_keyring_store::Store;
#[cfg(target_os = "linux")]
use zbus_secret_service_keyring_store::Store;

/// The place of one secret.
///
/// # Errors
/// There is no keyring.
pub fn entry(service: &str, account: &str) -> Result<Entry> {
    Store::new()?.build(service, account, None)
}
