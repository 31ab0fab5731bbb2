//! Secrets: made at first start, mode 0600, none with a default value.

use std::{
    fs,
    io::{self, Write as _},
    path::Path,
};

use serde::{Deserialize, Serialize};

const FILE: &str = "secrets.toml";

/// Each is random and used for one thing.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Secrets {
    /// Signs the backend's account JWTs.
    pub appwrite_jwt: String,
    /// API key with every scope, for the gateway and the administrator.
    pub admin_key: String,
    pub matrix_jwt: String,
    pub matrix_registration: String,
    pub matrix_macaroon: String,
    pub matrix_form: String,
    pub livekit_key: String,
    pub livekit_secret: String,
}

impl Secrets {
    /// Reads the folder's secrets; none before the first start.
    ///
    /// # Errors
    /// The file cannot be read as secrets, or others may read it too.
    pub fn load(folder: &Path) -> io::Result<Option<Self>> {
        let path = folder.join(FILE);
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(error),
        };
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            if fs::metadata(&path)?.permissions().mode() & 0o077 != 0 {
                let path = path.display();
                return Err(io::Error::other(format!("{path} can be read by others: chmod 600 {path}")));
            }
        }
        let damaged = |error: toml::de::Error| {
            io::Error::other(format!("{} is damaged: {}", path.display(), error.message()))
        };
        toml::from_str(&text).map(Some).map_err(damaged)
    }

    /// Reads the folder's secrets, or makes them.
    ///
    /// # Errors
    /// The folder cannot be used, or the file cannot be read as secrets: it is never made anew over an old one.
    pub fn load_or_create(folder: &Path) -> io::Result<Self> {
        if let Some(secrets) = Self::load(folder)? {
            return Ok(secrets);
        }
        fs::create_dir_all(folder)?;
        match Self::generate()?.write_new(&folder.join(FILE)) {
            // Another process made them first: theirs count.
            Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Self::load_or_create(folder),
            other => other,
        }
    }

    fn generate() -> io::Result<Self> {
        let random = |bytes: usize| {
            let mut secret = vec![0; bytes];
            getrandom::fill(&mut secret).map_err(io::Error::other)?;
            Ok::<_, io::Error>(hex::encode(secret))
        };
        Ok(Self {
            appwrite_jwt: random(32)?,
            admin_key: format!("standard_{}", random(32)?),
            matrix_jwt: random(32)?,
            matrix_registration: random(32)?,
            matrix_macaroon: random(32)?,
            matrix_form: random(32)?,
            livekit_key: format!("telestack-{}", random(4)?),
            livekit_secret: random(32)?,
        })
    }

    /// Written beside and linked into place, so that nobody reads half a file or overwrites another's.
    fn write_new(self, path: &Path) -> io::Result<Self> {
        let text = toml::to_string(&self).map_err(io::Error::other)?;
        let part = path.with_extension(format!("{}.part", std::process::id()));
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&part)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()?;
        let linked = fs::hard_link(&part, path);
        fs::remove_file(&part)?;
        linked.map(|()| self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn secrets_are_made_once_and_for_the_owner_only() {
        let folder = tempfile::tempdir().expect("folder");
        let first = Secrets::load_or_create(folder.path()).expect("made");
        assert!(Secrets::load_or_create(folder.path()).expect("read") == first);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(folder.path().join(FILE)).expect("file").permissions().mode();
            assert_eq!(mode & 0o777, 0o600);
        }
        let other = tempfile::tempdir().expect("folder");
        assert!(Secrets::load_or_create(other.path()).expect("made").livekit_secret != first.livekit_secret);
    }

    #[test]
    fn a_damaged_file_is_not_replaced_and_not_shown() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(FILE);
        fs::write(&path, "admin_key = canary").expect("written");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
            let open = Secrets::load(folder.path()).map(|_| ()).expect_err("open to others").to_string();
            assert!(open.contains("chmod 600"), "{open}");
            fs::set_permissions(&path, fs::Permissions::from_mode(0o600)).expect("set");
        }
        let error = Secrets::load_or_create(folder.path()).map(|_| ()).expect_err("damaged").to_string();
        assert!(error.contains("damaged") && !error.contains("canary"), "{error}");
    }
}
