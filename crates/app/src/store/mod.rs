//! What one profile keeps on this computer. Nothing here is readable without the account's key.

mod key;
mod keyring;
mod profile;
mod sealed_files;
mod vault;

pub use key::{KeyError, StoreKey, Wrapped};
pub use profile::{Account, KeySource, Profile, ProfileError};
pub use sealed_files::SealedFiles;
pub use vault::{Vault, VaultError};
