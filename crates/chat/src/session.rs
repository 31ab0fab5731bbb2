//! Where chat keeps its data, and the credentials of one device.

use std::{fmt, path::PathBuf};

use matrix_sdk::{
    SessionMeta, SessionTokens,
    authentication::matrix::MatrixSession,
    ruma::{OwnedDeviceId, OwnedUserId},
};
use serde::{Deserialize, Serialize};
use url::Url;

use crate::ChatError;

/// Where the homeserver and the local store are.
#[derive(Clone)]
pub struct ChatConfig {
    pub homeserver: Url,
    pub store_dir: PathBuf,
    /// Opens the store. Used as it is, so it must be random.
    pub store_key: [u8; 32],
    /// As other people's device lists show it.
    pub device_name: String,
}

impl fmt::Debug for ChatConfig {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatConfig").field("store_dir", &self.store_dir).finish_non_exhaustive()
    }
}

/// One signed-in device. It is a secret: the app keeps it in its vault.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ChatSession {
    pub user_id: String,
    pub device_id: String,
    pub access_token: String,
}

impl fmt::Debug for ChatSession {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ChatSession").field("device_id", &self.device_id).finish_non_exhaustive()
    }
}

impl ChatSession {
    pub(crate) fn of(session: &MatrixSession) -> Self {
        Self {
            user_id: session.meta.user_id.to_string(),
            device_id: session.meta.device_id.to_string(),
            access_token: session.tokens.access_token.clone(),
        }
    }

    pub(crate) fn into_matrix(self) -> Result<MatrixSession, ChatError> {
        let user_id = OwnedUserId::try_from(self.user_id)
            .map_err(|error| ChatError::Invalid(format!("the session's user: {error}")))?;
        Ok(MatrixSession {
            meta: SessionMeta { user_id, device_id: OwnedDeviceId::from(self.device_id) },
            tokens: SessionTokens { access_token: self.access_token, refresh_token: None },
        })
    }
}
