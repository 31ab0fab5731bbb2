//! What the stores of a window's profile are locked with.

use std::{
    fs,
    io::{ErrorKind, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::Path,
};

use anyhow::{Context, Result, anyhow, ensure};

/// The passphrase of a profile below `data`: random, made at its first window and kept beside it, for its owner alone.
///
/// Not the keyring, although an installed app uses it: these accounts go with the data folder, and their keys would
/// stay behind in the keyring of whoever tries TeleStack; and where nobody unlocked a keyring, it would ask for that.
///
/// # Errors
/// The file cannot be made or read.
pub fn of(data: &Path, profile: &str) -> Result<String> {
    let folder = data.join("profiles");
    fs::create_dir_all(&folder)?;
    let path = folder.join(format!("{profile}.passphrase"));
    let mut options = fs::OpenOptions::new();
    match options.write(true).create_new(true).mode(0o600).open(&path) {
        Ok(mut file) => {
            let mut random = [0; 24];
            getrandom::fill(&mut random).map_err(|fault| anyhow!("no randomness: {fault}"))?;
            let passphrase = hex::encode(random);
            file.write_all(passphrase.as_bytes())?;
            file.sync_all()?;
            Ok(passphrase)
        }
        Err(fault) if fault.kind() == ErrorKind::AlreadyExists => {
            let kept = fs::read_to_string(&path)?;
            ensure!(
                !kept.is_empty(),
                "{} is empty: remove it and the profile beside it, and sign in again",
                path.display()
            );
            Ok(kept)
        }
        Err(fault) => Err(fault).with_context(|| path.display().to_string()),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt as _;

    use super::*;

    #[test]
    fn each_profile_has_its_own_and_keeps_it() {
        let data = tempfile::tempdir().expect("folder");
        let of = |profile| of(data.path(), profile).expect("a passphrase");
        assert_eq!((of("ada").len(), of("ada")), (48, of("ada")));
        assert_ne!(of("ada"), of("ben"));
        let kept = data.path().join("profiles/ada.passphrase");
        assert_eq!(fs::metadata(kept).expect("kept").permissions().mode() & 0o777, 0o600);
    }
}
