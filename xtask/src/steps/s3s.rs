//! s3s-fs, for tests: a server that speaks S3 and keeps a folder, built from crates.io.

use std::path::Path;

use anyhow::{Context, Result};

use super::stamp;
use crate::{
    catalogue::Catalogue,
    progress,
    shell::{self, command},
};

/// # Errors
/// Cargo or crates.io fails.
pub async fn install(root: &Path, catalogue: &Catalogue) -> Result<()> {
    let (target, version) = (root.join(".telestack/s3s"), &catalogue.s3s.version);
    if stamp::fresh(&target, version) {
        progress::present("s3s-fs");
        return Ok(());
    }
    progress::step(&format!("s3s-fs {version}: cargo install, about 2 minutes"), async {
        stamp::clear(&target)?;
        let mut build = command("cargo");
        // `--locked`: with the versions and hashes that the crate brings.
        build
            .args(["install", "--quiet", "--locked", "--debug", "--features", "binary", "--version", version])
            .arg("--root")
            .arg(&target)
            .arg("s3s-fs")
            .current_dir(root.join(".telestack"));
        shell::run(build).await.context("cargo could not build s3s-fs; is crates.io reachable?")?;
        stamp::write(&target, version)
    })
    .await
}
