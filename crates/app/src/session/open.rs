//! The local stores of an account, opened; nothing here needs a network.

use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

use telestack_chat::{Chat, ChatConfig, ChatError, ChatSession};
use url::Url;

use super::Kept;
use crate::{
    ApiError, ErrorCode,
    store::{Account, StoreKey, Vault, VaultError},
};

pub(crate) fn vault_path(folder: &Path) -> PathBuf {
    folder.join("vault.db")
}

fn chat_folder(folder: &Path) -> PathBuf {
    folder.join("chat")
}

/// An account's stores, all of them readable.
pub(crate) struct Restored {
    pub account: Account,
    pub key: StoreKey,
    pub vault: Arc<Vault>,
    pub kept: Kept,
    pub chat: Chat,
}

/// What is left of an account whose stores cannot all be read.
pub(crate) struct Damage {
    pub account: Account,
    pub message: String,
    /// The vault's part, where only chat's store is damaged.
    pub readable: Option<(StoreKey, Arc<Vault>, Kept)>,
}

/// Makes the folder and opens the vault in it.
pub(crate) async fn open_stores(folder: &Path, key: &StoreKey) -> Result<Arc<Vault>, VaultError> {
    let (folder, key) = (folder.to_owned(), key.clone());
    let opening = tokio::task::spawn_blocking(move || {
        std::fs::create_dir_all(&folder).map_err(|error| match error.kind() {
            std::io::ErrorKind::StorageFull => VaultError::DiskFull,
            _ => VaultError::Io(error.to_string()),
        })?;
        Vault::open(&vault_path(&folder), &key)
    });
    let vault = opening.await.map_err(|_| VaultError::Io("opening ended early".into()))??;
    Ok(Arc::new(vault))
}

pub(crate) fn chat_config(folder: &Path, key: &StoreKey, homeserver: Url, device_name: &str) -> ChatConfig {
    ChatConfig {
        homeserver,
        store_dir: chat_folder(folder),
        store_key: *key.derive("chat store").bytes(),
        device_name: device_name.to_owned(),
    }
}

/// Why the stores of an earlier run are not open.
pub(crate) enum Unopened {
    /// They are whole, but the disk has no room to open them.
    NoRoom,
    Damaged(Box<Damage>),
}

/// Opens everything that an earlier run left.
pub(crate) async fn restore(
    account: Account,
    key: StoreKey,
    folder: &Path,
    device_name: &str,
) -> Result<Restored, Unopened> {
    let damage = |account: &Account, message: String, readable| {
        Unopened::Damaged(Box::new(Damage { account: account.clone(), message, readable }))
    };
    // A vault that is made anew here would only hide that the old one is gone.
    if !vault_path(folder).exists() {
        return Err(damage(&account, "the local store is missing".into(), None));
    }
    let opened = open_stores(folder, &key).await.and_then(|vault| {
        let kept = Kept::read(&vault)?.ok_or_else(|| VaultError::Damaged("no session is kept".into()))?;
        Ok((vault, kept))
    });
    let (vault, kept) = match opened {
        Ok(opened) => opened,
        Err(VaultError::DiskFull) => return Err(Unopened::NoRoom),
        Err(error) => return Err(damage(&account, error.to_string(), None)),
    };
    let config = chat_config(folder, &key, kept.server.matrix.homeserver.clone(), device_name);
    match Chat::restore(config, kept.chat.clone()).await {
        Ok(chat) => Ok(Restored { account, key, vault, kept, chat }),
        Err(ChatError::DiskFull) => Err(Unopened::NoRoom),
        Err(error) => Err(damage(&account, error.to_string(), Some((key, vault, kept)))),
    }
}

/// Signs in to chat as a new device, in an empty store.
pub(crate) async fn join_chat(
    folder: &Path,
    key: &StoreKey,
    login: super::gateway::MatrixLogin,
    device_name: &str,
) -> Result<(Chat, ChatSession), ApiError> {
    let place = chat_folder(folder);
    match std::fs::remove_dir_all(&place) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error.into()),
        _ => {}
    }
    let config = chat_config(folder, key, login.homeserver, device_name);
    Chat::sign_in(config, &login.token).await.map_err(|error| {
        let error = ApiError::from(error);
        match error.code {
            // The server was just reached: it is chat alone that is missing.
            ErrorCode::Offline | ErrorCode::Internal | ErrorCode::NotFound => {
                ErrorCode::ChatUnavailable.with(error.message)
            }
            _ => error,
        }
    })
}
