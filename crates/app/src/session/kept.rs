//! What the vault keeps of a sign-in.

use serde::{Deserialize, Serialize};
use telestack_chat::ChatSession;
use telestack_model::{Role, WellKnown};

use crate::{
    store::{Vault, VaultError},
    view::{Me, ServerInfo},
};

const SPACE: &str = "account";
const SESSION: &str = "session";
const RECOVERY_KEY: &str = "recovery-key";
/// A key is being made: until one is kept, a run that finds this does not know what became of it.
const RECOVERY_BEGUN: &str = "recovery-key-begun";
const RECOVERY_SHOWN: &str = "recovery-key-written-down";

/// The credentials of one sign-in and what is shown of it before any server answers.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Kept {
    pub server: WellKnown,
    pub user_id: String,
    pub name: String,
    pub email: String,
    pub role: Role,
    pub avatar: Option<String>,
    /// What `telestack_backend::Credential::Session` takes.
    pub credential: String,
    pub chat: ChatSession,
}

impl Kept {
    pub fn read(vault: &Vault) -> Result<Option<Self>, VaultError> {
        vault.get(SPACE, SESSION)
    }

    pub fn write(&self, vault: &Vault) -> Result<(), VaultError> {
        vault.put(SPACE, SESSION, self)
    }

    pub fn me(&self) -> Me {
        Me {
            user_id: self.user_id.clone(),
            name: self.name.clone(),
            email: self.email.clone(),
            matrix_id: self.chat.user_id.clone(),
            device_id: self.chat.device_id.clone(),
            role: self.role,
            avatar: self.avatar.clone(),
        }
    }

    pub fn is_administrator(&self) -> bool {
        matches!(self.role, Role::Owner | Role::Administrator)
    }

    pub fn server_info(&self) -> ServerInfo {
        ServerInfo::from(&self.server)
    }
}

impl std::fmt::Debug for Kept {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Kept(..)")
    }
}

pub(crate) fn begin_recovery_key(vault: &Vault) -> Result<(), VaultError> {
    vault.put(SPACE, RECOVERY_BEGUN, &true)
}

pub(crate) fn is_recovery_key_begun(vault: &Vault) -> Result<bool, VaultError> {
    Ok(vault.get(SPACE, RECOVERY_BEGUN)?.unwrap_or(false))
}

/// No key was made, and none is to be.
pub(crate) fn give_up_recovery_key(vault: &Vault) -> Result<(), VaultError> {
    vault.delete(SPACE, RECOVERY_BEGUN)
}

/// Keeps a key that was made now; it is to be shown.
pub(crate) fn keep_recovery_key(vault: &Vault, key: &str) -> Result<(), VaultError> {
    vault.delete(SPACE, RECOVERY_SHOWN)?;
    vault.put(SPACE, RECOVERY_KEY, &key)?;
    vault.delete(SPACE, RECOVERY_BEGUN)
}

/// Keeps a key that somebody typed, so that this device can open the account's keys again when its store is rebuilt.
pub(crate) fn learn_recovery_key(vault: &Vault, key: &str) -> Result<(), VaultError> {
    vault.put(SPACE, RECOVERY_SHOWN, &true)?;
    vault.put(SPACE, RECOVERY_KEY, &key)
}

pub(crate) fn recovery_key(vault: &Vault) -> Result<Option<String>, VaultError> {
    vault.get(SPACE, RECOVERY_KEY)
}

/// The key as long as nobody said that they wrote it down.
pub(crate) fn recovery_key_to_show(vault: &Vault) -> Result<Option<String>, VaultError> {
    match vault.get::<bool>(SPACE, RECOVERY_SHOWN)? {
        Some(true) => Ok(None),
        _ => recovery_key(vault),
    }
}

pub(crate) fn confirm_recovery_key(vault: &Vault) -> Result<(), VaultError> {
    vault.put(SPACE, RECOVERY_SHOWN, &true)
}
