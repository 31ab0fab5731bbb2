//! Checks on the workspace as a whole, from `cargo metadata`.

mod directions;
mod licences;
mod metadata;
mod spdx;

use std::path::Path;

use anyhow::{Result, bail};

use metadata::Metadata;

/// Directions of dependencies between our crates, as DESIGN.md has them.
///
/// # Errors
/// Lists every dependency that points the wrong way.
pub async fn directions(root: &Path) -> Result<()> {
    fail_on(&directions::wrong(&Metadata::read(root).await?))
}

/// Licences and sources of everything that we build, against `deny.toml`.
///
/// # Errors
/// Lists every package whose licence or source is not allowed.
pub async fn licences(root: &Path) -> Result<()> {
    let allowed = licences::Allowed::read(root)?;
    fail_on(&allowed.refused(&Metadata::read(root).await?))
}

fn fail_on(faults: &[String]) -> Result<()> {
    if !faults.is_empty() {
        bail!("\n  {}", faults.join("\n  "));
    }
    Ok(())
}
