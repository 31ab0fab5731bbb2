//! The profile folder: which account lives in it and how its key is kept. Nothing personal is in the open part.

use std::{
    fs::{self, File},
    io::Write as _,
    path::{Path, PathBuf},
};

use serde::{Deserialize, Serialize, de::DeserializeOwned};

use super::{StoreKey, Wrapped};

/// Why a profile cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ProfileError {
    /// Another app runs on it.
    #[error("this profile is open in another window")]
    InUse,
    #[error("the profile folder {folder} cannot be used: {source}")]
    Io { folder: PathBuf, source: std::io::Error },
}

/// How an account's key is kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum KeySource {
    Keyring,
    Passphrase(Wrapped),
}

/// The account of this profile. `id` is random and names its folder and its keyring entry.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Account {
    pub id: String,
    pub server: String,
    pub key: KeySource,
}

#[derive(Debug, Default, Serialize, Deserialize)]
#[serde(default)]
struct Open {
    account: Option<Account>,
    last_server: Option<String>,
}

/// One profile folder, locked for this process as long as the value lives.
#[derive(Debug)]
pub struct Profile {
    folder: PathBuf,
    _lock: File,
}

impl Profile {
    /// Makes the folder where it is missing and takes its lock.
    pub fn open(folder: &Path) -> Result<Self, ProfileError> {
        let io = |source| ProfileError::Io { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(io)?;
        restrict(folder).map_err(io)?;
        let lock = File::options().create(true).append(true).open(folder.join("lock")).map_err(io)?;
        match lock.try_lock() {
            Ok(()) => Ok(Self { folder: folder.to_owned(), _lock: lock }),
            Err(fs::TryLockError::WouldBlock) => Err(ProfileError::InUse),
            Err(fs::TryLockError::Error(source)) => Err(io(source)),
        }
    }

    #[must_use]
    pub fn folder(&self) -> &Path {
        &self.folder
    }

    #[must_use]
    pub fn logs(&self) -> PathBuf {
        self.folder.join("logs")
    }

    /// The account that is signed in here.
    #[must_use]
    pub fn account(&self) -> Option<Account> {
        self.read::<Open>("profile.json").account
    }

    /// The server that was used last, for the sign-in page.
    #[must_use]
    pub fn last_server(&self) -> Option<String> {
        self.read::<Open>("profile.json").last_server
    }

    pub fn set_account(&self, account: &Account) -> std::io::Result<()> {
        self.write(
            "profile.json",
            &Open { account: Some(account.clone()), last_server: Some(account.server.clone()) },
        )
    }

    /// Where an account's stores are.
    #[must_use]
    pub fn account_folder(&self, id: &str) -> PathBuf {
        self.folder.join("accounts").join(id)
    }

    /// Removes an account's stores and its key.
    pub fn remove_account(&self, account: &Account) -> std::io::Result<()> {
        if account.key == KeySource::Keyring {
            StoreKey::forget_in_keyring(&account.id);
        }
        self.write("profile.json", &Open { account: None, last_server: Some(account.server.clone()) })?;
        match fs::remove_dir_all(self.account_folder(&account.id)) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
            _ => Ok(()),
        }
    }

    /// Removes the stores of sign-ins that were cut off before they were done. Only where no account is.
    pub fn remove_leftovers(&self) {
        match fs::remove_dir_all(self.folder.join("accounts")) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::warn!(%error, "what an unfinished sign-in left cannot be removed");
            }
            _ => {}
        }
    }

    /// A small JSON file of the profile; what is missing or unreadable is the default.
    #[must_use]
    pub fn read<T: DeserializeOwned + Default>(&self, name: &str) -> T {
        let Ok(bytes) = fs::read(self.folder.join(name)) else { return T::default() };
        serde_json::from_slice(&bytes).unwrap_or_else(|error| {
            tracing::warn!(name, %error, "a file of the profile is unreadable and starts afresh");
            T::default()
        })
    }

    /// Writes a small JSON file so that a crash leaves the old or the new one.
    pub fn write<T: Serialize>(&self, name: &str, value: &T) -> std::io::Result<()> {
        let path = self.folder.join(name);
        let beside = self.folder.join(format!("{name}.new"));
        let mut file = File::create(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(value)?)?;
        file.sync_all()?;
        fs::rename(beside, path)
    }
}

#[cfg(unix)]
fn restrict(folder: &Path) -> std::io::Result<()> {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(folder, fs::Permissions::from_mode(0o700))
}

#[cfg(not(unix))]
fn restrict(_: &Path) -> std::io::Result<()> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_profile_belongs_to_one_process_at_a_time() {
        let folder = tempfile::tempdir().expect("folder");
        let first = Profile::open(folder.path()).expect("free");
        assert!(matches!(Profile::open(folder.path()), Err(ProfileError::InUse)));
        drop(first);
        Profile::open(folder.path()).expect("free again");
    }

    #[test]
    fn an_account_is_remembered_and_leaves_nothing_but_its_server() {
        let folder = tempfile::tempdir().expect("folder");
        let profile = Profile::open(folder.path()).expect("profile");
        let key = StoreKey::generate().expect("key").wrap("words").expect("wrapped");
        let account = Account {
            id: "abc".into(),
            server: "https://example.org".into(),
            key: KeySource::Passphrase(key),
        };
        profile.set_account(&account).expect("written");
        fs::create_dir_all(profile.account_folder("abc")).expect("folder");
        assert_eq!(profile.account(), Some(account.clone()));
        profile.remove_account(&account).expect("removed");
        assert_eq!(profile.account(), None);
        assert_eq!(profile.last_server().as_deref(), Some("https://example.org"));
        assert!(!profile.account_folder("abc").exists());
    }

    #[test]
    fn an_unreadable_file_starts_afresh() {
        let folder = tempfile::tempdir().expect("folder");
        let profile = Profile::open(folder.path()).expect("profile");
        fs::write(folder.path().join("profile.json"), b"\0not json").expect("written");
        assert_eq!(profile.account(), None);
    }
}
