//! Synapse in a virtual environment of its own.

use std::path::Path;

use anyhow::Result;

use super::python;
use crate::catalogue::Catalogue;

/// # Errors
/// As `python::environment`.
pub async fn install(root: &Path, catalogue: &Catalogue) -> Result<()> {
    python::environment(root, "synapse", &catalogue.synapse).await.map(|_| ())
}
