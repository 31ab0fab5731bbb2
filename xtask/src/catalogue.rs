//! `engines.toml`: which engines, which versions, which hashes.

use std::{collections::BTreeMap, fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;
use sha2::{Digest, Sha256};

#[derive(Debug, Deserialize)]
pub struct Catalogue {
    pub synapse: FromPython,
    pub livekit: FromGo,
    pub ffi: Ffi,
    pub go: FromPython,
    pub node: FromPython,
    pub s3s: FromCrates,
}

/// Something that PyPI carries, pinned with its hashes in a requirements file.
#[derive(Debug, Deserialize)]
pub struct FromPython {
    pub version: String,
    pub requirements: String,
    /// The oldest version on the machine that is good enough.
    pub minimum: Option<String>,
}

#[derive(Debug, Deserialize)]
pub struct FromGo {
    pub version: String,
    pub module: String,
}

#[derive(Debug, Deserialize)]
pub struct FromCrates {
    pub version: String,
}

#[derive(Debug, Deserialize)]
pub struct Ffi {
    pub version: String,
    pub requirements: String,
    pub library: BTreeMap<String, FfiLibrary>,
}

#[derive(Debug, Clone, Deserialize)]
pub struct FfiLibrary {
    /// Inside the wheel.
    pub path: String,
    pub sha256: String,
}

impl Catalogue {
    /// Reads `engines.toml` of the checkout.
    ///
    /// # Errors
    /// It is missing or malformed.
    pub fn read(root: &Path) -> Result<Self> {
        let file = root.join("engines.toml");
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is malformed", file.display()))
    }
}

impl Ffi {
    /// The library of the machine that this runs on.
    ///
    /// # Errors
    /// No hash is pinned for it.
    pub fn here(&self) -> Result<FfiLibrary> {
        let machine = format!("{}-{}", std::env::consts::OS, std::env::consts::ARCH);
        self.library
            .get(&machine)
            .cloned()
            .with_context(|| format!("engines.toml has no [ffi.library.{machine}]: add its path and sha256"))
    }
}

/// SHA-256 of bytes in lower-case hex.
#[must_use]
pub fn sha256(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_catalogue_of_this_checkout_reads() {
        let root = telestack_testkit::project_root();
        let catalogue = Catalogue::read(&root).expect("engines.toml");
        for file in [
            &catalogue.synapse.requirements,
            &catalogue.ffi.requirements,
            &catalogue.go.requirements,
            &catalogue.node.requirements,
        ] {
            let text = fs::read_to_string(root.join(file)).expect("the requirements file is there");
            assert!(text.contains("--hash=sha256:"), "{file} pins no hashes");
        }
        assert!(catalogue.livekit.module.ends_with(&catalogue.livekit.version));
    }
}
