//! Encryption.

use std::collections::HashSet;

use tokio::sync::watch;

use super::Chat;
use crate::{ChatError, encryption, view::EncryptionState};

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
    /// `Invalid` for a wrong recovery key.
    pub async fn recover(&self, recovery_key: &str) -> Result<(), ChatError> {
        Box::pin(encryption::recover(&self.inner.client, recovery_key)).await
    }

    #[must_use]
    pub fn encryption(&self) -> watch::Receiver<EncryptionState> {
        self.inner.encryption.subscribe()
    }

    /// Those of these people whom we have verified.
    pub async fn verified(&self, users: &[String]) -> HashSet<String> {
        Box::pin(encryption::verified(&self.inner.client, users)).await
    }
}
