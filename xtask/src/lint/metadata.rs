//! What we read of `cargo metadata`.

use std::path::Path;

use anyhow::{Context, Result};
use serde::Deserialize;

use crate::shell::{command, output};

#[derive(Debug, Deserialize)]
pub struct Metadata {
    pub packages: Vec<Package>,
}

#[derive(Debug, Deserialize)]
pub struct Package {
    pub name: String,
    pub version: String,
    /// None for our own.
    pub source: Option<String>,
    pub license: Option<String>,
    pub license_file: Option<String>,
    pub dependencies: Vec<Dependency>,
}

#[derive(Debug, Deserialize)]
pub struct Dependency {
    pub name: String,
    /// None, "dev" or "build".
    pub kind: Option<String>,
}

impl Metadata {
    /// Asks cargo about the workspace.
    ///
    /// # Errors
    /// cargo fails or answers something else.
    pub async fn read(root: &Path) -> Result<Self> {
        let mut cargo = command(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        cargo.args(["metadata", "--format-version", "1", "--locked"]).current_dir(root);
        let text = output(cargo)
            .await
            .context("`cargo metadata --locked` failed: run `cargo check` and commit Cargo.lock")?;
        Ok(serde_json::from_str(&text)?)
    }
}
