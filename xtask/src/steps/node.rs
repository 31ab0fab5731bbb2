//! Node: the machine's own, or the one that PyPI carries.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::python::{self, at_least};
use crate::{
    catalogue::Catalogue,
    shell::{command, output, which},
};

/// The folder that has `node` and `npm`.
///
/// # Errors
/// The machine has none that fits, and it cannot be installed.
pub async fn find(root: &Path, catalogue: &Catalogue) -> Result<PathBuf> {
    let minimum = catalogue.node.minimum.as_deref().unwrap_or("0");
    if let (Some(node), Some(_)) = (which("node"), which("npm")) {
        let mut version = command(&node);
        version.arg("--version");
        if let Some(text) = output(version).await
            && at_least(text.trim().trim_start_matches('v'), minimum)
            && let Some(folder) = node.parent()
        {
            return Ok(folder.to_path_buf());
        }
    }
    let environment = python::environment(root, "node", &catalogue.node).await?;
    Ok(environment.join("bin"))
}
