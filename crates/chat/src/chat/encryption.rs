//! Encryption.

use std::collections::HashSet;

use tokio::sync::watch;

use super::Chat;
use crate::{
    ChatError, encryption, verification,
    view::{EncryptionState, OwnDevice, Verification},
};

impl Chat {
    /// Makes the account's keys and its recovery where they are missing. The recovery key comes back once, when it
    /// was made now.
    ///
    /// # Errors
    /// `Offline`: call it again.
    pub async fn set_up_encryption(&self) -> Result<Option<String>, ChatError> {
        Box::pin(encryption::set_up(&self.inner.client)).await
    }

    /// Makes this device a trusted one and opens the old messages.
    ///
    /// # Errors
    /// `Invalid` for a wrong recovery key, `NotFound` where the account has none.
    pub async fn recover(&self, recovery_key: &str) -> Result<(), ChatError> {
        Box::pin(encryption::recover(&self.inner.client, recovery_key)).await
    }

    /// Makes a new recovery key in place of the one before.
    ///
    /// # Errors
    /// `Forbidden` where this device does not have the account's keys.
    pub async fn new_recovery_key(&self) -> Result<String, ChatError> {
        Box::pin(encryption::new_recovery_key(&self.inner.client)).await
    }

    /// Makes new keys for an account that has lost its old ones everywhere; the new recovery key comes back.
    /// `confirmation` is what the homeserver takes as this person's password.
    ///
    /// # Errors
    /// `Forbidden` where it is not taken.
    pub async fn reset_identity(&self, confirmation: &str) -> Result<String, ChatError> {
        Box::pin(encryption::reset_identity(&self.inner.client, confirmation)).await
    }

    #[must_use]
    pub fn encryption(&self) -> watch::Receiver<EncryptionState> {
        self.inner.encryption.subscribe()
    }

    /// Those of these people whom we have verified.
    pub async fn verified(&self, users: &[String]) -> HashSet<String> {
        Box::pin(encryption::verified(&self.inner.client, users)).await
    }

    /// Comparisons that run or have ended and were not put away, oldest first.
    #[must_use]
    pub fn verifications(&self) -> watch::Receiver<Vec<Verification>> {
        self.inner.verifications.watch()
    }

    /// Asks all other devices of this account, or one, to compare.
    ///
    /// # Errors
    /// `NotFound` where the account or the device has no keys.
    pub async fn verify_device(&self, device: Option<&str>) -> Result<(), ChatError> {
        Box::pin(self.inner.verifications.ask_own(&self.inner.client, device)).await
    }

    /// Asks somebody else to compare.
    ///
    /// # Errors
    /// `NotFound` for people who have no keys.
    pub async fn verify_person(&self, user: &str) -> Result<(), ChatError> {
        Box::pin(self.inner.verifications.ask_person(&self.inner.client, user)).await
    }

    pub async fn accept_verification(&self, id: &str) -> Result<(), ChatError> {
        Box::pin(self.inner.verifications.accept(id)).await
    }

    /// What our person said of the emoji.
    pub async fn compared(&self, id: &str, same: bool) -> Result<(), ChatError> {
        Box::pin(self.inner.verifications.compared(id, same)).await
    }

    /// Declines, cancels, or puts away what has ended.
    pub async fn close_verification(&self, id: &str) -> Result<(), ChatError> {
        Box::pin(self.inner.verifications.close(id)).await
    }

    /// The devices of this account.
    pub async fn devices(&self) -> Result<Vec<OwnDevice>, ChatError> {
        Box::pin(verification::own_devices(&self.inner.client)).await
    }
}
