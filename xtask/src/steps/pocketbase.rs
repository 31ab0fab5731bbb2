//! PocketBase, which the engine is measured beside: built from `bench/pocketbase`, whose `go.sum` pins all of it.

use std::{fs, path::Path};

use anyhow::{Context, Result};

use super::{go, stamp};
use crate::{
    catalogue::{Catalogue, sha256},
    progress,
    shell::{self, command},
};

/// As its `go.mod` says.
const GO: &str = "1.27";

/// # Errors
/// Go or the module proxy fails; the message says what to do.
pub async fn install(root: &Path, catalogue: &Catalogue) -> Result<()> {
    let (source, target) = (root.join("bench/pocketbase"), root.join(".telestack/pocketbase"));
    let mut inputs = Vec::new();
    for file in ["go.mod", "go.sum", "main.go"] {
        let file = source.join(file);
        inputs.extend(fs::read(&file).with_context(|| format!("cannot read {}", file.display()))?);
    }
    let inputs = sha256(&inputs);
    if stamp::fresh(&target, &inputs) {
        progress::present("PocketBase");
        return Ok(());
    }
    let go = go::find(root, catalogue, GO).await?;
    progress::step("PocketBase, to measure beside: go build, about 3 minutes", async {
        stamp::clear(&target)?;
        let mut build = command(&go);
        build
            .args(["build", "-trimpath", "-ldflags=-s -w", "-o"])
            .arg(target.join("pocketbase"))
            .arg(".")
            .env("CGO_ENABLED", "0")
            // Go would otherwise fetch another toolchain by itself.
            .env("GOTOOLCHAIN", "local")
            .current_dir(&source);
        shell::run(build)
            .await
            .context("go could not build PocketBase; if the module proxy is not reachable, try again")?;
        stamp::write(&target, &inputs)
    })
    .await
}
