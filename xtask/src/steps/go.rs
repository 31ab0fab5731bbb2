//! A Go toolchain: the machine's own, or the one that PyPI carries.

use std::path::{Path, PathBuf};

use anyhow::Result;

use super::python::{self, at_least};
use crate::{
    catalogue::Catalogue,
    shell::{command, output, which},
};

/// The `go` to build with, of at least the version `minimum`.
///
/// # Errors
/// The machine has none that fits, and it cannot be installed.
pub async fn find(root: &Path, catalogue: &Catalogue, minimum: &str) -> Result<PathBuf> {
    for candidate in [which("go"), Some(PathBuf::from("/usr/local/go/bin/go"))].into_iter().flatten() {
        let mut version = command(&candidate);
        version.args(["env", "GOVERSION"]);
        if let Some(text) = output(version).await
            && at_least(text.trim().trim_start_matches("go"), minimum)
        {
            return Ok(candidate);
        }
    }
    let environment = python::environment(root, "go", &catalogue.go).await?;
    Ok(environment.join("bin/go"))
}
