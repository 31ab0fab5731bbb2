//! Cross-signing and recovery: this device is trusted by the account, and messages survive its loss.

use std::{collections::HashSet, time::Duration};

use futures_util::{StreamExt, pin_mut};
use matrix_sdk::{
    Client,
    encryption::{
        CrossSigningResetAuthType, VerificationState,
        recovery::{RecoveryError, RecoveryState},
    },
    ruma::{UserId, api::client::uiaa},
};
use tokio::{sync::watch, time::timeout};

use crate::{ChatError, view::EncryptionState};

/// Setting up is a dozen requests; a server that needs longer is treated as away.
const SET_UP: Duration = Duration::from_secs(60);

pub const UNKNOWN: EncryptionState =
    EncryptionState { known: false, device_verified: false, cross_signing: false, recovery: false };

/// Makes what the account lacks. A recovery key comes back only when it was made now: it is kept nowhere here.
///
/// The first upload of cross-signing keys needs no password (MSC3967), and our accounts have none. A later device
/// finds the account's keys made and asks for the recovery key instead (`recover`).
pub async fn set_up(client: &Client) -> Result<Option<String>, ChatError> {
    let set_up = async {
        let encryption = client.encryption();
        encryption.wait_for_e2ee_initialization_tasks().await;
        match encryption.bootstrap_cross_signing_if_needed(None).await {
            // Keys of another device came to the server first. What was made here is dropped when they are seen.
            Err(error) if error.as_uiaa_response().is_some() => {
                if let Some(me) = client.user_id() {
                    encryption.request_user_identity(me).await?;
                }
                return Ok(None);
            }
            made => made?,
        }
        let complete = encryption.cross_signing_status().await.is_some_and(|status| status.is_complete());
        // Without the account's own keys a recovery made here could give nobody their identity back.
        if !complete || encryption.recovery().state() == RecoveryState::Enabled {
            return Ok(None);
        }
        match encryption.recovery().enable().await {
            Ok(key) => Ok(Some(key)),
            // Made by another device, which has the key to it.
            Err(RecoveryError::BackupExistsOnServer) => Ok(None),
            Err(error) => Err(error.into()),
        }
    };
    timeout(SET_UP, set_up).await.map_err(|_| ChatError::Offline)?
}

/// Takes over the account's keys and opens the backup of old messages.
pub async fn recover(client: &Client, recovery_key: &str) -> Result<(), ChatError> {
    let recover = async {
        client.encryption().wait_for_e2ee_initialization_tasks().await;
        client.encryption().recovery().recover(recovery_key.trim()).await?;
        Ok(())
    };
    timeout(SET_UP, recover).await.map_err(|_| ChatError::Offline)?
}

/// Puts the account's keys behind a new recovery key; the one before opens them no more.
///
/// # Errors
/// `Forbidden` where this device does not have all of the account's keys: behind a new recovery key the others would
/// be missing for good.
pub async fn new_recovery_key(client: &Client) -> Result<String, ChatError> {
    let make = async {
        let encryption = client.encryption();
        encryption.wait_for_e2ee_initialization_tasks().await;
        if !encryption.cross_signing_status().await.is_some_and(|status| status.is_complete()) {
            return Err(ChatError::Forbidden);
        }
        if encryption.backups().are_enabled().await {
            return Ok(encryption.recovery().reset_key().await?);
        }
        match encryption.recovery().enable().await {
            Err(RecoveryError::BackupExistsOnServer) => Err(ChatError::Forbidden),
            made => Ok(made?),
        }
    };
    timeout(SET_UP, make).await.map_err(|_| ChatError::Offline)?
}

/// Makes new keys for an account whose old ones are lost, and trusts this device by them; the answer is the new
/// recovery key. `confirmation` is the password that the homeserver has of this person for this moment.
///
/// What only the old backup could open is lost for good. Interrupted, it can be done again.
///
/// # Errors
/// `Forbidden` where the confirmation is not taken.
pub async fn reset_identity(client: &Client, confirmation: &str) -> Result<String, ChatError> {
    let user = client.user_id().ok_or(ChatError::SignedOut)?.to_owned();
    let reset = async {
        let encryption = client.encryption();
        encryption.wait_for_e2ee_initialization_tasks().await;
        let recovery = encryption.recovery();
        if let Some(handle) = recovery.reset_identity().await? {
            let CrossSigningResetAuthType::Uiaa(asked) = handle.auth_type() else {
                return Err(ChatError::Forbidden);
            };
            let user = uiaa::UserIdentifier::Matrix(uiaa::MatrixUserIdentifier::new(user.to_string()));
            let mut password = uiaa::Password::new(user, confirmation.to_owned());
            password.session.clone_from(&asked.session);
            match handle.reset(Some(uiaa::AuthData::Password(password))).await {
                // Asked again is refused.
                Err(RecoveryError::Sdk(error)) if error.as_uiaa_response().is_some() => {
                    return Err(ChatError::Forbidden);
                }
                done => done?,
            }
        }
        Ok(recovery.enable().await?)
    };
    timeout(SET_UP, reset).await.map_err(|_| ChatError::Offline)?
}

/// Keeps `state` what it is, until the client is gone.
pub async fn follow(client: Client, state: watch::Sender<EncryptionState>) {
    let encryption = client.encryption();
    let mut verification = encryption.verification_state();
    let recovery = encryption.recovery().state_stream();
    pin_mut!(recovery);
    loop {
        let current = read(&client).await;
        state.send_if_modified(|state| {
            let changed = *state != current;
            *state = current;
            changed
        });
        tokio::select! {
            change = verification.next() => if change.is_none() { return },
            change = recovery.next() => if change.is_none() { return },
        }
    }
}

async fn read(client: &Client) -> EncryptionState {
    let encryption = client.encryption();
    let verification = encryption.verification_state().get();
    EncryptionState {
        known: verification != VerificationState::Unknown,
        device_verified: verification == VerificationState::Verified,
        cross_signing: encryption.cross_signing_status().await.is_some_and(|status| status.is_complete()),
        recovery: encryption.recovery().state() == RecoveryState::Enabled,
    }
}

/// Whether we have verified this person. Read from the store, no request is made.
pub async fn is_verified(client: &Client, user: &UserId) -> bool {
    client
        .encryption()
        .get_user_identity(user)
        .await
        .ok()
        .flatten()
        .is_some_and(|identity| identity.is_verified())
}

pub async fn verified(client: &Client, users: &[String]) -> HashSet<String> {
    let mut verified = HashSet::new();
    for user in users {
        let Ok(id) = UserId::parse(user) else { continue };
        if is_verified(client, &id).await {
            verified.insert(user.clone());
        }
    }
    verified
}
