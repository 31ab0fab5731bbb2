//! Licences and sources against `deny.toml`, which cargo-deny reads as well where it is installed. Checked here from
//! `cargo metadata`, so that no further tool is needed; advisories need cargo-deny and its database.

use std::{fs, path::Path};

use anyhow::{Context, Result};
use serde::Deserialize;

use super::{metadata::Metadata, spdx};

#[derive(Debug, Deserialize)]
pub struct Allowed {
    licenses: Licenses,
    sources: Sources,
}

#[derive(Debug, Deserialize)]
struct Licenses {
    allow: Vec<String>,
    #[serde(default)]
    exceptions: Vec<Exception>,
}

#[derive(Debug, Deserialize)]
struct Exception {
    #[serde(rename = "crate")]
    name: String,
    allow: Vec<String>,
}

#[derive(Debug, Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

impl Allowed {
    /// Reads `deny.toml` of the checkout.
    ///
    /// # Errors
    /// It is missing or malformed.
    pub fn read(root: &Path) -> Result<Self> {
        let file = root.join("deny.toml");
        let text = fs::read_to_string(&file).with_context(|| format!("cannot read {}", file.display()))?;
        toml::from_str(&text).with_context(|| format!("{} is malformed", file.display()))
    }

    /// One line for each package that may not be used.
    pub fn refused(&self, metadata: &Metadata) -> Vec<String> {
        let mut faults = Vec::new();
        for package in &metadata.packages {
            let Some(source) = &package.source else { continue };
            let from = source.strip_prefix("registry+").or_else(|| source.strip_prefix("sparse+"));
            if !from.is_some_and(|registry| self.sources.allow_registry.iter().any(|known| known == registry))
            {
                faults.push(format!("{} {} comes from {source}", package.name, package.version));
            }
            let accepts = |licence: &str| {
                self.licenses.allow.iter().any(|known| known == licence)
                    || self.licenses.exceptions.iter().any(|exception| {
                        exception.name == package.name && exception.allow.iter().any(|known| known == licence)
                    })
            };
            match (&package.license, &package.license_file) {
                (Some(licence), _) if spdx::allowed(licence, &accepts) => {}
                (Some(licence), _) => {
                    faults.push(format!("{} {} has licence {licence}", package.name, package.version));
                }
                (None, file) => faults
                    .push(format!("{} {} names no licence (file: {file:?})", package.name, package.version)),
            }
        }
        faults
    }
}
