//! The recovery key, made so that no death of the program between its making and its keeping leaves the account with
//! a key that nobody knows.

use std::{path::Path, time::Duration};

use telestack_chat::{Chat, ChatError, view::ChatConnection};
use tokio::{io::AsyncWriteExt as _, time::sleep};
use zeroize::Zeroizing;

use super::kept;
use crate::{ApiError, ErrorCode, files::beside, store::Vault};

const AFTER_FAILURE: Duration = Duration::from_secs(15);
/// Bytes of the line above a key in a file.
const LONGEST_LINE: usize = 1_000;

/// Makes the account's keys where they are missing. True when a recovery key was made.
pub(crate) async fn set_up(vault: &Vault, chat: &Chat) -> Result<bool, ApiError> {
    kept::begin_recovery_key(vault)?;
    let made = chat.set_up_encryption().await?;
    match &made {
        Some(key) => kept::keep_recovery_key(vault, key)?,
        None => kept::give_up_recovery_key(vault)?,
    }
    Ok(made.is_some())
}

/// Makes a new key in place of the one before.
pub(crate) async fn renew(vault: &Vault, chat: &Chat) -> Result<String, ApiError> {
    kept::begin_recovery_key(vault)?;
    match chat.new_recovery_key().await {
        Ok(key) => {
            kept::keep_recovery_key(vault, &key)?;
            Ok(key)
        }
        Err(ChatError::Forbidden) => {
            kept::give_up_recovery_key(vault)?;
            Err(ChatError::Forbidden.into())
        }
        // Whether it was made is not known: it stays begun.
        Err(error) => Err(error.into()),
    }
}

/// Gives up the account's keys for new ones. Where it is cut off, the next start finishes what was begun.
pub(crate) async fn reset(vault: &Vault, chat: &Chat, confirmation: &str) -> Result<String, ApiError> {
    kept::begin_recovery_key(vault)?;
    let key = chat.reset_identity(confirmation).await?;
    kept::keep_recovery_key(vault, &key)?;
    Ok(key)
}

/// Writes a key to a file that only this person may read, whole or not at all. What was there is replaced, its
/// permissions with it.
pub(crate) async fn write_down(path: &Path, explanation: &str, key: &str) -> Result<(), ApiError> {
    if explanation.contains('\n') || explanation.len() > LONGEST_LINE {
        return Err(ErrorCode::Invalid.with("the explanation is one line"));
    }
    let beside = beside(path)?;
    let text = Zeroizing::new(format!("{explanation}\n\n{key}\n"));
    let written = async {
        // What lies there from an earlier try might be readable for others.
        match tokio::fs::remove_file(&beside).await {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
            _ => {}
        }
        let mut options = tokio::fs::OpenOptions::new();
        options.write(true).create_new(true);
        #[cfg(unix)]
        options.mode(0o600);
        let mut file = options.open(&beside).await?;
        file.write_all(text.as_bytes()).await?;
        file.sync_all().await?;
        tokio::fs::rename(&beside, path).await
    };
    if let Err(error) = written.await {
        let _ = tokio::fs::remove_file(&beside).await;
        return Err(error.into());
    }
    Ok(())
}

/// Finishes what an earlier run began, once there is a network. True when there is a new key to show.
pub(crate) async fn finish(vault: &Vault, chat: &Chat) -> bool {
    let mut connection = chat.connection();
    loop {
        match kept::is_recovery_key_begun(vault) {
            Ok(true) => {}
            Ok(false) => return false,
            Err(error) => {
                tracing::warn!(%error, "whether a recovery key is missing is not known");
                return false;
            }
        }
        if connection.wait_for(|state| *state == ChatConnection::Online).await.is_err() {
            return false;
        }
        match once(vault, chat).await {
            Ok(made) => return made,
            Err(error) => tracing::info!(%error, "the recovery key is made later"),
        }
        sleep(AFTER_FAILURE).await;
    }
}

async fn once(vault: &Vault, chat: &Chat) -> Result<bool, ApiError> {
    if let Some(key) = chat.set_up_encryption().await? {
        kept::keep_recovery_key(vault, &key)?;
        return Ok(true);
    }
    // There is a key and nobody can have seen it, or another device made one and this device has no say.
    match renew(vault, chat).await {
        Ok(_) => Ok(true),
        Err(error) if error.code == ErrorCode::Forbidden => Ok(false),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use telestack_chat::{ChatConfig, ChatSession};
    use telestack_testkit::{Stack, StackOptions};

    use super::*;
    use crate::store::StoreKey;

    fn config(stack: &Stack, folder: &Path) -> ChatConfig {
        ChatConfig {
            homeserver: stack.info().matrix.homeserver.parse().expect("an address"),
            store_dir: folder.join("chat"),
            store_key: [7; 32],
            device_name: "Tests".to_owned(),
        }
    }

    async fn device(stack: &Stack, folder: &Path) -> (Chat, ChatSession) {
        let hiro = stack.person("hiro").expect("Hiro");
        let token = stack.matrix_login_token(&hiro.email, &hiro.password).await.expect("a token");
        Chat::sign_in(config(stack, folder), &token).await.expect("signed in")
    }

    #[tokio::test]
    async fn a_key_in_a_file_is_for_its_owner_only() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join("Recovery key.txt");
        // Readable for all, and what an earlier try left is too.
        std::fs::write(&path, "old").expect("written");
        std::fs::write(folder.path().join("Recovery key.txt.part"), "half").expect("written");
        write_down(&path, "What this is.", "EsTc LW2K").await.expect("written down");
        assert_eq!(std::fs::read_to_string(&path).expect("readable"), "What this is.\n\nEsTc LW2K\n");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = std::fs::metadata(&path).expect("there").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        assert_eq!(std::fs::read_dir(folder.path()).expect("folder").count(), 1, "nothing is left beside it");
        let absent = write_down(&folder.path().join("no/where.txt"), "", "key").await;
        assert_eq!(absent.map_err(|error| error.code), Err(ErrorCode::NotFound));
        let two = write_down(&path, "one\ntwo", "key").await;
        assert_eq!(two.map_err(|error| error.code), Err(ErrorCode::Invalid));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_key_that_was_lost_in_its_making_is_made_anew() {
        let stack = Stack::start(StackOptions::default()).await.expect("the engines");
        let folders = [tempfile::tempdir().expect("folder"), tempfile::tempdir().expect("folder")];
        let key = StoreKey::generate().expect("a key");
        let vault = Vault::open(&folders[0].path().join("vault.db"), &key).expect("a vault");
        let (chat, session) = device(&stack, folders[0].path()).await;
        kept::begin_recovery_key(&vault).expect("written");
        // The program dies with the key in its hand.
        let lost = chat.set_up_encryption().await.expect("set up").expect("a key");
        chat.stop().await;
        drop(chat);

        let chat = Chat::restore(config(&stack, folders[0].path()), session).await.expect("restored");
        chat.start();
        assert!(finish(&vault, &chat).await);
        let found = kept::recovery_key_to_show(&vault).expect("readable").expect("a key to show");
        assert_ne!(found, lost);
        assert!(!finish(&vault, &chat).await, "once is enough");
        assert_eq!(kept::recovery_key(&vault).expect("readable"), Some(found.clone()));

        let (second, _) = device(&stack, folders[1].path()).await;
        second.start();
        assert!(matches!(second.recover(&lost).await, Err(ChatError::Invalid(_))));
        second.recover(&found).await.expect("recovered");
        second.stop().await;
        chat.stop().await;
    }
}
